//! Squared distances of two rows, term by term, and when they are needed.
//!
//! Kernel matrices take |x - z|^2 as |x|^2 + |z|^2 - 2 x.z, which is a matrix product. Its rounding error is that of the
//! norms. Where both rows lie far from the centre and near each other, nothing is left of the distance: a single value
//! of 1e10 in each of two rows is enough. Such pairs are found by their norms and taken again term by term.

use pellucid_compute::{Scalar, vectorized};

use crate::input::samples::Samples;

/// gamma |x - z|^2 from which on a kernel value is taken as it is: e^-40 is 4e-18.
const NEGLIGIBLE: f64 = 40.0;

/// The factor of sqrt(d) in the bound of a sum of d products: it holds with a probability of 1 - 2 d e^-18.
///
/// Source: N. J. Higham, T. Mary, *A new approach to probabilistic rounding error analysis*, SIAM J. Sci. Comput. 41(5),
/// 2019.
const ROOT_FACTOR: f64 = 6.0;

/// Which squared distances of an RBF kernel have lost their digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cancellation {
    gamma: f64,
    /// The relative error of a distance, in units of |x|^2 + |z|^2.
    error: f64,
    /// gamma (|x|^2 + |z|^2) up to which that error does not matter.
    harmless: f64,
}

impl Cancellation {
    /// Of rows of `depth` numbers in the precision of `T`.
    pub fn new<T: Scalar>(gamma: f64, depth: usize) -> Self {
        let harmless = if size_of::<T>() == size_of::<f32>() { 128.0 } else { 1024.0 };
        Self { gamma, error: rounding::<T>(depth), harmless }
    }

    /// Whether no distance of two rows with squared norms that add up to at most `norms` loses what matters.
    pub fn harmless(&self, norms: f64) -> bool {
        self.gamma * norms <= self.harmless
    }

    /// Whether a distance that was taken from norms that add up to `norms` must be taken again.
    pub fn lost(&self, norms: f64, distance: f64) -> bool {
        let least = self.gamma * (distance - self.error * norms);
        // Also where something has overflowed: no comparison with NaN is true.
        !(self.harmless(norms) || least >= NEGLIGIBLE)
    }

    /// A bound of the relative error of kernel values of rows whose squared norms add up to at most `norms`, when
    /// distances that were lost have been taken again.
    pub fn kernel_error<T: Scalar>(&self, norms: f64) -> f64 {
        self.error * (self.gamma * norms).min(self.harmless) + 8.0 * T::EPSILON.to_f64()
    }
}

/// A bound of the error of an inner product of `depth` products in the precision of `T`, relative to |x| |z|.
pub(crate) fn rounding<T: Scalar>(depth: usize) -> f64 {
    (4.0 + ROOT_FACTOR * (depth as f64).sqrt()) * T::EPSILON.to_f64() / 2.0
}

/// |x - z|^2 in f64, term by term; what the shorter row lacks is 0.
pub(crate) fn squared_distance(x: (&Samples<'_>, usize), z: (&Samples<'_>, usize)) -> f64 {
    use Samples::{DenseF32, DenseF64};
    let dense = |range: usize, columns: &usize| range * columns..(range + 1) * columns;
    match (x.0, z.0) {
        (DenseF32 { values: a, columns: m }, DenseF32 { values: b, columns: n }) if m == n => {
            sum_of_squares(&a[dense(x.1, m)], &b[dense(z.1, n)])
        }
        (DenseF64 { values: a, columns: m }, DenseF64 { values: b, columns: n }) if m == n => {
            sum_of_squares(&a[dense(x.1, m)], &b[dense(z.1, n)])
        }
        _ => merged(x.0.entries(x.1), z.0.entries(z.1)),
    }
}

vectorized! {
    /// Eight sums side by side, which a compiler turns into vectors.
    fn sum_of_squares<F>(a: &[F], b: &[F]) -> f64 {
        let mut sums = [0.0; 8];
        let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
        let difference = |a: F, b: F| a.to_f64() - b.to_f64();
        let rest = a.remainder().iter().zip(b.remainder());
        let tail: f64 = rest.map(|(&a, &b)| difference(a, b) * difference(a, b)).sum();
        for (a, b) in a.zip(b) {
            for (sum, (&a, &b)) in sums.iter_mut().zip(a.iter().zip(b)) {
                *sum += difference(a, b) * difference(a, b);
            }
        }
        sums.iter().sum::<f64>() + tail
    }
}

/// Of rows as ascending columns with their numbers.
fn merged(x: impl Iterator<Item = (usize, f64)>, z: impl Iterator<Item = (usize, f64)>) -> f64 {
    let mut sum = 0.0;
    merge(x, z, |x, z| sum += (x - z) * (x - z));
    sum
}

/// x.z in f64, term by term.
pub(crate) fn inner_product(x: (&Samples<'_>, usize), z: (&Samples<'_>, usize)) -> f64 {
    let mut sum = 0.0;
    merge(x.0.entries(x.1), z.0.entries(z.1), |x, z| sum += x * z);
    sum
}

/// Calls `body` for the numbers of every column that one of two rows stores.
fn merge(
    mut x: impl Iterator<Item = (usize, f64)>,
    mut z: impl Iterator<Item = (usize, f64)>,
    mut body: impl FnMut(f64, f64),
) {
    let (mut a, mut b) = (x.next(), z.next());
    while a.is_some() || b.is_some() {
        // A row at its end has no column that could be the lower one.
        let (i, j) = (a.map_or(usize::MAX, |(i, _)| i), b.map_or(usize::MAX, |(j, _)| j));
        let (mut one, mut other) = (0.0, 0.0);
        if i <= j {
            one = a.map_or(0.0, |(_, value)| value);
            a = x.next();
        }
        if j <= i {
            other = b.map_or(0.0, |(_, value)| value);
            b = z.next();
        }
        body(one, other);
    }
}
