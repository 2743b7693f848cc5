//! Kernels of the inner product, of dense samples.

use pellucid_compute::{Pool, Scalar};

use crate::input::samples::Samples;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::points::{Group, Points, Queries};
use crate::kernels::dot_kernel::DotKernel;

/// The matrix of some groups of samples.
pub(crate) struct DenseGram<'a, T> {
    points: Source<'a, T>,
    /// What the points were copied from.
    samples: Samples<'a>,
    groups: Vec<Group>,
    kernel: DotKernel<T>,
    pool: &'a Pool,
}

/// The copy that all pairs of classes share, or one of the samples that still count.
enum Source<'a, T> {
    Shared(&'a Points<T>),
    Own(Points<T>),
}

impl<'a, T: Scalar> DenseGram<'a, T> {
    /// The matrix of the samples of some groups, side by side.
    pub fn new(
        points: &'a Points<T>,
        samples: Samples<'a>,
        groups: &[usize],
        kernel: DotKernel<T>,
        pool: &'a Pool,
    ) -> Self {
        let groups = groups.iter().map(|&index| points.group(index)).collect();
        Self { points: Source::Shared(points), samples, groups, kernel, pool }
    }

    fn points(&self) -> &Points<T> {
        match &self.points {
            Source::Shared(points) => points,
            Source::Own(points) => points,
        }
    }

    /// The group of a sample and its position there.
    fn locate(&self, id: u32) -> (Group, usize) {
        let mut position = id as usize;
        for group in &self.groups {
            if position < group.len {
                return (*group, position);
            }
            position -= group.len;
        }
        panic!("no sample {id} in a kernel matrix of {}", self.len());
    }
}

impl<T: Scalar> Gram<T> for DenseGram<'_, T> {
    fn len(&self) -> usize {
        self.groups.iter().map(|group| group.len).sum()
    }

    fn diagonal(&self) -> Vec<T> {
        let points = self.points();
        let norms = self.groups.iter().flat_map(|&group| (0..group.len).map(move |i| points.norm(group, i)));
        norms.map(|norm| self.kernel.of_itself(norm)).collect()
    }

    fn rows(&self, ids: &[u32], out: &mut [T]) {
        let points = self.points();
        let (depth, columns) = (points.depth(), self.len());
        let mut numbers = vec![T::ZERO; ids.len() * depth];
        let mut norms = vec![T::ZERO; ids.len()];
        let mut of_samples = vec![0; ids.len()];
        for (at, (&id, numbers)) in ids.iter().zip(numbers.chunks_exact_mut(depth)).enumerate() {
            let (group, position) = self.locate(id);
            points.copy(group, position, numbers);
            (norms[at], of_samples[at]) = (points.norm(group, position), points.row(group, position));
        }
        let out = &mut out[..ids.len() * columns];
        let queries = Queries { numbers: &numbers, norms: &norms, samples: &self.samples, rows: &of_samples };
        points.kernel_rows(self.pool, self.kernel, &queries, &self.samples, &self.groups, out);
        for ((&id, row), &norm) in ids.iter().zip(out.chunks_exact_mut(columns)).zip(&norms) {
            row[id as usize] = self.kernel.of_itself(norm);
        }
    }

    fn subset<'a>(&'a self, ids: &[u32]) -> Box<dyn Gram<T> + 'a> {
        let own = self.points().subset(ids.iter().map(|&id| self.locate(id)));
        let groups = vec![own.group(0)];
        let (samples, kernel, pool) = (self.samples, self.kernel, self.pool);
        Box::new(DenseGram { points: Source::Own(own), samples, groups, kernel, pool })
    }

    fn batch(&self) -> usize {
        // A row costs as much as a few iterations; the copy of the samples passes by once for a whole batch.
        if self.points().depth() < 64 { 8 } else { 16 }
    }
}
