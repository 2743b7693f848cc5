//! What must hold of a kernel matrix that the user computed.

use crate::error::SvmError;
use crate::input::samples::Samples;

/// How far K_ij and K_ji may be from one another, as a share of sqrt(K_ii K_jj), the most that either can be.
const ASYMMETRY: f64 = 1e-6;

/// A precomputed kernel of the training samples: square and symmetric.
///
/// An entry is judged against the diagonal: where K_ii and K_jj are 1000, entries of 0.01 carry the rounding of inner
/// products of vectors of that length. In a matrix that is no inner product, entries may exceed the diagonal; those
/// are judged by themselves.
pub(crate) fn check_table(table: &Samples<'_>) -> Result<(), SvmError> {
    let (rows, columns) = (table.rows(), table.columns());
    if rows != columns {
        let found = format!("{rows} x {columns}");
        return Err(SvmError::input("precomputed kernel", "a square matrix of the training samples", found));
    }
    let roots: Vec<f64> = (0..rows).map(|i| table.number(i, i).abs().sqrt()).collect();
    for i in 0..rows {
        let mut bad = None;
        // An entry that is not stored is zero, and is looked at from the other side.
        table.for_each(i, |j, one| {
            let other = table.number(j, i);
            let size = (roots[i] * roots[j]).max(one.abs()).max(other.abs());
            if bad.is_none() && (one - other).abs() > ASYMMETRY * size {
                bad = Some((j, one, other));
            }
        });
        if let Some((j, one, other)) = bad {
            let (i, j) = (i + 1, j + 1);
            let found = format!("K({i}, {j}) = {one} and K({j}, {i}) = {other} (samples count from 1)");
            return Err(SvmError::input("precomputed kernel", "a symmetric matrix", found));
        }
    }
    Ok(())
}
