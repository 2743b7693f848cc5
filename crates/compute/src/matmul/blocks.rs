//! Cutting a product into tasks for threads, blocks for caches and tiles for registers.

use std::cell::RefCell;
use std::ops::Range;

use super::kernels::{Kernels, Panel, Problem, Raw, Tile};
use super::scratch::Scratch;
use super::zeros::Steps;
use super::{COLUMNS, DEPTH, GRAIN, PAGE, ROWS};
use crate::pool::Pool;
use crate::scalar::Scalar;

/// The bytes of an operand that stay in the second-level cache beside a panel of the other
/// (`docs/performance.md`, *Matrix products*).
const NEAR: usize = 400 << 10;

/// The columns of C that make a search for zeros of A worth its time.
const WIDE: usize = 64;

thread_local! {
    /// The packed operands of the products that this thread asks for; all threads of its pool read them.
    static SCRATCH: RefCell<Buffers> =
        const { RefCell::new(Buffers { a: Scratch::new(), b: Scratch::new(), c: Scratch::new(), steps: Vec::new() }) };
}

struct Buffers {
    a: Scratch,
    b: Scratch,
    /// The transposed result of a flipped product.
    c: Scratch,
    /// The steps of the depth that count, where many do not.
    steps: Vec<u32>,
}

// SAFETY: the operands are only read, and tasks write to disjoint parts of C or of a packed operand.
unsafe impl<F: Sync> Sync for Problem<F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for Raw<F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for Block<F> {}

/// Returns the depth of all blocks but the last: equal parts of no more than [`DEPTH`], in multiples of 16 numbers. It
/// depends on k alone, and so do the bits of the result.
pub fn block_depth(k: usize) -> usize {
    k.div_ceil(k.div_ceil(DEPTH).max(1)).next_multiple_of(16).max(16)
}

/// Runs the tasks on the threads of a pool; for little work, on the caller.
fn share(pool: Option<&Pool>, tasks: usize, work: usize, task: impl Fn(usize) + Sync) {
    match pool {
        Some(pool) if work >= 2 * GRAIN => pool.run(tasks, task),
        _ => (0..tasks).for_each(task),
    }
}

impl<F: Scalar> Kernels<F> {
    /// The most rows that a tile of some vectors can have.
    fn height(&self, vectors: usize) -> usize {
        self.tiles.iter().rposition(|tiles| vectors <= tiles.len()).map_or(0, |row| row + 1)
    }
}

/// How the columns of a block are cut into panels: all of some vectors, the last of what is left.
#[derive(Clone, Copy)]
struct Panels {
    count: usize,
    vectors: usize,
    last: usize,
}

impl Panels {
    /// Panels as wide as the tallest tile for `rows` rows; a few vectors more in the last one, in a tile half as
    /// tall, beat another panel of one vector.
    fn new<F: Scalar>(kernels: &Kernels<F>, rows: usize, vectors: usize) -> Self {
        let height = rows.clamp(1, kernels.tiles.len());
        let width = kernels.tiles[height - 1].len();
        let (whole, rest) = (vectors / width, vectors % width);
        if whole == 0 || rest == 0 {
            Self { count: whole.max(1), vectors: width, last: vectors.min(width) }
        } else if 2 * kernels.height(width + rest) >= height {
            Self { count: whole, vectors: width, last: width + rest }
        } else {
            Self { count: whole + 1, vectors: width, last: rest }
        }
    }

    fn vectors(&self, panel: usize) -> usize {
        if panel + 1 < self.count { self.vectors } else { self.last }
    }
}

/// Some columns of C and some of the depth, with the operands as the tiles will read them.
struct Block<F: 'static> {
    kernels: &'static Kernels<F>,
    depth: usize,
    columns: Range<usize>,
    panels: Panels,
    a: Raw<F>,
    /// The rows of A that lie side by side: the height of a tile where A is packed, else all.
    a_rows: usize,
    b: Raw<F>,
    /// Panels of B from this one on are packed.
    first_packed: usize,
    packed: Raw<F>,
    start: Option<Raw<F>>,
    relu: bool,
    steps: Option<Steps>,
}

impl<F: Scalar> Problem<F> {
    /// Computes C, on the caller or on the threads of a pool.
    ///
    /// # Safety
    /// The operands must be valid and the instruction set of `kernels` available.
    pub unsafe fn run(&self, kernels: &'static Kernels<F>, pool: Option<&Pool>) {
        if self.m == 0 {
            return;
        }
        if self.is_better_flipped(kernels) {
            // SAFETY: the caller vouches for the operands.
            return unsafe { self.run_flipped(kernels, pool) };
        }
        SCRATCH.with_borrow_mut(|buffers| {
            for begin in (0..self.n).step_by(COLUMNS) {
                let columns = begin..self.n.min(begin + COLUMNS);
                for depth in (0..self.k.max(1)).step_by(block_depth(self.k)) {
                    // SAFETY: the caller vouches for the operands; the ranges lie within them.
                    unsafe {
                        let block = self.prepare(kernels, pool, columns.clone(), depth, buffers);
                        self.compute(&block, pool);
                    }
                }
            }
        });
    }

