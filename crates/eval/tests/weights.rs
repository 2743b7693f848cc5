//! What weights of samples must obey: equal ones change nothing, whole ones repeat, useless ones are refused.

use pellucid_eval::*;
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn useless_weights_are_refused() {
    let accuracy = |weights: &[f64]| weighted::accuracy(&[1, 2], &[1, 2], weights).unwrap_err().to_string();
    assert_eq!(accuracy(&[1.0]), "expected 2 weights, one a sample, got 1");
    assert_eq!(
        accuracy(&[1.0, -0.5]),
        "expected weights that are finite and not negative, got -0.5 in row 1"
    );
    assert_eq!(
        accuracy(&[f64::NAN, 1.0]),
        "expected weights that are finite and not negative, got NaN in row 0"
    );
    assert_eq!(accuracy(&[0.0, 0.0]), "expected weights with a sum above 0 that is finite, got a sum of 0");
    assert_eq!(
        accuracy(&[f64::MAX; 2]),
        "expected weights with a sum above 0 that is finite, got a sum of inf"
    );
    let error = weighted::r2(&[1.0, 2.0], &[1.0, 2.0], &[1.0, f64::INFINITY]).unwrap_err();
    assert!(matches!(error, RegressionError::Weights(WeightError::Value { row: 1, .. })));
    let error = ConfusionMatrix::weighted(&[0, 1], &[0, 1], 2, &[]).unwrap_err();
    assert!(matches!(error, ClassificationError::Weights(WeightError::Length { weights: 0, samples: 2 })));
    // A class that weighs nothing is a class without samples.
    let error = weighted::roc_auc(&[0.1, 0.9], &[false, true], &[1.0, 0.0]).unwrap_err();
    assert!(matches!(error, ClassificationError::OneClass { inside: 0, rows: 1, .. }));
    assert!(matches!(weighted::accuracy::<u8>(&[], &[], &[]), Err(ClassificationError::Empty)));
}

proptest! {
    #[test]
    fn ones_leave_every_bit_and_whole_weights_repeat(
        samples in vec((0_u32..3, 0_u32..3, 0_u32..8, -5.0..5.0, -5.0..5.0, 0_usize..4), 2..40),
    ) {
        let repeated: Vec<_> = samples.iter().flat_map(|s| std::iter::repeat_n(*s, s.5)).collect();
        let ones = vec![1.0; samples.len()];
        let whole: Vec<f64> = samples.iter().map(|s| s.5 as f64).collect();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);

        macro_rules! compare {
            ($($name:ident($left:expr, $right:expr)),*) => {$(
                let (l, r) = (|s: &[(u32, u32, u32, f64, f64, usize)]| s.iter().map($left).collect::<Vec<_>>(),
                    |s: &[(u32, u32, u32, f64, f64, usize)]| s.iter().map($right).collect::<Vec<_>>());
                let plain = $name(&l(&samples), &r(&samples)).ok();
                let unit = weighted::$name(&l(&samples), &r(&samples), &ones).ok();
                if stringify!($name) == "roc_auc" {
                    prop_assert!(plain.zip(unit).is_none_or(|(a, b)| close(a, b)));
                } else {
                    prop_assert_eq!(plain.map(f64::to_bits), unit.map(f64::to_bits));
                }
                let (many, weighed) = ($name(&l(&repeated), &r(&repeated)), weighted::$name(&l(&samples), &r(&samples), &whole));
                if let (Ok(many), Ok(weighed)) = (many, weighed) {
                    prop_assert!(close(weighed, many), "{}: {weighed}, {many}", stringify!($name));
                }
            )*};
        }
        compare!(
            accuracy(|s| s.0, |s| s.1),
            log_loss(|s| f64::from(s.2) / 8.0, |s| s.0 == 0),
            brier_score(|s| f64::from(s.2) / 8.0, |s| s.0 == 0),
            roc_auc(|s| f64::from(s.2), |s| s.0 == 0),
            mean_absolute_error(|s| s.3, |s| s.4),
            mean_squared_error(|s| s.3, |s| s.4),
            root_mean_squared_error(|s| s.3, |s| s.4),
            r2(|s| s.3, |s| s.4)
        );

        if !repeated.is_empty() {
            let column = |s: &[(u32, u32, u32, f64, f64, usize)], second: bool| {
                s.iter().map(|s| if second { s.1 } else { s.0 }).collect::<Vec<_>>()
            };
            let many = ConfusionMatrix::new(&column(&repeated, false), &column(&repeated, true), 3).unwrap();
            let weighed =
                ConfusionMatrix::weighted(&column(&samples, false), &column(&samples, true), 3, &whole).unwrap();
            for i in 0..9 {
                prop_assert_eq!(many.count(i / 3, i % 3) as f64, weighed.count(i / 3, i % 3));
            }
            prop_assert_eq!(many.accuracy(), weighed.accuracy());
            prop_assert_eq!(
                many.average_scores(Average::Weighted, ZeroDivision::One).f1,
                weighed.average_scores(Average::Weighted, ZeroDivision::One).f1
            );
        }
    }
}
