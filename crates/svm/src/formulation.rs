//! The five formulations as one kind of problem, and back.
//!
//! | formulation | variables | q | bounds | fixed sums |
//! |---|---|---|---|---|
//! | C-SVC | one a sample | -y | between 0 and y C | 0 |
//! | nu-SVC | one a sample | 0 | between 0 and y | of each class y nu n / 2 |
//! | one-class | one a sample | 0 | 0 to 1 | nu n |
//! | epsilon-SVR | two a sample | epsilon - t, -epsilon - t | 0 to C, -C to 0 | 0 |
//! | nu-SVR | two a sample | -t | 0 to C, -C to 0 | C nu n / 2, -C nu n / 2 |
//!
//! n counts weights where samples have them. See [`crate::dual`] for the notation.
//!
//! Sources: B. Schoelkopf et al., *New support vector algorithms*, Neural Computation 12, 2000; C.-C. Chang, C.-J. Lin,
//! *LIBSVM*, 2011, sections 2 and 4.

use crate::dual::{Dual, Solution};

/// A solved binary problem, regression or density: f(x) = sum of coefficient_i K(x_i, x) - rho.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fitted {
    /// One of each sample; zero where it is no support vector.
    pub coefficients: Vec<f64>,
    pub rho: f64,
    pub report: Report,
    /// Half the distance between the levels of two groups: the margin of nu-SVC before it is scaled to 1.
    pub half_distance: f64,
    /// Of nu-SVC: there is no margin that could be scaled.
    pub no_margin: bool,
}

/// How a problem was solved, in LIBSVM's conventions.
///
/// The objective is that of the minimisation 1/2 alpha' Q alpha + p' alpha, as LIBSVM prints it: the negative of the
/// dual's usual maximum. The KKT gap is LIBSVM's stopping measure m(alpha) - M(alpha).
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// The dual objective.
    pub dual_objective: f64,
    /// The violation of the conditions of the optimum.
    pub kkt_gap: f64,
    /// Steps of two variables.
    pub iterations: u64,
    /// Support vectors.
    pub support_vectors: usize,
    /// Support vectors whose coefficient is at its bound.
    pub bounded: usize,
    /// For nu-SVC the C, for nu-SVR the epsilon that gives the same solution.
    pub equivalent: Option<f64>,
}

/// Which variables a problem has and what to do with its solution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// The solution as it is.
    Plain,
    /// Two classes with a margin that is a variable: scaled until the margin is 1.
    NuSvc,
    /// Two variables a sample and an epsilon that is a variable.
    NuSvr,
    /// A level that all samples reach but those at their bound.
    OneClass,
}

/// C-SVC: `positive` samples come first; `bounds` holds C of each sample.
pub(crate) fn c_svc(positive: usize, bounds: &[f64]) -> Dual {
    let n = bounds.len();
    let sign = |i: usize| if i < positive { 1.0 } else { -1.0 };
    Dual {
        linear: (0..n).map(|i| -sign(i)).collect(),
        lower: bounds.iter().enumerate().map(|(i, c)| (sign(i) * c).min(0.0)).collect(),
        upper: bounds.iter().enumerate().map(|(i, c)| (sign(i) * c).max(0.0)).collect(),
        second_group: n,
        beta: vec![0.0; n],
    }
}

/// nu-SVC: as [`c_svc`], with the weights as bounds.
pub(crate) fn nu_svc(positive: usize, weights: &[f64], nu: f64) -> Dual {
    let share = nu * weights.iter().sum::<f64>() / 2.0;
    let mut dual = c_svc(positive, weights);
    dual.linear.fill(0.0);
    dual.second_group = positive;
    let (first, second) = dual.beta.split_at_mut(positive);
    fill(first, &weights[..positive], share);
    fill(second, &weights[positive..], share);
    for beta in second {
        *beta = -*beta;
    }
    dual
}

/// One-class: the support of a distribution.
pub(crate) fn one_class(weights: &[f64], nu: f64) -> Dual {
    let n = weights.len();
    let mut beta = vec![0.0; n];
    fill(&mut beta, weights, nu * weights.iter().sum::<f64>());
    Dual { linear: vec![0.0; n], lower: vec![0.0; n], upper: weights.to_vec(), second_group: n, beta }
}

