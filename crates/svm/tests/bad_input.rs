//! What a user may get wrong, and data that are hard: a clear message or a documented result, and always an end.

mod common;

use pellucid_compute::{Pool, Stream};
use pellucid_svm::{
    ClassWeight, Effort, Fit, Gamma, Kernel, MultiClass, OneClassSvm, Options, Samples, Solver, Svc,
    SvmError, Svr,
};

use common::{normal, refused};

const X: [f64; 8] = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
const LABELS: [i32; 4] = [0, 0, 1, 1];

fn samples() -> Samples<'static> {
    Samples::dense(&X, 2)
}

fn rbf() -> Svc {
    Svc::new(Kernel::rbf(Gamma::Scale))
}

#[test]
fn parameters_out_of_range() {
    for (c, said) in [(0.0, "0"), (-1.0, "-1"), (f64::NAN, "NaN")] {
        let expected = format!("C: expected a number above 0, found {said}");
        assert_eq!(refused(rbf().c(c).fit(samples(), &LABELS)), expected);
        assert_eq!(refused(Svr::new(Kernel::Linear).c(c).fit(samples(), &[0.0; 4])), expected);
    }
    let found = refused(Svr::new(Kernel::Linear).nu(0.5).c(f64::INFINITY).fit(samples(), &[0.0; 4]));
    assert_eq!(found, "C: expected a finite number for nu-SVR, found inf");
    for (nu, said) in [(0.0, "0"), (-0.5, "-0.5"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        let expected = format!("nu: expected a number above 0 and not above 1, found {said}");
        assert_eq!(refused(rbf().nu(nu).fit(samples(), &LABELS)), expected);
        assert_eq!(refused(Svr::new(Kernel::Linear).nu(nu).fit(samples(), &[0.0; 4])), expected);
        assert_eq!(refused(OneClassSvm::new(Kernel::Linear, nu).fit(samples())), expected);
    }
    let found = refused(Svr::new(Kernel::Linear).epsilon(-0.1).fit(samples(), &[0.0; 4]));
    assert_eq!(found, "epsilon: expected a finite number of at least 0, found -0.1");
    for gamma in [-1.0, f64::NAN, f64::INFINITY] {
        let found = refused(Svc::new(Kernel::rbf(Gamma::Value(gamma))).fit(samples(), &LABELS));
        assert!(found.starts_with("gamma: expected a finite number of at least 0"), "{found}");
    }
    let found = refused(Svc::new(Kernel::sigmoid(Gamma::Auto, f64::NAN)).fit(samples(), &LABELS));
    assert_eq!(found, "coef0: expected a finite number, found NaN");
    for tolerance in [0.0, -1.0, f64::NAN] {
        let options = Options { tolerance, ..Options::default() };
        let found = refused(rbf().options(options).fit(samples(), &LABELS));
        assert!(found.starts_with("tolerance: expected a finite number above 0"), "{found}");
    }
    let found = refused(rbf().class_weight(ClassWeight::PerClass(vec![(1, -2.0)])).fit(samples(), &LABELS));
    assert_eq!(found, "class weight: expected finite numbers above 0, found -2");
}

#[test]
fn an_infeasible_nu_names_the_classes() {
    // At most 2 min(1, 3) / 4.
    let found = refused(rbf().nu(0.6).fit(samples(), &[5, 8, 8, 8]));
    assert_eq!(found, "nu: expected at most 0.500000 for classes 5 and 8 of [1.0, 3.0] samples, found 0.6");
    assert!(rbf().nu(0.5).fit(samples(), &[5, 8, 8, 8]).is_ok());
}

#[test]
fn labels_and_weights_that_do_not_fit() {
    assert_eq!(refused(rbf().fit(samples(), &[0, 1, 0])), "labels: expected 4, one a sample, found 3");
    assert_eq!(
        refused(Svr::new(Kernel::Linear).fit(samples(), &[0.0; 5])),
        "targets: expected 4, one a sample, found 5"
    );
    let found = refused(Svr::new(Kernel::Linear).fit(samples(), &[0.0, f64::NAN, 0.0, 0.0]));
    assert_eq!(found, "targets: expected finite numbers, found NaN for sample 1 (from 0)");
    let pool = Pool::single();
    let with = |weights: &[f64], labels: &[i32]| {
        refused(rbf().fit_with(samples(), labels, Fit::on(&pool).weights(weights)))
    };
    assert_eq!(with(&[1.0; 3], &LABELS), "sample weights: expected 4, one a sample, found 3");
    let found = with(&[1.0, -1.0, 1.0, 1.0], &LABELS);
    assert_eq!(
        found,
        "sample weights: expected finite numbers of at least 0, found -1 for sample 1 (from 0)"
    );
    assert_eq!(with(&[0.0; 4], &LABELS), "sample weights: expected at least one above 0, found none");
}

#[test]
fn samples_that_do_not_fit() {
    let nothing: [f64; 0] = [];
    let nothing = Samples::dense(&nothing, 2);
    let found = refused(rbf().fit(nothing, &[]));
    assert_eq!(found, "labels: expected at least one class (of samples with a weight), found none");
    for found in [
        refused(Svr::new(Kernel::Linear).fit(nothing, &[])),
        refused(OneClassSvm::new(Kernel::Linear, 0.5).fit(nothing)),
    ] {
        assert_eq!(found, "samples: expected at least one, found none");
    }
    let found = refused(rbf().fit(Samples::dense(&X[..7], 2), &LABELS[..3]));
    assert_eq!(found, "samples: expected whole rows of 2 numbers, at least one, found 7 numbers");
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut x = X;
        x[5] = bad;
        let expected = format!("samples: expected finite numbers, found {bad} in row 2, column 1 (from 0)");
        assert_eq!(refused(rbf().fit(Samples::dense(&x, 2), &LABELS)), expected);
        assert_eq!(refused(OneClassSvm::new(Kernel::Linear, 0.5).fit(Samples::dense(&x, 2))), expected);
        let model = rbf().fit(samples(), &LABELS).unwrap();
        assert_eq!(refused(model.predict(Samples::dense(&x, 2))), expected);
    }
    // Numbers whose products overflow.
    let x = X.map(|x| x * 1e200);
    for kernel in [Kernel::Linear, Kernel::polynomial(3, Gamma::Value(1.0), 0.0)] {
        let found = refused(Svc::new(kernel).fit(Samples::dense(&x, 2), &LABELS));
        assert!(found.contains("kernel: expected finite values"), "{found}");
    }
}

