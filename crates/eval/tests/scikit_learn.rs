//! Metrics held against what scikit-learn computed: see `scikit_learn/record.py`, which recorded
//! `scikit_learn/recorded.json`.

use pellucid_eval::*;
use serde_json::Value;

const BOUND: f64 = 1e-12;

fn recorded(list: &str) -> Vec<Value> {
    let mut all: Value = serde_json::from_str(include_str!("scikit_learn/recorded.json")).unwrap();
    let Value::Array(cases) = all[list].take() else { panic!("no list {list}") };
    assert!(cases.len() > 5);
    cases
}

/// A number; NaN is recorded as null.
fn number(value: &Value) -> f64 {
    if value.is_null() { f64::NAN } else { value.as_f64().unwrap_or_else(|| panic!("{value} is no number")) }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn classes(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as u32).collect()
}

fn check(case: &Value, what: &str, got: f64, want: &Value) {
    let want = number(want);
    let same = (got.is_nan() && want.is_nan()) || (got - want).abs() <= BOUND;
    assert!(same, "{} of `{}`: {got} is not {want}", what, case["name"].as_str().unwrap());
}

#[test]
fn decisions() {
    for case in recorded("decisions") {
        let (predicted, actual) = (classes(&case["predicted"]), classes(&case["actual"]));
        let n = case["classes"].as_u64().unwrap() as usize;
        let matrix = ConfusionMatrix::new(&predicted, &actual, n).unwrap();
        let counts: Vec<u32> = (0..n * n).map(|i| matrix.count(i / n, i % n) as u32).collect();
        assert_eq!(counts, classes(&case["confusion"]), "{}", case["name"]);
        check(&case, "accuracy", accuracy(&predicted, &actual).unwrap(), &case["accuracy"]);
        check(&case, "balanced accuracy", matrix.balanced_accuracy(), &case["balanced_accuracy"]);
        let zeros = [ZeroDivision::Zero, ZeroDivision::One, ZeroDivision::NaN];
        for (zero, want) in zeros.into_iter().zip(case["scores"].as_array().unwrap()) {
            scores(&case, &matrix, zero, want);
        }
    }
}

fn scores(case: &Value, matrix: &ConfusionMatrix, zero: ZeroDivision, want: &Value) {
    let report = ClassificationReport::new(matrix, zero);
    for (c, class) in report.classes.iter().enumerate() {
        let got = class.scores;
        check(case, "precision", got.precision, &want["precision"][c]);
        check(case, "recall", got.recall, &want["recall"][c]);
        check(case, "F1", got.f1, &want["f1"][c]);
        check(case, "support", got.support as f64, &want["support"][c]);
    }
    let means = [
        ("micro", report.micro_average),
        ("macro", report.macro_average),
        ("weighted", report.weighted_average),
    ];
    for (average, got) in means {
        for (i, got) in [got.precision, got.recall, got.f1].into_iter().enumerate() {
            check(case, &format!("{zero:?} {average} {i}"), got, &want[average][i]);
        }
        assert_eq!(got.support, matrix.total());
    }
    if matrix.accuracy() == 0.0 {
        return; // scikit-learn prints the supports as 1.0 here, by mistake
    }
    assert_eq!(report.to_text(4), want["text_4"].as_str().unwrap(), "{}", case["name"]);
    let names: Vec<&str> = case["names"].as_array().unwrap().iter().map(|n| n.as_str().unwrap()).collect();
    let named = report.with_names(&names).unwrap();
    assert_eq!(named.to_string(), want["text"].as_str().unwrap(), "{}", case["name"]);
}

#[test]
fn probabilities_of_two_classes() {
    for case in recorded("two_classes") {
        let p = numbers(&case["probabilities"]);
        let actual: Vec<bool> =
            case["actual"].as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect();
        check(&case, "log loss", log_loss(&p, &actual).unwrap(), &case["log_loss"]);
        check(&case, "Brier score", brier_score(&p, &actual).unwrap(), &case["brier_score"]);
        match roc_auc(&p, &actual) {
            Ok(area) => check(&case, "ROC AUC", area, &case["roc_auc"]),
            // scikit-learn warns and answers NaN.
            Err(error) => {
                assert!(matches!(error, ClassificationError::OneClass { .. }) && case["roc_auc"].is_null());
            }
        }
    }
}

#[test]
fn probabilities_of_several_classes() {
    for case in recorded("several_classes") {
        let (p, actual) = (numbers(&case["probabilities"]), classes(&case["actual"]));
        let n = case["classes"].as_u64().unwrap() as usize;
        check(&case, "log loss", multiclass_log_loss(&p, &actual, n).unwrap(), &case["log_loss"]);
        check(&case, "Brier score", multiclass_brier_score(&p, &actual, n).unwrap(), &case["brier_score"]);
        if n == 2 {
            continue; // scikit-learn ranks two classes by one column
        }
        for (key, average) in
            [("micro", Average::Micro), ("macro", Average::Macro), ("weighted", Average::Weighted)]
        {
            let want = &case["roc_auc"][key];
            match roc_auc_one_vs_rest(&p, &actual, n, average) {
                Ok(area) => check(&case, key, area, want),
                Err(error) => {
                    assert!(matches!(error, ClassificationError::OneClass { .. }) && want.is_null());
                }
            }
        }
    }
}

