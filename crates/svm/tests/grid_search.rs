//! The search shares work and finds what separate fits find.

mod common;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_compute::Pool;
use pellucid_data::Csr;
use pellucid_svm::{
    CalibratedSvc, Calibration, ClassWeight, Effort, Fit, Gamma, GridSearch, Kernel, MultiClass, Options,
    Samples, Svc, stratified_folds,
};

use common::clouds;

#[test]
fn points_are_those_of_separate_fits() {
    let (x, labels) = clouds(180, 4, 3, 1);
    let samples = Samples::dense(&x, 4);
    let fold_of = stratified_folds(&labels, 4, 9).unwrap();
    let variants: [fn(Svc) -> Svc; 3] = [
        |svc| svc,
        |svc| svc.multi_class(MultiClass::OneVsRest),
        |svc| svc.class_weight(ClassWeight::PerClass(vec![(1, 3.0)])),
    ];
    for variant in variants {
        let svc = |kernel: &Kernel, c| variant(Svc::new(kernel.clone()).c(c).options(Effort::Exact.into()));
        // Unsorted on purpose; with the largest C most support vectors are free.
        let search = GridSearch::new(svc(&Kernel::rbf(Gamma::Scale), 1.0)).c(&[10.0, 0.1, 1000.0]);
        let found = search.gamma(&[0.05, 0.5]).unwrap().folds(4).seed(9).fit(samples, &labels).unwrap();
        let grid: Vec<(f64, f64)> = found.points.iter().map(|p| (p.kernel.gamma().unwrap(), p.c)).collect();
        assert_eq!(grid, [(0.05, 0.1), (0.05, 10.0), (0.05, 1000.0), (0.5, 0.1), (0.5, 10.0), (0.5, 1000.0)]);
        for point in &found.points {
            for (fold, accuracy) in point.fold_accuracies.iter().enumerate() {
                let weights: Vec<f64> = fold_of.iter().map(|&f| f64::from(f as usize != fold)).collect();
                let model = svc(&point.kernel, point.c);
                let model =
                    model.fit_with(samples, &labels, Fit::on(&Pool::single()).weights(&weights)).unwrap();
                let predicted = model.predict(samples).unwrap();
                let held_out = || (0..180).filter(|&i| fold_of[i] as usize == fold);
                let right = held_out().filter(|&i| predicted[i] == labels[i]).count();
                let expected = right as f64 / held_out().count() as f64;
                assert_eq!(*accuracy, expected, "{:?}, C {}, fold {fold}", point.kernel, point.c);
            }
            let mean = point.fold_accuracies.iter().sum::<f64>() / 4.0;
            let variance = point.fold_accuracies.iter().map(|a| (a - mean) * (a - mean)).sum::<f64>() / 4.0;
            assert!((point.mean_accuracy - mean).abs() < 1e-12);
            assert!((point.standard_deviation - variance.sqrt()).abs() < 1e-12);
        }
        let best = found.best();
        let most = found.points.iter().map(|point| point.accuracy).fold(0.0, f64::max);
        assert_eq!(best.accuracy, most);
        let again = svc(&best.kernel, best.c).fit(samples, &labels).unwrap();
        assert_eq!(found.model.dual_coefficients(), again.dual_coefficients());
    }
}

#[test]
fn ties_go_to_the_smaller_c_and_gamma() {
    // So far apart that every point is perfect.
    let x: Vec<f64> = (0..20).map(|i| f64::from(i % 2) * 10.0 + f64::from(i) / 100.0).collect();
    let labels: Vec<i32> = (0..20).map(|i| i % 2).collect();
    let search =
        GridSearch::new(Svc::new(Kernel::rbf(Gamma::Scale))).c(&[5.0, 2.0]).gamma(&[0.3, 0.1]).unwrap();
    let found = search.fit(Samples::dense(&x, 1), &labels).unwrap();
    assert!(found.points.iter().all(|point| point.mean_accuracy == 1.0));
    assert_eq!((found.best().c, found.best().kernel.gamma()), (2.0, Some(0.1)));
}

