//! Matrix products near the machine's peak, with the same bits for any number of threads.

mod blocks;
mod kernels;
mod lanes;
mod scratch;
mod views;

#[cfg(test)]
mod tests;

pub use kernels::Product;
use kernels::{Problem, Raw};
pub use views::{MatMut, MatRef};

use crate::isa::{Isa, isa};
use crate::{Pool, Scalar};

/// The depth of a block.
const DEPTH: usize = 208;

/// The rows of A in a block.
const ROWS: usize = 512;

/// Products of no more than this many multiplications take the plain loops.
const SMALL: usize = 10000;

/// Products of fewer multiplications than this for each thread are not worth another thread.
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

/// The matrix product C = start + A B.
///
/// # Panics
/// Where the shapes do not fit: A is m x k, B is k x n, C is m x n and a starting row has n elements.
pub fn matmul<F: Scalar>(
    pool: &Pool,
    c: MatMut<'_, F>,
    a: MatRef<'_, F>,
    b: MatRef<'_, F>,
    start: Start<'_, F>,
) {
    matmul_with(isa(), pool, c, a, b, start);
}

/// [`matmul`] with the kernels of an instruction set that this machine must have.
fn matmul_with<F: Scalar>(
    isa: Isa,
    pool: &Pool,
    c: MatMut<'_, F>,
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
    let start = match start {
        Start::Zero => None,
        Start::Accumulate => Some((c.data.as_ptr(), c.row_stride)),
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
        c: c.data.as_mut_ptr(),
        c_stride: c.row_stride,
        start: start.map(|(data, row_stride)| Raw { data, row_stride, column_stride: 1 }),
    };
    // SAFETY: the views vouch for the operands, whose shapes agree; this machine has `isa`.
    unsafe {
        if problem.m * problem.n * problem.k <= SMALL && problem.k <= DEPTH {
            (kernels.small)(&problem);
        } else {
            problem.run(kernels, pool);
        }
    }
}
