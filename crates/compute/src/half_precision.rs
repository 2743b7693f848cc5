//! Products with matrices of half-precision numbers.

pub use half::bf16;

use crate::isa::{Kernel, dispatch};
use crate::pool::Pool;
use crate::split::Split;

/// Columns of a block, whose sums stay in registers: eight vectors of AVX-512.
const BLOCK: usize = 128;

/// The numbers of x whose zeros are searched at a time.
const DEPTH: usize = 1024;

/// Fewest multiplications that are worth a second thread.
const GRAIN: usize = 1 << 16;

/// Computes the product y = start + x W of a row x and a matrix W of bf16 numbers, stored row by row, in f32 sums.
///
/// For a single sample a layer is as fast as its weights can be read, and these are half as long as those of f32. A bf16
/// is the upper half of an f32: 8 bits of exponent and 8 of mantissa, so that a weight is off by up to 0.2 %.
///
/// Zeros of x are left out. The bits of the result do not depend on the number of threads or on the instruction set.
///
/// ```
/// use pellucid_compute::{Pool, half_precision::{bf16, multiply_row}};
/// let w = [1.0, 2.0, 3.0, 4.0].map(bf16::from_f32);
/// let mut y = [0.0; 2];
/// multiply_row(&Pool::single(), &mut y, &[10.0, 1.0], &w, &[0.5, 0.0]);
/// assert_eq!(y, [13.5, 24.0]);
/// ```
///
/// # Panics
/// Panics if W is not a matrix of `x.len()` rows and `y.len()` columns, or `start` is not as long as y.
pub fn multiply_row(pool: &Pool, y: &mut [f32], x: &[f32], w: &[bf16], start: &[f32]) {
    let columns = y.len();
    assert!(
        w.len() == x.len() * columns && start.len() == columns,
        "a row of {} numbers, a matrix of {} and a start of {} do not give {columns} numbers",
        x.len(),
        w.len(),
        start.len()
    );
    y.copy_from_slice(start);
    if x.is_empty() {
        return;
    }
    let blocks = Blocks { y, first: 0 };
    pool.split(columns.div_ceil(BLOCK), GRAIN.div_ceil(BLOCK * x.len()), blocks, |blocks| {
        dispatch::<AddProduct, _>((blocks, x, w, columns));
    });
}

/// Writes bf16 numbers as f32, exactly.
///
/// ```
/// use pellucid_compute::half_precision::{bf16, widen};
/// let mut wide = [0.0; 2];
/// widen(&mut wide, &[bf16::from_f32(1.5), bf16::NEG_INFINITY]);
/// assert_eq!(wide, [1.5, f32::NEG_INFINITY]);
/// ```
pub fn widen(wide: &mut [f32], narrow: &[bf16]) {
    dispatch::<Widen, _>((wide, narrow));
}

struct Widen;

impl Kernel<(&mut [f32], &[bf16])> for Widen {
    type Output = ();

    #[inline(always)]
    fn call((wide, narrow): (&mut [f32], &[bf16])) {
        for (wide, &narrow) in wide.iter_mut().zip(narrow) {
            *wide = to_f32(narrow);
        }
    }
}

/// Some columns of y, cut at whole blocks.
struct Blocks<'a> {
    y: &'a mut [f32],
    /// The column of the first.
    first: usize,
}

impl Split for Blocks<'_> {
    fn split_at(self, mid: usize) -> (Self, Self) {
        let columns = (mid * BLOCK).min(self.y.len());
        let (head, tail) = self.y.split_at_mut(columns);
        (Self { y: head, ..self }, Self { y: tail, first: self.first + columns })
    }
}

/// y := y + x W for the columns of some blocks.
struct AddProduct;

