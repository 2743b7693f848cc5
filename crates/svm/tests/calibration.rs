//! Probabilities: agreement with recorded numbers, laws, and the two ways to fit them.

mod common;

use pellucid_compute::Pool;
use pellucid_svm::{CalibratedSvc, Calibration, Fit, Gamma, Kernel, MultiClass, Samples, Svc, SvcModel};
use serde::Deserialize;

use common::{close, normal, refused};

#[derive(Deserialize)]
struct Recorded {
    sigmoids: Vec<SigmoidOf>,
    couplings: Vec<Coupling>,
}

#[derive(Deserialize)]
struct SigmoidOf {
    values: Vec<f64>,
    positive: Vec<bool>,
    a: f64,
    b: f64,
    scikit_learn: [f64; 2],
}

#[derive(Deserialize)]
struct Coupling {
    pairs: Vec<f64>,
    probabilities: Vec<f64>,
}

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("scikit_learn/recorded.json")).unwrap()
}

/// Overlapping clouds of points, one a class.
fn clouds(n: usize, classes: usize, seed: u64) -> (Vec<f64>, Vec<i32>) {
    let mut x = normal(seed, n * 3);
    let labels: Vec<i32> = (0..n).map(|i| 10 * i32::try_from(i % classes).unwrap()).collect();
    for (row, &label) in x.chunks_exact_mut(3).zip(&labels) {
        row[label as usize / 10 % 3] += if label < 30 { 2.0 } else { -2.0 };
    }
    (x, labels)
}

/// A machine whose value is the number it is asked about, positive for class 1.
fn identity() -> SvcModel {
    let model = Svc::new(Kernel::Linear).c(10.0).fit(Samples::dense(&[1.0, -1.0], 1), &[0, 1]).unwrap();
    let values = model.decision_values(Samples::dense(&[0.25, -3.0], 1), &Pool::single()).unwrap();
    close(values[0], 0.25, 1e-12);
    close(values[1], -3.0, 1e-12);
    model
}

#[test]
fn sigmoids_are_those_of_greatest_likelihood() {
    for case in recorded().sigmoids {
        let labels: Vec<i32> = case.positive.iter().map(|&positive| i32::from(!positive)).collect();
        let samples = Samples::dense(&case.values, 1);
        let calibrated = CalibratedSvc::on_held_out(identity(), samples, &labels, &Pool::single()).unwrap();
        let (a, b) = (calibrated.slopes()[0], calibrated.offsets()[0]);
        close(a, case.a, 1e-7);
        close(b, case.b, 1e-7);
        // scikit-learn stops earlier.
        close(a, case.scikit_learn[0], 2e-3);
        close(b, case.scikit_learn[1], 2e-3);
    }
}

#[test]
fn pairs_are_coupled_as_by_the_linear_system() {
    for case in recorded().couplings {
        let classes = case.probabilities.len();
        let (x, labels) = clouds(10 * classes, classes, 1);
        let model = Svc::new(Kernel::Linear).fit(Samples::dense(&x, 3), &labels).unwrap();
        // With A = 0 the probability of a pair is 1 / (1 + exp(B)), whatever the sample.
        let b: Vec<f64> = case.pairs.iter().map(|r| ((1.0 - r) / r).ln()).collect();
        let calibrated = CalibratedSvc::from_parts(model, &vec![0.0; b.len()], &b).unwrap();
        let found = calibrated.probabilities(Samples::dense(&x[..3], 3)).unwrap();
        for (found, expected) in found.iter().zip(&case.probabilities) {
            close(*found, *expected, 1e-9);
        }
    }
}

#[test]
fn predictions_are_the_largest_probabilities() {
    let pool = Pool::new(2);
    for (classes, multi_class) in [
        (2, MultiClass::OneVsOne),
        (2, MultiClass::OneVsRest),
        (5, MultiClass::OneVsOne),
        (5, MultiClass::OneVsRest),
    ] {
        let (x, labels) = clouds(200, classes, 2);
        let samples = Samples::dense(&x, 3);
        let svc = Svc::new(Kernel::rbf(Gamma::Scale)).multi_class(multi_class);
        let fit = |seed| {
            let calibration = Calibration { seed, ..Calibration::default() };
            CalibratedSvc::fit(&svc, samples, &labels, calibration, Fit::on(&pool)).unwrap()
        };
        let calibrated = fit(7);
        let probabilities = calibrated.probabilities(samples).unwrap();
        let predicted = calibrated.predict(samples).unwrap();
        let mut right = 0;
        for ((row, &label), &actual) in probabilities.chunks_exact(classes).zip(&predicted).zip(&labels) {
            close(row.iter().sum(), 1.0, 1e-12);
            let class = calibrated.model().classes().iter().position(|&known| known == label).unwrap();
            assert!(row.iter().all(|&p| p > 0.0 && p <= row[class]), "{row:?} {label}");
            right += usize::from(label == actual);
        }
        assert!(right > 140, "{right} of 200");
        assert!(calibrated.slopes().iter().all(|&a| a < 0.0), "{:?}", calibrated.slopes());
        // The classifier itself is that of all samples, and the seed decides the rest.
        assert_eq!(
            calibrated.model().dual_coefficients(),
            svc.fit(samples, &labels).unwrap().dual_coefficients()
        );
        assert_eq!(calibrated.slopes(), fit(7).slopes());
        assert_ne!(calibrated.slopes(), fit(8).slopes());
    }
}

