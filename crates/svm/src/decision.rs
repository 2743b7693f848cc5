//! From the values of pairs to one class.

/// The votes of each class for values of the pairs (0, 1), (0, 2), ..., (1, 2), ....
pub(crate) fn votes(values: impl Iterator<Item = f64>, classes: usize, votes: &mut [u32]) {
    votes.fill(0);
    for ((a, b), value) in pairs(classes).zip(values) {
        votes[if value > 0.0 { a } else { b }] += 1;
    }
}

/// Votes, and added to them the sum of the values of a class's pairs, squeezed so that it only breaks ties: scikit-
/// learn's `_ovr_decision_function`.
pub(crate) fn break_ties_scores(values: impl Iterator<Item = f64>, classes: usize, scores: &mut [f64]) {
    let mut sums = vec![0.0; classes];
    scores.fill(0.0);
    for ((a, b), value) in pairs(classes).zip(values) {
        scores[if value > 0.0 { a } else { b }] += 1.0;
        sums[a] += value;
        sums[b] -= value;
    }
    for (score, sum) in scores.iter_mut().zip(sums) {
        *score += sum / (3.0 * (sum.abs() + 1.0));
    }
}

/// The place of the largest value, the first of equals; of pairs, as in LIBSVM.
pub(crate) fn largest<T: PartialOrd>(values: &[T]) -> usize {
    let mut best = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = at;
        }
    }
    best
}

/// (0, 1), (0, 2), ..., (1, 2), ...
pub(crate) fn pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |a| (a + 1..classes).map(move |b| (a, b)))
}

/// Where a pair stands in that order.
pub(crate) fn pair_index(a: usize, b: usize, classes: usize) -> usize {
    let (a, b) = (a.min(b), a.max(b));
    a * (2 * classes - a - 1) / 2 + b - a - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_by_their_classes() {
        for classes in 0..9 {
            for (index, (a, b)) in pairs(classes).enumerate() {
                assert_eq!((pair_index(a, b, classes), pair_index(b, a, classes)), (index, index));
            }
        }
    }
}
