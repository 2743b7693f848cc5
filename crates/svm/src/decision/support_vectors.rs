//! The samples that a decision is expressed in.

use pellucid_data::{Csr, Matrix};

use crate::error::SvmError;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;

/// The samples that a decision is expressed in.
#[derive(Clone, Debug, PartialEq)]
pub enum SupportVectors {
    /// Dense rows in single precision.
    F32(Matrix<f32>),
    /// Dense rows.
    F64(Matrix<f64>),
    /// Sparse rows.
    Sparse(Csr<f64>),
    /// Of a precomputed kernel: columns of the table, from 0.
    Columns(Vec<u32>),
}

impl SupportVectors {
    /// Some rows of the samples.
    pub(crate) fn of(samples: &Samples<'_>, kernel: &Kernel, rows: &[u32]) -> Result<Self, SvmError> {
        let columns = samples.columns();
        if matches!(kernel, Kernel::Precomputed) {
            return Ok(Self::Columns(rows.to_vec()));
        }
        Ok(match samples {
            Samples::DenseF32 { values, .. } => {
                let rows_of = rows.iter().flat_map(|&row| &values[row as usize * columns..][..columns]);
                Self::F32(Matrix::new(rows.len(), columns, rows_of.copied().collect())?)
            }
            Samples::DenseF64 { values, .. } => {
                let rows_of = rows.iter().flat_map(|&row| &values[row as usize * columns..][..columns]);
                Self::F64(Matrix::new(rows.len(), columns, rows_of.copied().collect())?)
            }
            _ => Self::Sparse(samples.sparse_rows(rows)?),
        })
    }

    /// Returns the number of support vectors.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(rows) => rows.rows(),
            Self::F64(rows) => rows.rows(),
            Self::Sparse(rows) => rows.rows(),
            Self::Columns(columns) => columns.len(),
        }
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the rows; `None` for a precomputed kernel, which has none.
    pub fn samples(&self) -> Option<Samples<'_>> {
        match self {
            Self::F32(rows) => Some(rows.into()),
            Self::F64(rows) => Some(rows.into()),
            Self::Sparse(rows) => Some(rows.into()),
            Self::Columns(_) => None,
        }
    }
}
