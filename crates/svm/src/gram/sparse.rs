//! Kernels of the inner product, of sparse samples.

use pellucid_compute::{Pool, Rows, Scalar};

use super::Gram;
use crate::Samples;
use crate::distance::squared_distance;
use crate::kernel::Shape;
use crate::occurring::Occurring;

/// The matrix of samples of which only what is not zero is stored.
pub(crate) struct SparseGram<'a, T> {
    /// How many columns a row that is spread out has.
    width: usize,
    /// Where the entries of each sample begin, and the end.
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<T>,
    norms: Vec<T>,
    /// The largest squared norm; infinite where one overflows.
    largest: f64,
    /// Where the samples come from, and which rows they are.
    samples: Samples<'a>,
    rows: Vec<u32>,
    shape: Shape<T>,
    pool: &'a Pool,
}

impl<'a, T: Scalar> SparseGram<'a, T> {
    pub fn new(samples: Samples<'a>, ids: &[u32], shape: Shape<T>, pool: &'a Pool) -> Self {
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for &id in ids {
            samples.for_each(id as usize, |column, value| {
                indices.push(column as u32);
                values.push(T::from_f64(value));
            });
            starts.push(indices.len());
        }
        let width = Occurring::new(&mut indices, samples.columns()).width();
        let square = |value: &T| value.to_f64() * value.to_f64();
        let norm = |entries: &[usize]| values[entries[0]..entries[1]].iter().map(square).sum::<f64>();
        let norms: Vec<T> = starts.windows(2).map(|entries| T::from_f64(norm(entries))).collect();
        let larger = |largest: f64, norm: &T| {
            if norm.is_finite() { largest.max(norm.to_f64()) } else { f64::INFINITY }
        };
        let largest = norms.iter().fold(0.0, larger);
        Self { width, starts, indices, values, norms, largest, samples, rows: ids.to_vec(), shape, pool }
    }

    fn row(&self, id: usize) -> (&[u32], &[T]) {
        let range = self.starts[id]..self.starts[id + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// Turns inner products with sample `id` into kernel values.
    fn finish(&self, id: u32, products: &mut [T]) {
        let norm = self.norms[id as usize];
        match self.shape.cancellation(self.width) {
            Some(check) if !check.harmless(norm.to_f64() + self.largest) => {
                let own = (&self.samples, self.rows[id as usize] as usize);
                let exact = |other: usize| squared_distance(own, (&self.samples, self.rows[other] as usize));
                self.shape.finish_checked(&check, products, norm, &self.norms, exact);
            }
            _ => self.shape.finish(products, norm, &self.norms),
        }
        products[id as usize] = self.shape.of_itself(norm);
    }
}

impl<T: Scalar> Gram<T> for SparseGram<'_, T> {
    fn len(&self) -> usize {
        self.norms.len()
    }

    fn diagonal(&self) -> Vec<T> {
        self.norms.iter().map(|&norm| self.shape.of_itself(norm)).collect()
    }

    fn rows(&self, ids: &[u32], out: &mut [T]) {
        let columns = self.len();
        self.pool.split(ids.len(), 1, (ids, Rows(&mut out[..ids.len() * columns], columns)), |(ids, out)| {
            let mut dense = vec![T::ZERO; self.width];
            for (&id, out) in ids.iter().zip(out.0.chunks_exact_mut(columns)) {
                let (indices, values) = self.row(id as usize);
                indices.iter().zip(values).for_each(|(&column, &value)| dense[column as usize] = value);
                for (other, out) in out.iter_mut().enumerate() {
                    // In the order of columns, whichever of the two rows is spread out: zeros change nothing.
                    let (indices, values) = self.row(other);
                    let products =
                        indices.iter().zip(values).map(|(&column, &value)| dense[column as usize] * value);
                    *out = products.sum();
                }
                self.finish(id, out);
                for &column in indices {
                    dense[column as usize] = T::ZERO;
                }
            }
        });
    }

    fn subset<'b>(&'b self, ids: &[u32]) -> Box<dyn Gram<T> + 'b> {
        let rows: Vec<u32> = ids.iter().map(|&id| self.rows[id as usize]).collect();
        Box::new(SparseGram::<T>::new(self.samples, &rows, self.shape, self.pool))
    }
}
