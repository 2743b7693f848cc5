//! Kernels of distances against explicit differences in f64, whatever the magnitudes of the samples.

mod common;

use pellucid_compute::Pool;
use pellucid_data::{Csr, Matrix};
use pellucid_svm::{
    DecisionFunction, Effort, Fit, Gamma, Kernel, OneClassSvm, Options, Samples, Svc, SvcModel, SvmError, Svr,
};
use proptest::prelude::*;

use common::normal;

const ROWS: usize = 24;

/// Normal numbers of a size about an offset, in which some rows have a column of an outlier's size.
#[derive(Clone, Debug)]
struct Table {
    columns: usize,
    /// Row after row.
    values: Vec<f64>,
}

impl Table {
    fn new(seed: u64, columns: usize, [size, offset, outlier]: [f64; 3], outliers: usize) -> Self {
        let mut values = normal(seed, ROWS * columns);
        for (at, value) in values.iter_mut().enumerate() {
            let column = (at % columns) as f64;
            *value = *value * size + offset * (1.0 + column);
        }
        for i in 0..outliers {
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            values[(7 * i + 3) % ROWS * columns + i % columns] = sign * outlier * (1.0 + i as f64);
        }
        Self { columns, values }
    }

    /// Numbers of the offset's size and below it may be rounded away; the rest is sparse.
    fn sparse(&self, wide: usize) -> Csr<f64> {
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for (i, row) in self.values.chunks_exact(self.columns).enumerate() {
            for (k, &value) in row.iter().enumerate().filter(|(k, _)| (i + k) % 3 > 0) {
                indices.push((k * wide) as u32);
                values.push(value);
            }
            starts.push(indices.len());
        }
        Csr::new(self.columns * wide, starts, indices, values).unwrap()
    }

    fn labels(&self) -> Vec<i32> {
        (0..ROWS).map(|i| i32::from(self.values[i * self.columns] > self.values[0])).collect()
    }
}

/// A row with its zeros.
fn row(samples: &Samples<'_>, i: usize) -> Vec<f64> {
    let mut row = vec![0.0; samples.columns()];
    samples.copy_row(i, &mut row);
    row
}

/// exp(-gamma |x - z|^2) by differences: the oracle.
fn kernel(gamma: f64, x: &[f64], z: &[f64]) -> f64 {
    let distance: f64 = x.iter().zip(z).map(|(x, z)| (x - z) * (x - z)).sum();
    if gamma == 0.0 { 1.0 } else { (-gamma * distance).exp() }
}

/// Sum of c K(s, x), and of the magnitudes of its terms.
fn sums(gamma: f64, vectors: &Samples<'_>, coefficients: impl Iterator<Item = f64>, x: &[f64]) -> (f64, f64) {
    coefficients.enumerate().fold((0.0, 0.0), |(sum, size), (s, c)| {
        let term = c * kernel(gamma, &row(vectors, s), x);
        (sum + term, size + term.abs())
    })
}

/// Decisions agree with the model's own coefficients to a relative 1e-9 of the terms that they are added up from.
fn check_function(function: &DecisionFunction, samples: &Samples<'_>) -> Result<(), TestCaseError> {
    let gamma = function.kernel().gamma().unwrap();
    let vectors = function.support_vectors().samples().unwrap();
    for (i, value) in function.predict(*samples).unwrap().into_iter().enumerate() {
        let x = row(samples, i);
        let (sum, size) = sums(gamma, &vectors, function.dual_coefficients().iter().copied(), &x);
        let right = sum + function.intercept();
        prop_assert!((value - right).abs() <= 1e-9 * (size + function.intercept().abs()), "{value} {right}");
    }
    Ok(())
}

/// As [`check_function`], and the class of every row is the one that the exact values decide.
fn check_classifier(model: &SvcModel, samples: &Samples<'_>) -> Result<(), TestCaseError> {
    let gamma = model.kernel().gamma().unwrap();
    let vectors = model.support_vectors().samples().unwrap();
    let values = model.decision_values(*samples, &Pool::single()).unwrap();
    let classes = model.predict(*samples).unwrap();
    let intercept = model.intercepts()[0];
    for i in 0..samples.rows() {
        let coefficients = model.dual_coefficients().iter().copied();
        let (sum, size) = sums(gamma, &vectors, coefficients, &row(samples, i));
        let (right, error) = (sum + intercept, 1e-9 * (size + intercept.abs()));
        prop_assert!((values[i] - right).abs() <= error, "{} {right}", values[i]);
        if right.abs() > error {
            prop_assert_eq!(classes[i], model.classes()[usize::from(right <= 0.0)]);
        }
    }
    Ok(())
}

