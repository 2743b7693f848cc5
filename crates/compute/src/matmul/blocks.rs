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

/// The depth of all blocks but the last: equal parts of no more than [`DEPTH`], in multiples of 16 numbers. It
/// depends on k alone, and so do the bits of the result.
pub fn block_depth(k: usize) -> usize {
    k.div_ceil(k.div_ceil(DEPTH).max(1)).next_multiple_of(16).max(16)
}

impl<F: Scalar> Kernels<F> {
    /// The most rows that a tile of some vectors can have.
    fn height(&self, vectors: usize) -> usize {
        self.tiles.iter().rposition(|tiles| vectors <= tiles.len()).map_or(0, |row| row + 1)
    }

    /// The number of vectors in the next panel of B, when `left` are left and C has `rows` rows: what the tallest
    /// tile has, or a few more in a tile half as tall, which beats a last panel of one vector.
    fn vectors(&self, left: usize, rows: usize) -> usize {
        let height = rows.min(self.tiles.len());
        let vectors = self.tiles[height - 1].len();
        if left < 2 * vectors && 2 * self.height(left) >= height { left } else { left.min(vectors) }
    }
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
        let by_columns = self.n >= 2 * kernels.lanes * threads;
        let (whole, unit) = if by_columns { (self.n, kernels.lanes) } else { (self.m, kernels.tiles.len()) };
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
        kernels: &Kernels<F>,
        rows: Range<usize>,
        columns: Range<usize>,
        begin: usize,
        buffers: &mut Buffers,
    ) {
        let (height, lanes) = (kernels.tiles.len(), kernels.lanes);
        let depth = block_depth(self.k).min(self.k - begin);
        let c = Raw { data: self.c.cast_const(), row_stride: self.c_stride, column_stride: 1 };
        let start = if begin == 0 { self.start } else { Some(c) };
        let vectors_left = |j: usize| (columns.end - j).div_ceil(lanes);
        let one_panel =
            vectors_left(columns.start) <= kernels.vectors(vectors_left(columns.start), rows.len());

        let mut a = self.a.from(rows.start, begin);
        // Packed A lies in panels as high as a tile; A as it is, in one of all rows.
        let mut panel_rows = rows.len();
        if a.column_stride != 1 && (a.row_stride != 1 || !one_panel) {
            let packed: *mut F = buffers.a.get(rows.len().next_multiple_of(height) * depth).as_mut_ptr();
            let transposed = Raw { row_stride: a.column_stride, column_stride: a.row_stride, ..a };
            // SAFETY: the panel lies in A, and `packed` has room for it and its padding.
            unsafe { (kernels.pack)(&Panel { from: transposed, depth, lanes: rows.len() }, height, packed) };
            a = Raw { data: packed, row_stride: 1, column_stride: height };
            panel_rows = height;
        }

        let mut j = columns.start;
        while j < columns.end {
            let vectors = kernels.vectors(vectors_left(j), rows.len());
            let width = vectors * lanes;
            let panel = Panel { from: self.b.from(begin, j), depth, lanes: width.min(columns.end - j) };
            let mut b = panel.from;
            // Rows of B may be read where they are if there are few tiles, or if they are as good as packed.
            let aligned =
                b.data.addr().is_multiple_of(64) && (b.row_stride * size_of::<F>()).is_multiple_of(64);
            let good = rows.len() <= 2 * height || aligned && b.row_stride <= 2 * width;
            if b.column_stride != 1 || panel.lanes < width || !good {
                let packed: *mut F = buffers.b.get(depth * width).as_mut_ptr();
                // SAFETY: the panel lies in B, and `packed` has room for it and its padding.
                unsafe { (kernels.pack)(&panel, width, packed) };
                b = Raw { data: packed, row_stride: width, column_stride: 1 };
            }
            let height = height.min(kernels.height(vectors));
            for i in (0..rows.len()).step_by(height) {
                let panel_of_a = Raw { data: a.data.wrapping_add(i / panel_rows * panel_rows * depth), ..a };
                let tile = Tile {
                    depth,
                    columns: panel.lanes,
                    a: panel_of_a.from(i % panel_rows, 0),
                    b,
                    c: c.at(rows.start + i, j).cast_mut(),
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