/// epsilon-SVR of targets t; `bounds` holds C of each sample.
pub(crate) fn epsilon_svr(targets: &[f64], bounds: &[f64], epsilon: f64) -> Dual {
    let n = targets.len();
    let linear = targets.iter().map(|t| epsilon - t).chain(targets.iter().map(|t| -epsilon - t));
    Dual {
        linear: linear.collect(),
        lower: std::iter::repeat_n(0.0, n).chain(bounds.iter().map(|c| -c)).collect(),
        upper: bounds.iter().copied().chain(std::iter::repeat_n(0.0, n)).collect(),
        second_group: 2 * n,
        beta: vec![0.0; 2 * n],
    }
}

/// nu-SVR of targets t; `bounds` holds C of each sample.
pub(crate) fn nu_svr(targets: &[f64], bounds: &[f64], nu: f64) -> Dual {
    let n = targets.len();
    let mut dual = epsilon_svr(targets, bounds, 0.0);
    dual.second_group = n;
    let (first, second) = dual.beta.split_at_mut(n);
    fill(first, bounds, nu * bounds.iter().sum::<f64>() / 2.0);
    second.iter_mut().zip(first).for_each(|(second, first)| *second = -*first);
    dual
}

/// Fills `beta` to its bounds from the front until the sum is reached.
fn fill(beta: &mut [f64], bounds: &[f64], mut sum: f64) {
    for (beta, bound) in beta.iter_mut().zip(bounds) {
        *beta = bound.min(sum);
        sum -= *beta;
    }
}

impl Fitted {
    /// Reads the solution of a problem over `samples` samples.
    pub fn new(form: Form, dual: &Dual, solution: &Solution, samples: usize) -> Self {
        let Solution { beta, gradient, .. } = solution;
        let levels = dual.levels(beta, gradient);
        let level = |group: usize| levels.get(group).copied().unwrap_or(0.0);
        let mut objective = dual.objective(beta, gradient);
        let mut coefficients = crate::dual::sample_coefficients(beta, samples);
        let bounded = bounded(dual, &coefficients);
        let (mut rho, mut equivalent, mut gap) = (level(0), None, solution.gap);
        // With two groups, half the distance of their levels is the margin (nu-SVC) or -epsilon (nu-SVR).
        let half = (level(0) - level(1)) / 2.0;
        match form {
            Form::Plain | Form::OneClass => {}
            Form::NuSvr => (rho, equivalent) = (f64::midpoint(level(0), level(1)), Some(-half)),
            Form::NuSvc => {
                let scale = if half > 0.0 { 1.0 / half } else { 1.0 };
                for coefficient in &mut coefficients {
                    *coefficient *= scale;
                }
                objective *= scale * scale;
                gap *= scale;
                (rho, equivalent) = (f64::midpoint(level(0), level(1)) * scale, Some(scale));
            }
        }
        let report = Report {
            dual_objective: objective,
            kkt_gap: gap,
            iterations: solution.iterations,
            support_vectors: coefficients.iter().filter(|&&coefficient| coefficient != 0.0).count(),
            bounded,
            equivalent,
        };
        Self { coefficients, rho, report, half_distance: half, no_margin: false }
    }
}

impl Fitted {
    /// Lowers rho to what every sample below its bound reaches, in spite of the gap and of `rounding`: those left
    /// outside are then at their bound, and so a share of nu at most.
    pub fn leave_inside(&mut self, dual: &Dual, solution: &Solution, rounding: f64) {
        let below = (0..dual.variables()).filter(|&v| solution.beta[v] < dual.upper[v]);
        let least = below.map(|v| solution.gradient[v]).fold(self.rho, f64::min);
        self.rho = least - rounding;
    }
}

/// Samples whose coefficient is as large as it may be: of two variables of a sample that are not zero, neither counts,
/// because their sum is below both bounds.
fn bounded(dual: &Dual, coefficients: &[f64]) -> usize {
    let sum = |bounds: &[f64], sample: usize| -> f64 {
        bounds.iter().skip(sample).step_by(coefficients.len()).sum()
    };
    let at_bound = |(sample, &coefficient): (usize, &f64)| {
        coefficient != 0.0
            && (coefficient >= sum(&dual.upper, sample) || coefficient <= sum(&dual.lower, sample))
    };
    coefficients.iter().enumerate().filter(|&sample| at_bound(sample)).count()
}
