//! Cutting a product into parts for threads, blocks for caches and tiles for registers.

use std::cell::RefCell;
use std::ops::Range;

use super::kernels::{Kernels, Panel, Problem, Raw, Tile};
use super::scratch::Scratch;
use super::{DEPTH, GRAIN, ROWS};
use crate::{Pool, Scalar};

thread_local! {
    static SCRATCH: RefCell<Buffers> = const { RefCell::new(Buffers { a: Scratch::new(), b: Scratch::new() }) };
}

/// The packed block of A and the packed panel of B.
struct Buffers {
    a: Scratch,
    b: Scratch,
}

// SAFETY: the operands are only read, and threads write to disjoint parts of C.
unsafe impl<F: Sync> Sync for Problem<F> {}

/// The depth of all blocks but the last: equal parts of no more than [`DEPTH`], in multiples of 16 numbers.
pub fn block_depth(k: usize) -> usize {
    k.div_ceil(k.div_ceil(DEPTH).max(1)).next_multiple_of(16).max(16)
}

impl<F: Scalar> Problem<F> {
    /// Computes C, cut into one part for each thread: by columns where they are many, so that each panel of B is
    /// packed once; else by rows.
    ///
    /// # Safety
    /// The operands must be valid and the instruction set of `kernels` available.
    pub unsafe fn run(&self, kernels: &'static Kernels<F>, pool: &Pool) {
        let work = self.m.saturating_mul(self.n).saturating_mul(self.k);
        let threads = pool.threads().min(work / GRAIN).max(1);
        let (height, lanes) = (kernels.tiles.len(), kernels.lanes);
        let by_columns = self.n >= 2 * lanes * threads;
        let (whole, unit) = if by_columns { (self.n, lanes) } else { (self.m, height) };
        let units = whole.div_ceil(unit);
        let parts = threads.min(units);
        pool.run(parts, |part| {
            let range = part * units / parts * unit..((part + 1) * units / parts * unit).min(whole);
            let (rows, columns) = if by_columns { (0..self.m, range) } else { (range, 0..self.n) };
            SCRATCH.with_borrow_mut(|buffers| {
                for begin in rows.clone().step_by(ROWS) {
                    let rows = begin..rows.end.min(begin + ROWS);
                    for depth in (0..self.k.max(1)).step_by(block_depth(self.k)) {
                        // SAFETY: the caller vouches for the operands; the ranges lie within them.
                        unsafe { self.block(kernels, rows.clone(), columns.clone(), depth, buffers) }
                    }
                }
            });
        });
    }

    /// Adds one block of the depth to the given part of C.
    unsafe fn block(
        &self,
        kernels: &'static Kernels<F>,
        rows: Range<usize>,
        columns: Range<usize>,
        begin: usize,
        buffers: &mut Buffers,
    ) {
        let (height, lanes) = (kernels.tiles.len(), kernels.lanes);
        let depth = block_depth(self.k).min(self.k - begin);
        let start = if begin == 0 {
            self.start
        } else {
            Some(Raw { data: self.c.cast_const(), row_stride: self.c_stride, column_stride: 1 })
        };
        let mut a = self.a.from(rows.start, begin);
        let rows_at_once = height.min(rows.len());
        let most_vectors = kernels.tiles[rows_at_once - 1].len();
        let tall = |vectors: usize| kernels.tiles.iter().rposition(|tiles| vectors <= tiles.len()).map_or(0, |r| r + 1);
        // Packed A lies in panels of one tile each; A as it is, in one of all rows.
        let mut panel_rows = rows.len();
        if a.column_stride != 1 && (a.row_stride != 1 || columns.len() > 4 * lanes) {
            panel_rows = height;
            let packed: *mut F = buffers.a.get(rows.len().next_multiple_of(height) * depth).as_mut_ptr();
            let transposed = Raw { row_stride: a.column_stride, column_stride: a.row_stride, ..a };
            let panel = Panel { from: transposed, depth, lanes: rows.len() };
            // SAFETY: the panel lies in A, and `packed` has room for it.
            unsafe { (kernels.pack)(&panel, height, packed) };
            a = Raw { data: packed, row_stride: 1, column_stride: height };
        }
        let mut j = columns.start;
        while j < columns.end {
            let left = (columns.end - j).div_ceil(lanes);
            let vectors = if left < 2 * most_vectors && 2 * tall(left) >= rows_at_once { left } else { left.min(most_vectors) };
            let height = height.min(tall(vectors));
            let width = vectors * lanes;
            let panel = Panel { from: self.b.from(begin, j), depth, lanes: width.min(columns.end - j) };
            let mut b = panel.from;
            let aligned = b.data.addr().is_multiple_of(64) && (b.row_stride * size_of::<F>()).is_multiple_of(64);
            let near = aligned && b.row_stride <= 2 * width || rows.len() <= 2 * kernels.tiles.len();
            if b.column_stride != 1 || !near || panel.lanes < width {
                let packed: *mut F = buffers.b.get(depth * width).as_mut_ptr();
                // SAFETY: the panel lies in B, and `packed` has room for it.
                unsafe { (kernels.pack)(&panel, width, packed) };
                b = Raw { data: packed, row_stride: width, column_stride: 1 };
            }
            for i in (0..rows.len()).step_by(height) {
                let tile = Tile {
                    depth,
                    columns: panel.lanes,
                    a: Raw { data: a.data.wrapping_add(i / panel_rows * panel_rows * depth), ..a }.from(i % panel_rows, 0),
                    b,
                    c: self.c.wrapping_add((rows.start + i) * self.c_stride + j),
                    c_stride: self.c_stride,
                    start: start.map(|start| start.from(rows.start + i, j)),
                };
                // SAFETY: the tile lies in C, and its operands in A, B or the packed copies.
                unsafe { (kernels.tiles[height.min(rows.len() - i) - 1][vectors - 1])(&tile) };
            }
            j += width;
        }
    }
}
