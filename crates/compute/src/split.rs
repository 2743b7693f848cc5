//! Cutting the arguments of an operation into disjoint parts, one for each thread.

use std::ops::Range;

/// Something that can be cut in two at a row, such as a slice or a tuple of slices of equal length.
///
/// Mutable slices are cut into disjoint parts, which is what makes [`Pool::split`](crate::Pool::split) safe.
pub trait Split: Sized {
    /// Returns the rows before `mid`, and the rows from `mid` on.
    fn split_at(self, mid: usize) -> (Self, Self);
}

impl<T> Split for &[T] {
    fn split_at(self, mid: usize) -> (Self, Self) {
        <[T]>::split_at(self, mid)
    }
}

impl<T> Split for &mut [T] {
    fn split_at(self, mid: usize) -> (Self, Self) {
        self.split_at_mut(mid)
    }
}

/// The numbers of the rows, so that a part knows which it has.
impl Split for Range<usize> {
    fn split_at(self, mid: usize) -> (Self, Self) {
        let mid = self.start + mid;
        (self.start..mid, mid..self.end)
    }
}

/// A slice seen as rows of a fixed width: cut at row `mid`, it is cut at element `mid * width`.
#[derive(Clone, Copy, Debug)]
pub struct Rows<S>(
    /// The slice.
    pub S,
    /// The number of elements in a row.
    pub usize,
);

impl<S: Split> Split for Rows<S> {
    fn split_at(self, mid: usize) -> (Self, Self) {
        let (head, tail) = self.0.split_at(mid * self.1);
        (Self(head, self.1), Self(tail, self.1))
    }
}

macro_rules! split_tuple {
    ($($name:ident)+) => {
        impl<$($name: Split),+> Split for ($($name,)+) {
            #[allow(non_snake_case)]
            fn split_at(self, mid: usize) -> (Self, Self) {
                let ($($name,)+) = self;
                $(let $name = $name.split_at(mid);)+
                (($($name.0,)+), ($($name.1,)+))
            }
        }
    };
}
split_tuple!(A);
split_tuple!(A B);
split_tuple!(A B C);
split_tuple!(A B C D);
split_tuple!(A B C D E);
