//! What scaling needs to know of a sparse table: its columns, and how to map them.

use std::collections::BTreeMap;

use crate::error::{DataError, Place};
use crate::memory::reserve;
use crate::tables::csr::{Csr, DENSE_LIMIT};

/// One column of a table, its zeros included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ColumnStatistics {
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    /// Root of the mean of `(x - mean)²`.
    pub deviation: f64,
}

/// A column while it is measured: entries are looked at as `t = (x - middle) / scale`, which lies in [-1, 1], so that
/// sums keep their digits whatever the offset, and squares neither overflow nor vanish.
#[derive(Clone, Copy, Debug)]
struct Sums {
    min: f64,
    max: f64,
    /// Entries that are stored.
    count: usize,
    /// Sum of t.
    first: f64,
    /// Mean of t, from that sum.
    mean: f64,
    /// Sums of `t - mean`, which rounding left over, and of its square.
    rest: f64,
    squares: f64,
}

impl Sums {
    fn t(&self, x: f64) -> f64 {
        (x - self.middle()) / self.scale()
    }

    fn middle(&self) -> f64 {
        self.min / 2.0 + self.max / 2.0
    }

    /// A power of two above half the range.
    fn scale(&self) -> f64 {
        const DIGITS: u32 = f64::MANTISSA_DIGITS - 1;
        let half = self.max / 2.0 - self.min / 2.0;
        f64::from_bits((half.to_bits() >> DIGITS).saturating_add(1).min(2046) << DIGITS)
    }

    /// Mean and deviation over `n` rows.
    fn finish(&self, n: f64) -> ColumnStatistics {
        let Self { min, max, .. } = *self;
        if min == max {
            return ColumnStatistics { min, max, mean: min, deviation: 0.0 };
        }
        let correction = self.rest / n;
        let variance = self.squares / n - correction * correction;
        let mean = self.middle() + self.scale() * (self.mean + correction);
        ColumnStatistics {
            min,
            max,
            mean: mean.clamp(min, max),
            deviation: self.scale() * variance.max(0.0).sqrt(),
        }
    }
}

/// The columns with at least one stored entry, ascending; all others are 0 throughout.
///
/// A map and not a vector by column number, so that one large index does not take the memory of all columns below it.
///
/// # Errors
/// Returns an error if an entry is NaN or infinite.
pub(crate) fn columns(x: &Csr<f64>) -> Result<BTreeMap<u32, ColumnStatistics>, DataError> {
    let n = x.rows() as f64;
    let mut sums = BTreeMap::<u32, Sums>::new();
    for row in 0..x.rows() {
        let (indices, values) = x.row(row);
        for (&j, &v) in indices.iter().zip(values) {
            if !v.is_finite() {
                let place = Place::Entry { row, column: j as usize };
                return Err(DataError::invalid("features", "a finite number", v.to_string(), place));
            }
            let new = Sums { min: v, max: v, count: 0, first: 0.0, mean: 0.0, rest: 0.0, squares: 0.0 };
            let column = sums.entry(j).or_insert(new);
            column.min = column.min.min(v);
            column.max = column.max.max(v);
            column.count += 1;
        }
    }
    for column in sums.values_mut().filter(|column| column.count < x.rows()) {
        column.min = column.min.min(0.0);
        column.max = column.max.max(0.0);
    }
    pass(x, &mut sums, |column, t, times| column.first += times * t);
    for column in sums.values_mut() {
        column.mean = column.first / n;
    }
    pass(x, &mut sums, |column, t, times| {
        let d = t - column.mean;
        column.rest += times * d;
        column.squares += times * d * d;
    });
    Ok(sums.into_iter().map(|(j, column)| (j, column.finish(n))).collect())
}

/// Hands every t of every column to `add`, with how often it occurs: stored entries once, zeros together.
fn pass(x: &Csr<f64>, sums: &mut BTreeMap<u32, Sums>, add: impl Fn(&mut Sums, f64, f64)) {
    for column in sums.values_mut() {
        add(column, column.t(0.0), (x.rows() - column.count) as f64);
    }
    for (j, &v) in x.indices().iter().zip(x.values()) {
        if let Some(column) = sums.get_mut(j) {
            add(column, column.t(v), 1.0);
        }
    }
}

/// The table with every entry of column `j` replaced by `image(j, entry)`, zeros included and results of 0 left out;
/// `filled` lists the columns whose zeros do not stay 0, ascending, with the image of 0.
///
/// # Errors
/// Returns an error if filling the zeros in could take more than 4 GiB, or an image is NaN or infinite.
pub(crate) fn map_columns(
    x: &Csr<f64>,
    columns: usize,
    filled: &[(u32, f64)],
    image: impl Fn(u32, f64) -> f64,
) -> Result<Csr<f64>, DataError> {
    let most = x.nonzeros() as u128 + x.rows() as u128 * filled.len() as u128;
    if most * (size_of::<u32>() + size_of::<f64>()) as u128 > u128::from(DENSE_LIMIT) {
        return Err(DataError::invalid(
            "scaling",
            format!("at most {DENSE_LIMIT} bytes when scaled"),
            format!("{} rows with {} features whose zeros do not stay 0", x.rows(), filled.len()),
            Place::Whole,
        ));
    }
    let (mut row_starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in 0..x.rows() {
        let mut rest = filled.iter().peekable();
        let (own, entries) = x.row(row);
        reserve(&mut indices, own.len() + filled.len(), "scaling")?;
        reserve(&mut values, own.len() + filled.len(), "scaling")?;
        let mut push = |j: u32, v: f64| {
            if !v.is_finite() {
                let place = Place::Entry { row, column: j as usize };
                let expected = "a value that stays finite when scaled";
                return Err(DataError::invalid("scaling", expected, v.to_string(), place));
            }
            if v != 0.0 {
                indices.push(j);
                values.push(v);
            }
            Ok(())
        };
        for (&j, &v) in own.iter().zip(entries) {
            while let Some(&(k, of_zero)) = rest.next_if(|(k, _)| *k < j) {
                push(k, of_zero)?;
            }
            rest.next_if(|(k, _)| *k == j);
            push(j, image(j, v))?;
        }
        for &(k, of_zero) in rest {
            push(k, of_zero)?;
        }
        row_starts.push(values.len());
    }
    Csr::new(columns, row_starts, indices, values)
}