#[test]
fn prediction_with_another_width() {
    let model = rbf().fit(samples(), &LABELS).unwrap();
    let found = refused(model.predict(Samples::dense(&X[..3], 3)));
    assert!(found.contains('2') && found.contains('3'), "{found}");
    let machine = OneClassSvm::new(Kernel::Linear, 0.5).fit(samples()).unwrap();
    assert!(machine.predict(Samples::dense(&X[..3], 3)).is_err());
}

#[test]
fn constant_features_have_gamma_one() {
    let x = [3.0; 8];
    let model = rbf().fit(Samples::dense(&x, 2), &LABELS).unwrap();
    assert_eq!(model.kernel().gamma(), Some(1.0));
    // Nothing tells the classes apart: the value is the same everywhere.
    let values = model.decision_values(Samples::dense(&x, 2), &Pool::single()).unwrap();
    assert!(values.iter().all(|&value| value == values[0] && value.is_finite()), "{values:?}");
    let svr = Svr::new(Kernel::rbf(Gamma::Scale)).fit(Samples::dense(&x, 2), &[1.0, 2.0, 3.0, 4.0]).unwrap();
    assert!(svr.predict(Samples::dense(&x, 2)).unwrap().iter().all(|&value| (2.0..=3.0).contains(&value)));
    assert!(OneClassSvm::new(Kernel::rbf(Gamma::Scale), 0.5).fit(Samples::dense(&x, 2)).is_ok());
}

#[test]
fn equal_points_of_opposite_classes() {
    let x = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0];
    let labels = [0, 1, 0, 1, 0, 1, 0, 1];
    for solver in [Solver::SecondOrder, Solver::Platt, Solver::Simplified] {
        for c in [1.0, 1e6] {
            let options = Options { solver, ..Effort::Exact.into() };
            let svc = rbf().c(c).options(options);
            let model = svc.fit(Samples::dense(&x, 1), &labels).unwrap();
            // All are violations whatever f is: alpha = C and the objective -8 C.
            assert!(
                (model.dual_objective() + 8.0 * c).abs() <= 1e-6 * c,
                "{solver:?} {}",
                model.dual_objective()
            );
            assert_eq!(model.reports()[0].bounded, 8);
            assert!(model.kkt_gap() <= 1e-6);
        }
    }
}

