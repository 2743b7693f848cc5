//! From the values of pairs to one class.

use crate::decision::pairs::class_pairs;

/// Counts who wins pairs whose values may be off by the bounds of their two classes.
pub(crate) struct Votes<'a> {
    bounds: &'a [f64],
    /// Of each class: pairs won, won for certain, and pairs that may be won.
    counts: Vec<[u32; 3]>,
}

impl<'a> Votes<'a> {
    /// Of classes with these bounds.
    pub fn new(bounds: &'a [f64]) -> Self {
        Self { bounds, counts: vec![[0; 3]; bounds.len()] }
    }

    /// Counts the pair (a, b), in any order of pairs.
    #[inline]
    pub fn count(&mut self, a: usize, b: usize, value: f64) {
        let (winner, loser) = if value > 0.0 { (a, b) } else { (b, a) };
        let certain = value.abs() > self.bounds[a] + self.bounds[b];
        let won = &mut self.counts[winner];
        *won = [won[0] + 1, won[1] + u32::from(certain), won[2] + 1];
        self.counts[loser][2] += u32::from(!certain);
    }

    /// The class that wins most pairs, of equals the first, and whether no error within the bounds makes another win.
    pub fn decide(&self) -> (usize, bool) {
        let winner = largest(&self.counts.iter().map(|count| count[0]).collect::<Vec<_>>());
        let won = self.counts[winner][1];
        let beaten = |(class, &[_, _, most]): (usize, &[u32; 3])| {
            class == winner || won > most || (won == most && winner < class)
        };
        (winner, self.counts.iter().enumerate().all(beaten))
    }
}

/// The place of the largest of values that may each be off by a bound, and whether no such error makes another the
/// largest.
pub(crate) fn largest_within(values: &[f64], bound: f64) -> (usize, bool) {
    let best = largest(values);
    let beaten = |(place, value): (usize, &f64)| place == best || values[best] - value > 2.0 * bound;
    (best, values.iter().enumerate().all(beaten))
}

/// Votes, and added to them the sum of the values of a class's pairs, squeezed so that it only breaks ties: scikit-
/// learn's `_ovr_decision_function`.
pub(crate) fn break_ties_scores(values: impl Iterator<Item = f64>, classes: usize, scores: &mut [f64]) {
    let mut sums = vec![0.0; classes];
    scores.fill(0.0);
    for ((a, b), value) in class_pairs(classes).zip(values) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_is_certain_where_no_error_within_the_bounds_changes_the_winner() {
        // Pairs (0, 1), (0, 2), (1, 2): class 0 wins both of its own.
        let vote = |values: [f64; 3], bounds: [f64; 3]| {
            let mut votes = Votes::new(&bounds);
            class_pairs(3).zip(values).for_each(|((a, b), value)| votes.count(a, b, value));
            votes.decide()
        };
        let values = [0.5, 0.2, 0.1];
        assert_eq!(vote(values, [0.1, 0.0, 0.05]), (0, true));
        // The pair of the two others does not matter, nor one lost of a tie that the first wins.
        assert_eq!(vote(values, [0.0, 0.2, 0.1]), (0, true));
        assert_eq!(vote(values, [0.3, 0.0, 0.0]), (0, true));
        assert_eq!(vote(values, [0.6, 0.0, 0.0]), (0, false));
        assert_eq!(vote(values, [f64::NAN, 0.0, 0.0]), (0, false));
        // A circle: each wins one, and the first wins the tie, whatever is certain.
        assert_eq!(vote([0.5, -0.5, 0.5], [0.1; 3]), (0, true));
        assert_eq!(vote([0.5, -0.5, 0.5], [0.3; 3]), (0, false));
    }

    #[test]
    fn the_largest_is_certain_where_it_leads_by_twice_the_bound() {
        assert_eq!(largest_within(&[1.0, 3.0, 2.0], 0.4), (1, true));
        assert_eq!(largest_within(&[1.0, 3.0, 2.0], 0.5), (1, false));
    }
}
