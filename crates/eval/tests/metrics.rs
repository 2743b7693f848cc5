//! Metrics against numbers worked out by hand and, where there is an exponential, by numpy in f64.

#![allow(clippy::float_cmp)] // the values compared are exact by construction

use pellucid_eval::{
    Average, ClassificationError, ClassificationReport, ConfusionMatrix, Normalize,
    ReconstructionAccumulator, ReconstructionError, ZeroDivision, accuracy, r2, root_mean_squared_error,
    sigmoid,
};

const LOGITS: [f32; 6] = [-2.0, 0.5, 3.0, 1.0, -40.0, 100.0];
const TARGETS: [f32; 6] = [0.0, 0.5, 1.0, 0.25, 0.0, 0.5];

fn assert_close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-6 * want.abs().max(1.0), "{got} is not {want}");
}

/// softplus(l) - t l cancels for a sure, right prediction. Oracle: log1p(exp(-16)) = 1.1253516e-7.
#[test]
fn the_cross_entropy_of_sure_predictions_keeps_its_digits() {
    for (logit, target) in [(16.0, 1.0), (-16.0, 0.0)] {
        let mut sums = ReconstructionAccumulator::new();
        sums.add(&[logit], &[target], 1).unwrap();
        assert!((sums.finish().unwrap().bce / 1.125_351_684e-7 - 1.0).abs() < 1e-6);
    }
}

#[test]
fn reconstruction_agrees_with_numpy() {
    let mut sums = ReconstructionAccumulator::new();
    sums.add(&LOGITS, &TARGETS, 3).unwrap();
    let quality = sums.finish().unwrap();
    assert_close(quality.mse, 0.085_478_698_989_532);
    assert_close(quality.mae, 0.211_691_117_505_257);
    assert_close(quality.bce, 8.660_475_672_385_841); // the logit of 100 for a target of 1/2 costs 50 alone
    assert_close(quality.mean_sample_mse, 0.085_478_698_989_532);
    assert_close(quality.std_sample_mse, 0.074_993_753_034_975);
    assert_close(f64::from(quality.per_sample_mse[0]), 0.010_484_945_954_557);
    assert_close(f64::from(quality.per_sample_mse[1]), 0.160_472_452_024_507);
    assert_close(quality.range_preservation, 1.0);
    assert_eq!((quality.logits_min, quality.logits_max), (-40.0, 100.0));
}

#[test]
fn batches_do_not_change_the_sums() {
    let mut whole = ReconstructionAccumulator::new();
    whole.add(&LOGITS, &TARGETS, 2).unwrap();
    let mut parts = ReconstructionAccumulator::new();
    parts.add(&LOGITS[..4], &TARGETS[..4], 2).unwrap();
    parts.add(&LOGITS[4..], &TARGETS[4..], 2).unwrap();
    assert_eq!(whole.finish().unwrap(), parts.finish().unwrap());
}

#[test]
fn extreme_logits_stay_finite() {
    let mut sums = ReconstructionAccumulator::new();
    sums.add(&[-1e30, 1e30, -1000.0, 1000.0], &[1.0, 0.0, 0.0, 1.0], 4).unwrap();
    let quality = sums.finish().unwrap();
    assert!(quality.bce.is_finite());
    assert_eq!(quality.mse, 0.5);
}

#[test]
fn bad_batches_are_named() {
    let mut sums = ReconstructionAccumulator::new();
    assert_eq!(sums.add(&[0.0], &[0.0, 1.0], 1), Err(ReconstructionError::Length { logits: 1, targets: 2 }));
    assert_eq!(sums.add(&[0.0; 3], &[0.0; 3], 2), Err(ReconstructionError::Width { width: 2, values: 3 }));
    assert_eq!(sums.add(&[], &[], 0), Err(ReconstructionError::Width { width: 0, values: 0 }));
    assert_eq!(sums.finish(), Err(ReconstructionError::Empty));
}

#[test]
fn sigmoid_is_exact_where_it_is_known() {
    assert_eq!(sigmoid(0.0), 0.5);
    assert_eq!(sigmoid(200.0), 1.0);
    assert_eq!(sigmoid(-200.0), 0.0);
}

#[test]
fn confusion_counts_each_pair() {
    let (predicted, actual) = ([0, 1, 2, 2, 1, 0], [0, 1, 2, 1, 1, 2]);
    let matrix = ConfusionMatrix::new(&predicted, &actual, 3).unwrap();
    let counts: Vec<u64> =
        (0..3).flat_map(|a| (0..3).map(move |p| (a, p))).map(|(a, p)| matrix.count(a, p)).collect();
    assert_eq!(counts, [1, 0, 0, 0, 2, 1, 1, 0, 1]);
    assert_close(matrix.accuracy(), 4.0 / 6.0);
    assert_eq!(matrix.accuracy(), accuracy(&predicted, &actual).unwrap());
    assert_eq!((matrix.classes(), matrix.count(3, 0)), (3, 0));
}