impl Kernel<(Blocks<'_>, &[f32], &[bf16], usize)> for AddProduct {
    type Output = ();

    #[inline(always)]
    fn call((Blocks { y, first }, x, w, columns): (Blocks<'_>, &[f32], &[bf16], usize)) {
        let (mut numbers, mut begins) = ([0.0; DEPTH], [0; DEPTH]);
        for (x, w) in x.chunks(DEPTH).zip(w.chunks(DEPTH * columns)) {
            let mut count = 0;
            for (row, &x) in x.iter().enumerate() {
                (numbers[count], begins[count]) = (x, row * columns);
                count += usize::from(x != 0.0);
            }
            let rows = Rows { numbers: &numbers[..count], begins: &begins[..count], w };
            let (blocks, rest) = y.as_chunks_mut::<BLOCK>();
            let mut at = first;
            for y in blocks {
                rows.add(y, at);
                at += BLOCK;
            }
            let (vectors, rest) = rest.as_chunks_mut::<16>();
            for y in vectors {
                rows.add(y, at);
                at += 16;
            }
            for y in rest.as_chunks_mut::<1>().0 {
                rows.add(y, at);
                at += 1;
            }
        }
    }
}

/// The numbers of x that are not zero, and where their rows of W begin.
struct Rows<'a> {
    numbers: &'a [f32],
    begins: &'a [usize],
    w: &'a [bf16],
}

impl Rows<'_> {
    /// y := y + x W for N columns of W from one on.
    #[inline(always)]
    fn add<const N: usize>(&self, y: &mut [f32; N], column: usize) {
        let mut sums = *y;
        for (&x, &begin) in self.numbers.iter().zip(self.begins) {
            if let Some(row) = self.w[begin + column..].first_chunk::<N>() {
                for lane in 0..N {
                    sums[lane] += x * to_f32(row[lane]);
                }
            }
        }
        *y = sums;
    }
}

/// The number as f32, exactly. Unlike [`bf16::to_f32`] without a question, so that it becomes vector code; a signalling
/// NaN stays one.
#[inline(always)]
fn to_f32(x: bf16) -> f32 {
    f32::from_bits(u32::from(x.to_bits()) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Isa, dispatch_to};

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    #[test]
    fn the_product_is_that_of_the_rounded_weights() {
        for (depth, columns) in [(1, 1), (5, 16), (7, 19), (30, 128), (33, 300), (300, 784), (2500, 20)] {
            let w: Vec<bf16> = numbers(depth * columns).into_iter().map(bf16::from_f32).collect();
            let (mut x, start) = (numbers(depth), numbers(columns));
            x.iter_mut().skip(2).step_by(3).for_each(|x| *x = 0.0);
            let mut expected = start.clone();
            for (j, y) in expected.iter_mut().enumerate() {
                *y = (0..depth).fold(*y, |sum, p| sum + x[p] * w[p * columns + j].to_f32());
            }
            for threads in 1..=3 {
                let mut y = vec![9.0; columns];
                multiply_row(&Pool::new(threads), &mut y, &x, &w, &start);
                assert_eq!(y, expected, "{depth} x {columns}, {threads} threads");
            }
            for isa in [Isa::Portable, Isa::Avx2, Isa::Avx512] {
                let mut y = start.clone();
                dispatch_to::<AddProduct, _>(isa, (Blocks { y: &mut y, first: 0 }, &x[..], &w[..], columns));
                assert_eq!(y, expected, "{depth} x {columns}, {isa:?}");
            }
        }
    }

    #[test]
    fn of_no_numbers_the_start_is_left() {
        let mut y = [0.0; 2];
        multiply_row(&Pool::single(), &mut y, &[], &[], &[1.0, 2.0]);
        assert_eq!(y, [1.0, 2.0]);
    }

    #[test]
    fn widening_is_exact() {
        for bits in 0..=u16::MAX {
            let x = bf16::from_bits(bits);
            let mut wide = [0.0];
            widen(&mut wide, &[x]);
            assert!(wide[0] == x.to_f32() || x.is_nan() && wide[0].is_nan());
        }
    }

    #[test]
    #[should_panic(expected = "a row of 2 numbers, a matrix of 3 and a start of 2 do not give 2 numbers")]
    fn a_matrix_of_another_size_is_refused() {
        multiply_row(&Pool::single(), &mut [0.0; 2], &[1.0; 2], &[bf16::ONE; 3], &[0.0; 2]);
    }
}
