//! The samples that a model is fitted to or predicts.

use std::iter::{Enumerate, Zip};
use std::slice::Iter;

use pellucid_data::{Csr, Matrix};

use crate::error::SvmError;

/// Sparse samples with at least this share of numbers that are not zero are computed with as dense ones.
const DENSE_SHARE: f64 = 0.05;

/// Borrowed samples: one row each, dense or sparse, in single or double precision.
///
/// ```
/// use pellucid_svm::Samples;
/// let values = [0.0_f32, 1.0, 2.0, 3.0, 4.0, 5.0];
/// let samples = Samples::dense(&values, 3);
/// assert_eq!((samples.rows(), samples.columns()), (2, 3));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Samples<'a> {
    /// Row after row, `columns` numbers each.
    DenseF32 {
        /// The numbers.
        values: &'a [f32],
        /// Numbers in a row.
        columns: usize,
    },
    /// Row after row, `columns` numbers each.
    DenseF64 {
        /// The numbers.
        values: &'a [f64],
        /// Numbers in a row.
        columns: usize,
    },
    /// Compressed sparse rows.
    SparseF32(&'a Csr<f32>),
    /// Compressed sparse rows.
    SparseF64(&'a Csr<f64>),
}

/// The stored numbers of a row.
pub(crate) enum Entries<'a> {
    DenseF32(Enumerate<Iter<'a, f32>>),
    DenseF64(Enumerate<Iter<'a, f64>>),
    SparseF32(Zip<Iter<'a, u32>, Iter<'a, f32>>),
    SparseF64(Zip<Iter<'a, u32>, Iter<'a, f64>>),
}

impl Iterator for Entries<'_> {
    type Item = (usize, f64);

    #[inline]
    fn next(&mut self) -> Option<(usize, f64)> {
        match self {
            Self::DenseF32(row) => row.next().map(|(column, &value)| (column, f64::from(value))),
            Self::DenseF64(row) => row.next().map(|(column, &value)| (column, value)),
            Self::SparseF32(row) => row.next().map(|(&column, &value)| (column as usize, f64::from(value))),
            Self::SparseF64(row) => row.next().map(|(&column, &value)| (column as usize, value)),
        }
    }
}

/// A number that samples can be made of.
pub trait Value: Copy {
    /// Samples over rows of `columns` numbers.
    fn dense(values: &[Self], columns: usize) -> Samples<'_>;
}

impl Value for f32 {
    fn dense(values: &[Self], columns: usize) -> Samples<'_> {
        Samples::DenseF32 { values, columns }
    }
}

impl Value for f64 {
    fn dense(values: &[Self], columns: usize) -> Samples<'_> {
        Samples::DenseF64 { values, columns }
    }
}

impl<'a> Samples<'a> {
    /// Makes samples of rows of `columns` numbers.
    pub fn dense<F: Value>(values: &'a [F], columns: usize) -> Self {
        F::dense(values, columns)
    }

    /// Returns the number of samples.
    pub fn rows(&self) -> usize {
        match self {
            Self::DenseF32 { values, columns } => values.len() / (*columns).max(1),
            Self::DenseF64 { values, columns } => values.len() / (*columns).max(1),
            Self::SparseF32(csr) => csr.rows(),
            Self::SparseF64(csr) => csr.rows(),
        }
    }

    /// Returns the number of features of a sample.
    pub fn columns(&self) -> usize {
        match self {
            Self::DenseF32 { columns, .. } | Self::DenseF64 { columns, .. } => *columns,
            Self::SparseF32(csr) => csr.columns(),
            Self::SparseF64(csr) => csr.columns(),
        }
    }

    /// Returns whether the samples are stored as sparse rows.
    pub fn is_sparse(&self) -> bool {
        matches!(self, Self::SparseF32(_) | Self::SparseF64(_))
    }

    /// Whether so many numbers are stored that products of whole rows are the faster way.
    pub(crate) fn is_dense(&self) -> bool {
        let stored = match self {
            Self::SparseF32(csr) => csr.values().len(),
            Self::SparseF64(csr) => csr.values().len(),
            _ => return true,
        };
        stored as f64 >= DENSE_SHARE * self.rows() as f64 * self.columns() as f64
    }

    /// Calls `body(column, value)` for every stored number of a row, in ascending order of columns.
    ///
    /// # Panics
    /// Panics if there is no such row.
    #[inline]
    pub fn for_each(&self, row: usize, mut body: impl FnMut(usize, f64)) {
        match self {
            Self::DenseF32 { values, columns } => {
                let row = &values[row * columns..(row + 1) * columns];
                row.iter().enumerate().for_each(|(column, &value)| body(column, f64::from(value)));
            }
            Self::DenseF64 { values, columns } => {
                let row = &values[row * columns..(row + 1) * columns];
                row.iter().enumerate().for_each(|(column, &value)| body(column, value));
            }
            Self::SparseF32(csr) => {
                let (indices, values) = csr.row(row);
                indices.iter().zip(values).for_each(|(&i, &value)| body(i as usize, f64::from(value)));
            }
            Self::SparseF64(csr) => {
                let (indices, values) = csr.row(row);
                indices.iter().zip(values).for_each(|(&i, &value)| body(i as usize, value));
            }
        }
    }

