//! Some rows of a table of samples, copied.

use pellucid_data::Csr;

use crate::error::SvmError;
use crate::input::samples::Samples;

/// Rows that are samples of their own, dense or sparse as they were.
pub(crate) enum CopiedRows {
    Dense { values: Vec<f64>, columns: usize },
    Sparse(Csr<f64>),
}

impl CopiedRows {
    pub fn copy(samples: &Samples<'_>, rows: &[u32]) -> Result<Self, SvmError> {
        let columns = samples.columns();
        if !samples.is_sparse() {
            let mut values = vec![0.0; rows.len() * columns];
            for (&row, to) in rows.iter().zip(values.chunks_exact_mut(columns)) {
                samples.copy_row(row as usize, to);
            }
            return Ok(Self::Dense { values, columns });
        }
        Ok(Self::Sparse(samples.sparse_rows(rows)?))
    }

    pub fn samples(&self) -> Samples<'_> {
        match self {
            Self::Dense { values, columns } => Samples::dense(values, *columns),
            Self::Sparse(csr) => csr.into(),
        }
    }
}
