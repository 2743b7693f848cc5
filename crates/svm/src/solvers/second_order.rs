//! Sequential minimal optimisation with second-order working sets: the fast solver.
//!
//! An iteration is two passes over the active variables. The first brings the gradient up to date with the last step
//! and finds the variable i whose gradient is least among those that may be raised. The second finds its partner j.
//! Kernel rows are cached; a row that is missing is computed together with those of the variables that violate the
//! conditions of the optimum most, which are likely to be needed next, as one matrix product.
//!
//! *Shrinking*: a sample all of whose variables lie at a bound and are pushed against it harder than any violating
//! pair could pull is set aside. The problem is compacted when a fifth of the active samples can go; the gradient of
//! the others is computed anew when the rest has reached the tolerance, and the work goes on with all if it must.
//!
//! Sources: R.-E. Fan, P.-H. Chen, C.-J. Lin, *Working set selection using second order information*, JMLR 6, 2005;
//! T. Joachims, *Making large-scale SVM learning practical*, 1999; C.-C. Chang, C.-J. Lin, *LIBSVM*, 2011.

use std::ops::Range;

use pellucid_compute::Scalar;

use super::select::{self, Partner};
use crate::cache::RowCache;
use crate::dual::{Dual, Solution};
use crate::gram::Gram;
use crate::watch::Watch;
use crate::{Options, SvmError};

/// Iterations between two attempts to shrink.
const SHRINK_EVERY: u64 = 1000;

/// The rows that are computed together at first. Measured with MNIST's pairs of classes: always 32 compute twice as many
/// rows as are needed, and single rows take twice the time.
const FIRST_BATCH: usize = 4;

pub(crate) fn solve<T: Scalar>(
    dual: &Dual,
    gram: &dyn Gram<T>,
    options: &Options,
    cache: &mut RowCache<T>,
    watch: &Watch<'_>,
) -> Result<Solution, SvmError> {
    let mut beta = dual.beta.clone();
    let mut gradient = dual.gradient(gram, &beta);
    let (mut iterations, limit) = (0, options.limit(dual.variables()));
    let shrink_every = SHRINK_EVERY.min(dual.variables() as u64).max(1);

    loop {
        // All samples are active.
        let mut active = Active::new(dual, gram, beta, gradient);
        cache.reset(gram.len(), gram.batch());
        let mut kept: Vec<u32> = (0..gram.len() as u32).collect();
        let mut part: Option<Box<dyn Gram<T> + '_>> = None;
        let gap = loop {
            let matrix = part.as_deref().unwrap_or(gram);
            let until = if options.shrinking { iterations + shrink_every } else { u64::MAX };
            let outcome =
                active.iterate(matrix, options.tolerance, cache, &mut iterations, until.min(limit), watch)?;
            if outcome.optimal || iterations >= limit {
                break outcome.gap;
            }
            let going = active.shrinkable(&outcome.extremes);
            if 5 * going.iter().filter(|&&goes| goes).count() >= going.len() {
                let stay: Vec<u32> = (0..going.len() as u32).filter(|&s| !going[s as usize]).collect();
                if stay.is_empty() {
                    break outcome.gap;
                }
                active.compact(&stay);
                cache.compact(&stay);
                kept = stay.iter().map(|&s| kept[s as usize]).collect();
                part = Some(gram.subset(&kept));
            }
        };
        let complete = part.is_none();
        (beta, gradient) = active.expand(dual, gram, &kept, complete);
        let whole_gap = if complete { gap } else { dual.gap(&beta, &gradient) };
        if complete || whole_gap <= options.tolerance || iterations >= limit {
            return Ok(Solution { beta, gradient, iterations, gap: whole_gap.max(0.0) });
        }
    }
}

/// Variables of a group whose samples lie side by side.
#[derive(Clone, Debug)]
struct Piece {
    group: usize,
    variables: Range<usize>,
    /// The sample of the first.
    sample: usize,
}

