//! A dense matrix in row-major order.

use crate::error::{DataError, Place};

/// A `rows x columns` matrix; entry `(i, j)` is `data[i * columns + j]`.
///
/// ```
/// use pellucid_data::Matrix;
/// let m = Matrix::new(2, 3, vec![1, 2, 3, 4, 5, 6])?;
/// assert_eq!(m.row(1), [4, 5, 6]);
/// assert!(Matrix::new(2, 2, vec![1, 2, 3]).is_err());
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<T> {
    rows: usize,
    columns: usize,
    data: Vec<T>,
}

impl<T> Matrix<T> {
    /// The matrix without rows.
    pub(crate) const EMPTY: Self = Self { rows: 0, columns: 0, data: Vec::new() };

    /// Makes a matrix over `data`, which it takes without copying.
    ///
    /// # Errors
    /// Returns an error if `rows * columns` overflows or is not `data.len()`.
    pub fn new(rows: usize, columns: usize, data: Vec<T>) -> Result<Self, DataError> {
        if rows.checked_mul(columns) != Some(data.len()) {
            return Err(DataError::invalid(
                "matrix",
                format!("{rows} x {columns} entries"),
                format!("{} entries", data.len()),
                Place::Whole,
            ));
        }
        Ok(Self { rows, columns, data })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the row `i`, a slice of `columns` entries.
    ///
    /// # Panics
    /// Panics if `i >= rows`.
    pub fn row(&self, i: usize) -> &[T] {
        assert!(i < self.rows, "row {i} of a matrix with {} rows", self.rows);
        &self.data[i * self.columns..(i + 1) * self.columns]
    }

    /// Returns all entries, row after row.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// Returns all entries, row after row, for writing.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// Returns the entries, row after row, without copying.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }
}