    /// A number; 0 if none is stored.
    ///
    /// # Panics
    /// Panics if there is no such row, or no such column of dense rows.
    pub(crate) fn number(&self, row: usize, column: usize) -> f64 {
        let place = |indices: &[u32]| indices.binary_search(&u32::try_from(column).ok()?).ok();
        match self {
            Self::DenseF32 { values, columns } => {
                f64::from(values[row * columns..(row + 1) * columns][column])
            }
            Self::DenseF64 { values, columns } => values[row * columns..(row + 1) * columns][column],
            Self::SparseF32(csr) => {
                let (indices, values) = csr.row(row);
                place(indices).map_or(0.0, |at| f64::from(values[at]))
            }
            Self::SparseF64(csr) => {
                let (indices, values) = csr.row(row);
                place(indices).map_or(0.0, |at| values[at])
            }
        }
    }

    /// The stored numbers of a row with their columns, ascending.
    ///
    /// # Panics
    /// Panics if there is no such row.
    pub(crate) fn entries(&self, row: usize) -> Entries<'a> {
        match *self {
            Self::DenseF32 { values, columns } => {
                Entries::DenseF32(values[row * columns..(row + 1) * columns].iter().enumerate())
            }
            Self::DenseF64 { values, columns } => {
                Entries::DenseF64(values[row * columns..(row + 1) * columns].iter().enumerate())
            }
            Self::SparseF32(csr) => {
                let (indices, values) = csr.row(row);
                Entries::SparseF32(indices.iter().zip(values))
            }
            Self::SparseF64(csr) => {
                let (indices, values) = csr.row(row);
                Entries::SparseF64(indices.iter().zip(values))
            }
        }
    }

    /// Writes a row with its zeros.
    ///
    /// # Panics
    /// Panics if there is no such row, or `to` is shorter than it.
    pub fn copy_row(&self, row: usize, to: &mut [f64]) {
        match self {
            Self::DenseF32 { values, columns } => {
                let row = &values[row * columns..(row + 1) * columns];
                to[..*columns].iter_mut().zip(row).for_each(|(to, &value)| *to = f64::from(value));
                to[*columns..].fill(0.0);
            }
            Self::DenseF64 { values, columns } => {
                to[..*columns].copy_from_slice(&values[row * columns..(row + 1) * columns]);
                to[*columns..].fill(0.0);
            }
            _ => {
                to.fill(0.0);
                self.for_each(row, |column, value| to[column] = value);
            }
        }
    }

    /// Copies of some rows, of which only what is stored is kept.
    pub(crate) fn sparse_rows(&self, rows: &[u32]) -> Result<Csr<f64>, SvmError> {
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for &row in rows {
            self.for_each(row as usize, |column, value| {
                indices.push(column as u32);
                values.push(value);
            });
            starts.push(indices.len());
        }
        Ok(Csr::new(self.columns(), starts, indices, values)?)
    }

    /// Whole rows of finite numbers, at least one of each.
    pub(crate) fn check(&self) -> Result<(), SvmError> {
        let (len, columns) = match self {
            Self::DenseF32 { values, columns } => (values.len(), *columns),
            Self::DenseF64 { values, columns } => (values.len(), *columns),
            _ => (self.rows() * self.columns(), self.columns()),
        };
        if self.rows() == 0 {
            return Err(SvmError::input("samples", "at least one", "none"));
        }
        if columns == 0 || !len.is_multiple_of(columns) {
            let expected = format!("whole rows of {columns} numbers, at least one");
            return Err(SvmError::input("samples", expected, format!("{len} numbers")));
        }
        for row in 0..self.rows() {
            let mut bad = None;
            self.for_each(row, |column, value| {
                if !value.is_finite() && bad.is_none() {
                    bad = Some((column, value));
                }
            });
            if let Some((column, value)) = bad {
                let found = format!("{value} in row {row}, column {column} (from 0)");
                return Err(SvmError::input("samples", "finite numbers", found));
            }
        }
        Ok(())
    }
}

impl<'a> From<&'a Matrix<f32>> for Samples<'a> {
    fn from(matrix: &'a Matrix<f32>) -> Self {
        Self::dense(matrix.data(), matrix.columns())
    }
}

impl<'a> From<&'a Matrix<f64>> for Samples<'a> {
    fn from(matrix: &'a Matrix<f64>) -> Self {
        Self::dense(matrix.data(), matrix.columns())
    }
}

impl<'a> From<&'a Csr<f32>> for Samples<'a> {
    fn from(csr: &'a Csr<f32>) -> Self {
        Self::SparseF32(csr)
    }
}

impl<'a> From<&'a Csr<f64>> for Samples<'a> {
    fn from(csr: &'a Csr<f64>) -> Self {
        Self::SparseF64(csr)
    }
}