/// The variables that are iterated over.
struct Active<T> {
    samples: usize,
    second_group: usize,
    pieces: Vec<Piece>,
    /// For each active variable, which it is of the whole problem.
    original: Vec<u32>,
    whole: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    beta: Vec<f64>,
    gradient: Vec<f64>,
    /// 0, or infinite where a variable may not be raised.
    raise: Vec<T>,
    /// 0, or negative infinite where a variable may not be lowered.
    fall: Vec<T>,
    diagonal: Vec<T>,
}

/// Why iterating ended.
struct Outcome {
    optimal: bool,
    gap: f64,
    /// Of each group, the least gradient that may be raised and the greatest that may be lowered.
    extremes: [(f64, f64); 2],
}

impl<T: Scalar> Active<T> {
    fn new(dual: &Dual, gram: &dyn Gram<T>, beta: Vec<f64>, gradient: Vec<f64>) -> Self {
        let mut active = Self {
            samples: gram.len(),
            second_group: dual.second_group,
            pieces: Vec::new(),
            original: (0..dual.variables() as u32).collect(),
            whole: beta.clone(),
            lower: dual.lower.clone(),
            upper: dual.upper.clone(),
            beta,
            gradient,
            raise: Vec::new(),
            fall: Vec::new(),
            diagonal: gram.diagonal(),
        };
        active.arrange();
        active
    }

    /// Sets what follows from the bounds and the groups.
    fn arrange(&mut self) {
        let infinite = T::ONE / T::ZERO;
        let penalty = |may: bool, infinite: T| if may { T::ZERO } else { infinite };
        self.raise = self.beta.iter().zip(&self.upper).map(|(b, u)| penalty(b < u, infinite)).collect();
        self.fall = self.beta.iter().zip(&self.lower).map(|(b, l)| penalty(b > l, -infinite)).collect();
        let variables = self.beta.len();
        let mut cuts: Vec<usize> = (0..=variables / self.samples).map(|half| half * self.samples).collect();
        cuts.push(self.second_group);
        cuts.sort_unstable();
        cuts.dedup();
        self.pieces = cuts
            .windows(2)
            .map(|cut| Piece {
                group: usize::from(cut[0] >= self.second_group),
                variables: cut[0]..cut[1],
                sample: cut[0] % self.samples,
            })
            .collect();
    }

    /// Iterates until the optimum is reached to within the tolerance, or `until` iterations are done.
    fn iterate(
        &mut self,
        gram: &dyn Gram<T>,
        tolerance: f64,
        cache: &mut RowCache<T>,
        iterations: &mut u64,
        until: u64,
        watch: &Watch<'_>,
    ) -> Result<Outcome, SvmError> {
        let mut raised = self.least();
        loop {
            let mut extremes = [(f64::INFINITY, f64::NEG_INFINITY); 2];
            let group = self.group_to_move(&raised, &mut extremes);
            let (least, i) = raised[group];
            if least.is_infinite() {
                return Ok(Outcome { optimal: true, gap: 0.0, extremes });
            }
            let row_i = self.sample_of(i);
            if !cache.touch(row_i) {
                let rows = self.violators(row_i, None, least, &extremes, group, cache);
                cache.fetch(gram, &rows, None);
            }
            let partner = self.partner(group, cache.row(row_i), i, least);
            extremes[group] = (least, partner.greatest);
            let gap = partner.greatest - least;
            if gap <= tolerance || *iterations >= until {
                return Ok(Outcome { optimal: gap <= tolerance, gap: gap.max(0.0), extremes });
            }
            let j = partner.index;
            let row_j = self.sample_of(j);
            if !cache.touch(row_j) {
                let rows = self.violators(row_j, Some(row_i), least, &extremes, group, cache);
                cache.fetch(gram, &rows, Some(row_i));
            }

            let (k_i, k_j) = (cache.row(row_i), cache.row(row_j));
            let step = self.step(i, j, k_i[row_j as usize]);
            raised = self.update(k_i, k_j, step);
            *iterations += 1;
            watch.iteration(*iterations, gap)?;
        }
    }