/// The kernel matrix by differences.
fn table(gamma: f64, samples: &Samples<'_>) -> Vec<f64> {
    let rows: Vec<Vec<f64>> = (0..samples.rows()).map(|i| row(samples, i)).collect();
    rows.iter().flat_map(|x| rows.iter().map(|z| kernel(gamma, x, z))).collect()
}

/// Objectives are those of the kernel matrix by differences, to what the tolerance promises.
fn same_objective(one: f64, other: f64, tolerance: f64, n: f64) -> Result<(), TestCaseError> {
    prop_assert!((one - other).abs() <= tolerance * n * (1.0 + other.abs()), "{one} {other}");
    Ok(())
}

/// All five formulations of some samples.
fn check_all(samples: &Samples<'_>, data: &Table, gamma: Gamma, effort: Effort) -> Result<(), TestCaseError> {
    let options = Options::from(effort);
    let (labels, n) = (data.labels(), samples.rows() as f64);
    let targets: Vec<f64> = (0..ROWS).map(|i| (i as f64 * 0.7).sin()).collect();
    let rbf = Kernel::rbf(gamma);
    if labels.contains(&0) && labels.contains(&1) {
        let svc = Svc::new(rbf.clone()).c(10.0).options(options);
        let model = svc.fit(*samples, &labels).unwrap();
        check_classifier(&model, samples)?;
        let certified = svc.certify(&model, *samples, &labels, Fit::on(&Pool::single())).unwrap()[0].kkt_gap;
        prop_assert!(certified <= options.tolerance, "certified gap {certified}");
        let exact = table(model.kernel().gamma().unwrap(), samples);
        let right = Svc::new(Kernel::Precomputed).c(10.0).options(options);
        let right = right.fit(Samples::dense(&exact, ROWS), &labels).unwrap();
        same_objective(model.dual_objective(), right.dual_objective(), options.tolerance, 10.0 * n)?;

        let few = labels
            .iter()
            .filter(|&&label| label == 1)
            .count()
            .min(labels.iter().filter(|&&l| l == 0).count());
        match Svc::new(rbf.clone()).nu(0.9 * 2.0 * few as f64 / n).options(options).fit(*samples, &labels) {
            Ok(model) => check_classifier(&model, samples)?,
            Err(error) => prop_assert!(matches!(error, SvmError::NoMargin { .. }), "{error}"),
        }
    }
    let exact = table(resolved(&rbf, samples), samples);
    for nu in [None, Some(0.4)] {
        let fit = |kernel: Kernel, samples: Samples<'_>| {
            let svr = Svr::new(kernel).c(5.0).options(options);
            let svr = if let Some(nu) = nu { svr.nu(nu) } else { svr.epsilon(0.1) };
            svr.fit(samples, &targets).unwrap()
        };
        let model = fit(rbf.clone(), *samples);
        check_function(&model, samples)?;
        let right = fit(Kernel::Precomputed, Samples::dense(&exact, ROWS)).report().dual_objective;
        same_objective(model.report().dual_objective, right, options.tolerance, 5.0 * n)?;
    }
    let one_class = |kernel: Kernel| OneClassSvm::new(kernel, 0.3).options(options);
    let model = one_class(rbf).fit(*samples).unwrap();
    check_function(&model, samples)?;
    let right = one_class(Kernel::Precomputed).fit(Samples::dense(&exact, ROWS)).unwrap();
    same_objective(model.report().dual_objective, right.report().dual_objective, options.tolerance, n)?;
    let outside = model.signs(*samples).unwrap().iter().filter(|&&sign| sign < 0).count();
    prop_assert!(outside as f64 <= 0.3 * n, "{outside} of {n} outside");
    Ok(())
}

/// The number that gamma stands for.
fn resolved(kernel: &Kernel, samples: &Samples<'_>) -> f64 {
    let model = OneClassSvm::new(kernel.clone(), 0.5).fit(*samples).unwrap();
    model.kernel().gamma().unwrap()
}

fn power(range: std::ops::RangeInclusive<i32>) -> impl Strategy<Value = f64> {
    range.prop_map(|exponent| 10.0_f64.powi(exponent))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Offsets and outliers of 1e-30 to 1e30 in numbers of any size between.
    #[test]
    fn decisions_are_those_of_explicit_differences(
        seed in 0_u64..1000,
        columns in 1_usize..6,
        sizes in (power(-30..=30), power(-30..=30), power(-30..=30)),
        outliers in 0_usize..4,
        scale in any::<bool>(),
        exact in any::<bool>(),
    ) {
        let (size, offset, outlier) = sizes;
        // An offset beyond the digits of the numbers leaves nothing of them.
        let offset = offset.min(size * 1e14);
        let data = Table::new(seed, columns, [size, offset, outlier], outliers);
        let gamma = if scale { Gamma::Scale } else { Gamma::Value(0.5 / (size * size * columns as f64)) };
        let effort = if exact { Effort::Exact } else { Effort::Balanced };
        check_all(&Samples::dense(&data.values, columns), &data, gamma, effort)?;
        check_all(&Samples::from(&data.sparse(1)), &data, gamma, effort)?;
        check_all(&Samples::from(&data.sparse(100)), &data, gamma, effort)?;
        if data.values.iter().all(|value| value.abs() < 1e30) {
            let single: Vec<f32> = data.values.iter().map(|&value| value as f32).collect();
            check_all(&Samples::dense(&single, columns), &data, gamma, effort)?;
        }
    }
}

