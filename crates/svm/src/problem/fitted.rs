//! From the solution of a dual to coefficients, rho and a report.

use crate::problem::dual::{Dual, Solution, sample_coefficients};
use crate::problem::form::Form;
use crate::problem::report::Report;

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

impl Fitted {
    /// Reads the solution of a problem over `samples` samples.
    pub fn new(form: Form, dual: &Dual, solution: &Solution, samples: usize) -> Self {
        let Solution { beta, gradient, .. } = solution;
        let levels = dual.levels(beta, gradient);
        let level = |group: usize| levels.get(group).copied().unwrap_or(0.0);
        let mut objective = dual.objective(beta, gradient);
        let mut coefficients = sample_coefficients(beta, samples);
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