    fn sample_of(&self, variable: usize) -> u32 {
        (variable % self.samples) as u32
    }

    /// The least gradient of each group that may be raised.
    fn least(&self) -> [(f64, usize); 2] {
        let mut found = [(f64::INFINITY, 0); 2];
        for piece in &self.pieces {
            let range = piece.variables.clone();
            let (least, at) = select::least(&self.gradient[range.clone()], &self.raise[range.clone()]);
            if least < found[piece.group].0 {
                found[piece.group] = (least, range.start + at);
            }
        }
        found
    }

    /// The group with the larger gap; where there is one group, no pass is needed to know.
    fn group_to_move(&self, raised: &[(f64, usize); 2], extremes: &mut [(f64, f64); 2]) -> usize {
        if self.second_group == 0 || self.second_group >= self.beta.len() {
            return usize::from(self.second_group == 0);
        }
        for piece in &self.pieces {
            let range = piece.variables.clone();
            let greatest = select::greatest(&self.gradient[range.clone()], &self.fall[range]);
            extremes[piece.group].1 = extremes[piece.group].1.max(greatest);
        }
        for (extreme, (least, _)) in extremes.iter_mut().zip(raised) {
            extreme.0 = *least;
        }
        let gap = |group: usize| extremes[group].1 - extremes[group].0;
        usize::from(gap(1) > gap(0))
    }

    /// The partner of variable `i` in a group.
    fn partner(&self, group: usize, k_i: &[T], i: usize, least: f64) -> Partner<T> {
        let own = self.diagonal[i % self.samples];
        let mut best = Partner { index: i, gain: -T::ONE, greatest: f64::NEG_INFINITY };
        for piece in self.pieces.iter().filter(|piece| piece.group == group) {
            let range = piece.variables.clone();
            let samples = piece.sample..piece.sample + range.len();
            let (g, fall) = (&self.gradient[range.clone()], &self.fall[range.clone()]);
            let found = select::partner(g, fall, &k_i[samples.clone()], &self.diagonal[samples], own, least);
            best.greatest = best.greatest.max(found.greatest);
            if found.gain > best.gain {
                best = Partner { index: range.start + found.index, gain: found.gain, ..best };
            }
        }
        best
    }

    /// Moves a pair, and notes which of the two may still be raised or lowered.
    fn step(&mut self, i: usize, j: usize, k_ij: T) -> f64 {
        let own = |v: usize| self.diagonal[v % self.samples].to_f64();
        let curvature = own(i) + own(j) - 2.0 * k_ij.to_f64();
        let mut pair = [self.beta[i], self.beta[j]];
        let step = crate::dual::pair_step(
            &mut pair,
            self.gradient[j] - self.gradient[i],
            (self.upper[i], self.lower[j]),
            curvature,
        );
        let infinite = T::ONE / T::ZERO;
        for (v, beta) in [i, j].into_iter().zip(pair) {
            self.beta[v] = beta;
            self.raise[v] = if beta < self.upper[v] { T::ZERO } else { infinite };
            self.fall[v] = if beta > self.lower[v] { T::ZERO } else { -infinite };
        }
        step
    }

    /// Brings the gradient up to date, and finds the least as [`Self::least`].
    fn update(&mut self, k_i: &[T], k_j: &[T], step: f64) -> [(f64, usize); 2] {
        let mut found = [(f64::INFINITY, 0); 2];
        for piece in &self.pieces {
            let range = piece.variables.clone();
            let samples = piece.sample..piece.sample + range.len();
            let g = &mut self.gradient[range.clone()];
            let (least, at) =
                select::update(g, &k_i[samples.clone()], &k_j[samples], step, &self.raise[range.clone()]);
            if least < found[piece.group].0 {
                found[piece.group] = (least, range.start + at);
            }
        }
        found
    }

