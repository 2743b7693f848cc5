//! Where samples lie and how far they spread: their means, the variance of their numbers, their largest norm.
//!
//! Every sum of squares is taken of differences from a mean that is known before, and corrected by what that mean was
//! off; a large common offset costs no digits then.
//!
//! Source: T. F. Chan, G. H. Golub, R. J. LeVeque, *Algorithms for computing the sample variance*, The American
//! Statistician 37(3), 1983.

use pellucid_compute::vectorized;

use crate::input::samples::Samples;

/// Sums side by side.
const LANES: usize = 8;

/// Rows that a median is taken of at most.
const MEDIAN_ROWS: usize = 1001;

/// What is known about the place and the size of samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    /// The mean of each column of dense samples; empty for sparse ones, whose distances are taken from zero.
    pub means: Vec<f64>,
    /// The variance of all numbers, (1/N) sum (x - mean)^2.
    pub variance: f64,
    /// The mean of the squared norms.
    pub mean_square: f64,
    /// The largest squared distance of a sample from the means, or from zero where there are none; infinite where it
    /// overflows.
    pub largest: f64,
    /// The largest magnitude of a number.
    pub magnitude: f64,
}

impl Moments {
    pub fn new(samples: &Samples<'_>) -> Self {
        if samples.is_dense() { Self::dense(samples) } else { Self::sparse(samples) }
    }

    fn dense(samples: &Samples<'_>) -> Self {
        let (rows, columns) = (samples.rows(), samples.columns());
        let count = rows as f64;
        let mut row = vec![0.0; columns];
        let mut shift = vec![0.0; columns];
        samples.copy_row(0, &mut shift);
        let mut means = vec![0.0; columns];
        for at in 0..rows {
            samples.copy_row(at, &mut row);
            for ((sum, value), shift) in means.iter_mut().zip(&row).zip(&shift) {
                *sum += value - shift;
            }
        }
        means.iter_mut().zip(&shift).for_each(|(mean, shift)| *mean = shift + *mean / count);

        // The means are rounded: what their differences add up to is how far they are off.
        let mut rest = vec![0.0; columns];
        let (mut within, mut largest, mut magnitude, mut mean_square) = (0.0, 0.0_f64, 0.0_f64, 0.0);
        for at in 0..rows {
            samples.copy_row(at, &mut row);
            let [norm, square, greatest] = differences(&row, &means, &mut rest);
            magnitude = magnitude.max(greatest);
            within += norm;
            mean_square += square / count;
            largest = if norm > largest || norm.is_nan() { norm } else { largest };
        }
        if !largest.is_finite() {
            largest = f64::INFINITY;
        }
        for rest in &mut rest {
            *rest /= count;
        }
        within = within / count - rest.iter().map(|rest| rest * rest).sum::<f64>();
        // Between the columns, from one of them, so that an offset of all costs nothing.
        let first = means.first().copied().unwrap_or(0.0);
        let offsets = || means.iter().zip(&rest).map(|(mean, rest)| (mean - first) + rest);
        let grand = offsets().sum::<f64>() / columns as f64;
        let between = offsets().map(|offset| (offset - grand) * (offset - grand)).sum::<f64>();
        let varies = within > 0.0 || between > 0.0 || largest > 0.0;
        let variance = no_less(varies, (within + between) / columns as f64);
        Self { means, variance, mean_square, largest, magnitude }
    }

    fn sparse(samples: &Samples<'_>) -> Self {
        let count = samples.rows() as f64 * samples.columns() as f64;
        let (mut sum, mut stored, mut largest, mut magnitude, mut total) = (0.0, 0.0, 0.0_f64, 0.0_f64, 0.0);
        for at in 0..samples.rows() {
            let (mut norm, mut part) = (0.0, 0.0);
            samples.for_each(at, |_, value| {
                part += value;
                norm += value * value;
                stored += 1.0;
                magnitude = magnitude.max(value.abs());
            });
            sum += part;
            total += norm;
            largest = largest.max(norm);
        }
        let mean = sum / count;
        let (mut squares, mut rest) = (0.0, 0.0);
        for at in 0..samples.rows() {
            samples.for_each(at, |_, value| {
                let difference = value - mean;
                squares += difference * difference;
                rest += difference;
            });
        }
        squares += (count - stored) * mean * mean;
        rest -= (count - stored) * mean;
        let variance = no_less(squares > 0.0 || magnitude > 0.0, (squares - rest * rest / count) / count);
        let mean_square = total / samples.rows() as f64;
        Self { means: Vec::new(), variance, mean_square, largest, magnitude }
    }
}

vectorized! {
    /// Adds the differences from the means to `rest`; returns the sums of their squares and of those of the numbers, and the
    /// largest magnitude of a number.
    fn differences<F>(row: &[F], means: &[F], rest: &mut [F]) -> [f64; 3] {
        let (mut norms, mut squares, mut greatest) = ([F::ZERO; LANES], [F::ZERO; LANES], [F::ZERO; LANES]);
        let blocks = row.chunks(LANES).zip(means.chunks(LANES)).zip(rest.chunks_mut(LANES));
        for ((row, means), rest) in blocks {
            let lanes = norms.iter_mut().zip(squares.iter_mut().zip(&mut greatest));
            for (((norm, (square, greatest)), &value), (&mean, rest)) in
                lanes.zip(row).zip(means.iter().zip(rest))
            {
                let difference = value - mean;
                *rest += difference;
                *norm += difference * difference;
                *square += value * value;
                *greatest = greatest.max(value.abs());
            }
        }
        let greatest = greatest.iter().fold(F::ZERO, |a, &b| a.max(b));
        [norms.into_iter().sum::<F>().to_f64(), squares.into_iter().sum::<F>().to_f64(), greatest.to_f64()]
    }
}

/// A variance that underflows or is negative by rounding is not that of numbers which do not vary.
fn no_less(varies: bool, variance: f64) -> f64 {
    if variance > 0.0 {
        variance
    } else if varies && variance == 0.0 {
        f64::from_bits(1)
    } else if variance.is_nan() {
        f64::INFINITY
    } else {
        0.0
    }
}

/// The median of each column, of at most [`MEDIAN_ROWS`] rows at equal distances: a centre that no single row moves.
pub(crate) fn medians(samples: &Samples<'_>) -> Vec<f64> {
    let rows = samples.rows();
    let step = rows.div_ceil(MEDIAN_ROWS).max(1);
    let chosen: Vec<usize> = (0..rows).step_by(step).collect();
    let columns = samples.columns();
    let mut values = vec![0.0; chosen.len() * columns];
    let mut row = vec![0.0; columns];
    for (at, &chosen_row) in chosen.iter().enumerate() {
        samples.copy_row(chosen_row, &mut row);
        row.iter().enumerate().for_each(|(column, &value)| values[column * chosen.len() + at] = value);
    }
    let middle = |column: &mut [f64]| {
        let half = column.len() / 2;
        *column.select_nth_unstable_by(half, f64::total_cmp).1
    };
    values.chunks_exact_mut(chosen.len().max(1)).map(middle).collect()
}
