//! Sums of kernel values over support vectors, which is what every decision is made of.

mod entries;
mod function;
mod products;
mod table;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pellucid_compute::{Pool, Rows};

use self::entries::{Entries, EntriesReady};
use self::function::Function;
use self::products::{Products, ProductsReady};
use self::table::Table;
use crate::{Kernel, Samples, SupportVectors, SvmError};

/// Rows that are evaluated together.
const ROWS: usize = 96;

/// The most sums of a block of rows: with thousands of classes a row has millions.
const SUMS: usize = 1 << 21;

/// Classes from which on products of each class's support vectors with their coefficients must be worth a call.
const MANY: usize = 64;

/// The support vectors of a class that are worth it, on average.
const FEW: usize = 8;

/// What adds up the sums of rows; it keeps its memory from block to block.
trait Adder {
    /// Adds to the `classes x outputs` sums of each row, and to the bounds (one for each class) how far each of a
    /// class's sums may be off.
    fn add(&mut self, rows: &[u32], sums: &mut [f64], bounds: &mut [f64]);
}

/// For a row x, sums over support vectors s of coefficient_s K(s, x), one for each class and output.
pub(crate) struct Expansion {
    pub kernel: Kernel,
    pub vectors: SupportVectors,
    /// Numbers in a row to be evaluated.
    pub columns: usize,
    /// Whether there may have been more in training: a LIBSVM file names the largest index that occurs in its support
    /// vectors, no more.
    pub open: bool,
    /// How many support vectors each class has; they are sorted by class.
    pub class_sizes: Vec<usize>,
    /// `outputs` coefficients of each support vector.
    pub coefficients: Vec<f64>,
    pub outputs: usize,
    /// Whether classes may be told by kernel values in f32 where their rounding cannot change them.
    pub single: bool,
    ready32: OnceLock<ProductsReady<f32>>,
    ready64: OnceLock<ProductsReady<f64>>,
    entries: OnceLock<EntriesReady>,
}

impl Clone for Expansion {
    fn clone(&self) -> Self {
        let (kernel, vectors) = (self.kernel.clone(), self.vectors.clone());
        let (class_sizes, coefficients) = (self.class_sizes.clone(), self.coefficients.clone());
        let new = Self::new(kernel, vectors, self.columns, class_sizes, coefficients, self.single);
        Self { open: self.open, ..new }
    }
}

impl Expansion {
    pub fn new(
        kernel: Kernel,
        vectors: SupportVectors,
        columns: usize,
        class_sizes: Vec<usize>,
        coefficients: Vec<f64>,
        single: bool,
    ) -> Self {
        let outputs = (coefficients.len() / vectors.len().max(1)).max(1);
        let (ready32, ready64, entries) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self {
            kernel,
            vectors,
            columns,
            open: false,
            class_sizes,
            coefficients,
            outputs,
            single,
            ready32,
            ready64,
            entries,
        }
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
        self.check_columns(samples)?;
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
        let none = vec![0.0; self.class_sizes.len()];
        let exact = |sums: &[f64], result: &mut [R]| _ = decide(sums, &none, &mut result[0]);
        if !(self.single && self.by_products()) {
            return self.evaluate(samples, pool, 1, exact);
        }
        samples.check()?;
        self.check_columns(samples)?;
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

    /// [`Expansion::evaluate`] of some rows.
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
        let classes = self.class_sizes.len();
        let width = classes * self.outputs;
        let block = (SUMS / width.max(1)).clamp(1, ROWS);
        // Every row by itself: its bits depend on no other.
        pool.split(rows.len(), block, (rows, Rows(results, per_row)), |(rows, results)| {
            let (mut sums, mut bounds) = (vec![0.0; block * width], vec![0.0; block * classes]);
            let mut adder = self.adder(samples, pool, single);
            for (rows, results) in rows.chunks(block).zip(results.0.chunks_mut(block * per_row)) {
                let (sums, bounds) = (&mut sums[..rows.len() * width], &mut bounds[..rows.len() * classes]);
                sums.fill(0.0);
                bounds.fill(0.0);
                if let Some(adder) = &mut adder {
                    adder.add(rows, sums, bounds);
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

    /// Rows as wide as in training: dense ones exactly; sparse ones may leave the last numbers out, and have more where
    /// the model does not know how many there were.
    fn check_columns(&self, samples: &Samples<'_>) -> Result<(), SvmError> {
        let (expected, found) = (self.columns, samples.columns());
        if matches!(self.kernel, Kernel::Precomputed) {
            // A LIBSVM file names the support vectors only, not how many training samples there were after the last.
            if found < expected {
                let expected = format!("rows of {expected} kernel values, one for each training sample");
                return Err(SvmError::input("precomputed kernel", expected, format!("rows of {found}")));
            }
            return Ok(());
        }
        let fits = if samples.is_sparse() { found <= expected || self.open } else { found == expected };
        if fits {
            return Ok(());
        }
        let expected = match (samples.is_sparse(), self.open) {
            (true, _) => format!("rows of at most {expected} numbers, as in training"),
            (false, false) => format!("rows of {expected} numbers, as in training"),
            (false, true) => {
                format!("rows of {expected} numbers, the largest index in the model's support vectors")
            }
        };
        Err(SvmError::input("samples", expected, format!("rows of {found}")))
    }

    /// Whether sums are computed as matrix products: not where many classes have a few support vectors each.
    fn by_products(&self) -> bool {
        let classes = self.class_sizes.len();
        !matches!(self.kernel, Kernel::Custom(_))
            && (classes < MANY || self.vectors.len() >= FEW * classes)
            && self.vectors.samples().is_some_and(|vectors| vectors.is_dense())
    }

    /// What adds up sums over the support vectors; `None` where there are none.
    fn adder<'a>(
        &'a self,
        samples: &'a Samples<'a>,
        pool: &'a Pool,
        single: bool,
    ) -> Option<Box<dyn Adder + 'a>> {
        let vectors = match &self.vectors {
            vectors if vectors.is_empty() => return None,
            SupportVectors::Columns(columns) => {
                return Some(Box::new(Table::new(self, columns, samples)));
            }
            vectors => vectors.samples()?,
        };
        Some(match &self.kernel {
            Kernel::Custom(function) => Box::new(Function::new(self, function, vectors, samples)),
            _ if self.by_products() && single => {
                let ready = self.ready32.get_or_init(|| ProductsReady::new(self, &vectors, pool));
                Box::new(Products::new(self, ready, vectors, samples))
            }
            _ if self.by_products() => {
                let ready = self.ready64.get_or_init(|| ProductsReady::new(self, &vectors, pool));
                Box::new(Products::new(self, ready, vectors, samples))
            }
            _ => {
                let ready = self.entries.get_or_init(|| EntriesReady::new(&vectors));
                Box::new(Entries::new(self, ready, vectors, samples))
            }
        })
    }

    /// Adds the kernel values of one row, times the coefficients, to the sums of their classes.
    fn add(&self, values: &[f64], sums: &mut [f64]) {
        let mut coefficients = values.iter().zip(self.coefficients.chunks_exact(self.outputs));
        for (sums, &size) in sums.chunks_exact_mut(self.outputs).zip(&self.class_sizes) {
            for (value, coefficients) in coefficients.by_ref().take(size) {
                sums.iter_mut().zip(coefficients).for_each(|(sum, c)| *sum += c * value);
            }
        }
    }
}
