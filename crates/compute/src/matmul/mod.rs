//! Matrix products near the machine's peak, with the same bits for any number of threads and any cut of C.
//!
//! # How a product is computed
//!
//! The method is that of Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, ACM TOMS
//! 34(3), 2008, in the form of Van Zee and van de Geijn, *BLIS*, ACM TOMS 41(3), 2015. With `f32` and AVX-512:
//!
//! - C is cut into *tiles* of 8 rows and 3 vectors (48 columns), whose 24 sums stay in registers: each step of the
//!   depth loads 3 vectors of B and 8 numbers of A for 24 multiply-adds, so that the loads keep up with two
//!   multiply-adds a cycle. AVX2 has tiles of 4 x 3 vectors and portable code of 4 x 2.
//! - The depth is cut into equal blocks of at most 208, so that a *panel* of B (208 x 48 numbers, 39 KB) and the
//!   numbers of A for one tile (7 KB) share the first-level cache. The panel is packed: copied row after row
//!   to where the tiles read it, transposed on the way if need be.
//! - The rows are cut into blocks of 512, so that A's part (512 x 208 numbers, 416 KB) stays in the second-level
//!   cache while the panels of B pass by. A is read where it is, in either layout, except that a transposed A that
//!   more than one panel of B will meet is packed once for all of them.
//! - Few rows (a batch of one) read B where it is, once, in tiles of up to 8 vectors.
//! - Products of no more than 256 multiplications (XOR) take plain loops, without threads or packing.
//!
//! # Determinism
//!
//! An element of C is start + block 0 + block 1 + ..., added in this order, each block the sum over its depth in
//! order, from zero, by fused multiply-adds (a multiplication and an addition in portable code). Blocks depend on
//! the depth k alone. So the bits of an element depend on its row of A, its column of B, its start, and on whether
//! the instruction set has fused multiply-add; not on other rows and columns, tiles, layouts or threads.
//!
//! # Memory
//!
//! Each thread keeps its packing buffers, which only grow: a repeated sequence of products allocates in its first
//! round only.

mod blocks;
mod kernels;
mod lanes;
mod scratch;
#[cfg(test)]
mod tests;
mod views;

pub use kernels::Product;
use kernels::{Problem, Raw};
pub use views::{MatMut, MatRef};

use crate::isa::{Isa, isa};
use crate::{Pool, Scalar};

/// The greatest depth of a block; see the module's documentation.
const DEPTH: usize = 208;

/// The rows of A in a block.
const ROWS: usize = 512;

/// Products of no more than this many multiplications take the plain loops: measured 25 to 55 ns for XOR's, where
/// tiles took 70 to 160. At 512 tiles win for a transposed B (110 ns against 260) and lose a little otherwise.
const SMALL: usize = 256;

/// The multiplications that make another thread worth its start. Reckoned, not measured: 1.5 microseconds of work at
/// 170 GFLOP/s, against about one for a region of the pool.
const GRAIN: usize = 131_072;

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
/// Where the shapes do not fit: A is m x k, B is k x n, C is m x n and a starting row has n elements.
#[inline]
pub fn matmul<F: Scalar>(
    pool: &Pool,
    mut c: MatMut<'_, F>,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: Start<'_, F>,
) {
    // SAFETY: `isa` is available on this machine.
    unsafe { matmul_with(isa(), pool, &mut c, a, b, start) }
}

/// [`matmul`] with the kernels of an instruction set.
///
/// # Safety
/// This machine must have it.
unsafe fn matmul_with<F: Scalar>(
    isa: Isa,
    pool: &Pool,
    c: &mut MatMut<'_, F>,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: Start<'_, F>,
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
    let to = c.data.as_mut_ptr();
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
    };
    let small = c.rows.saturating_mul(c.columns).saturating_mul(a.columns) <= SMALL && a.columns <= DEPTH;
    // SAFETY: the views vouch for the operands, whose shapes agree; the caller vouches for `isa`.
    unsafe { if small { (kernels.small)(&problem) } else { problem.run(kernels, pool) } }
}
