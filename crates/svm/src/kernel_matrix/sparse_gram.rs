//! Kernels of the inner product, of sparse samples.

use pellucid_compute::{Pool, Rows, Scalar};

use crate::input::narrow_rows::NarrowRows;
use crate::input::samples::Samples;
use crate::kernel_matrix::gram::Gram;
use crate::kernels::distance::squared_distance;
use crate::kernels::dot_kernel::{DotKernel, Finisher};

/// The matrix of samples of which only what is not zero is stored.
pub(crate) struct SparseGram<'a, T> {
    entries: NarrowRows<T>,
    norms: Vec<T>,
    /// Where the samples come from, and which rows they are.
    samples: Samples<'a>,
    rows: Vec<u32>,
    kernel: DotKernel<T>,
    finisher: Finisher<T>,
    pool: &'a Pool,
}

impl<'a, T: Scalar> SparseGram<'a, T> {
    pub fn new(samples: Samples<'a>, ids: &[u32], kernel: DotKernel<T>, pool: &'a Pool) -> Self {
        let entries = NarrowRows::new(&samples, ids.iter().map(|&id| id as usize));
        let norms: Vec<T> = entries.norms().map(T::from_f64).collect();
        let larger = |largest: f64, norm: &T| {
            if norm.is_finite() { largest.max(norm.to_f64()) } else { f64::INFINITY }
        };
        let largest = norms.iter().fold(0.0, larger);
        let finisher = Finisher::new(kernel, entries.columns().width(), largest);
        Self { entries, norms, samples, rows: ids.to_vec(), kernel, finisher, pool }
    }

    /// Turns inner products with sample `id` into kernel values.
    fn finish(&self, id: u32, products: &mut [T]) {
        let norm = self.norms[id as usize];
        let own = (&self.samples, self.rows[id as usize] as usize);
        self.finisher.finish(products, norm, &self.norms, |other| {
            squared_distance(own, (&self.samples, self.rows[other] as usize))
        });
        products[id as usize] = self.kernel.of_itself(norm);
    }
}

impl<T: Scalar> Gram<T> for SparseGram<'_, T> {
    fn len(&self) -> usize {
        self.norms.len()
    }

    fn diagonal(&self) -> Vec<T> {
        self.norms.iter().map(|&norm| self.kernel.of_itself(norm)).collect()
    }

    fn rows(&self, ids: &[u32], out: &mut [T]) {
        let columns = self.len();
        self.pool.split(ids.len(), 1, (ids, Rows(&mut out[..ids.len() * columns], columns)), |(ids, out)| {
            let mut spread = vec![T::ZERO; self.entries.columns().width()];
            for (&id, out) in ids.iter().zip(out.0.chunks_exact_mut(columns)) {
                let (places, values) = self.entries.row(id as usize);
                places.iter().zip(values).for_each(|(&place, &value)| spread[place as usize] = value);
                self.entries.products(&spread, out);
                self.finish(id, out);
                for &place in places {
                    spread[place as usize] = T::ZERO;
                }
            }
        });
    }

    fn subset<'b>(&'b self, ids: &[u32]) -> Box<dyn Gram<T> + 'b> {
        let rows: Vec<u32> = ids.iter().map(|&id| self.rows[id as usize]).collect();
        Box::new(SparseGram::<T>::new(self.samples, &rows, self.kernel, self.pool))
    }
}
