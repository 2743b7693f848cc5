//! What scaling needs to know of a sparse table: its columns, and how to map them.

use std::collections::BTreeMap;

use crate::csr::DENSE_LIMIT;
use crate::{Csr, DataError, Place};

/// One column of a table, its zeros included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Column {
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    /// Mean of `(x - mean)²`.
    pub variance: f64,
}

/// The columns with at least one stored entry, ascending; all others are 0 throughout.
///
/// A map and not a vector by column number, so that one large index does not take the memory of all columns below it.
///
/// # Errors
/// If an entry is NaN or infinite.
pub(crate) fn columns(x: &Csr<f64>) -> Result<BTreeMap<u32, Column>, DataError> {
    let n = x.rows() as f64;
    let mut columns = BTreeMap::<u32, (Column, usize)>::new();
    for row in 0..x.rows() {
        let (indices, values) = x.row(row);
        for (&j, &v) in indices.iter().zip(values) {
            if !v.is_finite() {
                let place = Place::Entry { row, column: j as usize };
                return Err(DataError::invalid("features", "a finite number", v.to_string(), place));
            }
            let new = Column { min: v, max: v, mean: 0.0, variance: 0.0 };
            let (column, count) = columns.entry(j).or_insert((new, 0));
            column.min = column.min.min(v);
            column.max = column.max.max(v);
            column.mean += v / n;
            *count += 1;
        }
    }
    for (column, count) in columns.values_mut() {
        let zeros = x.rows() - *count;
        if zeros > 0 {
            column.min = column.min.min(0.0);
            column.max = column.max.max(0.0);
        }
        if column.min == column.max {
            column.mean = column.min; // exactly, so that a constant has no variance
        }
        column.variance = zeros as f64 / n * column.mean * column.mean;
    }
    for (j, v) in x.indices().iter().zip(x.values()) {
        if let Some((column, _)) = columns.get_mut(j) {
            column.variance += (v - column.mean) * (v - column.mean) / n;
        }
    }
    Ok(columns.into_iter().map(|(j, (column, _))| (j, column)).collect())
}

/// The table with every entry of column `j` replaced by `image(j, entry)`, zeros included and results of 0 left out;
/// `filled` lists the columns whose zeros do not stay 0, ascending, with the image of 0.
///
/// # Errors
/// If filling the zeros in could take more than 4 GiB, or an image is NaN or infinite.
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
        let mut rest = filled.iter().peekable();
        let (own, entries) = x.row(row);
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