/// One cell of 1e6 to 1e308 in 100 rows of ordinary numbers: the others keep their distances.
#[test]
fn one_huge_value_moves_no_other_row() {
    let (rows, columns) = (100, 3);
    let mut values = normal(5, rows * columns);
    let labels: Vec<i32> =
        values.chunks_exact(columns).map(|x| if x[0] * x[1] > 0.0 { 1 } else { -1 }).collect();
    let svc = Svc::new(Kernel::rbf(Gamma::Value(0.5))).c(10.0);
    let mut objectives = Vec::new();
    for cell in [1e6, 1e8, 1e10, 1e12, 1e30, 3.4e38, 1e155, 1e308] {
        values[7 * columns + 2] = cell;
        let samples = Samples::dense(&values, columns);
        let matrix = Matrix::new(rows, columns, values.clone()).unwrap();
        let sparse = Csr::from_dense(&matrix);
        for samples in [samples, Samples::from(&sparse)] {
            let model = svc.fit(samples, &labels).unwrap();
            objectives.push(model.dual_objective());
            let right = model.predict(samples).unwrap().iter().zip(&labels).filter(|(a, b)| a == b).count();
            assert!(right >= 95, "{right} of 100 with {cell:e}");
        }
    }
    for objective in &objectives {
        assert!((objective / objectives[0] - 1.0).abs() < 1e-5, "{objectives:?}");
    }
}

/// The smallest case: svm-train's objective, -2.153520, where the row of 3.4e38 took the distances of the others.
#[test]
fn four_rows_with_one_huge_value() {
    let x = [0.5, 3.402_823_5e38, -0.5, 1.0, 0.7, 1.0, -0.7, 2.0];
    let svc = Svc::new(Kernel::rbf(Gamma::Auto)).options(Effort::Exact.into());
    let model = svc.fit(Samples::dense(&x, 2), &[1, -1, 1, -1]).unwrap();
    assert!((model.dual_objective() + 2.153_520).abs() < 1e-6, "{}", model.dual_objective());
}

/// Sparse rows with one large column. Oracle: the kernel by differences in NumPy, svm-train -t 4 -e 1e-8.
#[test]
fn sparse_rows_with_one_large_column() {
    let (mut starts, mut indices, mut values, mut labels) = (vec![0], Vec::new(), Vec::new(), Vec::new());
    for i in 0..40_u32 {
        indices.extend([i % 20, 999]);
        values.extend([1.0, f64::from(1_700_000_000 + 10 * i)]);
        starts.push(indices.len());
        labels.push(if i < 20 { 1 } else { -1 });
    }
    let sparse = Csr::new(1000, starts, indices, values).unwrap();
    let dense = sparse.to_dense().unwrap();
    for samples in [Samples::from(&sparse), Samples::from(&dense)] {
        let svc = Svc::new(Kernel::rbf(Gamma::Value(0.001))).c(10.0).options(Effort::Exact.into());
        let model = svc.fit(samples, &labels).unwrap();
        assert!((model.dual_objective() + 13.308_170).abs() < 1e-6, "{}", model.dual_objective());
        assert_eq!(model.predict(samples).unwrap(), labels);
    }
}

/// gamma = scale is 1 / (d Var X) of NumPy for large offsets, dense and sparse.
#[test]
fn gamma_scale_of_numbers_with_an_offset() {
    for offset in [0.0, 1.7e9, 1e12, 1e15] {
        let values: Vec<f64> = (0..4).map(|i| offset + f64::from(i)).collect();
        let matrix = Matrix::new(4, 1, values).unwrap();
        let sparse = Csr::new(1, (0..=4).collect(), vec![0; 4], matrix.data().to_vec()).unwrap();
        for samples in [Samples::from(&matrix), Samples::from(&sparse)] {
            let model = Svc::new(Kernel::rbf(Gamma::Scale)).fit(samples, &[0, 0, 1, 1]).unwrap();
            assert!((model.kernel().gamma().unwrap() - 0.8).abs() < 1e-12);
        }
    }
}