#[test]
fn sparse_precomputed_and_any_number_of_threads() {
    let (x, labels) = clouds(90, 4, 3, 1);
    let accuracies = |samples: Samples<'_>, kernel: Kernel, threads: usize| {
        let search = GridSearch::new(Svc::new(kernel).options(Effort::Exact.into())).c(&[0.5, 5.0]).folds(3);
        let found = search.fit_with(samples, &labels, Fit::on(&Pool::new(threads))).unwrap();
        let accuracies: Vec<Vec<f64>> = found.points.into_iter().map(|point| point.fold_accuracies).collect();
        (accuracies, found.model.dual_coefficients().to_vec())
    };
    let dense = accuracies(Samples::dense(&x, 4), Kernel::Linear, 1);
    assert!(dense == accuracies(Samples::dense(&x, 4), Kernel::Linear, 3));
    let starts = (0..=90).map(|i| 4 * i).collect();
    let csr = Csr::new(4, starts, (0..360).map(|i| i % 4).collect(), x.clone()).unwrap();
    assert_eq!(dense.0, accuracies(Samples::from(&csr), Kernel::Linear, 1).0);
    let rows = || x.chunks_exact(4);
    let table: Vec<f64> =
        rows().flat_map(|a| rows().map(move |b| a.iter().zip(b).map(|(a, b)| a * b).sum())).collect();
    assert_eq!(dense.0, accuracies(Samples::dense(&table, 90), Kernel::Precomputed, 2).0);
}

#[test]
fn the_observer_hears_of_the_whole_search_and_may_stop_it() {
    let (x, labels) = clouds(90, 4, 3, 1);
    let samples = Samples::dense(&x, 4);
    // A tolerance so small that a fit takes many steps.
    let options = pellucid_svm::Options { tolerance: 1e-9, ..Effort::Exact.into() };
    let search = GridSearch::new(Svc::new(Kernel::Linear).options(options)).c(&[10.0, 100.0]);
    let calls = AtomicUsize::new(0);
    let hear = |progress: &pellucid_svm::FitProgress| {
        assert_eq!(progress.problems, 3 * (5 * 2 + 1));
        assert!(progress.solved <= progress.problems);
        calls.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    search.fit_with(samples, &labels, Fit::on(&Pool::single()).progress(&hear)).unwrap();
    assert!(calls.load(Ordering::Relaxed) > 0);
    let stop = |_: &pellucid_svm::FitProgress| ControlFlow::Break(());
    let stopped = search.fit_with(samples, &labels, Fit::on(&Pool::single()).progress(&stop));
    assert!(stopped.err().unwrap().to_string().contains("interrupted"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let (x, labels) = clouds(30, 4, 2, 1);
    let samples = Samples::dense(&x, 4);
    let search = GridSearch::new(Svc::new(Kernel::Linear));
    let message =
        |search: &GridSearch, labels: &[i32]| search.fit(samples, labels).err().unwrap().to_string();
    assert_eq!(
        message(&search.clone().c(&[]), &labels),
        "grid: expected at least one C and one kernel, found none"
    );
    assert_eq!(message(&search.clone().c(&[-1.0, 1.0]), &labels), "C: expected a number above 0, found -1");
    assert_eq!(message(&search.clone().folds(1), &labels), "folds: expected at least 2, found 1");
    let found = search.clone().gamma(&[1.0]).err().unwrap().to_string();
    assert_eq!(found, "gamma: expected a kernel that has one, found linear");
    let (svc, weights) = (Svc::new(Kernel::Linear), vec![1.0; 30]);
    let fit = Fit::new().weights(&weights);
    for (found, what) in [
        (search.fit_with(samples, &labels, fit).err(), "a grid search"),
        (svc.cross_validate(samples, &labels, 3, 0, fit).err(), "a cross-validation"),
        (CalibratedSvc::fit(&svc, samples, &labels, Calibration::default(), fit).err(), "a calibration"),
    ] {
        assert_eq!(found.unwrap().to_string(), format!("sample weights: expected none in {what}, found 30"));
    }
}

/// Rows that find no room are computed where they are needed, with the same bits.
#[test]
fn results_do_not_depend_on_how_many_rows_are_kept() {
    let (x, labels) = clouds(300, 4, 3, 1);
    let fit = |cache_bytes| {
        let options = Options { cache_bytes, ..Options::default() };
        let search = GridSearch::new(Svc::new(Kernel::rbf(Gamma::Scale)).options(options)).folds(3);
        let found = search.fit(Samples::dense(&x, 4), &labels).unwrap();
        let points = found.points.iter().map(|point| point.fold_accuracies.clone());
        (points.collect::<Vec<_>>(), found.model.dual_coefficients().to_vec())
    };
    let all = fit(1 << 26);
    for cache_bytes in [0, 20_000, 200_000] {
        assert!(fit(cache_bytes) == all, "{cache_bytes} bytes");
    }
}
