//! The innermost loops, generic over the register type.
// Indices, not iterators: closures would have to be inlined before they take on the instruction set.
#![allow(clippy::needless_range_loop)]

use super::lanes::{Element, Lanes};

/// The address of a matrix: element (i, j) lies at `data + i * row_stride + j * column_stride`.
pub struct Raw<F> {
    pub data: *const F,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<F> Clone for Raw<F> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<F> Copy for Raw<F> {}

impl<F> Raw<F> {
    #[inline(always)]
    pub fn at(self, i: usize, j: usize) -> *const F {
        self.data.wrapping_add(i * self.row_stride + j * self.column_stride)
    }

    /// Returns the matrix from row `i` and column `j` on.
    #[inline(always)]
    pub fn from(self, i: usize, j: usize) -> Self {
        Self { data: self.at(i, j), ..self }
    }
}

/// One tile of C = start + A B over some depth, for as many rows as the kernel has.
pub struct Tile<F> {
    pub depth: usize,
    pub columns: usize,
    /// Rows or columns are contiguous.
    pub a: Raw<F>,
    /// Rows that hold all the vectors of the kernel, also where C has fewer columns.
    pub b: Raw<F>,
    pub c: *mut F,
    pub c_stride: usize,
    pub start: Option<Raw<F>>,
    pub relu: bool,
    /// The steps of the depth that count, `depth` of them; without a list the first ones.
    pub steps: Option<*const u32>,
}

/// A panel of an operand: `depth` rows of `lanes` numbers.
pub struct Panel<F> {
    pub from: Raw<F>,
    pub depth: usize,
    pub lanes: usize,
}

/// A whole product: C = start + A B, or the larger of that and zero.
pub struct Problem<F> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: Raw<F>,
    pub b: Raw<F>,
    pub c: *mut F,
    pub c_stride: usize,
    pub start: Option<Raw<F>>,
    pub relu: bool,
    /// Products with zeros of A may be left out.
    pub skip_zeros: bool,
}

/// Computes one tile.
type TileKernel<F> = unsafe fn(&Tile<F>);

/// The kernels of one number type for one instruction set; they may be called only where it is available.
pub struct Kernels<F: 'static> {
    /// The numbers in a register.
    pub lanes: usize,
    /// `tiles[r - 1][v - 1]` computes a tile of r rows and v vectors. Fewer rows leave registers for more vectors.
    pub tiles: &'static [&'static [TileKernel<F>]],
    /// Copies a panel to rows of a given width, padded with zeros.
    pub pack: unsafe fn(&Panel<F>, usize, *mut F),
    /// Lists the rows of a panel that are not all zero, for each group of lanes; lists are a number of entries apart.
    pub nonzero: unsafe fn(&Panel<F>, *mut u32, usize),
    /// A product too small for tiles and threads.
    pub small: unsafe fn(&Problem<F>),
}

/// A loop over the rows of a tile that is unrolled whatever the optimiser thinks of it: sums that are indexed by
/// a variable would live in memory.
macro_rules! unroll {
    ($i:ident < $end:ident $body:block) => {
        unroll!($i $end $body 0 1 2 3 4 5)
    };
    ($i:ident $end:ident $body:block $at:literal $($more:literal)*) => {
        if $at < $end {
            let $i = $at;
            $body
        }
        unroll!($i $end $body $($more)*)
    };
    ($i:ident $end:ident $body:block) => {};
}

/// The steps of the depth between two moves of the pointers.
const STEPS: usize = 4;

/// The tile kernel: MR x NV sums in registers, to which the products are added, and which end up in C.
#[inline(always)]
pub(super) unsafe fn tile<L: Lanes, const MR: usize, const NV: usize>(tile: &Tile<L::Element>) {
    // SAFETY: the caller vouches for the operands of `tile` and for the instruction set.
    unsafe {
        let mut sums = [[L::splat(L::Element::ZERO); NV]; MR];
        // The lines that the sums go to arrive while they are computed; else each store would wait for its line.
        unroll!(i < MR {
            for v in 0..NV {
                L::prefetch(tile.c.wrapping_add(i * tile.c_stride + v * L::LEN));
            }
        });
        match (tile.a.column_stride == 1, tile.steps) {
            (true, None) => add_products::<L, MR, NV, true>(&mut sums, tile),
            (false, None) => add_products::<L, MR, NV, false>(&mut sums, tile),
            (true, Some(steps)) => add_listed_products::<L, MR, NV, true>(&mut sums, tile, steps),
            (false, Some(steps)) => add_listed_products::<L, MR, NV, false>(&mut sums, tile, steps),
        }
        unroll!(i < MR {
            let start = tile.start.map(|start| start.at(i, 0));
            finish(sums[i], tile.c.wrapping_add(i * tile.c_stride), start, tile.columns, tile.relu);
        });
    }
}

