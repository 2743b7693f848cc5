//! A column of indices, such as the words of a sentence or the levels of a category.

use std::sync::Arc;

use crate::error::{DataError, Place};
use crate::tables::gather::gather;
use crate::tables::matrix::Matrix;

/// A row of indices a sample, each below a stated bound.
#[derive(Clone, Debug)]
pub struct Indices {
    rows: Arc<Matrix<u32>>,
    below: usize,
    shape: [usize; 1],
}

impl Indices {
    pub(crate) fn new(rows: Arc<Matrix<u32>>, below: usize) -> Self {
        Self { shape: [rows.columns()], rows, below }
    }

    /// Returns the indices, one row a sample.
    pub fn table(&self) -> &Matrix<u32> {
        &self.rows
    }

    /// Returns what every index is below.
    pub fn below(&self) -> usize {
        self.below
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(crate) fn check(&self, origin: &str) -> Result<(), DataError> {
        let width = self.rows.columns();
        check_below(self.rows.data(), self.below, origin, "an index", |i| Place::Entry {
            row: i / width,
            column: i % width,
        })
    }

    pub(crate) fn gather(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [u32]) {
        gather(self.rows.columns(), rows.map(|row| self.rows.row(row)), out, |index| index);
    }
}

/// Checks that all indices are below a bound; `what` names one of them in the error, and `place` says where the i-th is.
pub(crate) fn check_below<T: Copy + Into<u32>>(
    indices: &[T],
    below: usize,
    origin: &str,
    what: &str,
    place: impl Fn(usize) -> Place,
) -> Result<(), DataError> {
    let bad = |index: T| index.into() as usize >= below;
    match indices.iter().position(|&index| bad(index)) {
        None => Ok(()),
        Some(i) => {
            let found: u32 = indices[i].into();
            Err(DataError::invalid(origin, format!("{what} below {below}"), found.to_string(), place(i)))
        }
    }
}
