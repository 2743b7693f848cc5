//! A private copy of the samples, laid out for matrix products.
//!
//! Samples lie in *panels* of some width: a panel of W samples is a d x W matrix, row after row, which is how the
//! matrix product reads its right operand, so that nothing is packed again for any product with them. A group of
//! samples (a class) begins with a panel of its own.

use pellucid_compute::{MatMut, MatRef, Pool, Rows, Scalar, Split, Start, matmul};

use crate::input::samples::Samples;
use crate::kernels::distance::squared_distance;
use crate::kernels::dot_kernel::{DotKernel, Finisher};

/// A contiguous run of samples that begins with a panel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    first_panel: usize,
    pub len: usize,
}

pub(crate) struct Points<T> {
    depth: usize,
    /// The numbers, from `offset` on, where a cache line begins.
    numbers: Vec<T>,
    offset: usize,
    /// The squared norm of every sample, and of the padding.
    norms: Vec<T>,
    /// The largest of them; infinite where one overflows.
    largest: f64,
    /// Which row of the samples each is.
    rows: Vec<u32>,
    groups: Vec<Group>,
}

/// Rows whose kernel values with all points are asked for.
pub(crate) struct Queries<'a, T> {
    /// The numbers less the centre, row after row.
    pub numbers: &'a [T],
    /// Their squared norms.
    pub norms: &'a [T],
    /// Where the rows come from.
    pub samples: &'a Samples<'a>,
    /// Which rows of it they are.
    pub rows: &'a [u32],
}

/// Groups from which on their samples must be worth a panel each.
const MANY: usize = 64;

/// The samples of a group that are worth it, on average.
const FEW: usize = 8;

/// Whether groups of samples are worth a panel each: many groups of a few samples would be nothing but padding.
pub(crate) fn worth_panels(groups: usize, samples: usize) -> bool {
    groups < MANY || samples >= FEW * groups
}

impl<T: Scalar> Points<T> {
    /// Samples in a panel: what four vectors of AVX-512 hold.
    const WIDTH: usize = 256 / size_of::<T>();

    /// Copies the given rows of `samples` less `centre`, group by group.
    pub fn new(samples: &Samples<'_>, groups: &[&[u32]], centre: Option<&[f64]>, pool: &Pool) -> Self {
        let (depth, width) = (samples.columns(), Self::WIDTH);
        let mut panels = Vec::new();
        let mut layout = Vec::new();
        for &group in groups {
            layout.push(Group { first_panel: panels.len(), len: group.len() });
            panels.extend(group.chunks(width));
        }
        let mut points = Self::empty(depth, panels.len(), layout);
        let numbers = &mut points.numbers[points.offset..][..panels.len() * width * depth];
        for (rows, to) in panels.iter().zip(points.rows.chunks_exact_mut(width)) {
            to[..rows.len()].copy_from_slice(rows);
        }
        let parts = (&panels[..], (Rows(numbers, width * depth), Rows(&mut points.norms[..], width)));
        pool.split(panels.len(), 1, parts, |(panels, (numbers, norms))| {
            let panels =
                panels.iter().zip(numbers.0.chunks_mut(width * depth).zip(norms.0.chunks_mut(width)));
            for (rows, (panel, norms)) in panels {
                for (lane, &row) in rows.iter().enumerate() {
                    let mut norm = 0.0;
                    if let Some(centre) = centre {
                        // Also what a sparse row does not store is moved.
                        for (k, &mean) in centre.iter().enumerate() {
                            panel[k * width + lane] = T::from_f64(-mean);
                        }
                    }
                    samples.for_each(row as usize, |k, value| {
                        panel[k * width + lane] = T::from_f64(value - centre.map_or(0.0, |centre| centre[k]));
                    });
                    for k in 0..depth {
                        let value = panel[k * width + lane].to_f64();
                        norm += value * value;
                    }
                    norms[lane] = T::from_f64(norm);
                }
            }
        });
        points.measure();
        points
    }

    /// Notes the largest norm.
    fn measure(&mut self) {
        let larger = |largest: f64, norm: &T| {
            if norm.is_finite() { largest.max(norm.to_f64()) } else { f64::INFINITY }
        };
        self.largest = self.norms.iter().fold(0.0, larger);
    }

    /// The largest squared norm; infinite where one overflows.
    pub fn largest(&self) -> f64 {
        self.largest
    }

