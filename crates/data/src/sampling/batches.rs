//! How an epoch is cut into mini-batches.

use std::iter::FusedIterator;
use std::ops::Range;

/// Ranges that cut `0..n` into batches of `batch_size`, the last one smaller where it does not divide.
///
/// ```
/// use pellucid_data::Batches;
/// let batches: Vec<_> = Batches::new(10, 4).collect();
/// assert_eq!(batches, [0..4, 4..8, 8..10]);
/// assert_eq!(Batches::new(10, 4).len(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Batches {
    next: usize,
    n: usize,
    batch_size: usize,
}

impl Batches {
    /// Batches over `n` samples.
    ///
    /// # Panics
    /// Panics if `batch_size` is 0.
    #[inline]
    pub fn new(n: usize, batch_size: usize) -> Self {
        assert!(batch_size > 0, "a batch has at least one sample");
        Self { next: 0, n, batch_size }
    }
}

impl Iterator for Batches {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.next;
        if start >= self.n {
            return None;
        }
        self.next = start.saturating_add(self.batch_size).min(self.n);
        Some(start..self.next)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.n - self.next).div_ceil(self.batch_size);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches {}
impl FusedIterator for Batches {}
