//! A kernel matrix that the user computed.

use pellucid_compute::Scalar;

use crate::input::samples::Samples;
use crate::kernel_matrix::gram::Gram;

/// Some rows and columns of a table whose row i holds K(i, j) for all training samples j.
pub(crate) struct TableGram<'a> {
    table: Samples<'a>,
    ids: Vec<u32>,
}

impl<'a> TableGram<'a> {
    pub fn new(table: Samples<'a>, ids: Vec<u32>) -> Self {
        Self { table, ids }
    }
}

impl<T: Scalar> Gram<T> for TableGram<'_> {
    fn len(&self) -> usize {
        self.ids.len()
    }

    fn diagonal(&self) -> Vec<T> {
        let mut row = vec![0.0; self.table.columns()];
        let own = self.ids.iter().map(|&id| {
            self.table.copy_row(id as usize, &mut row);
            T::from_f64(row[id as usize])
        });
        own.collect()
    }

    fn rows(&self, ids: &[u32], out: &mut [T]) {
        let mut row = vec![0.0; self.table.columns()];
        for (&id, out) in ids.iter().zip(out.chunks_exact_mut(self.ids.len())) {
            self.table.copy_row(self.ids[id as usize] as usize, &mut row);
            for (out, &column) in out.iter_mut().zip(&self.ids) {
                *out = T::from_f64(row[column as usize]);
            }
        }
    }

    fn subset<'a>(&'a self, ids: &[u32]) -> Box<dyn Gram<T> + 'a> {
        let ids = ids.iter().map(|&id| self.ids[id as usize]).collect();
        Box::new(Self { table: self.table, ids })
    }
}
