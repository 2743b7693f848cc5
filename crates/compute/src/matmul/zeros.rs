//! Leaving out the products with zeros: the steps of the depth at which the rows of a tile are not all zero.
//!
//! A tile adds a row of B times a column of its rows of A at each step of the depth. Where that column is zero the step
//! changes no sum, so a list of the other steps is enough. `docs/performance.md`, *Zeros that are left out*, has the
//! shares of such steps in images and hidden layers.

use std::ops::Range;

use super::kernels::{Kernels, Panel, Raw};
use super::lanes::{Element, Lanes};
use crate::pool::Pool;

/// Lists are worth making where no more than this share of the steps count.
const WORTH: f64 = 0.8;

/// The places that are looked at to find out whether lists are worth making.
const SAMPLES: usize = 8;

/// The entries of a list that are no steps: their number, and room for a vector beyond the last.
const BEYOND: usize = 17;

/// The groups of columns of A that are listed together: their numbers lie side by side in memory.
const TOGETHER: usize = 8;

/// How many steps ahead numbers are fetched that lie far apart.
const AHEAD: usize = 16;

/// The rows of A that share a list where they are contiguous; where columns are, as many as the tallest tile has. Four have
/// more zeros in common than six, and tiles of four rows have registers for wider panels.
const ROWS: usize = 4;

/// The steps of the depth that count, for each group of rows.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    /// The rows of a group.
    pub height: usize,
    /// For each group how many steps there are, and the steps.
    lists: *const u32,
    stride: usize,
}

impl Steps {
    /// The lists for m rows of a matrix and some depth, in memory of a buffer; none where most steps count.
    ///
    /// # Safety
    /// The matrix must be valid and the instruction set of `kernels` available.
    pub unsafe fn list<F: Copy + Send + Sync + 'static>(
        kernels: &Kernels<F>,
        pool: Option<&Pool>,
        a: Raw<F>,
        [m, depth]: [usize; 2],
        buffer: &mut Vec<u32>,
    ) -> Option<Self> {
        let by_rows = a.column_stride == 1;
        let height = if by_rows { ROWS } else { kernels.tiles.len() };
        let (groups, stride) = (m.div_ceil(height), depth + BEYOND);
        let length = groups.next_multiple_of(TOGETHER) * stride;
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let lists = Lists(buffer.as_mut_ptr());
        let list = |groups: Range<usize>, steps: Range<usize>, to: usize| {
            let (begin, end) = (groups.start * height, m.min(groups.end * height));
            let from = a.from(begin, steps.start);
            let from = Raw { row_stride: a.column_stride, column_stride: a.row_stride, ..from };
            let panel = Panel { from, depth: steps.len(), lanes: end - begin };
            // SAFETY: the panel lies in A, and its lists in the buffer, where no other task writes.
            unsafe { (kernels.nonzero)(&panel, lists.at(to), stride) };
        };

        let (some_groups, some_steps) = if by_rows { (1, 16) } else { (TOGETHER, 4) };
        let (mut looked_at, mut counted) = (0, 0);
        for at in 0..SAMPLES {
            let spread = |count: usize, some: usize| {
                let begin = (2 * at + 1) * count / (2 * SAMPLES);
                begin..count.min(begin + some)
            };
            let (groups, steps) = (spread(groups, some_groups), spread(depth, some_steps));
            looked_at += groups.len() * steps.len();
            list(groups.clone(), steps, 0);
            // SAFETY: there are as many lists.
            counted += (0..groups.len()).map(|group| unsafe { *lists.at(group * stride) }).sum::<u32>();
        }
        if f64::from(counted) > WORTH * looked_at as f64 {
            return None;
        }

        let tasks = groups.div_ceil(TOGETHER);
        let task = |range: Range<usize>| {
            let begin = range.start * TOGETHER;
            list(begin..groups.min(range.end * TOGETHER), 0..depth, begin * stride);
        };
        match pool {
            Some(pool) => pool.run_ranges(tasks, task),
            None => task(0..tasks),
        }
        Some(Self { height, lists: lists.0.cast_const(), stride })
    }

    /// How many steps count for the group of row `i`, and a list of them.
    ///
    /// # Safety
    /// The buffer that the lists were made in must not have changed, and there must be such a row.
    #[inline(always)]
    pub unsafe fn of(&self, i: usize) -> (usize, *const u32) {
        let list = self.lists.wrapping_add(i / self.height * self.stride);
        // SAFETY: the list of the group begins there.
        (unsafe { *list } as usize, list.wrapping_add(1))
    }
}