    /// Whether a few rows meet a large transposed matrix, which C^T = B^T A^T reads where it lies.
    fn is_better_flipped(&self, kernels: &Kernels<F>) -> bool {
        let transposed = self.b.column_stride != 1 && self.b.row_stride == 1;
        let fits = self.n.is_multiple_of(kernels.lanes)
            && self.c_stride == self.n
            && self.start.is_none()
            && !self.relu;
        let (few, large) = (2 * kernels.lanes, self.n.min(self.k) >= 2 * self.m);
        transposed && fits && large && (2..=few).contains(&self.m)
    }

    /// Computes C^T, with the same products in the same order, and transposes it.
    unsafe fn run_flipped(&self, kernels: &'static Kernels<F>, pool: Option<&Pool>) {
        let transposed = |x: Raw<F>| Raw { row_stride: x.column_stride, column_stride: x.row_stride, ..x };
        let mut scratch =
            SCRATCH.with_borrow_mut(|buffers| std::mem::replace(&mut buffers.c, Scratch::new()));
        let c = scratch.get::<F>(self.n * self.m).as_mut_ptr();
        let (a, b) = (transposed(self.b), transposed(self.a));
        let flipped = Self { m: self.n, n: self.m, a, b, c, c_stride: self.m, ..*self };
        let from = Raw { data: c.cast_const(), row_stride: 1, column_stride: self.m };
        // SAFETY: the caller vouches for the operands, and the scratch memory holds n x m numbers.
        unsafe {
            flipped.run(kernels, pool);
            (kernels.pack)(&Panel { from, depth: self.m, lanes: self.n }, self.n, self.c);
        }
        SCRATCH.with_borrow_mut(|buffers| buffers.c = scratch);
    }

    /// Packs what the tiles of a block cannot read well where it is.
    unsafe fn prepare(
        &self,
        kernels: &'static Kernels<F>,
        pool: Option<&Pool>,
        columns: Range<usize>,
        begin: usize,
        buffers: &mut Buffers,
    ) -> Block<F> {
        let (height, lanes) = (kernels.tiles.len(), kernels.lanes);
        let depth = block_depth(self.k).min(self.k - begin);
        let steps = if self.skip_zeros && columns.len() >= WIDE {
            // SAFETY: the caller vouches for A.
            unsafe { Steps::list(kernels, pool, self.a.from(0, begin), [self.m, depth], &mut buffers.steps) }
        } else {
            None
        };
        let rows = steps.as_ref().map_or(self.m, |steps| self.m.min(steps.height));
        let panels = Panels::new(kernels, rows, columns.len().div_ceil(lanes));
        let width = panels.vectors * lanes;

        let mut a = self.a.from(0, begin);
        let mut a_rows = self.m;
        let unreadable = a.column_stride != 1 && a.row_stride != 1;
        let far = a.column_stride * size_of::<F>() > PAGE && a.column_stride != 1 && panels.count > 1;
        if unreadable || far {
            let packed = buffers.a.get::<F>(self.m.next_multiple_of(height) * depth).as_mut_ptr();
            let to = Raw { data: packed.cast_const(), row_stride: depth, column_stride: 1 };
            let tasks = self.m.div_ceil(ROWS);
            share(pool, tasks, self.m * depth, |task| {
                let rows = task * ROWS..self.m.min((task + 1) * ROWS);
                let from =
                    Raw { row_stride: a.column_stride, column_stride: a.row_stride, ..a.from(rows.start, 0) };
                let panel = Panel { from, depth, lanes: rows.len() };
                // SAFETY: the panel lies in A, and its copy, with its padding, in `packed`.
                unsafe { (kernels.pack)(&panel, height, to.at(rows.start, 0).cast_mut()) };
            });
            (a, a_rows) = (Raw { row_stride: 1, column_stride: height, ..to }, height);
        }

        let b = self.b.from(begin, columns.start);
        let bytes = b.row_stride * size_of::<F>();
        let near = b.data.addr().is_multiple_of(64) && bytes.is_multiple_of(64) && bytes <= PAGE;
        let first_packed = if b.column_stride != 1 || !(near || self.m <= 2 * height) {
            0
        } else if columns.len().is_multiple_of(lanes) {
            panels.count
        } else {
            panels.count - 1
        };
        let count = panels.count - first_packed;
        let room = if count == 0 { 0 } else { ((count - 1) * width + panels.last * lanes) * depth };
        let packed = buffers.b.get::<F>(room).as_mut_ptr();
        let packed = Raw { data: packed.cast_const(), row_stride: 0, column_stride: 1 };
        share(pool, count, room, |task| {
            let panel = first_packed + task;
            let (j, width_here) = (panel * width, panels.vectors(panel) * lanes);
            let from = Panel { from: b.from(0, j), depth, lanes: width_here.min(columns.len() - j) };
            // SAFETY: the panel lies in B, and its copy, with its padding, in `packed`.
            unsafe { (kernels.pack)(&from, width_here, packed.at(0, task * width * depth).cast_mut()) };
        });

        let c = Raw { data: self.c.cast_const(), row_stride: self.c_stride, column_stride: 1 };
        let start = if begin == 0 { self.start } else { Some(c) };
        let relu = self.relu && begin + depth == self.k;
        Block { kernels, depth, columns, panels, a, a_rows, b, first_packed, packed, start, relu, steps }
    }

