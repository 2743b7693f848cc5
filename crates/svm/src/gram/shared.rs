//! Kernel rows that many problems over the same samples share.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_compute::Scalar;

use super::Gram;

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

    fn row(&self, id: u32) -> Option<&[T]> {
        self.rows[id as usize].get().map(|row| &row[..])
    }

    /// Computes those of the rows that are missing and fit.
    fn add(&self, all: &dyn Gram<T>, ids: &[u32]) {
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

/// The matrix of some of the samples whose rows are kept.
pub(crate) struct SharedGram<'a, T> {
    all: &'a dyn Gram<T>,
    kept: &'a KeptRows<T>,
    /// Which of all samples these are.
    ids: Vec<u32>,
    /// The matrix of these samples only, for rows that find no room.
    own: OnceLock<Box<dyn Gram<T> + 'a>>,
}

impl<'a, T: Scalar> SharedGram<'a, T> {
    pub fn new(all: &'a dyn Gram<T>, kept: &'a KeptRows<T>, ids: Vec<u32>) -> Self {
        Self { all, kept, ids, own: OnceLock::new() }
    }

    /// Copies the values at these samples.
    fn pick(&self, row: &[T], mut out: &mut [T]) {
        for run in self.ids.chunk_by(|id, next| id + 1 == *next) {
            let (head, rest) = out.split_at_mut(run.len());
            head.copy_from_slice(&row[run[0] as usize..][..run.len()]);
            out = rest;
        }
    }
}

impl<T: Scalar> Gram<T> for SharedGram<'_, T> {
    fn len(&self) -> usize {
        self.ids.len()
    }

    fn diagonal(&self) -> Vec<T> {
        let all = self.all.diagonal();
        self.ids.iter().map(|&id| all[id as usize]).collect()
    }

    fn rows(&self, ids: &[u32], out: &mut [T]) {
        let of_all: Vec<u32> = ids.iter().map(|&id| self.ids[id as usize]).collect();
        self.kept.add(self.all, &of_all);
        let kept: Vec<Option<&[T]>> = of_all.iter().map(|&id| self.kept.row(id)).collect();
        let others: Vec<u32> =
            ids.iter().zip(&kept).filter(|(_, row)| row.is_none()).map(|(&id, _)| id).collect();
        let columns = self.ids.len();
        let mut rows = vec![T::ZERO; others.len() * columns];
        if !others.is_empty() {
            self.own.get_or_init(|| self.all.subset(&self.ids)).rows(&others, &mut rows);
        }
        let mut rows = rows.chunks_exact(columns);
        for (row, out) in kept.into_iter().zip(out.chunks_exact_mut(columns)) {
            match row {
                Some(row) => self.pick(row, out),
                None => rows.next().into_iter().for_each(|row| out.copy_from_slice(row)),
            }
        }
    }

    fn subset<'a>(&'a self, ids: &[u32]) -> Box<dyn Gram<T> + 'a> {
        let ids = ids.iter().map(|&id| self.ids[id as usize]).collect();
        Box::new(SharedGram::new(self.all, self.kept, ids))
    }

    fn batch(&self) -> usize {
        self.all.batch()
    }
}