/// Memory to which threads write lists side by side.
struct Lists(*mut u32);

impl Lists {
    fn at(&self, index: usize) -> *mut u32 {
        self.0.wrapping_add(index)
    }
}

// SAFETY: every list is written by one thread only.
unsafe impl Sync for Lists {}

/// Cuts a panel into groups of [`ROWS`] or `MR` lanes and writes a list for each, `stride` entries after the one before: how
/// many of its rows are not all zero, then these rows in order.
///
/// # Safety
/// The panel must be valid, `stride` [`BEYOND`] its depth, and where columns are not contiguous there must be room for
/// a multiple of [`TOGETHER`] lists.
#[inline(always)]
pub(super) unsafe fn nonzero<L: Lanes, const MR: usize>(
    panel: &Panel<L::Element>,
    lists: *mut u32,
    stride: usize,
) {
    let &Panel { from, depth, lanes } = panel;
    // SAFETY: the caller vouches for the panel and for the lists.
    unsafe {
        if from.row_stride == 1 {
            for lane in (0..lanes).step_by(ROWS) {
                let columns = Panel { from: from.from(0, lane), depth, lanes: ROWS.min(lanes - lane) };
                nonzero_of_columns::<L>(&columns, lists.add(lane / ROWS * stride));
            }
        } else {
            for lane in (0..lanes).step_by(TOGETHER * MR) {
                let lanes = (TOGETHER * MR).min(lanes - lane);
                let rows = Panel { from: from.from(0, lane), depth, lanes };
                nonzero_of_rows::<L, MR>(&rows, lists.add(lane / MR * stride), stride);
            }
        }
    }
}

/// The list of one panel whose columns are contiguous.
#[inline(always)]
unsafe fn nonzero_of_columns<L: Lanes>(panel: &Panel<L::Element>, list: *mut u32) {
    let &Panel { from, depth, lanes } = panel;
    let from = Raw { row_stride: 1, ..from };
    let mut count = 0;
    // SAFETY: the caller vouches for the panel and for the list.
    unsafe {
        for row in (0..depth / L::LEN).map(|vector| vector * L::LEN) {
            let mut any = L::load(from.at(row, 0));
            for lane in 1..lanes {
                any = any.or(L::load(from.at(row, lane)));
            }
            count += L::list(any.nonzero(), row as u32, list.add(1 + count));
        }
        let rest = depth % L::LEN;
        if rest > 0 {
            let row = depth - rest;
            let any = (0..lanes).fold(0, |any, lane| any | L::load_part(from.at(row, lane), rest).nonzero());
            count += L::list(any, row as u32, list.add(1 + count));
        }
        *list = count as u32;
    }
}

/// The lists of eight panels side by side, of which the last may lie beyond the lanes.
#[inline(always)]
unsafe fn nonzero_of_rows<L: Lanes, const MR: usize>(
    panel: &Panel<L::Element>,
    lists: *mut u32,
    stride: usize,
) {
    let &Panel { depth, .. } = panel;
    let mut counts = [0; TOGETHER];
    // SAFETY: the caller vouches for the panel and for the lists.
    unsafe {
        for first in (0..depth).step_by(16) {
            let mut rows = [0; 16];
            for (row, bits) in (first..depth).zip(&mut rows) {
                *bits = nonzero_lanes::<L, MR>(panel, row);
            }
            for (group, count) in counts.iter_mut().enumerate() {
                let lanes = ((1 << MR) - 1) << (group * MR);
                let list = lists.add(group * stride + 1 + *count);
                *count += L::list(L::which(&rows, lanes), first as u32, list);
            }
        }
        for (group, count) in counts.into_iter().enumerate() {
            *lists.add(group * stride) = count as u32;
        }
    }
}