    fn empty(depth: usize, panels: usize, groups: Vec<Group>) -> Self {
        let line = 64 / size_of::<T>();
        let numbers = vec![T::ZERO; panels * Self::WIDTH * depth + line];
        let offset = numbers.as_ptr().align_offset(64).min(line);
        let slots = panels * Self::WIDTH;
        Self {
            depth,
            numbers,
            offset,
            norms: vec![T::ZERO; slots],
            largest: 0.0,
            rows: vec![0; slots],
            groups,
        }
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    pub fn group(&self, index: usize) -> Group {
        self.groups[index]
    }

    fn panel(&self, panel: usize) -> &[T] {
        let size = Self::WIDTH * self.depth;
        &self.numbers[self.offset + panel * size..][..size]
    }

    /// The squared norm of a sample.
    pub fn norm(&self, group: Group, position: usize) -> T {
        self.norms[group.first_panel * Self::WIDTH + position]
    }

    /// Which row of the samples a sample is.
    pub fn row(&self, group: Group, position: usize) -> u32 {
        self.rows[group.first_panel * Self::WIDTH + position]
    }

    /// Writes the numbers of a sample.
    pub fn copy(&self, group: Group, position: usize, to: &mut [T]) {
        let panel = self.panel(group.first_panel + position / Self::WIDTH);
        let lane = position % Self::WIDTH;
        for (to, row) in to.iter_mut().zip(panel.chunks_exact(Self::WIDTH)) {
            *to = row[lane];
        }
    }

    /// A copy of some samples as one group.
    pub fn subset(&self, samples: impl ExactSizeIterator<Item = (Group, usize)>) -> Self {
        let (width, depth) = (Self::WIDTH, self.depth);
        let panels = samples.len().div_ceil(width);
        let mut points = Self::empty(depth, panels, vec![Group { first_panel: 0, len: samples.len() }]);
        let samples: Vec<(Group, usize)> = samples.collect();
        points.norms.iter_mut().zip(&samples).for_each(|(to, &(group, at))| *to = self.norm(group, at));
        points.rows.iter_mut().zip(&samples).for_each(|(to, &(group, at))| *to = self.row(group, at));
        points.measure();
        let begin = points.offset;
        let numbers = &mut points.numbers[begin..][..panels * width * depth];
        for (samples, to) in samples.chunks(width).zip(numbers.chunks_exact_mut(width * depth)) {
            // A few rows at a time, for which neighbours in a panel share cache lines.
            for (block, to) in to.chunks_mut(ROWS * width).enumerate() {
                for (lane, &(group, position)) in samples.iter().enumerate() {
                    let from = &self.panel(group.first_panel + position / width)[block * ROWS * width..];
                    let from = from.chunks_exact(width).map(|row| row[position % width]);
                    to.chunks_exact_mut(width).zip(from).for_each(|(to, from)| to[lane] = from);
                }
            }
        }
        points
    }

    /// Kernel values of some rows and the points of some groups, side by side; `own` are the samples that the points
    /// were copied from.
    pub fn kernel_rows(
        &self,
        pool: &Pool,
        kernel: DotKernel<T>,
        queries: &Queries<'_, T>,
        own: &Samples<'_>,
        groups: &[Group],
        out: &mut [T],
    ) {
        let (count, columns) = (queries.norms.len(), groups.iter().map(|group| group.len).sum());
        let mut strips = Vec::with_capacity(columns / Self::WIDTH + groups.len());
        let mut begin = 0;
        for group in groups {
            for (index, at) in (0..group.len).step_by(Self::WIDTH).enumerate() {
                let width = Self::WIDTH.min(group.len - at);
                strips.push(Strip { panel: group.first_panel + index, begin: begin + at, width });
            }
            begin += group.len;
        }
        let grain = GRAIN.div_ceil(count.max(1) * self.depth.max(1) * Self::WIDTH);
        let all = Strips { strips: &strips, out: MatMut::row_major(out, count, columns) };
        pool.split(strips.len(), grain, all, |part| self.strips(kernel, queries, own, part));
    }

    /// The kernel values of some strips: products first, then the kernel's function over runs of strips, which are
    /// longer vectors.
    fn strips(
        &self,
        kernel: DotKernel<T>,
        queries: &Queries<'_, T>,
        own: &Samples<'_>,
        mut part: Strips<'_, T>,
    ) {
        let single = Pool::single();
        let rows = MatRef::row_major(queries.numbers, queries.norms.len(), self.depth);
        let first = part.strips.first().map_or(0, |strip| strip.begin);
        for strip in part.strips {
            let columns = strip.begin - first..strip.begin - first + strip.width;
            let out = part.out.reborrow().part(0..queries.norms.len(), columns);
            let points = MatRef::row_major(self.panel(strip.panel), self.depth, Self::WIDTH);
            matmul(&single, out, rows, points.part(0..self.depth, 0..strip.width), Start::Zero);
        }
        let finisher = Finisher::new(kernel, self.depth, self.largest);
        // The samples of a run lie side by side also in their panels: only a group's last strip is narrower.
        for run in
            part.strips.chunk_by(|strip, next| strip.width == Self::WIDTH && next.panel == strip.panel + 1)
        {
            let begin = run[0].begin - first;
            let len = run.iter().map(|strip| strip.width).sum::<usize>();
            let slots = run[0].panel * Self::WIDTH..run[0].panel * Self::WIDTH + len;
            let others = &self.norms[slots.clone()];
            for (i, &norm) in queries.norms.iter().enumerate() {
                let values = &mut part.out.row_mut(i)[begin..begin + len];
                finisher.finish(values, norm, others, |at| {
                    let row = self.rows[slots.start + at] as usize;
                    squared_distance((queries.samples, queries.rows[i] as usize), (own, row))
                });
            }
        }
    }
}

/// The rows of a panel that are copied at a time.
const ROWS: usize = 16;

/// Multiplications that are worth a second thread: some ten microseconds.
const GRAIN: usize = 1 << 20;

/// The samples of a panel as columns of a kernel matrix.
struct Strip {
    panel: usize,
    begin: usize,
    width: usize,
}

/// Strips side by side, and where their kernel values go.
struct Strips<'a, T> {
    strips: &'a [Strip],
    out: MatMut<'a, T>,
}

impl<T: Scalar> Split for Strips<'_, T> {
    fn split_at(self, mid: usize) -> (Self, Self) {
        let (head, tail) = self.strips.split_at(mid);
        let columns = head.iter().map(|strip| strip.width).sum();
        let (left, right) = self.out.split_columns(columns);
        (Strips { strips: head, out: left }, Strips { strips: tail, out: right })
    }
}
