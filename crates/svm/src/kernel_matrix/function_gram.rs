//! A kernel that the user wrote.

use pellucid_compute::Scalar;

use crate::input::samples::Samples;
use crate::kernel_matrix::gram::Gram;
use crate::kernels::kernel::KernelFunction;

/// The matrix of a function of two dense rows.
pub(crate) struct FunctionGram {
    function: KernelFunction,
    rows: Vec<Vec<f64>>,
}

impl FunctionGram {
    pub fn new(function: KernelFunction, samples: &Samples<'_>, ids: &[u32]) -> Self {
        let row = |&id: &u32| {
            let mut row = vec![0.0; samples.columns()];
            samples.copy_row(id as usize, &mut row);
            row
        };
        Self { function, rows: ids.iter().map(row).collect() }
    }
}

impl<T: Scalar> Gram<T> for FunctionGram {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn diagonal(&self) -> Vec<T> {
        self.rows.iter().map(|row| T::from_f64((self.function)(row, row))).collect()
    }

    fn rows(&self, ids: &[u32], out: &mut [T]) {
        for (&id, out) in ids.iter().zip(out.chunks_exact_mut(self.rows.len())) {
            for (column, out) in out.iter_mut().enumerate() {
                // Always in the same order, so that a function that rounds differently stays symmetric.
                let (first, second) = (column.min(id as usize), column.max(id as usize));
                *out = T::from_f64((self.function)(&self.rows[first], &self.rows[second]));
            }
        }
    }

    fn subset<'a>(&'a self, ids: &[u32]) -> Box<dyn Gram<T> + 'a> {
        let rows = ids.iter().map(|&id| self.rows[id as usize].clone()).collect();
        Box::new(Self { function: self.function.clone(), rows })
    }
}
