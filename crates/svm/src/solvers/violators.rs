//! The samples that violate the KKT conditions most: their rows are computed ahead, and they form working sets.

use pellucid_compute::Scalar;

use crate::kernel_matrix::row_cache::RowCache;
use crate::solvers::active::Active;
use crate::solvers::select;

/// The rows that are computed together at first: more compute rows in vain, fewer make smaller products
/// (`docs/performance.md`).
const FIRST_BATCH: usize = 4;

impl<T: Scalar> Active<T> {
    /// The sample `first`, and others that violate most and whose rows are missing, as many as are computed at once.
    pub fn violators(
        &self,
        first: u32,
        keep: Option<u32>,
        (least, greatest): (f64, f64),
        group: usize,
        cache: &RowCache<T>,
        batch: usize,
    ) -> Vec<u32> {
        // Guesses improve as the solution takes shape; wrong ones cost a row each.
        let count = batch.min(cache.batch()).min(FIRST_BATCH.max(cache.len() / 16));
        let mut rows = vec![first];
        if count < 2 {
            return rows;
        }
        let greatest = if greatest.is_finite() { greatest } else { self.greatest()[group] };
        // Those that violate most, the most first.
        let mut worst: Vec<(f64, u32)> = Vec::with_capacity(count);
        let mut violations = vec![0.0; self.samples];
        for piece in self.pieces.iter().filter(|piece| piece.group == group) {
            let range = piece.variables.clone();
            let (g, raise, fall) =
                (&self.gradient[range.clone()], &self.raise[range.clone()], &self.fall[range]);
            let violations = &mut violations[..g.len()];
            select::violations(g, raise, fall, least, greatest, violations);
            for (&violation, sample) in violations.iter().zip(piece.sample as u32..) {
                let bar = if worst.len() < count - 1 { 0.0 } else { worst[count - 2].0 };
                if violation <= bar || sample == first || Some(sample) == keep || cache.contains(sample) {
                    continue;
                }
                worst.retain(|&(other, at)| at != sample || other > violation);
                if !worst.iter().any(|&(_, at)| at == sample) {
                    worst.truncate(count - 2);
                    worst
                        .insert(worst.partition_point(|&(other, _)| other >= violation), (violation, sample));
                }
            }
        }
        rows.extend(worst.iter().map(|&(_, sample)| sample));
        rows
    }

    /// Up to `count` samples: half those that should be raised most, half those that should be lowered most, but none
    /// of the `others`.
    pub fn most_violating(&self, count: usize, extremes: &[(f64, f64); 2], others: &[u32]) -> Vec<u32> {
        let mut free = vec![true; self.samples];
        for &other in others {
            free[other as usize] = false;
        }
        let mut chosen = Vec::with_capacity(count);
        for (up, room) in [(true, count / 2), (false, count)] {
            let mut candidates = Vec::new();
            for piece in &self.pieces {
                let (least, greatest) = extremes[piece.group];
                for (v, sample) in piece.variables.clone().zip(piece.sample..) {
                    let violation = if up { greatest - self.gradient[v] } else { self.gradient[v] - least };
                    let may = if up { self.raise[v] } else { self.fall[v] } == T::ZERO;
                    if may && violation > 0.0 && free[sample] {
                        candidates.push((violation, sample as u32));
                    }
                }
            }
            let room = room - chosen.len();
            let order = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
            if candidates.len() > room {
                candidates.select_nth_unstable_by(room, order);
                candidates.truncate(room);
            }
            candidates.sort_unstable_by(order);
            for (_, sample) in candidates {
                if std::mem::take(&mut free[sample as usize]) {
                    chosen.push(sample);
                }
            }
        }
        chosen
    }
}
