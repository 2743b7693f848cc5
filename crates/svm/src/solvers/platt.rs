//! Sequential minimal optimisation as Platt published it.
//!
//! Passes over all variables alternate with passes over those between their bounds, until a pass over all changes
//! nothing. For each variable that violates the conditions of the optimum a partner is sought, in this order: the one
//! between its bounds whose error differs most, so that the step is likely to be long; all those between their
//! bounds; all; the last two from a place drawn by chance. The *error cache* holds the error of every variable, here
//! the gradient, so that no decision value is computed twice.
//!
//! Source: J. Platt, *Sequential minimal optimization: a fast algorithm for training support vector machines*,
//! MSR-TR-98-14, 1998. Pairs that violate, instead of one threshold b for all, are the improvement of Keerthi et al.,
//! *Improvements to Platt's SMO algorithm*, Neural Computation 13, 2001.

use std::ops::Range;

use pellucid_compute::{Scalar, Stream};

use crate::error::SvmError;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::row_cache::RowCache;
use crate::options::Options;
use crate::problem::dual::{Dual, Solution};
use crate::solvers::watch::Watch;

pub(crate) fn solve<T: Scalar>(
    dual: &Dual,
    gram: &dyn Gram<T>,
    options: &Options,
    cache: &mut RowCache<T>,
    watch: &Watch<'_>,
) -> Result<Solution, SvmError> {
    cache.reset(gram.len(), 1);
    let beta = dual.beta.clone();
    let gradient = dual.gradient(gram, &beta);
    let random = Stream::new(options.seed);
    let diagonal = gram.diagonal();
    let mut state =
        State { dual, gram, options, cache, watch, diagonal, beta, gradient, random, iterations: 0 };

    let mut all = true;
    loop {
        let mut changed = false;
        for i in 0..dual.variables() {
            if (all || state.is_free(i)) && !state.at_limit() {
                changed |= state.examine(i)?;
            }
        }
        match (all, changed) {
            _ if state.at_limit() => break,
            (true, false) => break,
            (true, true) => all = false,
            (false, changed) => all = !changed,
        }
    }
    let gap = dual.gap(&state.beta, &state.gradient);
    Ok(Solution { beta: state.beta, gradient: state.gradient, iterations: state.iterations, gap })
}

struct State<'a, T> {
    dual: &'a Dual,
    gram: &'a dyn Gram<T>,
    options: &'a Options,
    cache: &'a mut RowCache<T>,
    watch: &'a Watch<'a>,
    diagonal: Vec<T>,
    beta: Vec<f64>,
    /// The error cache.
    gradient: Vec<f64>,
    random: Stream,
    iterations: u64,
}

impl<T: Scalar> State<'_, T> {
    fn at_limit(&self) -> bool {
        self.iterations >= self.options.limit(self.dual.variables())
    }

    /// Strictly between its bounds.
    fn is_free(&self, v: usize) -> bool {
        self.beta[v] > self.dual.lower[v] && self.beta[v] < self.dual.upper[v]
    }

    /// Looks for a partner of `i` and takes the step; whether there was one.
    fn examine(&mut self, i: usize) -> Result<bool, SvmError> {
        let group = self.dual.group_of(i);
        let difference = |v: usize| (self.gradient[v] - self.gradient[i]).abs();
        let longest = group
            .clone()
            .filter(|&v| self.is_free(v))
            .max_by(|&a, &b| difference(a).total_cmp(&difference(b)));
        let begin = group.start + self.random.child(self.iterations).child(i as u64).index(group.len());
        let partner = longest
            .filter(|&j| self.pair(i, j).is_some())
            .or_else(|| around(&group, begin).find(|&j| self.is_free(j) && self.pair(i, j).is_some()))
            .or_else(|| around(&group, begin).find(|&j| self.pair(i, j).is_some()));
        match partner.and_then(|j| self.pair(i, j)) {
            Some(pair) => self.take_step(pair).map(|()| true),
            None => Ok(false),
        }
    }

    /// The two in the order raised, lowered, if they violate the conditions of the optimum.
    fn pair(&self, i: usize, j: usize) -> Option<(usize, usize)> {
        [(i, j), (j, i)].into_iter().find(|&(i, j)| {
            self.beta[i] < self.dual.upper[i]
                && self.beta[j] > self.dual.lower[j]
                && self.gradient[j] - self.gradient[i] > self.options.tolerance
        })
    }

    fn take_step(&mut self, (i, j): (usize, usize)) -> Result<(), SvmError> {
        let n = self.gram.len();
        let (row_i, row_j) = ((i % n) as u32, (j % n) as u32);
        if !self.cache.touch(row_i) {
            self.cache.fetch(self.gram, &[row_i], None);
        }
        if !self.cache.touch(row_j) {
            self.cache.fetch(self.gram, &[row_j], Some(row_i));
        }
        let (k_i, k_j) = (self.cache.row(row_i), self.cache.row(row_j));
        let curvature =
            self.diagonal[i % n].to_f64() + self.diagonal[j % n].to_f64() - 2.0 * k_i[j % n].to_f64();
        let step = self.dual.step(&mut self.beta, &self.gradient, (i, j), curvature);
        for half in self.gradient.chunks_exact_mut(n) {
            for (g, (k_i, k_j)) in half.iter_mut().zip(k_i.iter().zip(k_j)) {
                *g += step * (k_i.to_f64() - k_j.to_f64());
            }
        }
        self.iterations += 1;
        self.watch.iteration(self.iterations, (self.gradient[j] - self.gradient[i]).abs())
    }
}

/// A range from `begin` to its end, and then from its start.
fn around(range: &Range<usize>, begin: usize) -> impl Iterator<Item = usize> + use<> {
    (begin..range.end).chain(range.start..begin)
}