/// For each step of the depth, NV vectors of B are multiplied by each of MR numbers of A and added to the sums.
///
/// What limits this loop where another thread runs on the same core is the number of instructions, not that of
/// multiply-adds: so strides that are 1 are known here to be 1 (the rows of A, or its columns), pointers move every
/// few steps, and nothing is fetched ahead.
#[inline(always)]
unsafe fn add_products<L: Lanes, const MR: usize, const NV: usize, const ROWS_OF_A: bool>(
    sums: &mut [[L; NV]; MR],
    tile: &Tile<L::Element>,
) {
    // SAFETY: as above.
    unsafe {
        let mut a =
            if ROWS_OF_A { Raw { column_stride: 1, ..tile.a } } else { Raw { row_stride: 1, ..tile.a } };
        let mut b = Raw { column_stride: 1, ..tile.b };
        for _ in 0..tile.depth / STEPS {
            for p in 0..STEPS {
                add_step(sums, a.from(0, p), b.from(p, 0));
            }
            (a, b) = (a.from(0, STEPS), b.from(STEPS, 0));
        }
        for p in 0..tile.depth % STEPS {
            add_step(sums, a.from(0, p), b.from(p, 0));
        }
    }
}

/// [`add_products`] for the steps of a list.
#[inline(always)]
unsafe fn add_listed_products<L: Lanes, const MR: usize, const NV: usize, const ROWS_OF_A: bool>(
    sums: &mut [[L; NV]; MR],
    tile: &Tile<L::Element>,
    steps: *const u32,
) {
    // SAFETY: as above; the list has `depth` entries.
    unsafe {
        let a = if ROWS_OF_A { Raw { column_stride: 1, ..tile.a } } else { Raw { row_stride: 1, ..tile.a } };
        let b = Raw { column_stride: 1, ..tile.b };
        for at in 0..tile.depth {
            let p = *steps.add(at) as usize;
            add_step(sums, a.from(0, p), b.from(p, 0));
        }
    }
}

/// One step of the depth: the first column of A times the first row of B.
#[inline(always)]
unsafe fn add_step<L: Lanes, const MR: usize, const NV: usize>(
    sums: &mut [[L; NV]; MR],
    a: Raw<L::Element>,
    b: Raw<L::Element>,
) {
    // SAFETY: as above.
    unsafe {
        let mut row = [L::splat(L::Element::ZERO); NV];
        for v in 0..NV {
            row[v] = L::load(b.at(0, v * L::LEN));
        }
        unroll!(i < MR {
            let x = L::splat(*a.at(i, 0));
            for v in 0..NV {
                sums[i][v] = sums[i][v].plus_product(x, row[v]);
            }
        });
    }
}

/// Stores the first `columns` numbers of start + sums, or zeros where they are negative and `relu` asks for it.
#[inline(always)]
unsafe fn finish<L: Lanes, const NV: usize>(
    mut sums: [L; NV],
    c: *mut L::Element,
    start: Option<*const L::Element>,
    columns: usize,
    relu: bool,
) {
    // SAFETY: the caller vouches for `columns` elements of `c` and `start`, which only the last vector exceeds.
    unsafe {
        for v in 0..NV {
            let (begin, whole) = (v * L::LEN, v + 1 < NV || columns == NV * L::LEN);
            if let Some(start) = start {
                let at = start.wrapping_add(begin);
                let start = if whole { L::load(at) } else { L::load_part(at, columns - begin) };
                sums[v] = start.plus(sums[v]);
            }
            if relu {
                sums[v] = sums[v].relu();
            }
            let c = c.wrapping_add(begin);
            if whole { sums[v].store(c) } else { sums[v].store_part(c, columns - begin) }
        }
    }
}

/// Cuts a panel into panels of `width` lanes, the last padded with zeros, and writes one after the other, row by
/// row, as the tile kernel reads them. The width is `MR` for A and a number of vectors for B.
#[inline(always)]
pub(super) unsafe fn pack<L: Lanes, const MR: usize>(
    panel: &Panel<L::Element>,
    width: usize,
    to: *mut L::Element,
) {
    let &Panel { from, depth, lanes } = panel;
    for lane in (0..lanes).step_by(width) {
        let panel = Panel { from: from.from(0, lane), depth, lanes: width.min(lanes - lane) };
        // SAFETY: the caller vouches for the panel and for as many numbers of `to`, the padding included.
        unsafe { pack_one::<L, MR>(&panel, width, to.add(lane * depth)) };
    }
}

