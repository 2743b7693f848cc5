//! The kernel matrix of some samples, computed row by row on demand.

use pellucid_compute::Scalar;

/// A symmetric matrix whose rows can be computed in any order, and always with the same bits: K_ij = K_ji exactly.
pub(crate) trait Gram<T: Scalar>: Send + Sync {
    /// The number of samples.
    fn len(&self) -> usize;

    /// K_ii of every sample.
    fn diagonal(&self) -> Vec<T>;

    /// Writes the rows of `ids`, one after the other.
    fn rows(&self, ids: &[u32], out: &mut [T]);

    /// The matrix of some of these samples, in the order given.
    fn subset<'a>(&'a self, ids: &[u32]) -> Box<dyn Gram<T> + 'a>;

    /// How many rows at a time are computed efficiently.
    fn batch(&self) -> usize {
        1
    }
}
