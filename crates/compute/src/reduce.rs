//! Sums whose order is fixed, so that they have the same bits for any number of threads and any vector width.

use crate::pool::Pool;
use crate::scalar::Scalar;
use crate::split::Split;
use crate::vectorized;

/// The number of running sums; the width of the widest vector of `f32`.
const LANES: usize = 16;

/// Adds `term(i)` for i in `0..n` in a fixed order: lane i mod 16 in `F`, then the lanes pairwise in `f64`.
#[inline(always)]
pub fn sum_by<F: Scalar>(n: usize, term: impl Fn(usize) -> F) -> f64 {
    let mut lanes = [F::ZERO; LANES];
    let whole = n - n % LANES;
    for begin in (0..whole).step_by(LANES) {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += term(begin + lane);
        }
    }
    for i in whole..n {
        lanes[i - whole] += term(i);
    }
    total(&lanes)
}

/// Returns the sum of 16 running sums, pairwise in `f64`.
#[inline(always)]
pub fn total<F: Scalar>(lanes: &[F; LANES]) -> f64 {
    let mut sums = lanes.map(F::to_f64);
    for width in [8, 4, 2, 1] {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

/// Sets `gradient[i]` to the second part of `term(x[i], target[i], gradient[i])` and adds up the first parts, in the
/// order of [`sum_by`]: a loss and its derivative in one pass.
#[inline(always)]
pub fn sum_with_gradient<F: Scalar>(
    x: &[F],
    target: &[F],
    gradient: &mut [F],
    term: impl Fn(F, F, F) -> (F, F),
) -> f64 {
    let mut lanes = [F::ZERO; LANES];
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (target, target_rest) = target.as_chunks::<LANES>();
    let (gradient, gradient_rest) = gradient.as_chunks_mut::<LANES>();
    for ((x, target), gradient) in x.iter().zip(target).zip(gradient) {
        // A copy: the compiler need not ask whether writing the gradient changes the rest.
        let mut derivatives = *gradient;
        for lane in 0..LANES {
            let (value, derivative) = term(x[lane], target[lane], derivatives[lane]);
            lanes[lane] += value;
            derivatives[lane] = derivative;
        }
        *gradient = derivatives;
    }
    for (lane, ((&x, &target), gradient)) in x_rest.iter().zip(target_rest).zip(gradient_rest).enumerate() {
        let (value, derivative) = term(x, target, *gradient);
        lanes[lane] += value;
        *gradient = derivative;
    }
    total(&lanes)
}

/// Elements of one block of [`norm`]: short enough that sums in `f32` stay accurate.
const BLOCK: usize = 512;

vectorized! {
    /// Returns the sum of the elements.
    ///
    /// ```
    /// assert_eq!(pellucid_compute::reduce::sum(&[1.0_f32, 2.0, 3.5]), 6.5);
    /// ```
    pub fn sum<F>(x: &[F]) -> f64 {
        x.chunks(BLOCK).map(|x| sum_by(x.len(), |i| x[i])).sum()
    }

    fn sum_of_squares<F>(x: &[F]) -> f64 {
        x.chunks(BLOCK).map(|x| sum_by(x.len(), |i| x[i] * x[i])).sum::<f64>()
    }

    fn sum_columns<F>(out: &mut [F], columns: Columns<'_, F>) {
        out.fill(F::ZERO);
        for row in columns.data.chunks_exact(columns.width) {
            for (out, &x) in out.iter_mut().zip(&row[columns.begin..]) {
                *out += x;
            }
        }
    }
}

/// Returns the Euclidean norm, the square root of the sum of squares, of numbers of any size: it is infinite only where it
/// exceeds the largest `f64`, and NaN where a number is.
///
/// ```
/// use pellucid_compute::reduce::norm;
/// assert_eq!(norm(&[3.0_f32, 4.0]), 5.0);
/// assert_eq!(norm(&[3e-200, 4e-200]), 5e-200);
/// ```
pub fn norm<F: Scalar>(x: &[F]) -> f64 {
    let square = sum_of_squares(x);
    let least = (F::MIN_POSITIVE / F::EPSILON).to_f64() * x.len() as f64;
    if square >= least && square.is_finite() {
        return square.sqrt();
    }
    // Squares have vanished or overflowed: as the largest times the norm of what it leaves.
    let (largest, norm) = scaled_norm(x);
    largest * norm
}

/// Returns the largest absolute value of `x`, and the norm of `x` over it; NaN where a number is. Their product may exceed the
/// largest `f64` where they do not.
///
/// ```
/// let (largest, norm) = pellucid_compute::reduce::scaled_norm(&[3e300, 4e300]);
/// assert_eq!((largest, norm), (4e300, 1.25));
/// ```
pub fn scaled_norm<F: Scalar>(x: &[F]) -> (f64, f64) {
    let largest =
        x.iter().map(|x| x.to_f64().abs()).fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a });
    if largest == 0.0 || !largest.is_finite() {
        return (largest, if largest == 0.0 { 0.0 } else { 1.0 });
    }
    (largest, x.iter().map(|x| (x.to_f64() / largest).powi(2)).sum::<f64>().sqrt())
}

