//! Sums over dense support vectors, by matrix products.

use pellucid_compute::{MatMut, MatRef, Pool, Scalar, Start, matmul};

use crate::decision::expansion::Expansion;
use crate::decision::row_sums::{ROWS, RowSums};
use crate::input::moments::{Moments, medians};
use crate::input::samples::Samples;
use crate::kernel_matrix::points::{Group, Points, Queries};
use crate::kernels::centre::distance_centre;
use crate::kernels::distance::rounding;
use crate::kernels::dot_kernel::DotKernel;
use crate::kernels::kernel::Kernel;

/// Support vectors whose kernel values are held at a time: a multiple of any panel.
const CHUNK: usize = 240;

/// Support vectors laid out for products.
pub(crate) struct DenseVectors<T> {
    points: Points<T>,
    centre: Vec<f64>,
    chunks: Vec<Chunk>,
    /// The coefficients of each support vector; if errors are bounded, behind them the largest magnitude of these.
    coefficients: Vec<T>,
    /// Of each class, the sum of the largest magnitudes; empty if errors are not bounded.
    magnitudes: Vec<f64>,
}

/// Some support vectors of one class.
struct Chunk {
    class: usize,
    /// The first of them.
    first: usize,
    group: Group,
}

impl<T: Scalar> DenseVectors<T> {
    /// Lays the support vectors out, class by class in chunks; `bounded` is whether the errors of sums will be bounded.
    pub fn new(expansion: &Expansion, vectors: &Samples<'_>, bounded: bool, pool: &Pool) -> Self {
        let centre = match expansion.kernel {
            Kernel::Rbf { .. } => centre(&expansion.kernel, vectors),
            _ => vec![0.0; vectors.columns()],
        };
        let ids: Vec<u32> = (0..vectors.rows() as u32).collect();
        let (mut classes, mut groups, mut begin) = (Vec::new(), Vec::new(), 0);
        for (class, &size) in expansion.class_sizes.iter().enumerate() {
            for ids in ids[begin..begin + size].chunks(CHUNK) {
                classes.push(class);
                groups.push(ids);
            }
            begin += size;
        }
        let points = Points::new(vectors, &groups, Some(&centre), pool);
        let chunk = |(index, (class, ids)): (usize, (usize, &&[u32]))| Chunk {
            class,
            first: ids[0] as usize,
            group: points.group(index),
        };
        let chunks = classes.into_iter().zip(&groups).enumerate().map(chunk).collect();
        let mut laid_out = Self { points, centre, chunks, coefficients: Vec::new(), magnitudes: Vec::new() };
        if bounded {
            laid_out.add_magnitudes(expansion);
        } else {
            laid_out.coefficients = expansion.coefficients.iter().map(|&c| T::from_f64(c)).collect();
        }
        laid_out
    }

    /// Sets the coefficients with their largest magnitudes.
    fn add_magnitudes(&mut self, expansion: &Expansion) {
        let outputs = expansion.outputs;
        let mut of_vectors = expansion.coefficients.chunks_exact(outputs);
        for &size in &expansion.class_sizes {
            let mut sum = 0.0;
            for of_one in of_vectors.by_ref().take(size) {
                let magnitude = of_one.iter().fold(0.0, |largest: f64, c| largest.max(c.abs()));
                self.coefficients.extend(of_one.iter().chain([&magnitude]).map(|&c| T::from_f64(c)));
                sum += magnitude;
            }
            self.magnitudes.push(sum);
        }
    }

    /// Whether the errors of sums are bounded.
    fn bounded(&self) -> bool {
        !self.magnitudes.is_empty()
    }

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

/// What adds up sums by products of blocks of rows with chunks of support vectors.
pub(crate) struct DenseSums<'a, T> {
    expansion: &'a Expansion,
    laid_out: &'a DenseVectors<T>,
    vectors: Samples<'a>,
    samples: &'a Samples<'a>,
    kernel: DotKernel<T>,
    rows: Vec<T>,
    norms: Vec<T>,
    values: Vec<T>,
    part: Vec<T>,
}

