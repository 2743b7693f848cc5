//! The samples that a machine is fitted to or asked about.

use pellucid_data::{Csr, Matrix};

use crate::SvmError;

/// Sparse samples with at least this share of numbers that are not zero are computed with as dense ones.
const DENSE_SHARE: f64 = 0.05;

/// Samples in someone's memory: one row each, dense or sparse, in single or double precision.
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
    /// Samples over rows of `columns` numbers.
    pub fn dense<F: Value>(values: &'a [F], columns: usize) -> Self {
        F::dense(values, columns)
    }

    /// The number of samples.
    pub fn rows(&self) -> usize {
        match self {
            Self::DenseF32 { values, columns } => values.len() / (*columns).max(1),
            Self::DenseF64 { values, columns } => values.len() / (*columns).max(1),
            Self::SparseF32(csr) => csr.rows(),
            Self::SparseF64(csr) => csr.rows(),
        }
    }

    /// The numbers of a sample.
    pub fn columns(&self) -> usize {
        match self {
            Self::DenseF32 { columns, .. } | Self::DenseF64 { columns, .. } => *columns,
            Self::SparseF32(csr) => csr.columns(),
            Self::SparseF64(csr) => csr.columns(),
        }
    }

    /// Whether the samples are stored sparsely.
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
    /// Where there is no such row.
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

    /// Writes a row with its zeros.
    ///
    /// # Panics
    /// Where there is no such row, or `to` is shorter than it.
    pub fn copy_row(&self, row: usize, to: &mut [f64]) {
        to.fill(0.0);
        self.for_each(row, |column, value| to[column] = value);
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

    /// The mean of each column, in f64, and the variance of all numbers: (1/n) sum x^2 - ((1/n) sum x)^2.
    pub(crate) fn moments(&self) -> (Vec<f64>, f64) {
        let (rows, columns) = (self.rows(), self.columns());
        let mut sums = vec![0.0; columns];
        let mut squares = vec![0.0; columns];
        // Shifted by the first row, so that a large mean does not swallow the variance.
        let mut shift = vec![0.0; columns];
        if !self.is_sparse() {
            self.copy_row(0, &mut shift);
        }
        for row in 0..rows {
            self.for_each(row, |column, value| {
                let value = value - shift[column];
                sums[column] += value;
                squares[column] += value * value;
            });
        }
        let means: Vec<f64> = sums.iter().zip(&shift).map(|(sum, shift)| shift + sum / rows as f64).collect();
        let grand = means.iter().sum::<f64>() / columns as f64;
        // Within the columns and between them.
        let within = sums.iter().zip(&squares).map(|(s, q)| (q - s * s / rows as f64) / rows as f64);
        let between = means.iter().map(|mean| (mean - grand) * (mean - grand));
        let variance = (within.sum::<f64>() + between.sum::<f64>()) / columns as f64;
        (means, variance)
    }
}

impl<'a> From<&'a Matrix<f32>> for Samples<'a> {
    fn from(matrix: &'a Matrix<f32>) -> Self {
        Self::dense(matrix.data(), matrix.cols())
    }
}

impl<'a> From<&'a Matrix<f64>> for Samples<'a> {
    fn from(matrix: &'a Matrix<f64>) -> Self {
        Self::dense(matrix.data(), matrix.cols())
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