/// The columns of a row-major matrix from `begin` on.
#[derive(Clone, Copy)]
struct Columns<'a, F> {
    data: &'a [F],
    width: usize,
    begin: usize,
}

impl<F> Split for Columns<'_, F> {
    fn split_at(self, mid: usize) -> (Self, Self) {
        (Self { ..self }, Self { begin: self.begin + mid, ..self })
    }
}

/// Fewest additions that are worth a second thread.
const GRAIN: usize = 1 << 15;

/// Computes the sum of the rows of a row-major matrix, added in their order: out_j = sum_i rows_ij.
///
/// ```
/// use pellucid_compute::{Pool, reduce::sum_rows};
/// let mut out = [0.0; 3];
/// sum_rows(&Pool::single(), &mut out, &[1.0, 2.0, 3.0, 10.0, 20.0, 30.0]);
/// assert_eq!(out, [11.0, 22.0, 33.0]);
/// ```
pub fn sum_rows<F: Scalar>(pool: &Pool, out: &mut [F], rows: &[F]) {
    let width = out.len();
    if width > 0 {
        let grain = (GRAIN * width).div_ceil(rows.len().max(1));
        let columns = Columns { data: rows, width, begin: 0 };
        pool.split(width, grain, (out, columns), |(out, columns)| sum_columns(out, columns));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_on_small_integers() {
        for n in [0, 1, 15, 16, 17, 4096, 10_000] {
            let x: Vec<f32> = (0..n).map(|i| (i % 7) as f32).collect();
            let exact: usize = (0..n).map(|i| i % 7).sum();
            assert_eq!(sum(&x), exact as f64);
        }
    }

    #[test]
    fn long_sums_stay_accurate_in_f32() {
        let x = vec![0.1_f32; 1 << 20];
        let exact = f64::from(0.1_f32) * f64::from(1 << 20);
        assert!((sum(&x) - exact).abs() / exact < 1e-6);
    }

    #[test]
    fn norms_of_any_size() {
        for exponent in (-300..=300).step_by(5) {
            let size = 10.0_f64.powi(exponent);
            let x = [3.0 * size, -4.0 * size, 12.0 * size];
            assert!((norm(&x) / (13.0 * size) - 1.0).abs() < 1e-15, "{exponent}");
            let single = x.map(|x| x as f32);
            if (-37..=37).contains(&exponent) {
                assert!((norm(&single) / (13.0 * size) - 1.0).abs() < 1e-7, "{exponent} in f32");
            }
        }
        assert_eq!(norm(&[0.0_f32; 3]), 0.0);
        assert_eq!(norm::<f32>(&[]), 0.0);
        assert!(norm(&[1.0, f64::NAN, 2.0]).is_nan() && norm(&[f32::NAN, f32::INFINITY]).is_nan());
        assert_eq!(norm(&[1.0_f32, f32::NEG_INFINITY]), f64::INFINITY);
        assert_eq!(norm(&[1.5e308, 1.5e308]), f64::INFINITY);
    }

    #[test]
    fn rows_are_summed_with_the_same_bits_for_any_threads() {
        let (rows, width) = (700, 130);
        let x: Vec<f32> = (0..rows * width).map(|i| (i as f32).sin()).collect();
        let run = |threads| {
            let mut out = vec![0.0; width];
            sum_rows(&Pool::new(threads), &mut out, &x);
            out
        };
        let one = run(1);
        assert!((2..5).all(|threads| run(threads) == one));
        let exact: f64 = (0..rows).map(|i| f64::from(x[i * width + 77])).sum();
        assert!((f64::from(one[77]) - exact).abs() < 1e-4);
    }

    #[test]
    fn a_loss_and_its_gradient_come_from_one_pass() {
        for n in [0, 5, 16, 37] {
            let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
            let mut gradient = vec![0.0; n];
            let sum = sum_with_gradient(&x, &x, &mut gradient, |x, t, _| (x + t, x - t + 1.0));
            assert_eq!(sum, (n * n.saturating_sub(1)) as f64);
            assert!(gradient.iter().all(|&g| g == 1.0));
        }
    }
}