    /// Adds a block to C. The larger operand is read once, the smaller again and again, from the second-level cache:
    /// where C is high, threads take some rows and all panels, more rows where the panels do not all stay in the cache;
    /// where C is wide, rows of one panel after the other. Each thread begins with the same rows in every product, which
    /// it has in its cache.
    unsafe fn compute(&self, block: &Block<F>, pool: Option<&Pool>) {
        let (strips, panels) = (self.m.div_ceil(ROWS), block.panels.count);
        let rows = |strips: Range<usize>| (strips.start * ROWS).min(self.m)..(strips.end * ROWS).min(self.m);
        let threads = pool.map_or(1, Pool::threads);
        let high = self.m > block.columns.len();
        // Strips that pass by a panel together.
        let bytes = |rows: usize| rows * block.depth * size_of::<F>();
        let together = if bytes(block.columns.len()) > NEAR { (NEAR / bytes(ROWS)).max(1) } else { 1 };
        let parts = if strips < threads { 1 } else { threads };
        let strips_each = strips.div_ceil(parts);
        let task = |range: Range<usize>| {
            // SAFETY: the rows and the panels lie in C; no other task writes to them.
            unsafe {
                if high {
                    for begin in range.clone().step_by(together) {
                        let strips = begin..range.end.min(begin + together);
                        (0..panels).for_each(|panel| self.tiles(block, rows(strips.clone()), panel));
                    }
                } else {
                    // Tasks are numbered part by part, in a part panel by panel, in a panel strip by strip.
                    let mut at = range.start;
                    while at < range.end {
                        let (column, strip) = (at / strips_each, at % strips_each);
                        let count = (strips_each - strip).min(range.end - at);
                        let begin = column / panels * strips_each + strip;
                        self.tiles(block, rows(begin..begin + count), column % panels);
                        at += count;
                    }
                }
            }
        };
        let tasks = if high { strips } else { parts * panels * strips_each };
        match pool {
            Some(pool) => pool.run_ranges(tasks, task),
            None => task(0..tasks),
        }
    }

    /// The tiles of some rows and one panel.
    unsafe fn tiles(&self, block: &Block<F>, rows: Range<usize>, panel: usize) {
        let Block { kernels, depth, columns, panels, a, a_rows, b, first_packed, packed, start, relu, steps } =
            block;
        let vectors = panels.vectors(panel);
        let (j, width) = (panel * panels.vectors * kernels.lanes, vectors * kernels.lanes);
        let b = if panel < *first_packed {
            b.from(0, j)
        } else {
            let begin = (panel - first_packed) * panels.vectors * kernels.lanes * depth;
            Raw { row_stride: width, ..packed.from(0, begin) }
        };
        let c = Raw { data: self.c.cast_const(), row_stride: self.c_stride, column_stride: 1 };
        let height = kernels.height(vectors);
        let mut i = rows.start;
        while i < rows.end {
            let side = Raw { data: a.data.wrapping_add(i / a_rows * a_rows * depth), ..*a };
            let mut height = height.min(rows.end - i).min(a_rows - i % a_rows);
            let (mut depth, mut listed) = (*depth, None);
            if let Some(steps) = steps {
                height = height.min(steps.height - i % steps.height);
                // SAFETY: the lists lie in the buffers of this product.
                let (count, list) = unsafe { steps.of(i) };
                (depth, listed) = (count, Some(list));
            }
            let tile = Tile {
                depth,
                steps: listed,
                columns: width.min(columns.len() - j),
                a: side.from(i % a_rows, 0),
                b,
                c: c.at(i, columns.start + j).cast_mut(),
                c_stride: self.c_stride,
                start: start.map(|start| start.from(i, columns.start + j)),
                relu: *relu,
            };
            // SAFETY: the tile lies in C, and its operands in A, B or the packed copies.
            unsafe { (kernels.tiles[height - 1][vectors - 1])(&tile) };
            i += height;
        }
    }
}
