//! Evaluating sums of kernel values for many rows, on threads.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_compute::{Pool, Rows};

use crate::decision::dense_sums::{DenseSums, DenseVectors};
use crate::decision::expansion::Expansion;
use crate::decision::function_sums::FunctionSums;
use crate::decision::row_sums::{ROWS, RowSums};
use crate::decision::sparse_sums::{SparseSums, SparseVectors};
use crate::decision::table_sums::TableSums;
use crate::error::SvmError;
use crate::input::samples::Samples;
use crate::kernels::dot_kernel::Computed;

/// The most sums of a block of rows: with thousands of classes a row has millions.
const SUMS: usize = 1 << 21;

/// An expansion, and its support vectors as they are laid out when they are needed first.
pub(crate) struct Evaluator {
    pub expansion: Expansion,
    dense32: OnceLock<DenseVectors<f32>>,
    dense64: OnceLock<DenseVectors<f64>>,
    sparse: OnceLock<SparseVectors>,
}

impl Clone for Evaluator {
    fn clone(&self) -> Self {
        Self::new(self.expansion.clone())
    }
}

impl Evaluator {
    pub fn new(expansion: Expansion) -> Self {
        Self { expansion, dense32: OnceLock::new(), dense64: OnceLock::new(), sparse: OnceLock::new() }
    }

    /// For each row, `finish` of its sums (`classes x outputs` numbers) in f64: `per_row` values, row after row.
    ///
    /// Sums are finished block by block; those of all rows could take more memory than what is asked for.
    pub fn evaluate<R: Copy + Default + Send>(
        &self,
        samples: &Samples<'_>,
        pool: &Pool,
        per_row: usize,
        finish: impl Fn(&[f64], &mut [R]) + Sync,
    ) -> Result<Vec<R>, SvmError> {
        samples.check()?;
        self.expansion.check_columns(samples)?;
        let rows: Vec<u32> = (0..samples.rows() as u32).collect();
        self.exactly(samples, pool, &rows, per_row, finish)
    }

    /// For each row, what `decide` makes of its sums and of bounds of their errors, one for each class; it tells whether
    /// it is certain. Rows that leave it in doubt are evaluated again in f64.
    pub fn decide<R: Copy + Default + Send>(
        &self,
        samples: &Samples<'_>,
        pool: &Pool,
        decide: impl Fn(&[f64], &[f64], &mut R) -> bool + Sync,
    ) -> Result<Vec<R>, SvmError> {
        let none = vec![0.0; self.expansion.class_sizes.len()];
        let exact = |sums: &[f64], result: &mut [R]| _ = decide(sums, &none, &mut result[0]);
        if !(self.expansion.single && self.expansion.by_products()) {
            return self.evaluate(samples, pool, 1, exact);
        }
        samples.check()?;
        self.expansion.check_columns(samples)?;
        let rows: Vec<u32> = (0..samples.rows() as u32).collect();
        let mut results = vec![(R::default(), true); rows.len()];
        self.each_row(samples, pool, true, (&rows, 1, &mut results), |_, sums, bounds, result| {
            result[0].1 = decide(sums, bounds, &mut result[0].0);
        });
        let doubtful: Vec<u32> = rows.into_iter().filter(|&row| !results[row as usize].1).collect();
        let again = self.exactly(samples, pool, &doubtful, 1, exact)?;
        doubtful.iter().zip(again).for_each(|(&row, result)| results[row as usize].0 = result);
        Ok(results.into_iter().map(|(result, _)| result).collect())
    }

    /// [`Evaluator::evaluate`] of some rows.
    fn exactly<R: Copy + Default + Send>(
        &self,
        samples: &Samples<'_>,
        pool: &Pool,
        rows: &[u32],
        per_row: usize,
        finish: impl Fn(&[f64], &mut [R]) + Sync,
    ) -> Result<Vec<R>, SvmError> {
        let mut results = vec![R::default(); rows.len() * per_row];
        let bad = AtomicUsize::new(usize::MAX);
        self.each_row(samples, pool, false, (rows, per_row, &mut results), |row, sums, _, results| {
            if sums.iter().all(|sum| sum.is_finite()) {
                finish(sums, results);
            } else {
                bad.fetch_min(row as usize, Ordering::Relaxed);
            }
        });
        match bad.into_inner() {
            usize::MAX => Ok(results),
            row => Err(SvmError::Decision { row }),
        }
    }

    /// Calls `finish` with each row, its sums, the bounds of their errors, and where its `per_row` results go.
    fn each_row<R: Send>(
        &self,
        samples: &Samples<'_>,
        pool: &Pool,
        single: bool,
        (rows, per_row, results): (&[u32], usize, &mut [R]),
        finish: impl Fn(u32, &[f64], &[f64], &mut [R]) + Sync,
    ) {
        let classes = self.expansion.class_sizes.len();
        let width = classes * self.expansion.outputs;
        let block = (SUMS / width.max(1)).clamp(1, ROWS);
        // Every row by itself: its bits depend on no other.
        pool.split(rows.len(), block, (rows, Rows(results, per_row)), |(rows, results)| {
            let (mut sums, mut bounds) = (vec![0.0; block * width], vec![0.0; block * classes]);
            let mut row_sums = self.row_sums(samples, pool, single);
            for (rows, results) in rows.chunks(block).zip(results.0.chunks_mut(block * per_row)) {
                let (sums, bounds) = (&mut sums[..rows.len() * width], &mut bounds[..rows.len() * classes]);
                sums.fill(0.0);
                bounds.fill(0.0);
                if let Some(row_sums) = &mut row_sums {
                    row_sums.add(rows, sums, bounds);
                }
                let of_rows = sums.chunks_exact(width).zip(bounds.chunks_exact(classes));
                for ((&row, results), (sums, bounds)) in
                    rows.iter().zip(results.chunks_exact_mut(per_row)).zip(of_rows)
                {
                    finish(row, sums, bounds, results);
                }
            }
        });
    }

    /// What adds up sums over the support vectors; `None` where there are none.
    fn row_sums<'a>(
        &'a self,
        samples: &'a Samples<'a>,
        pool: &'a Pool,
        single: bool,
    ) -> Option<Box<dyn RowSums + 'a>> {
        let expansion = &self.expansion;
        let vectors = expansion.vectors.samples();
        let dense = expansion.by_products();
        Some(match (expansion.kernel.computed(), vectors) {
            _ if expansion.vectors.is_empty() => return None,
            (Computed::Table, _) => Box::new(TableSums::new(expansion, samples)),
            (_, None) => unreachable!("only a precomputed kernel has support vectors without numbers"),
            (Computed::Function(function), Some(vectors)) => {
                Box::new(FunctionSums::new(expansion, function, vectors, samples))
            }
            (Computed::Dot(kernel), Some(vectors)) if dense && single => {
                let laid_out =
                    self.dense32.get_or_init(|| DenseVectors::new(expansion, &vectors, true, pool));
                Box::new(DenseSums::new(expansion, kernel.rounded(), laid_out, vectors, samples))
            }
            (Computed::Dot(kernel), Some(vectors)) if dense => {
                let laid_out =
                    self.dense64.get_or_init(|| DenseVectors::new(expansion, &vectors, false, pool));
                Box::new(DenseSums::new(expansion, kernel, laid_out, vectors, samples))
            }
            (Computed::Dot(kernel), Some(vectors)) => {
                let laid_out = self.sparse.get_or_init(|| SparseVectors::new(&vectors));
                Box::new(SparseSums::new(expansion, kernel, laid_out, vectors, samples))
            }
        })
    }
}
