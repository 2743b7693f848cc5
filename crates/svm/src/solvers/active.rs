//! The variables that the fast solver iterates over, and the iteration.

use std::ops::Range;

use pellucid_compute::Scalar;

use super::select::{self, Partner};
use crate::SvmError;
use crate::cache::RowCache;
use crate::dual::Dual;
use crate::gram::Gram;
use crate::watch::Watch;

/// The rows that are computed together at first. Measured with MNIST's pairs of classes: always 32 compute twice as many
/// rows as are needed, and single rows take twice the time.
const FIRST_BATCH: usize = 4;

/// Variables of a group whose samples lie side by side.
#[derive(Clone, Debug)]
struct Piece {
    group: usize,
    variables: Range<usize>,
    /// The sample of the first.
    sample: usize,
}

/// The variables that are iterated over.
pub(super) struct Active<T> {
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
pub(super) struct Outcome {
    pub optimal: bool,
    pub gap: f64,
    /// Of each group, the least gradient that may be raised and the greatest that may be lowered.
    pub extremes: [(f64, f64); 2],
}

impl<T: Scalar> Active<T> {
    pub fn new(dual: &Dual, gram: &dyn Gram<T>, beta: Vec<f64>, gradient: Vec<f64>) -> Self {
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
    pub fn iterate(
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
                let rows =
                    self.violators(row_i, None, (least, extremes[group].1), group, cache, gram.batch());
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
                let rows = self.violators(
                    row_j,
                    Some(row_i),
                    (least, extremes[group].1),
                    group,
                    cache,
                    gram.batch(),
                );
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

    /// How many samples are active.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// How far the variables are from the optimum.
    pub fn outcome(&self, tolerance: f64) -> Outcome {
        let mut extremes = [(f64::INFINITY, f64::NEG_INFINITY); 2];
        let least = self.least();
        for piece in &self.pieces {
            let range = piece.variables.clone();
            let greatest = select::greatest(&self.gradient[range.clone()], &self.fall[range]);
            extremes[piece.group] = (least[piece.group].0, extremes[piece.group].1.max(greatest));
        }
        let gap = extremes.iter().map(|(least, greatest)| greatest - least).fold(0.0, f64::max);
        Outcome { optimal: gap <= tolerance, gap, extremes }
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
        let pieces = || self.pieces.iter().filter(|piece| piece.group == group);
        let greatest = if greatest.is_finite() {
            greatest
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

    /// Takes over the values of a restricted problem; returns which of the samples have moved, and by how much.
    pub fn take(&mut self, part: &Self, samples: &[u32]) -> Vec<(u32, f64)> {
        let mut steps: Vec<(u32, f64)> = samples.iter().map(|&sample| (sample, 0.0)).collect();
        for (at, (&v, &beta)) in part.original.iter().zip(&part.beta).enumerate() {
            let v = v as usize;
            steps[at % samples.len()].1 += beta - self.beta[v];
            (self.beta[v], self.raise[v], self.fall[v]) = (beta, part.raise[at], part.fall[at]);
        }
        steps.retain(|&(_, step)| step != 0.0);
        steps
    }

    /// Brings the gradient up to date after steps of the samples with these kernel rows.
    pub fn add(&mut self, rows: &[(&[T], f64)]) {
        for piece in &self.pieces {
            select::add(&mut self.gradient[piece.variables.clone()], rows, piece.sample);
        }
    }

    /// Which samples lie at bounds that no violating pair can pull them from.
    pub fn shrinkable(&self, extremes: &[(f64, f64); 2]) -> Vec<bool> {
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

    /// The same problem with all samples but some fixed where they are. Its variables are numbered within this one.
    pub fn restricted(&self, samples: &[u32]) -> Self {
        let halves = 0..self.beta.len() / self.samples;
        let variables =
            halves.flat_map(|half| samples.iter().map(move |&s| (half * self.samples) as u32 + s));
        let variables: Vec<u32> = variables.collect();
        let pick = |from: &[f64]| variables.iter().map(|&v| from[v as usize]).collect();
        let mut part = Self {
            samples: samples.len(),
            second_group: variables.iter().filter(|&&v| (v as usize) < self.second_group).count(),
            pieces: Vec::new(),
            whole: Vec::new(),
            lower: pick(&self.lower),
            upper: pick(&self.upper),
            beta: pick(&self.beta),
            gradient: pick(&self.gradient),
            raise: Vec::new(),
            fall: Vec::new(),
            diagonal: samples.iter().map(|&s| self.diagonal[s as usize]).collect(),
            original: variables,
        };
        part.arrange();
        part
    }

    /// Keeps some samples only.
    pub fn compact(&mut self, stay: &[u32]) {
        for (&v, &beta) in self.original.iter().zip(&self.beta) {
            self.whole[v as usize] = beta;
        }
        let mut part = self.restricted(stay);
        part.original.iter_mut().for_each(|v| *v = self.original[*v as usize]);
        part.whole = std::mem::take(&mut self.whole);
        *self = part;
    }

    /// The values and gradient of all variables of the whole problem.
    pub fn expand(
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