#[test]
fn probabilities_are_the_shares_of_new_samples() {
    let (x, labels) = clouds(600, 2, 3);
    let (fresh, outcomes) = clouds(4000, 2, 4);
    let svc = Svc::new(Kernel::Linear);
    let calibrated = CalibratedSvc::fit(
        &svc,
        Samples::dense(&x, 3),
        &labels,
        Calibration::default(),
        Fit::on(&Pool::single()),
    )
    .unwrap();
    let p = calibrated.probabilities(Samples::dense(&fresh, 3)).unwrap();
    for low in [0.1, 0.3, 0.5, 0.7] {
        let chosen = || (0..outcomes.len()).filter(|&i| (low..low + 0.2).contains(&p[2 * i]));
        let expected = chosen().map(|i| p[2 * i]).sum::<f64>() / chosen().count() as f64;
        let share = chosen().filter(|&i| outcomes[i] == 0).count() as f64 / chosen().count() as f64;
        assert!(
            chosen().count() > 80 && (share - expected).abs() < 0.1,
            "{low}: {share}, expected {expected}"
        );
    }
}

#[test]
fn cross_validated_sigmoids_are_those_of_separate_fits() {
    let (x, labels) = clouds(120, 3, 5);
    let samples = Samples::dense(&x, 3);
    let pool = Pool::single();
    let options = pellucid_svm::Effort::Exact.into();
    let svc = Svc::new(Kernel::rbf(Gamma::Value(0.3))).options(options);
    let calibration = Calibration { folds: 4, seed: 1 };
    let calibrated = CalibratedSvc::fit(&svc, samples, &labels, calibration, Fit::on(&pool)).unwrap();
    let fold_of = pellucid_svm::stratified_folds(&labels, 4, 1).unwrap();
    // The held-out values of the first pair, and a machine that gives them back.
    let (mut values, mut outcomes) = (Vec::new(), Vec::new());
    for fold in 0..4 {
        let weights: Vec<f64> = fold_of.iter().map(|&f| f64::from(f != fold)).collect();
        let model = svc.fit_with(samples, &labels, Fit::on(&pool).weights(&weights)).unwrap();
        let all = model.decision_values(samples, &pool).unwrap();
        for i in (0..120).filter(|&i| fold_of[i] == fold && labels[i] < 20) {
            values.push(all[3 * i]);
            outcomes.push(labels[i] / 10);
        }
    }
    let expected =
        CalibratedSvc::on_held_out(identity(), Samples::dense(&values, 1), &outcomes, &pool).unwrap();
    close(calibrated.slopes()[0], expected.slopes()[0], 1e-5);
    close(calibrated.offsets()[0], expected.offsets()[0], 1e-5);
}

#[test]
fn what_does_not_fit_is_refused() {
    let (x, labels) = clouds(30, 3, 6);
    let samples = Samples::dense(&x, 3);
    let pool = Pool::single();
    let model = Svc::new(Kernel::Linear).fit(samples, &labels).unwrap();
    let found = refused(CalibratedSvc::from_parts(model.clone(), &[1.0], &[0.0]));
    assert!(found.contains("3 finite numbers A and as many B"), "{found}");
    let found = refused(CalibratedSvc::from_parts(model.clone(), &[1.0, f64::NAN, 1.0], &[0.0; 3]));
    assert!(found.contains("finite"), "{found}");
    let found =
        refused(CalibratedSvc::on_held_out(model.clone(), Samples::dense(&x[..6], 3), &[0, 10], &pool));
    assert_eq!(found, "held-out labels: expected at least one sample of each class, found none of class 20");
    let strange = [0, 10, 20, 5];
    let found = refused(CalibratedSvc::on_held_out(model, Samples::dense(&x[..12], 3), &strange, &pool));
    assert_eq!(found, "held-out labels: expected one of [0, 10, 20], found 5 of sample 3 (from 0)");
    let svc = Svc::new(Kernel::Linear);
    let one = Calibration { folds: 1, seed: 0 };
    let found = refused(CalibratedSvc::fit(&svc, samples, &labels, one, Fit::on(&pool)));
    assert_eq!(found, "folds: expected at least 2, found 1");
}