/// Writes one panel.
#[inline(always)]
unsafe fn pack_one<L: Lanes, const MR: usize>(panel: &Panel<L::Element>, width: usize, to: *mut L::Element) {
    let &Panel { from, depth, lanes } = panel;
    // SAFETY: the caller vouches for the panel and for `depth * width` numbers of `to`.
    unsafe {
        if from.column_stride == 1 && lanes == MR && width == MR {
            for p in 0..depth {
                let x = from.at(p, 0).cast::<[L::Element; MR]>().read_unaligned();
                to.add(p * MR).cast::<[L::Element; MR]>().write_unaligned(x);
            }
        } else if from.column_stride == 1 && width.is_multiple_of(L::LEN) {
            for p in 0..depth {
                for lane in (0..width).step_by(L::LEN) {
                    let (at, count) = (from.at(p, lane), lanes.saturating_sub(lane));
                    let x = if count >= L::LEN { L::load(at) } else { L::load_part(at, count) };
                    x.store(to.add(p * width + lane));
                }
            }
        } else if from.row_stride == 1 && width.is_multiple_of(L::LEN) {
            for lane in (0..width).step_by(L::LEN) {
                for p in (0..depth).step_by(L::LEN) {
                    let lanes = lanes.saturating_sub(lane);
                    transpose::<L>(from.from(p, lane), depth - p, lanes, to.add(p * width + lane), width);
                }
            }
        } else {
            for p in 0..depth {
                for lane in 0..width {
                    let x = if lane < lanes { *from.at(p, lane) } else { L::Element::ZERO };
                    *to.add(p * width + lane) = x;
                }
            }
        }
    }
}

/// Packs a square of L::LEN x L::LEN numbers, or the `depth` x `lanes` that there are, whose columns are contiguous.
///
/// Each round interleaves the first half of the vectors with the second; after log2(L::LEN) rounds the columns are
/// rows.
#[inline(always)]
unsafe fn transpose<L: Lanes>(
    from: Raw<L::Element>,
    depth: usize,
    lanes: usize,
    to: *mut L::Element,
    width: usize,
) {
    // SAFETY: the caller vouches for the elements named above and for as many rows of `to`.
    unsafe {
        let mut square = [L::splat(L::Element::ZERO); 16];
        for lane in 0..L::LEN {
            if lane < lanes {
                let at = from.at(0, lane);
                square[lane] = if depth >= L::LEN { L::load(at) } else { L::load_part(at, depth) };
            }
        }
        for _ in 0..L::LEN.ilog2() {
            let before = square;
            for i in 0..L::LEN / 2 {
                (square[2 * i], square[2 * i + 1]) = before[i].zip(before[i + L::LEN / 2]);
            }
        }
        for p in 0..L::LEN {
            if p < depth {
                square[p].store(to.add(p * width));
            }
        }
    }
}

/// A product too small for packing: the same operations in the same order as in tiles, straight from memory.
#[inline(always)]
pub(super) unsafe fn small<L: Lanes>(problem: &Problem<L::Element>) {
    let &Problem { m, n, k, a, b, c, c_stride, start, relu, .. } = problem;
    let by_rows = b.column_stride == 1 && n > 1;
    let step = if by_rows { L::LEN } else { 1 };
    let mut j = 0;
    while j < n {
        let columns = (n - j).min(step);
        let mut row = a.data;
        for i in 0..m {
            let (mut x, mut y) = (row, b.data.wrapping_add(j * b.column_stride));
            let c = c.wrapping_add(i * c_stride + j);
            let start = start.map(|start| start.data.wrapping_add(i * start.row_stride + j));
            // SAFETY: the caller vouches for the operands and for the instruction set.
            unsafe {
                if by_rows {
                    let mut sum = L::splat(L::Element::ZERO);
                    for _ in 0..k {
                        sum = sum.plus_product(L::splat(*x), L::load_part(y, columns));
                        (x, y) = (x.wrapping_add(a.column_stride), y.wrapping_add(b.row_stride));
                    }
                    finish([sum], c, start, columns, relu);
                } else {
                    let mut sum = L::Element::ZERO;
                    for _ in 0..k {
                        sum = L::plus_product_of_one(sum, *x, *y);
                        (x, y) = (x.wrapping_add(a.column_stride), y.wrapping_add(b.row_stride));
                    }
                    let y = start.map_or(sum, |start| *start + sum);
                    *c = if relu && y <= L::Element::ZERO { L::Element::ZERO } else { y };
                }
            }
            row = row.wrapping_add(a.row_stride);
        }
        j += step;
    }
}
