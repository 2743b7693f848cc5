//! From the values of pairs to one class.

/// The class that wins most pairs; of equals the first, as in LIBSVM.
pub(crate) fn vote(values: &[f64], classes: usize) -> usize {
    let mut votes = vec![0.0; classes];
    for ((a, b), value) in pairs(classes).zip(values) {
        votes[if *value > 0.0 { a } else { b }] += 1.0;
    }
    largest(&votes)
}

/// Votes, and added to them the sum of the values of a class's pairs, squeezed so that it only breaks ties: scikit-
/// learn's `_ovr_decision_function`.
pub(crate) fn break_ties_scores(values: &[f64], classes: usize) -> Vec<f64> {
    let (mut votes, mut sums) = (vec![0.0; classes], vec![0.0; classes]);
    for ((a, b), value) in pairs(classes).zip(values) {
        votes[if *value > 0.0 { a } else { b }] += 1.0;
        sums[a] += value;
        sums[b] -= value;
    }
    votes
        .iter()
        .zip(&sums)
        .map(|(votes, sum): (&f64, &f64)| votes + sum / (3.0 * (sum.abs() + 1.0)))
        .collect()
}

/// The place of the largest value, the first of equals.
pub(crate) fn largest(values: &[f64]) -> usize {
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