impl<'a, T: Scalar> DenseSums<'a, T> {
    pub fn new(
        expansion: &'a Expansion,
        kernel: DotKernel<T>,
        laid_out: &'a DenseVectors<T>,
        vectors: Samples<'a>,
        samples: &'a Samples<'a>,
    ) -> Self {
        let depth = laid_out.points.depth();
        let largest = laid_out.chunks.iter().map(|chunk| chunk.group.len).max().unwrap_or(0);
        Self {
            expansion,
            laid_out,
            vectors,
            samples,
            kernel,
            rows: vec![T::ZERO; ROWS * depth],
            norms: vec![T::ZERO; ROWS],
            values: vec![T::ZERO; ROWS * largest],
            part: Vec::new(),
        }
    }

    /// Bounds of the errors of the sums of a row, from the sums of kernel values times largest magnitudes, which they
    /// replace.
    fn bound(&self, norm: T, sums: &mut [f64]) {
        let depth = self.laid_out.points.depth();
        let error = self.kernel.error(depth, norm.to_f64(), self.laid_out.points.largest());
        // The sums themselves are rounded, chunk by chunk.
        let summing = rounding::<T>(CHUNK);
        for (sum, magnitudes) in sums.iter_mut().zip(&self.laid_out.magnitudes) {
            let absolute = (error.absolute + summing * error.largest) * magnitudes;
            *sum = 1.01 * (error.relative + summing) * sum.abs() + absolute;
        }
    }
}

impl<T: Scalar> RowSums for DenseSums<'_, T> {
    fn add(&mut self, ids: &[u32], sums: &mut [f64], bounds: &mut [f64]) {
        let (laid_out, count) = (self.laid_out, ids.len());
        let (depth, classes) = (laid_out.points.depth(), bounds.len() / count);
        let width = sums.len() / count;
        let outputs = self.expansion.outputs;
        let columns = outputs + usize::from(laid_out.bounded());
        let single = Pool::single();
        for ((&id, row), norm) in ids.iter().zip(self.rows.chunks_exact_mut(depth)).zip(&mut self.norms) {
            *norm = laid_out.move_to_centre(self.samples, id as usize, row);
        }
        self.part.resize(ROWS * columns, T::ZERO);
        for &Chunk { class, first, group } in &laid_out.chunks {
            let values = &mut self.values[..count * group.len];
            let queries = Queries {
                numbers: &self.rows[..count * depth],
                norms: &self.norms[..count],
                samples: self.samples,
                rows: ids,
            };
            laid_out.points.kernel_rows(&single, self.kernel, &queries, &self.vectors, &[group], values);
            let coefficients = &laid_out.coefficients[first * columns..(first + group.len) * columns];
            let part = &mut self.part[..count * columns];
            matmul(
                &single,
                MatMut::row_major(part, count, columns),
                MatRef::row_major(values, count, group.len),
                MatRef::row_major(coefficients, group.len, columns),
                Start::Zero,
            );
            let rows = sums.chunks_exact_mut(width).zip(bounds.chunks_exact_mut(classes));
            for ((sums, bounds), part) in rows.zip(part.chunks_exact(columns)) {
                let sums = &mut sums[class * outputs..(class + 1) * outputs];
                sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part.to_f64());
                if let Some(magnitude) = part.get(outputs) {
                    bounds[class] += magnitude.to_f64();
                }
            }
        }
        if !laid_out.bounded() {
            return;
        }
        for (bounds, &norm) in bounds.chunks_exact_mut(classes).zip(&self.norms) {
            self.bound(norm, bounds);
        }
    }
}

/// Where distances are measured from: as in a fit.
fn centre(kernel: &Kernel, vectors: &Samples<'_>) -> Vec<f64> {
    distance_centre(kernel, vectors, &Moments::new(vectors)).unwrap_or_else(|| medians(vectors))
}
