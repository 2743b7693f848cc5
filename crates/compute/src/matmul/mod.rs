//! Matrix products near the machine's peak, with the same bits for any number of threads and any cut of C.
//!
//! # How a product is computed
//!
//! The method is that of Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, ACM TOMS
//! 34(3), 2008, in the form of Van Zee and van de Geijn, *BLIS*, ACM TOMS 41(3), 2015. With `f32` and AVX-512:
//!
//! - C is cut into *tiles* of 6 rows and 4 vectors (64 columns), whose 24 sums stay in registers: each step of the
//!   depth loads 4 vectors of B and 6 numbers of A for 24 multiply-adds, so that the loads keep up with two
//!   multiply-adds a cycle. AVX2 has tiles of 4 x 3 vectors and portable code of 4 x 2. The lines of C are fetched
//!   ahead.
//! - The depth is cut into equal blocks of at most 1024, so that the numbers of A for one tile (24 KB) stay in the
//!   first-level cache and a *panel* of B (1024 x 64 numbers, 256 KB) in the second-level cache.
//! - Operands are read where they are if they can be read well: rows of B that begin on cache lines and lie no more
//!   than a page apart, and all of A but transposed matrices with longer rows. What cannot is *packed* first, by all
//!   threads for all threads: copied row after row to where the tiles read it, transposed on the way if need be.
//! - The larger operand passes by once while the smaller stays near: where C is higher than wide, 12 rows and all
//!   panels come one after the other; else one panel and many rows. Each thread begins with its own share of the rows,
//!   in long ranges first, and helps the others when it is done.
//! - Where most numbers of A are zero and the caller allows it ([`MatRef::skip_zeros`]), tiles add only the steps of the
//!   depth at which a number of their rows is not zero.
//! - Products of no more than 1728 multiplications (XOR) take plain loops, without threads or packing.
//!
//! # Determinism
//!
//! An element of C is start + block 0 + block 1 + ..., added in this order, each block the sum over its depth in
//! order, from zero, by fused multiply-adds (a multiplication and an addition in portable code). Blocks depend on
//! the depth k alone. So the bits of an element depend on its row of A, its column of B, its start, and on whether
//! the instruction set has fused multiply-add; not on other rows and columns, tiles, layouts or threads. A product with
//! zero that is left out would have changed no bit but the sign of a zero, if B is finite.
//!
//! # Memory
//!
//! Each thread that asks for products keeps its packing buffers, which only grow: a repeated sequence of products
//! allocates in its first round only.

mod blocks;
mod compiled;
mod kernels;
mod lanes;
mod scratch;
#[cfg(test)]
mod tests;
mod views;
mod zeros;

pub use compiled::Product;
use kernels::{Problem, Raw};
pub use views::{MatMut, MatRef};

use crate::isa::{Isa, isa};
use crate::pool::Pool;
use crate::scalar::Scalar;

/// The greatest depth of a block; see the module's documentation.
const DEPTH: usize = 1024;

/// The columns of C in a block: with the depth it bounds the memory for packed operands to 16 MiB.
const COLUMNS: usize = 2048;

/// The rows that a task takes at a time, a multiple of the tallest tile of every instruction set.
const ROWS: usize = 12;

/// The greatest stride, in bytes, of rows that are read where they are: beyond a page of memory, each read would need
/// another address translation.
const PAGE: usize = 4096;

/// Products of no more than this many multiplications take the plain loops where the rows of B are contiguous. This and the
/// next two were measured by `pellucid bench kernels`; the figures are in `docs/performance.md`, *Threads*.
const SMALL: usize = 1728;

/// The same where they are not.
const SMALL_SCATTERED: usize = 256;

/// Half the multiplications that make another thread worth its start.
const GRAIN: usize = 98_304;

/// The ways to compute a product; all give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Plain loops over the operands where they are.
    Loops,
    /// Tiles, on the caller alone.
    Tiles,
    /// Tiles, on the threads of the pool.
    Threads,
}

