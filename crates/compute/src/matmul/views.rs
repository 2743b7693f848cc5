//! Matrices in someone else's memory.

use std::marker::PhantomData;
use std::ops::Range;

use crate::scalar::Scalar;

/// A read-only matrix in someone's memory, with any strides: element (i, j) is `data[i * row_stride + j *
/// column_stride]`.
///
/// ```
/// use pellucid_compute::MatRef;
/// let a = MatRef::row_major(&[1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3);
/// assert_eq!(a.get(1, 0), 4.0);
/// assert_eq!(a.transposed().get(0, 1), 4.0);
/// assert_eq!(a.part(0..2, 1..3).get(1, 0), 5.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MatRef<'a, F> {
    pub(super) data: &'a [F],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
    pub(super) skip_zeros: bool,
}

/// The number of elements up to and including the last of a matrix; `None` where it overflows.
fn extent(rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> Option<usize> {
    if rows == 0 || columns == 0 {
        return Some(0);
    }
    let last_row = (rows - 1).checked_mul(row_stride)?;
    let last_column = (columns - 1).checked_mul(column_stride)?;
    last_row.checked_add(last_column)?.checked_add(1)
}

impl<'a, F: Scalar> MatRef<'a, F> {
    /// Makes a matrix with given strides, counted in elements.
    ///
    /// # Panics
    /// Panics if an element would lie outside `data`.
    pub fn new(data: &'a [F], rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> Self {
        assert!(
            extent(rows, columns, row_stride, column_stride).is_some_and(|extent| extent <= data.len()),
            "a {rows} x {columns} matrix with strides {row_stride} and {column_stride} reaches beyond its {} elements",
            data.len()
        );
        Self { data, rows, columns, row_stride, column_stride, skip_zeros: false }
    }

    /// Makes a matrix stored row by row.
    ///
    /// # Panics
    /// Panics if `data` does not have `rows * columns` elements.
    #[inline]
    pub fn row_major(data: &'a [F], rows: usize, columns: usize) -> Self {
        check_length(data.len(), rows, columns);
        Self { data, rows, columns, row_stride: columns, column_stride: 1, skip_zeros: false }
    }

    /// Returns the same matrix, whose zeros a product may leave out where it stands on the left: faster where most of its
    /// numbers are zero, as pixels, words and categories often are.
    ///
    /// The result is the same where the other matrix is finite. Zero times infinity or NaN may count as zero.
    ///
    /// ```
    /// use pellucid_compute::{MatMut, MatRef, Pool, Start, matmul};
    /// let (x, w) = ([0.0_f32, 0.0, 2.0], [1.0, 2.0, 3.0]);
    /// let mut y = [0.0];
    /// let (x, w) = (MatRef::row_major(&x, 1, 3).skip_zeros(), MatRef::row_major(&w, 3, 1));
    /// matmul(&Pool::single(), MatMut::row_major(&mut y, 1, 1), x, w, Start::Zero);
    /// assert_eq!(y, [6.0]);
    /// ```
    #[must_use]
    pub fn skip_zeros(self) -> Self {
        Self { skip_zeros: true, ..self }
    }

    /// Returns the transpose, without moving anything.
    #[must_use]
    #[inline]
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    /// Returns the part at the given rows and columns.
    ///
    /// # Panics
    /// Panics if a range reaches beyond the matrix.
    #[must_use]
    pub fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        check_part(self.rows, self.columns, &rows, &columns);
        let begin = (rows.start * self.row_stride + columns.start * self.column_stride).min(self.data.len());
        Self { data: &self.data[begin..], rows: rows.len(), columns: columns.len(), ..self }
    }

    /// Element (`row`, `column`).
    ///
    /// # Panics
    /// Panics if there is no such element.
    pub fn get(&self, row: usize, column: usize) -> F {
        assert!(
            row < self.rows && column < self.columns,
            "no element ({row}, {column}) in a {} x {} matrix",
            self.rows,
            self.columns
        );
        self.data[row * self.row_stride + column * self.column_stride]
    }

    /// Returns the number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the number of columns.
    #[inline]
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// A matrix stored row by row that a product is written to.
///
/// ```
/// use pellucid_compute::{MatMut, MatRef, Pool, Start, matmul};
/// let mut data = [0.0_f32; 6];
/// // The two columns on the right of a 2 x 3 matrix.
/// let c = MatMut::row_major(&mut data, 2, 3).part(0..2, 1..3);
/// let one = MatRef::row_major(&[1.0_f32, 1.0], 2, 1);
/// matmul(&Pool::single(), c, one, one.transposed(), Start::Zero);
/// assert_eq!(data, [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
/// ```
#[derive(Debug)]
pub struct MatMut<'a, F> {
    /// The first element. Not a slice: matrices side by side lie interleaved in memory.
    pub(super) data: *mut F,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: usize,
    memory: PhantomData<&'a mut [F]>,
}

// SAFETY: a matrix is an exclusive borrow of its elements, as a mutable slice is.
unsafe impl<F: Send> Send for MatMut<'_, F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for MatMut<'_, F> {}

