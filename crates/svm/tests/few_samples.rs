//! Rare classes, one class only, fewer samples than folds, a thousand classes, hard margins: what LIBSVM 3.24 does with
//! the same data, from its svm-train.

mod common;

use pellucid_compute::Pool;
use pellucid_svm::{
    CalibratedSvc, Calibration, ClassOrder, ClassWeight, Effort, Fit, Gamma, GridSearch, Kernel, MultiClass,
    Samples, StoredModel, Svc, Svr, stratified_folds,
};

use common::close;

/// Four samples of class 1 and one of class 2 (`r.svm` of the cases).
const X: [f64; 5] = [1.0, 1.1, 0.9, 1.2, -1.0];
const LABELS: [i32; 5] = [1, 1, 1, 1, 2];

fn samples() -> Samples<'static> {
    Samples::dense(&X, 1)
}

fn rbf() -> Svc {
    Svc::new(Kernel::rbf(Gamma::Value(1.0)))
}

#[test]
fn every_cross_validation_takes_a_class_of_one_sample() {
    let pool = Pool::new(2);
    // svm-train -v 2, -v 5, -v 10 (with -s 1 -n 0.1 as well): 80 %.
    for folds in [2, 3, 5, 10] {
        for svc in [rbf(), rbf().nu(0.1), rbf().multi_class(MultiClass::OneVsRest)] {
            let predicted = svc.cross_validate(samples(), &LABELS, folds, 0, Fit::on(&pool)).unwrap();
            assert_eq!(predicted, [1; 5], "{folds} folds");
        }
        let found = GridSearch::new(rbf()).c(&[1.0]).folds(folds).fit(samples(), &LABELS).unwrap();
        let right = |fold: &f64| *fold == 1.0;
        // All but the fold of class 2.
        assert!(found.best().fold_accuracies.iter().filter(|fold| right(fold)).count() >= folds.min(5) - 1);
    }
    // svm-train -b 1, whose five folds are the five samples: probA 4.08008, probB -5.07586.
    let calibrated = CalibratedSvc::fit(
        &rbf().options(Effort::Exact.into()),
        samples(),
        &LABELS,
        Calibration::default(),
        Fit::on(&pool),
    )
    .unwrap();
    close(calibrated.slopes()[0], 4.080_075_23, 2e-3);
    close(calibrated.offsets()[0], -5.075_860_89, 2e-3);
}

#[test]
fn of_three_classes_one_may_be_rare() {
    let x = [0.0, 0.1, 0.2, 0.3, 5.0, 5.1, 5.2, 5.3, 9.0];
    let labels = [1, 1, 1, 1, 2, 2, 2, 2, 3];
    let pool = Pool::single();
    for multi_class in [MultiClass::OneVsOne, MultiClass::OneVsRest] {
        let svc = rbf().c(10.0).multi_class(multi_class);
        let samples = Samples::dense(&x, 1);
        let predicted = svc.cross_validate(samples, &labels, 3, 0, Fit::on(&pool)).unwrap();
        assert_eq!(predicted[..8], labels[..8]);
        assert_ne!(predicted[8], 3);
        let calibrated =
            CalibratedSvc::fit(&svc, samples, &labels, Calibration::default(), Fit::on(&pool)).unwrap();
        let probabilities = calibrated.probabilities(samples).unwrap();
        for row in probabilities.chunks_exact(3) {
            close(row.iter().sum(), 1.0, 1e-12);
        }
        assert_eq!(calibrated.predict(samples).unwrap()[..8], labels[..8]);
    }
}

#[test]
fn more_folds_than_samples_leave_each_out_once() {
    let mut folds = stratified_folds(&LABELS, 100, 3).unwrap();
    folds.sort_unstable();
    assert_eq!(folds, [0, 1, 2, 3, 4]);
    assert!(stratified_folds(&LABELS[..1], 2, 0).is_err());
}