    /// The sample `first`, and others that violate most and whose rows are missing, as many as are computed at once.
    fn violators(
        &self,
        first: u32,
        keep: Option<u32>,
        least: f64,
        extremes: &[(f64, f64); 2],
        group: usize,
        cache: &RowCache<T>,
    ) -> Vec<u32> {
        // Guesses improve as the solution takes shape; wrong ones cost a row each.
        let count = cache.batch().min(FIRST_BATCH.max(cache.len() / 16));
        let mut rows = vec![first];
        if count < 2 {
            return rows;
        }
        let pieces = || self.pieces.iter().filter(|piece| piece.group == group);
        let greatest = if extremes[group].1.is_finite() {
            extremes[group].1
        } else {
            let greatest =
                |range: Range<usize>| select::greatest(&self.gradient[range.clone()], &self.fall[range]);
            pieces().map(|piece| greatest(piece.variables.clone())).fold(f64::NEG_INFINITY, f64::max)
        };
        // Those that violate most, the most first.
        let mut worst: Vec<(f64, u32)> = Vec::with_capacity(count);
        let mut violations = vec![0.0; self.samples];
        for piece in pieces() {
            let (range, low, high) = (piece.variables.clone(), least, greatest);
            let (g, raise, fall) =
                (&self.gradient[range.clone()], &self.raise[range.clone()], &self.fall[range]);
            let violations = &mut violations[..g.len()];
            select::violations(g, raise, fall, low, high, violations);
            for (&violation, sample) in violations.iter().zip(piece.sample as u32..) {
                let least = if worst.len() < count - 1 { 0.0 } else { worst[count - 2].0 };
                if violation <= least || sample == first || Some(sample) == keep || cache.contains(sample) {
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

    /// Which samples lie at bounds that no violating pair can pull them from.
    fn shrinkable(&self, extremes: &[(f64, f64); 2]) -> Vec<bool> {
        let mut goes = vec![true; self.samples];
        for piece in &self.pieces {
            let (least, greatest) = extremes[piece.group];
            for v in piece.variables.clone() {
                let g = self.gradient[v];
                let stays_up = self.raise[v] != T::ZERO && g < least;
                let stays_down = self.fall[v] != T::ZERO && g > greatest;
                let fixed = self.raise[v] != T::ZERO && self.fall[v] != T::ZERO;
                goes[v % self.samples] &= stays_up || stays_down || fixed;
            }
        }
        goes
    }

    /// Keeps some samples only.
    fn compact(&mut self, stay: &[u32]) {
        for (&v, &beta) in self.original.iter().zip(&self.beta) {
            self.whole[v as usize] = beta;
        }
        let halves = self.beta.len() / self.samples;
        let variables: Vec<usize> = (0..halves)
            .flat_map(|half| stay.iter().map(move |&s| (half, s as usize)))
            .map(|(half, s)| half * self.samples + s)
            .collect();
        let second_group = variables.iter().filter(|&&v| v < self.second_group).count();
        pick(&mut self.original, &variables);
        for numbers in [&mut self.lower, &mut self.upper, &mut self.beta, &mut self.gradient] {
            pick(numbers, &variables);
        }
        self.diagonal = stay.iter().map(|&s| self.diagonal[s as usize]).collect();
        (self.samples, self.second_group) = (stay.len(), second_group);
        self.arrange();
    }

    /// The values and gradient of all variables of the whole problem.
    fn expand(
        mut self,
        dual: &Dual,
        gram: &dyn Gram<T>,
        kept: &[u32],
        complete: bool,
    ) -> (Vec<f64>, Vec<f64>) {
        if complete {
            return (self.beta, self.gradient);
        }
        for (&v, &beta) in self.original.iter().zip(&self.beta) {
            self.whole[v as usize] = beta;
        }
        debug_assert_eq!(kept.len(), self.samples);
        let gradient = dual.gradient(gram, &self.whole);
        (self.whole, gradient)
    }
}

fn pick<V: Copy>(from: &mut Vec<V>, at: &[usize]) {
    *from = at.iter().map(|&v| from[v]).collect();
}
