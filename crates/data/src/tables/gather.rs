//! Rows of a table copied into a batch, converted to the type of the batch.

use pellucid_compute::isa::{Kernel, dispatch};

/// Writes `rows`, each of `width` entries, one after the other, converted.
///
/// # Panics
/// Panics if `out.len()` is not the number of rows times `width`.
pub(crate) fn gather<'a, T: Copy + 'a, E>(
    width: usize,
    rows: impl ExactSizeIterator<Item = &'a [T]>,
    out: &mut [E],
    convert: impl Fn(T) -> E,
) {
    assert_eq!(out.len(), rows.len() * width, "a batch of {} rows of {width} values", rows.len());
    if width > 0 {
        dispatch::<Gather, _>((width, rows, out, convert));
    }
}

/// The loop of [`gather`], compiled for every instruction set.
struct Gather;

impl<'a, T: Copy + 'a, E, R: Iterator<Item = &'a [T]>, C: Fn(T) -> E> Kernel<(usize, R, &mut [E], C)>
    for Gather
{
    type Output = ();

    #[inline(always)]
    fn call((width, rows, out, convert): (usize, R, &mut [E], C)) {
        for (to, row) in out.chunks_exact_mut(width).zip(rows) {
            for (y, &x) in to.iter_mut().zip(row) {
                *y = convert(x);
            }
        }
    }
}