impl<'a, F: Scalar> MatMut<'a, F> {
    /// Makes a matrix stored row by row.
    ///
    /// # Panics
    /// Panics if `data` does not have `rows * columns` elements.
    #[inline]
    pub fn row_major(data: &'a mut [F], rows: usize, columns: usize) -> Self {
        check_length(data.len(), rows, columns);
        Self { data: data.as_mut_ptr(), rows, columns, row_stride: columns, memory: PhantomData }
    }

    /// Returns the part at the given rows and columns.
    ///
    /// # Panics
    /// Panics if a range reaches beyond the matrix.
    #[must_use]
    pub fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        check_part(self.rows, self.columns, &rows, &columns);
        let data = self.data.wrapping_add(rows.start * self.row_stride + columns.start);
        Self { data, rows: rows.len(), columns: columns.len(), ..self }
    }

    /// Returns the columns before `mid`, and the columns from `mid` on, to be written by two threads.
    ///
    /// # Panics
    /// Panics if there are fewer columns.
    pub fn split_columns(self, mid: usize) -> (Self, Self) {
        check_part(self.rows, self.columns, &(0..self.rows), &(mid..self.columns));
        let right = Self { data: self.data.wrapping_add(mid), columns: self.columns - mid, ..self };
        (Self { columns: mid, ..self }, right)
    }

    /// Returns the same matrix, borrowed for a while.
    pub fn reborrow(&mut self) -> MatMut<'_, F> {
        MatMut { ..*self }
    }

    /// Returns the elements of a row.
    ///
    /// # Panics
    /// Panics if there is no such row.
    pub fn row_mut(&mut self, row: usize) -> &mut [F] {
        assert!(row < self.rows, "no row {row} in a matrix of {}", self.rows);
        // SAFETY: the row lies in the memory that was borrowed, and parts of other columns do not reach into it.
        unsafe { std::slice::from_raw_parts_mut(self.data.wrapping_add(row * self.row_stride), self.columns) }
    }

    /// Returns the number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

#[inline]
fn check_length(length: usize, rows: usize, columns: usize) {
    assert!(
        rows.checked_mul(columns) == Some(length),
        "a {rows} x {columns} matrix cannot be stored in {length} elements"
    );
}

fn check_part(rows: usize, columns: usize, of_rows: &Range<usize>, of_columns: &Range<usize>) {
    let inside = |part: &Range<usize>, whole| part.start <= part.end && part.end <= whole;
    assert!(
        inside(of_rows, rows) && inside(of_columns, columns),
        "rows {of_rows:?} and columns {of_columns:?} are not all in a {rows} x {columns} matrix"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "a 2 x 3 matrix cannot be stored in 5 elements")]
    fn a_slice_of_another_length_is_refused() {
        MatRef::row_major(&[0.0_f32; 5], 2, 3);
    }

    #[test]
    #[should_panic(expected = "a 2 x 3 matrix with strides 4 and 2 reaches beyond its 8 elements")]
    fn strides_beyond_the_end_are_refused() {
        MatRef::new(&[0.0_f32; 8], 2, 3, 4, 2);
    }

    #[test]
    #[should_panic(expected = "reaches beyond")]
    fn strides_that_overflow_are_refused() {
        MatRef::new(&[0.0_f32; 8], 3, 3, usize::MAX, 1);
    }

    #[test]
    #[should_panic(expected = "rows 1..3 and columns 0..1 are not all in a 2 x 3 matrix")]
    fn a_part_beyond_the_end_is_refused() {
        let _ = MatMut::row_major(&mut [0.0_f32; 6], 2, 3).part(1..3, 0..1);
    }

    #[test]
    fn columns_are_split_and_rows_are_theirs() {
        let mut data: Vec<f32> = (0..12).map(|x| x as f32).collect();
        let (mut left, mut right) = MatMut::row_major(&mut data, 3, 4).split_columns(1);
        assert_eq!((left.columns(), right.columns()), (1, 3));
        left.row_mut(1).fill(-1.0);
        right.reborrow().part(1..3, 1..3).row_mut(1).fill(-2.0);
        assert_eq!(right.row_mut(2), [9.0, -2.0, -2.0]);
        assert_eq!(data, [0.0, 1.0, 2.0, 3.0, -1.0, 5.0, 6.0, 7.0, 8.0, 9.0, -2.0, -2.0]);
    }

    #[test]
    #[should_panic(expected = "rows 0..2 and columns 4..3 are not all in a 2 x 3 matrix")]
    fn a_split_beyond_the_end_is_refused() {
        let _ = MatMut::row_major(&mut [0.0_f32; 6], 2, 3).split_columns(4);
    }

    #[test]
    fn empty_parts_are_allowed_at_the_end() {
        let data = [0.0_f32; 6];
        let a = MatRef::row_major(&data, 2, 3);
        assert_eq!(a.part(2..2, 3..3).rows(), 0);
        assert_eq!(MatRef::new(&data, 2, 3, 3, 1).part(1..2, 0..3).columns(), 3);
    }
}
