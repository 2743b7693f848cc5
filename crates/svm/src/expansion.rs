//! Sums of kernel values over support vectors, which is what every decision is made of.

use std::sync::OnceLock;

use pellucid_compute::{MatMut, MatRef, Pool, Rows, Scalar, Start, matmul};
use pellucid_data::{Csr, Matrix};

use crate::kernel::Shape;
use crate::points::{Group, Points};
use crate::{Kernel, Samples, SvmError};

/// Rows that are evaluated together.
const ROWS: usize = 96;

/// Support vectors whose kernel values are held at a time: a multiple of any panel.
const CHUNK: usize = 240;

/// The samples that a decision is expressed in.
#[derive(Clone, Debug, PartialEq)]
pub enum SupportVectors {
    /// Dense rows in single precision.
    F32(Matrix<f32>),
    /// Dense rows.
    F64(Matrix<f64>),
    /// Sparse rows.
    Sparse(Csr<f64>),
    /// Of a precomputed kernel: columns of the table, from 0.
    Columns(Vec<u32>),
}

impl SupportVectors {
    /// Some rows of the samples.
    pub(crate) fn of(samples: &Samples<'_>, kernel: &Kernel, rows: &[u32]) -> Result<Self, SvmError> {
        let columns = samples.columns();
        if matches!(kernel, Kernel::Precomputed) {
            return Ok(Self::Columns(rows.to_vec()));
        }
        Ok(match samples {
            Samples::DenseF32 { values, .. } => {
                let rows_of = rows.iter().flat_map(|&row| &values[row as usize * columns..][..columns]);
                Self::F32(Matrix::new(rows.len(), columns, rows_of.copied().collect())?)
            }
            Samples::DenseF64 { values, .. } => {
                let rows_of = rows.iter().flat_map(|&row| &values[row as usize * columns..][..columns]);
                Self::F64(Matrix::new(rows.len(), columns, rows_of.copied().collect())?)
            }
            _ => Self::Sparse(samples.sparse_rows(rows)?),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(rows) => rows.rows(),
            Self::F64(rows) => rows.rows(),
            Self::Sparse(rows) => rows.rows(),
            Self::Columns(columns) => columns.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows; `None` for a precomputed kernel, which has none.
    pub fn samples(&self) -> Option<Samples<'_>> {
        match self {
            Self::F32(rows) => Some(rows.into()),
            Self::F64(rows) => Some(rows.into()),
            Self::Sparse(rows) => Some(rows.into()),
            Self::Columns(_) => None,
        }
    }
}

/// Adds the sums of a block of rows, given the first.
type Adder<'a> = Box<dyn FnMut(usize, &mut [f64]) + 'a>;

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
    /// Whether kernel values may be rounded to f32.
    pub single: bool,
    ready32: OnceLock<Ready<f32>>,
    ready64: OnceLock<Ready<f64>>,
}

/// Support vectors laid out for products, in chunks that belong to one class each.
struct Ready<T> {
    points: Points<T>,
    centre: Vec<f64>,
    coefficients: Vec<T>,
    /// The class of each chunk and its first support vector.
    chunks: Vec<(usize, usize, Group)>,
}

impl<T: Scalar> Ready<T> {
    /// Writes a row less the centre, and gives its squared norm.
    fn move_to_centre(&self, samples: &Samples<'_>, at: usize, row: &mut [T]) -> T {
        for (to, centre) in row.iter_mut().zip(&self.centre) {
            *to = T::from_f64(-centre);
        }
        // What lies beyond the columns of the support vectors counts for the distance.
        let mut beyond = 0.0;
        samples.for_each(at, |k, value| match row.get_mut(k) {
            Some(to) => *to = T::from_f64(value - self.centre[k]),
            None => beyond += value * value,
        });
        let norm = pellucid_compute::reduce::norm(row);
        T::from_f64(norm * norm + beyond)
    }
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
        let (ready32, ready64) = (OnceLock::new(), OnceLock::new());
        let open = false;
        Self { kernel, vectors, columns, open, class_sizes, coefficients, outputs, single, ready32, ready64 }
    }

    /// For each row, `finish` of its sums (`classes x outputs` numbers): `per_row` values, row after row.
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
        let mut results = vec![R::default(); samples.rows() * per_row];
        let rows: Vec<u32> = (0..samples.rows() as u32).collect();
        // Every row by itself: its bits depend on no other.
        pool.split(rows.len(), ROWS, (&rows[..], Rows(&mut results[..], per_row)), |(rows, results)| {
            let width = self.class_sizes.len() * self.outputs;
            let mut sums = vec![0.0; ROWS * width];
            let mut add = self.adder(samples, pool);
            for (rows, results) in rows.chunks(ROWS).zip(results.0.chunks_mut(ROWS * per_row)) {
                let sums = &mut sums[..rows.len() * width];
                sums.fill(0.0);
                add(rows[0] as usize, sums);
                for (sums, results) in sums.chunks_exact(width).zip(results.chunks_exact_mut(per_row)) {
                    finish(sums, results);
                }
            }
        });
        Ok(results)
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

    /// What adds up the sums of a block of rows, given the first; it keeps its memory from block to block.
    fn adder<'a>(&'a self, samples: &'a Samples<'a>, pool: &'a Pool) -> Adder<'a> {
        let products = !matches!(self.kernel, Kernel::Custom(_))
            && self.vectors.samples().is_some_and(|vectors| vectors.is_dense());
        match &self.vectors {
            vectors if vectors.is_empty() => Box::new(|_, _| {}),
            SupportVectors::Columns(columns) => self.table_adder(columns, samples),
            _ if products && self.single => {
                self.dense_adder(self.ready32.get_or_init(|| self.prepare(pool)), samples)
            }
            _ if products => self.dense_adder(self.ready64.get_or_init(|| self.prepare(pool)), samples),
            _ => self.row_adder(samples),
        }
    }

