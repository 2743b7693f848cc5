//! All solvers reach the same optimum, whatever the options.

mod common;

use pellucid_compute::Pool;
use pellucid_svm::{
    Effort, Fit, Gamma, Kernel, MultiClass, OneClassSvm, Options, Precision, Samples, Solver, Svc, Svr,
};

use common::clouds;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-12), "{a} and {b}");
}

#[test]
fn solvers_and_shrinking_agree() {
    let (x, labels) = clouds(150, 5, 3, 1);
    let samples = Samples::dense(&x, 5);
    let targets: Vec<f64> = x.chunks_exact(5).map(|row| row[0] + row[1].sin()).collect();
    let exact = Options::from(Effort::Exact);
    let variants = [
        exact,
        Options { shrinking: false, ..exact },
        Options { cache_bytes: 20_000, ..exact },
        Options { working_sets_from: 100, ..exact },
        Options { working_sets_from: 0, cache_bytes: 20_000, shrinking: false, ..exact },
        Options { solver: Solver::Platt, ..exact },
        Options { solver: Solver::Simplified, ..exact },
    ];
    for kernel in [Kernel::Linear, Kernel::rbf(Gamma::Scale), Kernel::polynomial(2, Gamma::Auto, 1.0)] {
        let mut expected: Option<Vec<f64>> = None;
        for options in variants {
            let c = Svc::new(kernel.clone()).c(2.0).options(options).fit(samples, &labels).unwrap();
            // nu n / 2 is no whole number: else all may lie at their bounds, and the margin is not unique.
            let nu = Svc::new(kernel.clone()).nu(0.77).options(options).fit(samples, &labels).unwrap();
            let rest = Svc::new(kernel.clone()).multi_class(MultiClass::OneVsRest).options(options);
            let rest = rest.fit(samples, &labels).unwrap();
            let svr = Svr::new(kernel.clone()).options(options).fit(samples, &targets).unwrap();
            let nu_svr = Svr::new(kernel.clone()).nu(0.4).options(options).fit(samples, &targets).unwrap();
            let one = OneClassSvm::new(kernel.clone(), 0.2).options(options).fit(samples).unwrap();
            for gap in [
                c.kkt_gap(),
                nu.kkt_gap(),
                rest.kkt_gap(),
                svr.report().kkt_gap,
                nu_svr.report().kkt_gap,
                one.report().kkt_gap,
            ] {
                assert!(gap <= 1e-6, "{kernel:?} {options:?}: gap {gap}");
            }
            let objectives = vec![
                c.dual_objective(),
                nu.dual_objective(),
                rest.dual_objective(),
                svr.report().dual_objective,
                nu_svr.report().dual_objective,
                one.report().dual_objective,
            ];
            let expected = expected.get_or_insert_with(|| objectives.clone());
            for (at, (found, expected)) in objectives.iter().zip(expected).enumerate() {
                let off = (*found - *expected).abs() / expected.abs().max(1e-3);
                assert!(off <= 1e-6, "{kernel:?} {options:?}, formulation {at}: {found} and {expected}");
            }
        }
    }
}

#[test]
fn same_bits_for_any_threads() {
    let (x, labels) = clouds(700, 20, 4, 2);
    let samples = Samples::dense(&x, 20);
    for precision in [Precision::F32, Precision::F64] {
        let svc = Svc::new(Kernel::rbf(Gamma::Scale)).options(Options { precision, ..Options::default() });
        let fit = |threads: usize| {
            let pool = Pool::new(threads);
            let model = svc.fit_with(samples, &labels, Fit::on(&pool)).unwrap();
            let values = model.decision_values(samples, &pool).unwrap();
            // As bits: == takes -0 for 0.
            let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
            [bits(model.dual_coefficients()), bits(&model.intercepts()), bits(&values)]
        };
        let one = fit(1);
        for threads in [2, 3, 4] {
            assert!(fit(threads) == one, "{threads} threads");
        }
    }
}

#[test]
fn f32_and_f64_kernels_agree_to_the_tolerance() {
    let (x, labels) = clouds(400, 8, 2, 3);
    let samples = Samples::dense(&x, 8);
    let fit = |precision| {
        let options = Options { precision, ..Options::default() };
        Svc::new(Kernel::rbf(Gamma::Scale)).c(10.0).options(options).fit(samples, &labels).unwrap()
    };
    let (single, double) = (fit(Precision::F32), fit(Precision::F64));
    close(single.dual_objective(), double.dual_objective(), 1e-4);
    assert_eq!(single.predict(samples).unwrap(), double.predict(samples).unwrap());
}
