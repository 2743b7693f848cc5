//! What adds up sums of kernel values.

/// The most rows that are evaluated together.
pub(crate) const ROWS: usize = 96;

/// What adds up the sums of rows; it keeps its memory from block to block.
pub(crate) trait RowSums {
    /// Adds to the `classes x outputs` sums of each row, and to the bounds (one for each class) how far each of a
    /// class's sums may be off, if that is known.
    fn add(&mut self, rows: &[u32], sums: &mut [f64], bounds: &mut [f64]);
}
