//! The variables that the fast solver iterates over, and the iteration.

use std::ops::Range;

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::kernel_matrix::add_rows::add_rows;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::row_cache::RowCache;
use crate::problem::dual::Dual;
use crate::problem::pair_step::pair_step;
use crate::solvers::select;
use crate::solvers::select::Partner;
use crate::solvers::watch::Watch;

/// Variables of a group whose samples lie side by side.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub group: usize,
    pub variables: Range<usize>,
    /// The sample of the first.
    pub sample: usize,
}

/// The variables that are iterated over.
pub(super) struct Active<T> {
    pub(super) samples: usize,
    second_group: usize,
    pub(super) pieces: Vec<Piece>,
    /// For each active variable, which it is of the whole problem.
    original: Vec<u32>,
    whole: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    beta: Vec<f64>,
    pub(super) gradient: Vec<f64>,
    /// 0, or infinite where a variable may not be raised.
    pub(super) raise: Vec<T>,
    /// 0, or negative infinite where a variable may not be lowered.
    pub(super) fall: Vec<T>,
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
            // Not a number: whoever asked looks at the gradient.
            if gap.is_nan() {
                return Ok(Outcome { optimal: true, gap, extremes });
            }
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
        let extremes = self.extremes(&self.least());
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

    /// The greatest gradient of each group that may be lowered.
    pub(super) fn greatest(&self) -> [f64; 2] {
        let mut found = [f64::NEG_INFINITY; 2];
        for piece in &self.pieces {
            let range = piece.variables.clone();
            let greatest = select::greatest(&self.gradient[range.clone()], &self.fall[range]);
            found[piece.group] = found[piece.group].max(greatest);
        }
        found
    }

    /// Of each group, the least gradient that may be raised and the greatest that may be lowered.
    fn extremes(&self, raised: &[(f64, usize); 2]) -> [(f64, f64); 2] {
        let greatest = self.greatest();
        std::array::from_fn(|group| (raised[group].0, greatest[group]))
    }

    /// The group with the larger gap; where there is one group, no pass is needed to know.
    fn group_to_move(&self, raised: &[(f64, usize); 2], extremes: &mut [(f64, f64); 2]) -> usize {
        if self.second_group == 0 || self.second_group >= self.beta.len() {
            return usize::from(self.second_group == 0);
        }
        *extremes = self.extremes(raised);
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
        let step = pair_step(
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
            add_rows(&mut self.gradient[piece.variables.clone()], rows, piece.sample);
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
