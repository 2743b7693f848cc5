//! Kernel rows that outlive a problem.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_compute::Scalar;

use crate::kernel_matrix::gram::Gram;

/// Rows of the kernel matrix of all samples, each computed once and then kept, as many as fit a number of bytes.
///
/// Folds, pairs of classes and values of C change which samples count and how much, not the kernel. A value has the
/// same bits whoever computes it, so results do not depend on how many rows fit.
pub(crate) struct KeptRows<T> {
    rows: Vec<OnceLock<Box<[T]>>>,
    bytes_left: AtomicUsize,
}

impl<T: Scalar> KeptRows<T> {
    pub fn new(samples: usize, bytes: usize) -> Self {
        let rows = std::iter::repeat_with(OnceLock::new).take(samples).collect();
        Self { rows, bytes_left: AtomicUsize::new(bytes) }
    }

    pub fn row(&self, id: u32) -> Option<&[T]> {
        self.rows[id as usize].get().map(|row| &row[..])
    }

    /// Computes those of the rows that are missing and fit.
    pub fn add(&self, all: &dyn Gram<T>, ids: &[u32]) {
        let size = self.rows.len() * size_of::<T>();
        let take = || {
            self.bytes_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size))
        };
        let missing = ids.iter().copied().filter(|&id| self.row(id).is_none() && take().is_ok());
        let missing: Vec<u32> = missing.collect();
        if missing.is_empty() {
            return;
        }
        let mut rows = vec![T::ZERO; missing.len() * self.rows.len()];
        all.rows(&missing, &mut rows);
        for (&id, row) in missing.iter().zip(rows.chunks_exact(self.rows.len())) {
            if self.rows[id as usize].set(row.into()).is_err() {
                // Another thread was faster, with the same bits.
                self.bytes_left.fetch_add(size, Ordering::Relaxed);
            }
        }
    }
}