/// A bit for each lane of a row, the lowest for the first: whether it is not zero.
#[inline(always)]
unsafe fn nonzero_lanes<L: Lanes, const MR: usize>(panel: &Panel<L::Element>, row: usize) -> u64 {
    let &Panel { from, lanes, .. } = panel;
    let mut bits = 0;
    // SAFETY: the caller vouches for the panel.
    unsafe {
        if lanes == TOGETHER * MR && from.column_stride == 1 {
            for lane in (0..TOGETHER * MR).step_by(L::LEN) {
                L::prefetch(from.at(row + AHEAD, lane));
                bits |= u64::from(L::load(from.at(row, lane)).nonzero()) << lane;
            }
        } else {
            for lane in 0..lanes {
                bits |= u64::from(*from.at(row, lane) != L::Element::ZERO) << lane;
            }
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::super::compiled::Product;
    use super::*;
    use crate::isa::Isa;

    /// Matrices by rows and by columns, of which some numbers are zero, one is NaN and one is minus zero.
    #[test]
    fn lists_name_the_steps_that_are_not_all_zero() {
        let (pool, mut made) = (Pool::new(2), 0);
        for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512].into_iter().filter(|&isa| isa <= Isa::detect()) {
            let kernels = f32::kernels(isa);
            for (m, depth) in [(1, 1), (3, 16), (6, 33), (50, 100), (97, 17)] {
                let nonzero = |i: usize, p: usize| (i / 2 * 7 + p * 5) % 11 < 3;
                let mut x: Vec<f32> = (0..m * depth)
                    .map(|at| if nonzero(at / depth, at % depth) { at as f32 + 1.0 } else { 0.0 })
                    .collect();
                (x[0], x[m * depth - 1]) = (f32::NAN, -0.0);
                let mut transposed = vec![0.0; m * depth];
                for at in 0..m * depth {
                    transposed[at % depth * m + at / depth] = x[at];
                }
                let spaced: Vec<f32> = x.iter().flat_map(|&x| [x, 7.0]).collect();
                let by_rows = Raw { data: x.as_ptr(), row_stride: depth, column_stride: 1 };
                let by_columns = Raw { data: transposed.as_ptr(), row_stride: 1, column_stride: m };
                let neither = Raw { data: spaced.as_ptr(), row_stride: 2 * depth, column_stride: 2 };
                for a in [by_rows, by_columns, neither] {
                    let mut buffer = Vec::new();
                    // SAFETY: the matrices are as large, and `isa` is available.
                    let steps = unsafe { Steps::list(kernels, Some(&pool), a, [m, depth], &mut buffer) };
                    let Some(steps) = steps else { continue };
                    made += 1;
                    for i in 0..m {
                        let group =
                            i / steps.height * steps.height..m.min((i / steps.height + 1) * steps.height);
                        let expected: Vec<u32> = (0..depth)
                            .filter(|&p| group.clone().any(|i| x[i * depth + p] != 0.0))
                            .map(|p| p as u32)
                            .collect();
                        // SAFETY: the buffer is there, and so is the row.
                        let list = unsafe {
                            let (count, list) = steps.of(i);
                            std::slice::from_raw_parts(list, count)
                        };
                        assert_eq!(list, expected, "{isa:?} {m} x {depth}, row {i}");
                    }
                }
            }
        }
        assert!(made >= 9, "lists for {made} matrices only");
    }

    #[test]
    fn few_zeros_are_not_worth_lists() {
        let kernels = f32::kernels(Isa::detect());
        let x: Vec<f32> = (0..600_u16).map(|at| f32::from(at % 5)).collect();
        for (row_stride, column_stride) in [(60, 1), (1, 10)] {
            let a = Raw { data: x.as_ptr(), row_stride, column_stride };
            // SAFETY: the matrix holds as many numbers, and the instruction set is available.
            assert!(unsafe { Steps::list(kernels, None, a, [10, 60], &mut Vec::new()) }.is_none());
        }
    }
}