#[test]
fn precomputed_kernels_must_be_square_and_symmetric() {
    let svc = Svc::new(Kernel::Precomputed);
    let found = refused(svc.fit(Samples::dense(&X, 2), &LABELS));
    assert_eq!(found, "precomputed kernel: expected a square matrix of the training samples, found 4 x 2");
    let mut table = [1.0; 16];
    table[6] = 0.5;
    let found = refused(svc.fit(Samples::dense(&table, 4), &LABELS));
    let expected = "a symmetric matrix, found K(2, 3) = 0.5 and K(3, 2) = 1 (samples count from 1)";
    assert!(found.contains(expected), "{found}");
    let table: Vec<f64> = (0..16).map(|i| if i / 4 == i % 4 { 1.0 } else { 0.1 }).collect();
    let model = svc.fit(Samples::dense(&table, 4), &LABELS).unwrap();
    assert!(model.predict(Samples::dense(&table[..8], 4)).is_ok());
    assert!(model.predict(Samples::dense(&table[..6], 3)).is_err());
}

/// Symmetric, with as many negative eigenvalues as positive ones.
fn indefinite(n: usize, seed: u64) -> Vec<f64> {
    let noise = normal(seed, n * n);
    (0..n * n).map(|at| noise[at] + noise[at % n * n + at / n]).collect()
}

#[test]
fn kernels_that_are_not_positive_semidefinite_end_at_a_stationary_point() {
    let labels: Vec<i32> = (0..40).map(|i| i % 3).collect();
    let targets: Vec<f64> = labels.iter().map(|&label| f64::from(label)).collect();
    let mut x = vec![0.0; 80];
    Stream::new(7).fill_normal(&mut x, 0.0, 2.0);
    for seed in 0..4 {
        let table = indefinite(40, seed);
        let cases = [
            (Kernel::Precomputed, Samples::dense(&table, 40)),
            (Kernel::sigmoid(Gamma::Value(3.0), -1.0), Samples::dense(&x, 2)),
        ];
        for (kernel, samples) in cases {
            for solver in [Solver::SecondOrder, Solver::Platt, Solver::Simplified] {
                let options = Options { solver, seed, ..Effort::Exact.into() };
                for multi_class in [MultiClass::OneVsOne, MultiClass::OneVsRest] {
                    let svc = Svc::new(kernel.clone()).options(options).multi_class(multi_class);
                    let model = svc.clone().c(10.0).fit(samples, &labels).unwrap();
                    assert!(model.kkt_gap() <= 1e-6, "{solver:?} {}", model.kkt_gap());
                    assert!(model.dual_objective() < 0.0 && model.dual_objective().is_finite());
                    // Such a kernel need not leave a margin above zero.
                    match svc.nu(0.5).fit(samples, &labels) {
                        Ok(model) => assert!(model.dual_objective().is_finite()),
                        Err(error) => assert!(matches!(error, SvmError::NoMargin { .. }), "{error}"),
                    }
                }
                for svr in [Svr::new(kernel.clone()), Svr::new(kernel.clone()).nu(0.5)] {
                    let model = svr.c(10.0).options(options).fit(samples, &targets).unwrap();
                    assert!(model.report().kkt_gap <= 1e-6);
                }
                let model = OneClassSvm::new(kernel.clone(), 0.5).options(options).fit(samples).unwrap();
                assert!(model.report().kkt_gap <= 1e-6);
            }
        }
    }
}

#[test]
fn iterations_can_be_limited() {
    let x = normal(3, 300);
    let labels: Vec<i32> = (0..100).map(|i| i % 2).collect();
    for solver in [Solver::SecondOrder, Solver::Platt, Solver::Simplified] {
        let options = Options { solver, max_iterations: Some(5), ..Effort::Exact.into() };
        let model = rbf().c(100.0).options(options).fit(Samples::dense(&x, 3), &labels).unwrap();
        assert_eq!(model.iterations(), 5, "{solver:?}");
        assert!(model.kkt_gap() > 1e-6);
    }
}
