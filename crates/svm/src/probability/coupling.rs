//! Probabilities of classes from those of pairs of classes.

use crate::decision::pairs::class_pairs;

/// The most passes over the classes; some tens are usual.
const MOST_SWEEPS: usize = 1000;

/// The probabilities p of the classes that agree best with r_ab, the probability of class a where it is a or b:
///
/// ```text
/// minimise  sum over a, b != a of (r_ba p_a - r_ab p_b)^2 = 2 p' Q p,   sum p = 1,   p >= 0
/// Q_aa = sum over b of r_ba^2,   Q_ab = -r_ba r_ab
/// ```
///
/// `pairs` gives r_ab of (0, 1), (0, 2), ..., (1, 2), ...; there are as many classes as `p` has room for.
///
/// Source: T.-F. Wu, C.-J. Lin, R. C. Weng, *Probability estimates for multi-class classification by pairwise
/// coupling*, JMLR 5, 2004: the second method, algorithm 2.
pub(crate) fn couple(pairs: impl Iterator<Item = f64>, p: &mut [f64]) {
    let classes = p.len();
    let mut q = vec![0.0; classes * classes];
    for ((a, b), r) in class_pairs(classes).zip(pairs) {
        let r = r.clamp(1e-7, 1.0 - 1e-7);
        let other = 1.0 - r;
        q[a * classes + a] += other * other;
        q[b * classes + b] += r * r;
        q[a * classes + b] = -r * other;
        q[b * classes + a] = -r * other;
    }
    // One coordinate after the other is set to where its share of the condition Q p = (p' Q p) 1 holds, and p is
    // brought back to a sum of 1.
    p.fill(1.0 / classes as f64);
    let mut sums = vec![0.0; classes];
    let tolerance = 1e-12 / classes as f64;
    for _ in 0..MOST_SWEEPS {
        for (sum, row) in sums.iter_mut().zip(q.chunks_exact(classes)) {
            *sum = row.iter().zip(&*p).map(|(q, p)| q * p).sum();
        }
        let mut square: f64 = p.iter().zip(&sums).map(|(p, sum)| p * sum).sum();
        if sums.iter().all(|sum| (sum - square).abs() < tolerance) {
            break;
        }
        for (t, row) in q.chunks_exact(classes).enumerate() {
            let step = (square - sums[t]) / row[t];
            let whole = 1.0 + step;
            square = (square + step * (step * row[t] + 2.0 * sums[t])) / (whole * whole);
            p[t] += step;
            for ((sum, p), q) in sums.iter_mut().zip(&mut *p).zip(row) {
                *sum = (*sum + step * q) / whole;
                *p /= whole;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consistent_pairs_give_the_probabilities_they_came_from() {
        let p = [0.5, 0.3, 0.15, 0.05];
        let mut found = [0.0; 4];
        couple(class_pairs(4).map(|(a, b)| p[a] / (p[a] + p[b])), &mut found);
        for (found, expected) in found.iter().zip(p) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn certain_pairs_leave_probabilities() {
        for pairs in [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]] {
            let mut p = [0.0; 3];
            couple(pairs.into_iter(), &mut p);
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-12 && p.iter().all(|&p| p >= 0.0), "{p:?}");
        }
    }
}
