//! Data and comparisons that several tests share.

#![allow(dead_code)] // No test uses all of it.

use pellucid_compute::Stream;
use pellucid_svm::SvmError;

/// Numbers from the standard normal distribution.
pub fn normal(seed: u64, count: usize) -> Vec<f64> {
    let mut values = vec![0.0; count];
    Stream::new(seed).fill_normal(&mut values, 0.0, 1.0);
    values
}

/// Overlapping clouds of n points in d dimensions, one a class.
pub fn clouds(n: usize, d: usize, classes: usize, seed: u64) -> (Vec<f64>, Vec<i32>) {
    let mut x = normal(seed, n * d);
    let labels: Vec<i32> = (0..n).map(|i| i32::try_from(i % classes).unwrap()).collect();
    for (row, &label) in x.chunks_exact_mut(d).zip(&labels) {
        row[label as usize % d] += 1.5;
    }
    (x, labels)
}

/// Fails unless the two are equal to within the tolerance, relative to the expected number if that is above 1.
pub fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found}, expected {expected}");
}

/// The message of an error.
pub fn refused<T>(result: Result<T, SvmError>) -> String {
    result.err().expect("an error").to_string()
}