#[test]
fn bad_classes_are_named() {
    assert_eq!(accuracy::<u8>(&[], &[]), Err(ClassificationError::Empty));
    assert_eq!(accuracy(&[1_u8], &[]), Err(ClassificationError::Length { predicted: 1, actual: 0 }));
    assert_eq!(
        ConfusionMatrix::new(&[0, 3], &[0, 1], 3),
        Err(ClassificationError::Class { class: 3, row: 1, classes: 3 })
    );
}

/// Oracle: the formulas in exact arithmetic, of small whole numbers.
#[test]
fn neither_offset_nor_size_takes_digits_from_regression_figures() {
    let (steps, errors) = ([0.0, 3.0, 1.0, 8.0, 5.0, 7.0], [1.0, 0.0, -1.0, 2.0, 0.0, -1.0]);
    // Of the steps: sum 24, squares 148, so squares about the mean 52; of the errors: squares 7.
    for offset in [0.0, 1.7e9, -1e15] {
        for exponent in [-1000, -700, 0, 700, 960] {
            let size = 2.0_f64.powi(exponent);
            let actual = steps.map(|y| (offset + y) * size);
            let predicted: Vec<f64> =
                steps.iter().zip(errors).map(|(y, e)| (offset + y + e) * size).collect();
            let got = r2(&predicted, &actual).unwrap();
            assert!((got - (1.0 - 7.0 / 52.0)).abs() < 1e-14, "{offset} {exponent}: {got}");
            let root = root_mean_squared_error(&predicted, &actual).unwrap() / size;
            assert!((root - (7.0_f64 / 6.0).sqrt()).abs() < 1e-14, "{offset} {exponent}: {root}");
        }
    }
}

#[test]
fn long_and_hidden_names_do_not_break_a_report() {
    let matrix = ConfusionMatrix::new(&[0, 1], &[0, 1], 2).unwrap();
    let report = ClassificationReport::new(&matrix, ZeroDivision::Zero);
    let text = report.with_names(&["x".repeat(1 << 17), "a\n\u{1b}b".to_owned()]).unwrap().to_text(1000);
    assert!(text.lines().count() == 8 && text.contains("a\\n\\u{1b}b") && text.len() < 4000, "{text}");
}

/// Oracle: scikit-learn 1.9.1, `fbeta_score` and `confusion_matrix(normalize=...)` of the same classes.
#[test]
fn f_beta_and_shares_are_scikit_learns() {
    let matrix =
        ConfusionMatrix::new(&[0, 1, 1, 1, 2, 2, 2, 0, 2, 2], &[0, 0, 1, 1, 1, 2, 2, 2, 2, 3], 4).unwrap();
    let near = |got: &[f64], want: &[f64]| {
        assert!(
            got.len() == want.len() && got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-15),
            "{got:?}"
        );
    };
    for (beta, each, some) in [
        (0.5, [0.5, 2.0 / 3.0, 0.625, 0.0], [0.5625, 0.588_235_294_117_647_1, 0.583_333_333_333_333_4]),
        (
            2.0,
            [0.5, 2.0 / 3.0, 0.714_285_714_285_714_3, 0.0],
            [0.607_142_857_142_857_2, 0.645_161_290_322_580_6, 0.642_857_142_857_142_9],
        ),
    ] {
        near(&matrix.f_beta(beta, ZeroDivision::Zero), &each);
        let averages = [Average::Macro, Average::Micro, Average::Weighted];
        near(&averages.map(|a| matrix.f_beta_average(&[0, 2], a, beta, ZeroDivision::Zero)), &some);
    }
    let third = 1.0 / 3.0;
    for (by, shares) in [
        (
            Normalize::Actual,
            [0.5, 0.5, 0.0, 0.0, 0.0, 2.0 * third, third, 0.0, 0.25, 0.0, 0.75, 0.0, 0.0, 0.0, 1.0, 0.0],
        ),
        (
            Normalize::Predicted,
            [0.5, third, 0.0, 0.0, 0.0, 2.0 * third, 0.2, 0.0, 0.5, 0.0, 0.6, 0.0, 0.0, 0.0, 0.2, 0.0],
        ),
        (Normalize::All, [0.1, 0.1, 0.0, 0.0, 0.0, 0.2, 0.1, 0.0, 0.1, 0.0, 0.3, 0.0, 0.0, 0.0, 0.1, 0.0]),
    ] {
        near(&matrix.normalized(by), &shares);
    }
}
