//! Laws that hold for all data, and what is said about data that cannot be measured.

use pellucid_eval::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Predicted and actual classes below 5.
fn decisions() -> impl Strategy<Value = Vec<(u8, u8)>> {
    vec((0_u8..5, 0_u8..5), 1..60)
}

/// Scores of which many are equal, and both classes.
fn rankings() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
    vec((-6_i32..6, any::<bool>()), 0..60).prop_map(|mut samples| {
        samples.extend([(0, true), (1, false)]);
        samples.into_iter().map(|(s, y)| (f64::from(s) / 4.0, y)).unzip()
    })
}

fn matrix(pairs: &[(u8, u8)]) -> ConfusionMatrix {
    let (predicted, actual): (Vec<u8>, Vec<u8>) = pairs.iter().copied().unzip();
    ConfusionMatrix::new(&predicted, &actual, 5).unwrap()
}

proptest! {
    #[test]
    fn micro_scores_are_the_accuracy(pairs in decisions()) {
        let matrix = matrix(&pairs);
        let micro = matrix.average_scores(Average::Micro, ZeroDivision::Zero);
        prop_assert_eq!(micro.precision, matrix.accuracy());
        prop_assert_eq!(micro.recall, matrix.accuracy());
        prop_assert_eq!(micro.f1, matrix.accuracy());
    }

    #[test]
    fn weighted_recall_is_the_accuracy(pairs in decisions()) {
        let matrix = matrix(&pairs);
        let weighted = matrix.average_scores(Average::Weighted, ZeroDivision::Zero);
        prop_assert!((weighted.recall - matrix.accuracy()).abs() < 1e-12);
    }

    #[test]
    fn f1_lies_between_precision_and_recall(pairs in decisions()) {
        for s in matrix(&pairs).class_scores(ZeroDivision::Zero) {
            let (low, high) = (s.precision.min(s.recall), s.precision.max(s.recall));
            if s.precision + s.recall > 0.0 {
                let harmonic = 2.0 * s.precision * s.recall / (s.precision + s.recall);
                prop_assert!((s.f1 - harmonic).abs() < 1e-12);
                prop_assert!(low - 1e-12 <= s.f1 && s.f1 <= high + 1e-12);
            }
        }
    }

    #[test]
    fn the_choice_for_zero_division_touches_nothing_else(pairs in decisions()) {
        let matrix = matrix(&pairs);
        let all = |zero| matrix.class_scores(zero).into_iter().flat_map(|s| [s.precision, s.recall, s.f1]);
        let (ones, undefined) = (all(ZeroDivision::One), all(ZeroDivision::NaN));
        for ((zero, one), nan) in all(ZeroDivision::Zero).zip(ones).zip(undefined) {
            let expected = if nan.is_nan() { (0.0, 1.0) } else { (nan, nan) };
            prop_assert_eq!((zero, one), expected);
        }
    }

    #[test]
    fn the_order_of_the_samples_does_not_matter((scores, actual) in rankings(), turn in 0_usize..60) {
        let turned = |n: usize| (0..n).map(move |i| (i + turn) % n).rev();
        let s: Vec<f64> = turned(scores.len()).map(|i| scores[i]).collect();
        let y: Vec<bool> = turned(scores.len()).map(|i| actual[i]).collect();
        prop_assert_eq!(roc_auc(&scores, &actual).unwrap(), roc_auc(&s, &y).unwrap());
        let p = |s: &[f64]| s.iter().map(|s| (s + 1.5) / 3.0).collect::<Vec<_>>();
        let losses = (log_loss(&p(&scores), &actual).unwrap(), log_loss(&p(&s), &y).unwrap());
        prop_assert!((losses.0 - losses.1).abs() < 1e-12);
        let (a, b): (Vec<f64>, Vec<f64>) = (scores.clone(), actual.iter().map(|&y| f64::from(u8::from(y))).collect());
        let (c, d): (Vec<f64>, Vec<f64>) = (s.clone(), y.iter().map(|&y| f64::from(u8::from(y))).collect());
        prop_assert!((r2(&a, &b).unwrap() - r2(&c, &d).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn only_the_order_of_the_scores_matters((scores, actual) in rankings()) {
        let area = roc_auc(&scores, &actual).unwrap();
        let cubes: Vec<f64> = scores.iter().map(|s| s.powi(3) + 0.5 * s).collect();
        let logistic: Vec<f64> = scores.iter().map(|s| 1.0 / (1.0 + (-s).exp())).collect();
        let signs_of_zero: Vec<f64> =
            scores.iter().enumerate().map(|(i, &s)| if s == 0.0 && i % 2 == 0 { -0.0 } else { s }).collect();
        for mapped in [cubes, logistic, signs_of_zero] {
            prop_assert_eq!(roc_auc(&mapped, &actual).unwrap(), area);
        }
        let negated: Vec<f64> = scores.iter().map(|s| -s).collect();
        prop_assert!((roc_auc(&negated, &actual).unwrap() - (1.0 - area)).abs() < 1e-12);
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_order((scores, actual) in rankings()) {
        let (mut won, mut pairs) = (0.0, 0.0);
        for (&s, _) in scores.iter().zip(&actual).filter(|(_, y)| **y) {
            for (&t, _) in scores.iter().zip(&actual).filter(|(_, y)| !**y) {
                won += if s > t { 1.0 } else if s == t { 0.5 } else { 0.0 };
                pairs += 1.0;
            }
        }
        prop_assert_eq!(roc_auc(&scores, &actual).unwrap(), won / pairs);
    }

    #[test]
    fn two_classes_are_a_case_of_several(samples in vec((0.0..=1.0, any::<bool>()), 1..40)) {
        let (p, y): (Vec<f64>, Vec<bool>) = samples.into_iter().unzip();
        let rows: Vec<f64> = p.iter().flat_map(|&p| [1.0 - p, p]).collect();
        let classes: Vec<u8> = y.iter().map(|&y| u8::from(y)).collect();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        prop_assert!(close(log_loss(&p, &y).unwrap(), multiclass_log_loss(&rows, &classes, 2).unwrap()));
        prop_assert!(close(brier_score(&p, &y).unwrap(), multiclass_brier_score(&rows, &classes, 2).unwrap()));
    }

    #[test]
    fn errors_are_ordered(samples in vec((-10.0..10.0, -10.0..10.0), 2..40)) {
        let (p, y): (Vec<f64>, Vec<f64>) = samples.into_iter().unzip();
        let (mae, rmse) = (mean_absolute_error(&p, &y).unwrap(), root_mean_squared_error(&p, &y).unwrap());
        prop_assert!(mae <= rmse + 1e-12);
        prop_assert!(r2(&p, &y).unwrap() <= 1.0);
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        prop_assert!(r2(&vec![mean; y.len()], &y).unwrap().abs() < 1e-12);
    }
}

#[test]
fn bad_labels_and_probabilities_are_named() {
    let cases = [
        (log_loss(&[], &[]), "expected at least one prediction, got none"),
        (log_loss(&[0.5], &[true, false]), "got 1 predictions and 2 labels"),
        (log_loss(&[0.5, 1.5], &[true, false]), "a probability from 0 to 1, got 1.5 in row 1, column 0"),
        (brier_score(&[f64::NAN], &[true]), "a probability from 0 to 1, got NaN in row 0, column 0"),
        (brier_score(&[-0.1], &[true]), "a probability from 0 to 1, got -0.1 in row 0"),
        (multiclass_log_loss(&[0.5, 0.6], &[0], 2), "add up to 1, got a sum of 1.1 in row 0"),
        (multiclass_log_loss(&[0.5; 3], &[0], 2), "whole rows of 2 values, one a class, got 3 values"),
        (multiclass_log_loss(&[0.5; 4], &[0], 2), "got 2 predictions and 1 labels"),
        (multiclass_log_loss(&[1.0], &[0], 1), "at least 2 classes, got 1"),
        (multiclass_log_loss::<u8>(&[], &[], 0), "at least 2 classes, got 0"),
        (multiclass_log_loss::<u8>(&[], &[], 2), "at least one prediction, got none"),
        (multiclass_brier_score(&[0.5, 0.5], &[2], 2), "classes from 0 to below 2, got 2 in row 0"),
        (multiclass_brier_score(&[0.5, 0.5], &[-1], 2), "classes from 0 to below 2, got -1 in row 0"),
        (multiclass_brier_score(&[1.0, 0.0, 0.0, f64::INFINITY], &[0, 1], 2), "got inf in row 1, column 1"),
        (roc_auc(&[0.1, 0.2], &[true, true]), "rows inside and outside of class 1, got 2 of 2 inside"),
        (roc_auc(&[0.1, f64::NAN], &[true, false]), "scores that can be ordered, got NaN in row 1, column 0"),
        (roc_auc(&[], &[]), "at least one prediction, got none"),
        (
            roc_auc_one_vs_rest(&[0.0; 6], &[0, 1], 3, Average::Macro),
            "rows inside and outside of class 2, got 0 of 2 inside",
        ),
        (
            roc_auc_one_vs_rest(&[0.0; 4], &[0, 0], 2, Average::Weighted),
            "rows inside and outside of class 0, got 2 of 2 inside",
        ),
        (
            roc_auc_one_vs_rest(&[0.0; 4], &[0, u64::MAX], 2, Average::Micro),
            "got 9223372036854775807 in row 1",
        ),
    ];
    for (result, expected) in cases {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(expected), "`{message}` does not say `{expected}`");
    }
    let huge = ConfusionMatrix::new(&[0], &[0], usize::MAX).unwrap_err().to_string();
    assert!(huge.contains("at most 16384 classes in a confusion matrix"), "{huge}");
    let matrix = ConfusionMatrix::new(&[0, 1], &[0, 1], 2).unwrap();
    let unnamed = ClassificationReport::new(&matrix, ZeroDivision::Zero).with_names(&["one"]);
    assert_eq!(unnamed.unwrap_err(), ClassificationError::Names { classes: 2, names: 1 });
}

#[test]
fn bad_numbers_are_named() {
    let cases = [
        (mean_squared_error(&[], &[]), "at least 1 predictions, got 0"),
        (r2(&[1.0], &[1.0]), "at least 2 predictions, got 1"),
        (mean_absolute_error(&[1.0], &[]), "got 1 predictions and 0 targets"),
        (root_mean_squared_error(&[1.0, f64::NAN], &[1.0, 2.0]), "got NaN among the predictions in row 1"),
        (r2(&[1.0, 2.0], &[f64::INFINITY, 2.0]), "got inf among the targets in row 0"),
    ];
    for (result, expected) in cases {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(expected), "`{message}` does not say `{expected}`");
    }
}

#[test]
fn reports_become_json() {
    let matrix = ConfusionMatrix::new(&[0, 0], &[0, 0], 2).unwrap();
    let report = ClassificationReport::new(&matrix, ZeroDivision::NaN);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["classes"][0]["name"], "0");
    assert_eq!(json["classes"][0]["f1"], 1.0);
    assert_eq!(json["classes"][1]["precision"], serde_json::Value::Null);
    assert_eq!((&json["accuracy"], &json["weighted"]["support"]), (&1.0.into(), &2.into()));
}
