//! The optimisation problem behind all five formulations.
//!
//! LIBSVM writes the dual in alpha >= 0 and labels y. With beta_v = y_v alpha_v, signs disappear:
//!
//! ```text
//! minimise    1/2 beta' K beta + q' beta
//! subject to  sum of beta over each group is fixed,   lower_v <= beta_v <= upper_v
//! ```
//!
//! The gradient is g = K beta + q. A pair (i, j) of a group, beta_i raised and beta_j lowered by the same step, can
//! improve the objective if beta_i < upper_i, beta_j > lower_j and g_i < g_j. At the optimum no pair can: the *KKT
//! gap* max g_j - min g_i over such pairs is not above zero. Then each group has a level rho with g_v = rho for all
//! v strictly between their bounds.
//!
//! A variable belongs to a sample; in regression each sample has two, the second half of the variables.

use pellucid_compute::Scalar;

use crate::kernel_matrix::add_rows::add_rows;
use crate::kernel_matrix::gram::Gram;
use crate::problem::pair_step::pair_step;

/// Kernel rows that the gradient is computed from at a time: the samples pass by once for all of them.
const BATCH: usize = 64;

/// A problem, and a point that meets its constraints.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dual {
    /// The linear term q.
    pub linear: Vec<f64>,
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
    /// Where the second group begins; the number of variables where there is one group only.
    pub second_group: usize,
    /// The point to start from.
    pub beta: Vec<f64>,
}

/// The optimum to within a tolerance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Solution {
    pub beta: Vec<f64>,
    /// The gradient of every variable.
    pub gradient: Vec<f64>,
    pub iterations: u64,
    pub gap: f64,
}

impl Dual {
    pub fn variables(&self) -> usize {
        self.linear.len()
    }

    /// The variables of each group.
    pub fn groups(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (second, end) = (self.second_group, self.variables());
        [0..second, second..end].into_iter().filter(|group| !group.is_empty())
    }

    /// The variables of the group that a variable belongs to.
    pub fn group_of(&self, v: usize) -> std::ops::Range<usize> {
        if v < self.second_group { 0..self.second_group } else { self.second_group..self.variables() }
    }

    /// The largest magnitude of a bound.
    pub fn largest_bound(&self) -> f64 {
        self.lower.iter().zip(&self.upper).fold(0.0, |largest: f64, (l, u)| largest.max(-l).max(*u))
    }

    /// The largest sum of |beta| that the bounds and the fixed sums allow.
    pub fn reach(&self) -> f64 {
        let of_group = |group: std::ops::Range<usize>| {
            let fixed: f64 = self.beta[group.clone()].iter().sum();
            let (up, down): (f64, f64) =
                (self.upper[group.clone()].iter().sum(), -self.lower[group].iter().sum::<f64>());
            // What can be added on both sides of zero.
            let pairs = if fixed < 0.0 { up.min(down + fixed) } else { down.min(up - fixed) };
            fixed.abs() + 2.0 * pairs.max(0.0)
        };
        self.groups().map(of_group).sum()
    }

    /// K beta + q.
    pub fn gradient<T: Scalar>(&self, gram: &dyn Gram<T>, beta: &[f64]) -> Vec<f64> {
        let samples = gram.len();
        let mut products = vec![0.0; samples];
        let coefficients = sample_coefficients(beta, samples);
        let ids: Vec<u32> = (0..samples as u32).filter(|&id| coefficients[id as usize] != 0.0).collect();
        let mut rows = vec![T::ZERO; BATCH.min(ids.len()) * samples];
        for ids in ids.chunks(BATCH) {
            gram.rows(ids, &mut rows);
            let steps = ids.iter().map(|&id| coefficients[id as usize]);
            let steps: Vec<(&[T], f64)> = rows.chunks_exact(samples).zip(steps).collect();
            add_rows(&mut products, &steps, 0);
        }
        self.linear.iter().enumerate().map(|(v, q)| products[v % samples] + q).collect()
    }

    /// 1/2 beta' K beta + q' beta = 1/2 sum beta (g + q).
    pub fn objective(&self, beta: &[f64], gradient: &[f64]) -> f64 {
        beta.iter().zip(gradient.iter().zip(&self.linear)).map(|(b, (g, q))| b * (g + q)).sum::<f64>() / 2.0
    }

    /// The KKT gap, the largest of all groups; 0 where no pair is left to move.
    pub fn gap(&self, beta: &[f64], gradient: &[f64]) -> f64 {
        let gap = |group: std::ops::Range<usize>| {
            let (low, high) = self.extremes(group, beta, gradient);
            high - low
        };
        // A gradient that is not a number is not at the optimum.
        if gradient.iter().any(|g| g.is_nan()) {
            return f64::NAN;
        }
        self.groups().map(gap).fold(0.0, f64::max)
    }

    /// The least gradient of what can be raised and the greatest of what can be lowered.
    fn extremes(&self, group: std::ops::Range<usize>, beta: &[f64], gradient: &[f64]) -> (f64, f64) {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in group {
            if beta[v] < self.upper[v] {
                low = low.min(gradient[v]);
            }
            if beta[v] > self.lower[v] {
                high = high.max(gradient[v]);
            }
        }
        (low, high)
    }

    /// The level rho of each group: the mean gradient of the variables between their bounds, or the middle of what
    /// the bounds allow.
    pub fn levels(&self, beta: &[f64], gradient: &[f64]) -> Vec<f64> {
        let level = |group: std::ops::Range<usize>| {
            let free = |&v: &usize| beta[v] > self.lower[v] && beta[v] < self.upper[v];
            let count = group.clone().filter(free).count();
            if count > 0 {
                return group.filter(free).map(|v| gradient[v]).sum::<f64>() / count as f64;
            }
            let (least, greatest) = self.extremes(group, beta, gradient);
            match (least.is_finite(), greatest.is_finite()) {
                (true, true) => f64::midpoint(least, greatest),
                (true, false) => least,
                (false, true) => greatest,
                (false, false) => 0.0,
            }
        };
        self.groups().map(level).collect()
    }

    /// Moves a pair of `beta` as [`pair_step`] does.
    pub fn step(&self, beta: &mut [f64], gradient: &[f64], (i, j): (usize, usize), curvature: f64) -> f64 {
        let mut pair = [beta[i], beta[j]];
        let step = pair_step(&mut pair, gradient[j] - gradient[i], (self.upper[i], self.lower[j]), curvature);
        (beta[i], beta[j]) = (pair[0], pair[1]);
        step
    }
}

/// The sum of each sample's variables.
pub(crate) fn sample_coefficients(beta: &[f64], samples: usize) -> Vec<f64> {
    let mut sums = beta[..samples].to_vec();
    for half in beta[samples..].chunks_exact(samples) {
        sums.iter_mut().zip(half).for_each(|(sum, b)| *sum += b);
    }
    sums
}