#[test]
fn one_class_only_is_predicted() {
    for multi_class in [MultiClass::OneVsOne, MultiClass::OneVsRest] {
        let svc = rbf().multi_class(multi_class).break_ties(true);
        let model = svc.fit(samples(), &[5; 5]).unwrap();
        assert_eq!((model.classes(), model.support(), model.reports().len()), (&[5][..], &[][..], 0));
        assert_eq!(model.predict(samples()).unwrap(), [5; 5]);
        assert!(model.decision_values(samples(), &Pool::single()).unwrap().is_empty());
        assert_eq!(model.class_values(samples(), &Pool::single()).unwrap().len(), 5);
        // Of weights that leave one class.
        let weights = [0.0, 0.0, 0.0, 0.0, 1.0];
        let other = svc.fit_with(samples(), &LABELS, Fit::on(&Pool::single()).weights(&weights)).unwrap();
        assert_eq!(other.predict(samples()).unwrap(), [2; 5]);
        assert_eq!(svc.cross_validate(samples(), &[5; 5], 3, 0, Fit::on(&Pool::single())).unwrap(), [5; 5]);
        let calibrated =
            CalibratedSvc::fit(&svc, samples(), &[5; 5], Calibration::default(), Fit::on(&Pool::single()))
                .unwrap();
        assert_eq!(calibrated.probabilities(samples()).unwrap(), [1.0; 5]);
        let stored = StoredModel::from(model);
        // svm-train's file, but for the first lines.
        let text = stored.to_libsvm().unwrap();
        assert!(text.ends_with("gamma 1\nnr_class 1\ntotal_sv 0\nrho\nlabel 5\nnr_sv 0\nSV\n"), "{text}");
        for bytes in [text.into_bytes(), stored.to_safetensors().unwrap()] {
            let again = StoredModel::parse("model", &bytes).unwrap();
            let pellucid_svm::AnyModel::Classifier(again) = again.model else { panic!("no classifier") };
            assert_eq!(again.predict(samples()).unwrap(), [5; 5]);
        }
    }
}

#[test]
fn weights_of_a_class_are_multiplied() {
    let weighted = |weights: &[(i32, f64)]| {
        let svc = rbf().c(10.0).class_weight(ClassWeight::PerClass(weights.to_vec()));
        svc.options(Effort::Exact.into()).fit(samples(), &LABELS).unwrap().dual_objective()
    };
    assert_eq!(weighted(&[(1, 0.1), (1, 0.1)]), weighted(&[(1, 0.1 * 0.1)]));
    assert_ne!(weighted(&[(1, 0.1), (1, 0.1)]), weighted(&[(1, 0.1)]));
    // A class that is not there.
    assert_eq!(weighted(&[(7, 0.1)]), weighted(&[]));
}

#[test]
fn a_hard_margin_is_an_infinite_c() {
    // svm-train -c inf -e 1e-10.
    let exact = || rbf().c(f64::INFINITY).options(Effort::Exact.into()).class_order(ClassOrder::Appearance);
    let model = exact().fit(samples(), &LABELS).unwrap();
    for (found, expected) in model.dual_coefficients().iter().zip([0.636_726, 0.405_007, -1.041_733]) {
        close(*found, expected, 1e-4);
    }
    assert_eq!(model.reports()[0].bounded, 0);
    let values = model.decision_values(samples(), &Pool::single()).unwrap();
    assert!(values[..4].iter().all(|&value| value > 1.0 - 1e-5) && values[4] < -1.0 + 1e-5, "{values:?}");
    let found = GridSearch::new(rbf()).c(&[1.0, f64::INFINITY]).fit(samples(), &LABELS).unwrap();
    assert_eq!(found.points.len(), 2);
    // A line through points within the tube.
    let svr = Svr::new(Kernel::Linear).c(f64::INFINITY).epsilon(0.01).options(Effort::Exact.into());
    let line = svr.fit(Samples::dense(&[0.0, 1.0, 2.0], 1), &[1.0, 3.0, 5.0]).unwrap();
    close(line.predict(Samples::dense(&[3.0], 1)).unwrap()[0], 7.0, 0.01);
}

#[test]
fn a_thousand_classes_of_one_sample() {
    let x: Vec<f64> = (1..=1000).map(f64::from).collect();
    let labels: Vec<i32> = (1..=1000).collect();
    let samples = Samples::dense(&x, 1);
    let model = rbf().fit(samples, &labels).unwrap();
    assert_eq!((model.reports().len(), model.support().len()), (499_500, 1000));
    // Two samples at a distance of 1: alpha = min(C, 1 / (1 - K)) = C.
    assert_eq!(model.reports()[0].bounded, 2);
    let some: Vec<f64> = (1..=1000).step_by(100).map(f64::from).collect();
    let expected: Vec<i32> = (1..=1000).step_by(100).collect();
    assert_eq!(model.predict(Samples::dense(&some, 1)).unwrap(), expected);
}

#[test]
fn the_bounded_are_samples() {
    // Of the cases: LIBSVM counts 2, as our file does; of one sample both variables are at their bounds.
    let x = [0.3, 0.4, -1.9, 0.3];
    let svr = Svr::new(Kernel::rbf(Gamma::Value(1.0))).epsilon(0.0);
    let model = svr.fit(Samples::dense(&x, 1), &[0.0, -5.1, -1.3, 2.9]).unwrap();
    assert_eq!(model.report().bounded, 2);
}
