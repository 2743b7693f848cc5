//! Kernel rows that many problems over the same samples share.

use std::sync::OnceLock;

use pellucid_compute::Scalar;

use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::kept_rows::KeptRows;

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
