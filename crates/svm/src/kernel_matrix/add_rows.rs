//! Sums of kernel rows, as vector code.

use pellucid_compute::vectorized;

/// Elements of a block, which stays in the nearest cache while all rows are added to it.
const BLOCK: usize = 128;

vectorized! {
    /// g += sum of step x row over some kernel rows, from a sample on.
    pub(crate) fn add_rows<T>(g: &mut [f64], rows: &[(&[T], f64)], first: usize) {
        for (block, g) in g.chunks_mut(BLOCK).enumerate() {
            let begin = first + block * BLOCK;
            for (row, step) in rows {
                for (g, k) in g.iter_mut().zip(&row[begin..]) {
                    *g += step * k.to_f64();
                }
            }
        }
    }
}
