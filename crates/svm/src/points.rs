//! A private copy of the samples, laid out for matrix products.
//!
//! Samples lie in *panels* of some width: a panel of W samples is a d x W matrix, row after row, which is how the
//! matrix product reads its right operand, so that nothing is packed again for any product with them. A group of
//! samples (a class) begins with a panel of its own.

use pellucid_compute::{MatMut, MatRef, Pool, Rows, Scalar, Split, Start, matmul};

use crate::Samples;
use crate::kernel::Shape;

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
    groups: Vec<Group>,
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
        points
    }

    fn empty(depth: usize, panels: usize, groups: Vec<Group>) -> Self {
        let line = 64 / size_of::<T>();
        let numbers = vec![T::ZERO; panels * Self::WIDTH * depth + line];
        let offset = numbers.as_ptr().align_offset(64).min(line);
        Self { depth, numbers, offset, norms: vec![T::ZERO; panels * Self::WIDTH], groups }
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

    /// Kernel values of `rows` (row-major, with their squared norms) and the samples of some groups, side by side.
    pub fn kernel_rows(
        &self,
        pool: &Pool,
        shape: Shape<T>,
        (rows, norms): (&[T], &[T]),
        groups: &[Group],
        out: &mut [T],
    ) {
        let (count, columns) = (norms.len(), groups.iter().map(|group| group.len).sum());
        let rows = MatRef::row_major(rows, count, self.depth);
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
        pool.split(strips.len(), grain, all, |part| self.strips(shape, rows, norms, part));
    }

    /// The kernel values of some strips: products first, then the kernel's function over runs of strips, which are
    /// longer vectors.
    fn strips(&self, shape: Shape<T>, rows: MatRef<'_, T>, norms: &[T], mut part: Strips<'_, T>) {
        let single = Pool::single();
        let first = part.strips.first().map_or(0, |strip| strip.begin);
        for strip in part.strips {
            let columns = strip.begin - first..strip.begin - first + strip.width;
            let out = part.out.reborrow().part(0..norms.len(), columns);
            let points = MatRef::row_major(self.panel(strip.panel), self.depth, Self::WIDTH);
            matmul(&single, out, rows, points.part(0..self.depth, 0..strip.width), Start::Zero);
        }
        // The samples of a run lie side by side also in their panels: only a group's last strip is narrower.
        for run in
            part.strips.chunk_by(|strip, next| strip.width == Self::WIDTH && next.panel == strip.panel + 1)
        {
            let begin = run[0].begin - first;
            let len = run.iter().map(|strip| strip.width).sum();
            let others = &self.norms[run[0].panel * Self::WIDTH..][..len];
            for (i, &norm) in norms.iter().enumerate() {
                shape.finish(&mut part.out.row_mut(i)[begin..begin + len], norm, others);
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
