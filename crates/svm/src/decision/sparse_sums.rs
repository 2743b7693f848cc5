//! Sums over sparse support vectors, number by number.

use crate::decision::expansion::Expansion;
use crate::decision::row_sums::RowSums;
use crate::input::narrow_rows::NarrowRows;
use crate::input::samples::Samples;
use crate::kernels::distance::squared_distance;
use crate::kernels::dot_kernel::{DotKernel, Finisher};

/// Sparse support vectors over the columns that occur in them.
pub(crate) struct SparseVectors {
    entries: NarrowRows<f64>,
    norms: Vec<f64>,
    largest: f64,
}

impl SparseVectors {
    pub fn new(vectors: &Samples<'_>) -> Self {
        let entries = NarrowRows::new(vectors, 0..vectors.rows());
        let norms: Vec<f64> = entries.norms().collect();
        // Squares of finite numbers: infinite, but never NaN.
        let largest = norms.iter().fold(0.0, |largest: f64, &norm| largest.max(norm));
        Self { entries, norms, largest }
    }
}

/// A row is spread out over the columns of the support vectors; what lies beyond counts for its norm only.
pub(crate) struct SparseSums<'a> {
    expansion: &'a Expansion,
    laid_out: &'a SparseVectors,
    vectors: Samples<'a>,
    samples: &'a Samples<'a>,
    finisher: Finisher<f64>,
    spread: Vec<f64>,
    values: Vec<f64>,
}

impl<'a> SparseSums<'a> {
    pub fn new(
        expansion: &'a Expansion,
        kernel: DotKernel<f64>,
        laid_out: &'a SparseVectors,
        vectors: Samples<'a>,
        samples: &'a Samples<'a>,
    ) -> Self {
        let width = laid_out.entries.columns().width();
        let (spread, values) = (vec![0.0; width], vec![0.0; vectors.rows()]);
        let finisher = Finisher::new(kernel, width, laid_out.largest);
        Self { expansion, laid_out, vectors, samples, finisher, spread, values }
    }

    /// The kernel values of a row.
    fn kernel_row(&mut self, row: usize) {
        let SparseVectors { entries, norms, .. } = self.laid_out;
        let mut norm = 0.0;
        self.samples.for_each(row, |column, value| {
            norm += value * value;
            if let Some(place) = entries.columns().place(column) {
                self.spread[place] = value;
            }
        });
        entries.products(&self.spread, &mut self.values);
        self.finisher.finish(&mut self.values, norm, norms, |s| {
            squared_distance((self.samples, row), (&self.vectors, s))
        });
        self.samples.for_each(row, |column, _| {
            if let Some(place) = entries.columns().place(column) {
                self.spread[place] = 0.0;
            }
        });
    }
}

impl RowSums for SparseSums<'_> {
    fn add(&mut self, rows: &[u32], sums: &mut [f64], _: &mut [f64]) {
        let width = sums.len() / rows.len();
        for (&row, sums) in rows.iter().zip(sums.chunks_exact_mut(width)) {
            self.kernel_row(row as usize);
            self.expansion.add(&self.values, sums);
        }
    }
}