    /// Lays the support vectors out, class by class in chunks.
    fn prepare<T: Scalar>(&self, pool: &Pool) -> Ready<T> {
        let samples = self.vectors.samples().unwrap_or(Samples::DenseF64 { values: &[], columns: 1 });
        let centre = match self.kernel {
            Kernel::Rbf { .. } => samples.moments().0,
            _ => vec![0.0; samples.columns()],
        };
        let ids: Vec<u32> = (0..self.vectors.len() as u32).collect();
        let mut chunks = Vec::new();
        let mut groups = Vec::new();
        let mut begin = 0;
        for (class, &size) in self.class_sizes.iter().enumerate() {
            for chunk in ids[begin..begin + size].chunks(CHUNK) {
                chunks.push((class, chunk[0] as usize));
                groups.push(chunk);
            }
            begin += size;
        }
        let points = Points::new(&samples, &groups, Some(&centre), pool);
        let chunks =
            chunks.iter().enumerate().map(|(i, &(class, first))| (class, first, points.group(i))).collect();
        let coefficients = self.coefficients.iter().map(|&coefficient| T::from_f64(coefficient)).collect();
        Ready { points, centre, coefficients, chunks }
    }

    /// By matrix products.
    fn dense_adder<'a, T: Scalar>(&'a self, ready: &'a Ready<T>, samples: &'a Samples<'a>) -> Adder<'a> {
        let (depth, outputs) = (ready.points.depth(), self.outputs);
        let width = self.class_sizes.len() * outputs;
        let shape = Shape::<T>::of(&self.kernel);
        let largest = ready.chunks.iter().map(|(_, _, group)| group.len).max().unwrap_or(0);
        let single = Pool::single();
        let mut rows = vec![T::ZERO; ROWS * depth];
        let mut norms = [T::ZERO; ROWS];
        let mut kernel = vec![T::ZERO; ROWS * largest];
        let mut part = vec![T::ZERO; ROWS * outputs];
        Box::new(move |begin, sums| {
            let count = sums.len() / width;
            for (i, row) in rows.chunks_exact_mut(depth).take(count).enumerate() {
                norms[i] = ready.move_to_centre(samples, begin + i, row);
            }
            for &(class, first, group) in &ready.chunks {
                let kernel = &mut kernel[..count * group.len];
                let rows = (&rows[..count * depth], &norms[..count]);
                ready.points.kernel_rows(&single, shape, rows, &[group], kernel);
                let coefficients = &ready.coefficients[first * outputs..(first + group.len) * outputs];
                let part = &mut part[..count * outputs];
                matmul(
                    &single,
                    MatMut::row_major(part, count, outputs),
                    MatRef::row_major(kernel, count, group.len),
                    MatRef::row_major(coefficients, group.len, outputs),
                    Start::Zero,
                );
                for (sums, part) in sums.chunks_exact_mut(width).zip(part.chunks_exact(outputs)) {
                    let sums = &mut sums[class * outputs..(class + 1) * outputs];
                    sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part.to_f64());
                }
            }
        })
    }

    /// Number by number, in f64: for sparse samples and for functions of the user.
    fn row_adder<'a>(&'a self, samples: &'a Samples<'a>) -> Adder<'a> {
        let vectors = self.vectors.samples().unwrap_or(Samples::DenseF64 { values: &[], columns: 1 });
        let width = self.class_sizes.len() * self.outputs;
        let norms: Vec<f64> = (0..vectors.rows()).map(|s| squared_norm(&vectors, s)).collect();
        let custom = matches!(self.kernel, Kernel::Custom(_));
        // A model from a file may claim any number of columns; memory is for those of the samples.
        let columns = if custom { self.columns.max(samples.columns()) } else { samples.columns() };
        let shape = if custom { Shape::Linear } else { Shape::<f64>::of(&self.kernel) };
        let (mut x, mut z) = (vec![0.0; columns], vec![0.0; if custom { columns } else { 0 }]);
        let mut values = vec![0.0; norms.len()];
        Box::new(move |begin, sums| {
            for (row, sums) in (begin..).zip(sums.chunks_exact_mut(width)) {
                samples.copy_row(row, &mut x);
                for (s, value) in values.iter_mut().enumerate() {
                    if let Kernel::Custom(function) = &self.kernel {
                        vectors.copy_row(s, &mut z);
                        *value = function(&x[..self.columns], &z[..self.columns]);
                    } else {
                        *value = 0.0;
                        vectors.for_each(s, |column, number| {
                            *value += x.get(column).map_or(0.0, |x| number * x);
                        });
                    }
                }
                let norm = x.iter().map(|x| x * x).sum();
                shape.finish(&mut values, norm, &norms);
                self.add(&values, sums);
            }
        })
    }

    /// From rows of kernel values.
    fn table_adder<'a>(&'a self, columns: &'a [u32], table: &'a Samples<'a>) -> Adder<'a> {
        let width = self.class_sizes.len() * self.outputs;
        let mut row = vec![0.0; table.columns()];
        Box::new(move |begin, sums| {
            for (i, sums) in (begin..).zip(sums.chunks_exact_mut(width)) {
                table.copy_row(i, &mut row);
                let values: Vec<f64> = columns.iter().map(|&column| row[column as usize]).collect();
                self.add(&values, sums);
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

/// |x|^2 of a row.
fn squared_norm(samples: &Samples<'_>, row: usize) -> f64 {
    let mut sum = 0.0;
    samples.for_each(row, |_, value| sum += value * value);
    sum
}
