//! Kernels of the inner product, of sparse samples.

use pellucid_compute::{Pool, Rows, Scalar};

use super::Gram;
use crate::Samples;
use crate::kernel::Shape;

/// The matrix of samples of which only what is not zero is stored.
pub(crate) struct SparseGram<'a, T> {
    columns: usize,
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<T>,
    norms: Vec<T>,
    shape: Shape<T>,
    pool: &'a Pool,
}

impl<'a, T: Scalar> SparseGram<'a, T> {
    pub fn new(samples: &Samples<'_>, ids: &[u32], shape: Shape<T>, pool: &'a Pool) -> Self {
        let mut gram = Self::empty(samples.columns(), shape, pool);
        for &id in ids {
            let mut norm = 0.0;
            samples.for_each(id as usize, |column, value| {
                let value = T::from_f64(value);
                gram.indices.push(column as u32);
                gram.values.push(value);
                norm += value.to_f64() * value.to_f64();
            });
            gram.starts.push(gram.indices.len());
            gram.norms.push(T::from_f64(norm));
        }
        gram
    }

    fn empty(columns: usize, shape: Shape<T>, pool: &'a Pool) -> Self {
        let (indices, values, norms) = (Vec::new(), Vec::new(), Vec::new());
        Self { columns, starts: vec![0], indices, values, norms, shape, pool }
    }

    fn row(&self, id: usize) -> (&[u32], &[T]) {
        let range = self.starts[id]..self.starts[id + 1];
        (&self.indices[range.clone()], &self.values[range])
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
            let mut dense = vec![T::ZERO; self.columns];
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
                let norm = self.norms[id as usize];
                self.shape.finish(out, norm, &self.norms);
                out[id as usize] = self.shape.of_itself(norm);
                for &column in indices {
                    dense[column as usize] = T::ZERO;
                }
            }
        });
    }

    fn subset<'a>(&'a self, ids: &[u32]) -> Box<dyn Gram<T> + 'a> {
        let mut gram = Self::empty(self.columns, self.shape, self.pool);
        for &id in ids {
            let (indices, values) = self.row(id as usize);
            gram.indices.extend_from_slice(indices);
            gram.values.extend_from_slice(values);
            gram.starts.push(gram.indices.len());
            gram.norms.push(self.norms[id as usize]);
        }
        Box::new(gram)
    }
}
