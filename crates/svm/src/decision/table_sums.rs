//! Sums over support vectors from rows of kernel values.

use crate::decision::expansion::Expansion;
use crate::decision::row_sums::RowSums;
use crate::decision::support_vectors::SupportVectors;
use crate::input::samples::Samples;

/// Of a precomputed kernel: the values at the support vectors' columns.
pub(crate) struct TableSums<'a> {
    expansion: &'a Expansion,
    columns: &'a [u32],
    kernel: &'a Samples<'a>,
    values: Vec<f64>,
}

impl<'a> TableSums<'a> {
    pub fn new(expansion: &'a Expansion, kernel: &'a Samples<'a>) -> Self {
        let SupportVectors::Columns(columns) = &expansion.vectors else {
            unreachable!("the support vectors of a precomputed kernel are columns of its table");
        };
        Self { expansion, columns, kernel, values: vec![0.0; columns.len()] }
    }
}

impl RowSums for TableSums<'_> {
    fn add(&mut self, rows: &[u32], sums: &mut [f64], _: &mut [f64]) {
        let width = sums.len() / rows.len();
        for (&row, sums) in rows.iter().zip(sums.chunks_exact_mut(width)) {
            for (value, &column) in self.values.iter_mut().zip(self.columns) {
                *value = self.kernel.number(row as usize, column as usize);
            }
            self.expansion.add(&self.values, sums);
        }
    }
}