#[test]
fn regression() {
    for case in recorded("numbers") {
        let (p, y) = (numbers(&case["predicted"]), numbers(&case["actual"]));
        check(&case, "R2", r2(&p, &y).unwrap(), &case["r2"]);
        let (mae, mse) = (mean_absolute_error(&p, &y).unwrap(), mean_squared_error(&p, &y).unwrap());
        let rmse = root_mean_squared_error(&p, &y).unwrap();
        // Some targets are far larger than 1: the bound is relative there.
        for (what, got) in
            [("mean_absolute_error", mae), ("mean_squared_error", mse), ("root_mean_squared_error", rmse)]
        {
            let want = number(&case[what]);
            assert!((got - want).abs() <= BOUND * want.max(1.0), "{what} of {}: {got}, {want}", case["name"]);
        }
    }
}

fn weighted_decisions(case: &Value, weights: &[f64]) {
    let (predicted, actual) = (classes(&case["predicted"]), classes(&case["actual"]));
    let n = case["classes"].as_u64().unwrap() as usize;
    let matrix = ConfusionMatrix::weighted(&predicted, &actual, n, weights).unwrap();
    let relative = |what: &str, got: f64, want: &Value| {
        let want = number(want);
        assert!(
            (got - want).abs() <= BOUND * want.abs().max(1.0),
            "{what} of {}: {got}, {want}",
            case["name"]
        );
    };
    for (i, want) in case["confusion"].as_array().unwrap().iter().enumerate() {
        relative("confusion", matrix.count(i / n, i % n), want);
    }
    let zero = ZeroDivision::Zero;
    check(case, "accuracy", weighted::accuracy(&predicted, &actual, weights).unwrap(), &case["accuracy"]);
    check(case, "accuracy of the matrix", matrix.accuracy(), &case["accuracy"]);
    check(case, "balanced accuracy", matrix.balanced_accuracy(), &case["balanced_accuracy"]);
    let report = ClassificationReport::new(&matrix, zero);
    for (c, class) in report.classes.iter().enumerate() {
        let got = class.scores;
        check(case, "precision", got.precision, &case["scores"][0][c]);
        check(case, "recall", got.recall, &case["scores"][1][c]);
        check(case, "F1", got.f1, &case["scores"][2][c]);
        relative("support", got.support, &case["scores"][3][c]);
    }
    let all: Vec<usize> = (0..n).collect();
    check(case, "F2", matrix.f_beta_average(&all, Average::Weighted, 2.0, zero), &case["f2"]);
    if ["ones", "halves"].contains(&case["name"].as_str().unwrap()) {
        // The sums of the others differ in their last digits, all of which are printed.
        assert_eq!(report.to_text(4), case["text"].as_str().unwrap());
    }
}

#[test]
fn weighted_samples() {
    for case in recorded("weighted") {
        let weights = numbers(&case["weights"]);
        let w = &weights[..];
        weighted_decisions(&case, w);

        let (p, actual) = (numbers(&case["probabilities"]), classes(&case["actual"]));
        let n = case["classes"].as_u64().unwrap() as usize;
        let first: Vec<f64> = p.chunks(n).map(|row| row[0]).collect();
        let is_first: Vec<bool> = actual.iter().map(|&c| c == 0).collect();
        check(&case, "log loss", weighted::log_loss(&first, &is_first, w).unwrap(), &case["log_loss"]);
        check(
            &case,
            "Brier score",
            weighted::brier_score(&first, &is_first, w).unwrap(),
            &case["brier_score"],
        );
        check(&case, "ROC AUC", weighted::roc_auc(&first, &is_first, w).unwrap(), &case["roc_auc"]);
        let loss = weighted::multiclass_log_loss(&p, &actual, n, w).unwrap();
        check(&case, "log loss of all", loss, &case["multiclass_log_loss"]);
        let brier = weighted::multiclass_brier_score(&p, &actual, n, w).unwrap();
        check(&case, "Brier score of all", brier, &case["multiclass_brier_score"]);
        for (key, average) in
            [("micro", Average::Micro), ("macro", Average::Macro), ("weighted", Average::Weighted)]
        {
            if n > 2 {
                let area = weighted::roc_auc_one_vs_rest(&p, &actual, n, average, w).unwrap();
                check(&case, key, area, &case["roc_auc_one_vs_rest"][key]);
            }
        }

        let (y, guess) = (numbers(&case["y"]), numbers(&case["guess"]));
        check(&case, "R2", weighted::r2(&guess, &y, w).unwrap(), &case["r2"]);
        let mae = weighted::mean_absolute_error(&guess, &y, w).unwrap();
        check(&case, "MAE", mae, &case["mean_absolute_error"]);
        let mse = weighted::mean_squared_error(&guess, &y, w).unwrap();
        check(&case, "MSE", mse, &case["mean_squared_error"]);
        let rmse = weighted::root_mean_squared_error(&guess, &y, w).unwrap();
        check(&case, "RMSE", rmse, &case["root_mean_squared_error"]);
    }
}
