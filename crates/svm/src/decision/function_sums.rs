//! Sums over support vectors with a kernel that the user wrote.

use crate::decision::expansion::Expansion;
use crate::decision::row_sums::RowSums;
use crate::input::samples::Samples;
use crate::kernels::kernel::KernelFunction;

/// Of a function of two dense rows.
pub(crate) struct FunctionSums<'a> {
    expansion: &'a Expansion,
    kernel: &'a KernelFunction,
    vectors: Samples<'a>,
    samples: &'a Samples<'a>,
    x: Vec<f64>,
    z: Vec<f64>,
    values: Vec<f64>,
}

impl<'a> FunctionSums<'a> {
    pub fn new(
        expansion: &'a Expansion,
        kernel: &'a KernelFunction,
        vectors: Samples<'a>,
        samples: &'a Samples<'a>,
    ) -> Self {
        let columns = expansion.columns.max(samples.columns());
        let (x, z, values) = (vec![0.0; columns], vec![0.0; columns], vec![0.0; vectors.rows()]);
        Self { expansion, kernel, vectors, samples, x, z, values }
    }
}

impl RowSums for FunctionSums<'_> {
    fn add(&mut self, rows: &[u32], sums: &mut [f64], _: &mut [f64]) {
        let width = sums.len() / rows.len();
        let columns = self.expansion.columns;
        for (&row, sums) in rows.iter().zip(sums.chunks_exact_mut(width)) {
            self.samples.copy_row(row as usize, &mut self.x);
            for (s, value) in self.values.iter_mut().enumerate() {
                self.vectors.copy_row(s, &mut self.z);
                *value = (self.kernel)(&self.x[..columns], &self.z[..columns]);
            }
            self.expansion.add(&self.values, sums);
        }
    }
}
