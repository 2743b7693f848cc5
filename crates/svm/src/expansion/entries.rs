//! Sums over sparse support vectors, number by number.

use super::{Adder, Expansion};
use crate::Samples;
use crate::distance::squared_distance;
use crate::kernel::Shape;
use crate::occurring::Occurring;

/// Sparse support vectors over the columns that occur in them.
pub(super) struct EntriesReady {
    columns: Occurring,
    /// Where the entries of each support vector begin, and the end.
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    norms: Vec<f64>,
    largest: f64,
}

impl EntriesReady {
    pub fn new(vectors: &Samples<'_>) -> Self {
        let (mut starts, mut indices, mut values, mut norms) = (vec![0], Vec::new(), Vec::new(), Vec::new());
        for s in 0..vectors.rows() {
            let mut norm = 0.0;
            vectors.for_each(s, |column, value| {
                indices.push(column as u32);
                values.push(value);
                norm += value * value;
            });
            starts.push(values.len());
            norms.push(norm);
        }
        let columns = Occurring::new(&mut indices, vectors.columns());
        // Squares of finite numbers: infinite, but never NaN.
        let largest = norms.iter().fold(0.0, |largest: f64, &norm| largest.max(norm));
        Self { columns, starts, indices, values, norms, largest }
    }
}

/// A row is spread out over the columns of the support vectors; what lies beyond counts for its norm only.
pub(super) struct Entries<'a> {
    expansion: &'a Expansion,
    ready: &'a EntriesReady,
    vectors: Samples<'a>,
    samples: &'a Samples<'a>,
    shape: Shape<f64>,
    spread: Vec<f64>,
    values: Vec<f64>,
}

impl<'a> Entries<'a> {
    pub fn new(
        expansion: &'a Expansion,
        ready: &'a EntriesReady,
        vectors: Samples<'a>,
        samples: &'a Samples<'a>,
    ) -> Self {
        let (spread, values) = (vec![0.0; ready.columns.width()], vec![0.0; vectors.rows()]);
        Self { expansion, ready, vectors, samples, shape: Shape::of(&expansion.kernel), spread, values }
    }

    /// The kernel values of a row.
    fn kernel_row(&mut self, row: usize) {
        let ready = self.ready;
        let mut norm = 0.0;
        self.samples.for_each(row, |column, value| {
            norm += value * value;
            if let Some(place) = ready.columns.place(column) {
                self.spread[place] = value;
            }
        });
        for (entries, value) in ready.starts.windows(2).zip(&mut self.values) {
            let entries = entries[0]..entries[1];
            let products = ready.indices[entries.clone()].iter().zip(&ready.values[entries]);
            *value = products.map(|(&column, number)| number * self.spread[column as usize]).sum();
        }
        match self.shape.cancellation(self.spread.len()) {
            Some(check) if !check.harmless(norm + ready.largest) => {
                let exact = |s: usize| squared_distance((self.samples, row), (&self.vectors, s));
                self.shape.finish_checked(&check, &mut self.values, norm, &ready.norms, exact);
            }
            _ => self.shape.finish(&mut self.values, norm, &ready.norms),
        }
        self.samples.for_each(row, |column, _| {
            if let Some(place) = ready.columns.place(column) {
                self.spread[place] = 0.0;
            }
        });
    }
}

impl Adder for Entries<'_> {
    fn add(&mut self, rows: &[u32], sums: &mut [f64], _: &mut [f64]) {
        let width = sums.len() / rows.len();
        for (&row, sums) in rows.iter().zip(sums.chunks_exact_mut(width)) {
            self.kernel_row(row as usize);
            self.expansion.add(&self.values, sums);
        }
    }
}