impl Method {
    /// The method for an m x k and a k x n matrix and some threads, by the number of multiplications and by whether the
    /// rows of the second matrix are contiguous.
    ///
    /// ```
    /// use pellucid_compute::matmul::Method;
    /// assert_eq!(Method::choose([4, 2, 4], true, 2), Method::Loops);
    /// assert_eq!(Method::choose([256, 784, 256], true, 1), Method::Tiles);
    /// assert_eq!(Method::choose([256, 784, 256], true, 2), Method::Threads);
    /// ```
    #[inline]
    pub fn choose([m, k, n]: [usize; 3], by_rows: bool, threads: usize) -> Self {
        let work = m.saturating_mul(n).saturating_mul(k);
        if work <= if by_rows { SMALL } else { SMALL_SCATTERED } && k <= DEPTH {
            Self::Loops
        } else if threads < 2 || work < 2 * GRAIN {
            Self::Tiles
        } else {
            Self::Threads
        }
    }
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, F> {
    /// C = A B.
    Zero,
    /// C = C + A B.
    Accumulate,
    /// Every row of C = `bias` + row of A B.
    Row(&'a [F]),
}

/// The matrix product C = start + A B of an m x k and a k x n matrix, on the threads of `pool`.
///
/// The bits of the result do not depend on the number of threads; see [the module](self).
///
/// ```
/// use pellucid_compute::{MatMut, MatRef, Pool, Start, matmul};
/// let a = [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let a = MatRef::row_major(&a, 2, 3);
/// let mut c = [0.0; 4];
/// matmul(&Pool::single(), MatMut::row_major(&mut c, 2, 2), a, a.transposed(), Start::Row(&[100.0, 200.0]));
/// assert_eq!(c, [114.0, 232.0, 132.0, 277.0]);
/// ```
///
/// # Panics
/// Panics if the shapes do not fit: A is m x k, B is k x n, C is m x n and a starting row has n elements.
#[inline]
pub fn matmul<F: Scalar>(
    pool: &Pool,
    c: MatMut<'_, F>,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: Start<'_, F>,
) {
    multiply(pool, c, [&a, &b], start, false);
}

/// [`matmul`] and the rectifier in one pass: C = max(start + A B, 0).
///
/// ```
/// use pellucid_compute::{MatMut, MatRef, Pool, Start, matmul_relu};
/// let (x, w, bias) = ([1.0_f32, 2.0], [3.0, -3.0, 1.0, 1.0], [0.5, 0.5]);
/// let (x, w) = (MatRef::row_major(&x, 1, 2), MatRef::row_major(&w, 2, 2));
/// let mut y = [0.0; 2];
/// matmul_relu(&Pool::single(), MatMut::row_major(&mut y, 1, 2), x, w, Start::Row(&bias));
/// assert_eq!(y, [5.5, 0.0]);
/// ```
///
/// # Panics
/// Panics if the shapes do not fit, as [`matmul`].
#[inline]
pub fn matmul_relu<F: Scalar>(
    pool: &Pool,
    c: MatMut<'_, F>,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: Start<'_, F>,
) {
    multiply(pool, c, [&a, &b], start, true);
}

/// The product by the method that suits its size.
#[inline]
fn multiply<F: Scalar>(
    pool: &Pool,
    mut c: MatMut<'_, F>,
    [a, b]: [&MatRef<'_, F>; 2],
    start: Start<'_, F>,
    relu: bool,
) {
    let method = Method::choose([a.rows, a.columns, b.columns], b.column_stride == 1, pool.threads());
    // SAFETY: `isa` is available on this machine.
    unsafe { matmul_with(isa(), method, pool, &mut c, [a, b], start, relu) }
}

/// [`matmul`] by a method of the caller's choice, to measure what the choice is worth. Plain loops have the same bits
/// up to a depth of 1024.
///
/// # Panics
/// Panics if the shapes do not fit.
pub fn matmul_by<F: Scalar>(
    method: Method,
    pool: &Pool,
    mut c: MatMut<'_, F>,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: Start<'_, F>,
) {
    // SAFETY: `isa` is available on this machine.
    unsafe { matmul_with(isa(), method, pool, &mut c, [&a, &b], start, false) }
}

/// [`matmul`] with the kernels of an instruction set.
///
/// # Safety
/// This machine must have it.
unsafe fn matmul_with<F: Scalar>(
    isa: Isa,
    method: Method,
    pool: &Pool,
    c: &mut MatMut<'_, F>,
    [a, b]: [&MatRef<'_, F>; 2],
    start: Start<'_, F>,
    relu: bool,
) {
    assert!(
        c.rows == a.rows && a.columns == b.rows && c.columns == b.columns,
        "a {} x {} matrix times a {} x {} matrix does not give a {} x {} matrix",
        a.rows,
        a.columns,
        b.rows,
        b.columns,
        c.rows,
        c.columns
    );
    let to = c.data;
    let start = match start {
        Start::Zero => None,
        Start::Accumulate => Some((to.cast_const(), c.row_stride)),
        Start::Row(row) => {
            assert!(row.len() == c.columns, "{} numbers to start {} columns with", row.len(), c.columns);
            Some((row.as_ptr(), 0))
        }
    };
    let kernels = F::kernels(isa);
    let problem = Problem {
        m: c.rows,
        n: c.columns,
        k: a.columns,
        a: Raw { data: a.data.as_ptr(), row_stride: a.row_stride, column_stride: a.column_stride },
        b: Raw { data: b.data.as_ptr(), row_stride: b.row_stride, column_stride: b.column_stride },
        c: to,
        c_stride: c.row_stride,
        start: start.map(|(data, row_stride)| Raw { data, row_stride, column_stride: 1 }),
        relu,
        skip_zeros: a.skip_zeros,
    };
    // SAFETY: the views vouch for the operands, whose shapes agree; the caller vouches for `isa`.
    unsafe {
        match method {
            Method::Loops => (kernels.small)(&problem),
            Method::Tiles => problem.run(kernels, None),
            Method::Threads => problem.run(kernels, Some(pool)),
        }
    }
}
