//! A fitted classifier: what it consists of, its decision values and its predictions.

use pellucid_compute::Pool;

use crate::decision::evaluator::Evaluator;
use crate::decision::expansion::Expansion;
use crate::decision::pairs::{class_pairs, for_each_pair};
use crate::decision::support_vectors::SupportVectors;
use crate::decision::votes::{Votes, break_ties_scores, largest, largest_within};
use crate::error::SvmError;
use crate::input::samples::Samples;
use crate::kernels::kernel::Kernel;
use crate::models::accessors::expansion_accessors;
use crate::models::multi_class::MultiClass;
use crate::models::penalty::Penalty;
use crate::problem::report::Report;

/// A fitted classifier, made by [`Svc::fit`](crate::Svc::fit).
#[derive(Clone)]
pub struct SvcModel {
    pub(crate) labels: Vec<i32>,
    pub(crate) multi_class: MultiClass,
    pub(crate) penalty: Penalty,
    pub(crate) break_ties: bool,
    pub(crate) rho: Vec<f64>,
    pub(crate) reports: Vec<Report>,
    pub(crate) support: Vec<u32>,
    pub(crate) evaluator: Evaluator,
}

impl SvcModel {
    /// Returns the labels, in the order of the classes.
    pub fn classes(&self) -> &[i32] {
        &self.labels
    }

    expansion_accessors!("by class and then ascending");

    /// Returns the number of support vectors of each class.
    pub fn support_per_class(&self) -> &[usize] {
        &self.expansion().class_sizes
    }

    /// Returns the dual coefficients y alpha, one row per support vector.
    ///
    /// With one-vs-one a row has `classes - 1` of them, that of class a against b at place b - 1 if a < b and at place b
    /// otherwise (the transpose of LIBSVM's `sv_coef`); with one-vs-rest, one per class (a single one for two classes).
    pub fn dual_coefficients(&self) -> &[f64] {
        &self.expansion().coefficients
    }

    /// Returns the intercept, -rho, of each binary SVM (scikit-learn's `intercept_`).
    pub fn intercepts(&self) -> Vec<f64> {
        self.rho.iter().map(|rho| -rho).collect()
    }

    /// Returns how each binary problem was solved: pairs (0, 1), (0, 2), ..., (1, 2), ... with one-vs-one, else classes.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// Returns the sum of the dual objectives of all binary problems.
    pub fn dual_objective(&self) -> f64 {
        self.reports.iter().map(|report| report.dual_objective).sum()
    }

    /// Returns the largest KKT gap of all binary problems.
    pub fn kkt_gap(&self) -> f64 {
        self.reports.iter().map(|report| report.kkt_gap).fold(0.0, f64::max)
    }

    /// Returns the number of iterations of all binary problems.
    pub fn iterations(&self) -> u64 {
        self.reports.iter().map(|report| report.iterations).sum()
    }

    /// Returns the decision value f(x) of every binary SVM for each of n rows.
    ///
    /// The shape is n x classes (classes - 1) / 2 with one-vs-one (positive for the first class of the pair), n x classes
    /// with one-vs-rest, and n x 1 for two classes.
    ///
    /// # Errors
    /// Returns an error if rows are not as wide as in training or a number is not finite.
    pub fn decision_values<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<f64>, SvmError> {
        let samples = samples.into();
        if self.rho.is_empty() {
            // Of a single class; the samples are still looked at.
            return self.evaluator.evaluate(&samples, pool, 1, |_, _| {}).map(|_: Vec<u8>| Vec::new());
        }
        self.evaluator.evaluate(&samples, pool, self.rho.len(), |sums, values| {
            values.iter_mut().zip(self.values_of_row(sums)).for_each(|(to, value)| *to = value);
        })
    }

    /// The values of all binary SVMs from the sums of a row.
    pub(crate) fn values_of_row<'a>(&'a self, sums: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let (classes, outputs) = (self.labels.len(), self.expansion().outputs);
        let each =
            self.multi_class == MultiClass::OneVsRest || classes == 2 || self.expansion().vectors.is_empty();
        let total = move |output: usize| sums.iter().skip(output).step_by(outputs).sum::<f64>();
        let totals = (0..if each { self.rho.len() } else { 0 }).map(total);
        let two = class_pairs(if each { 0 } else { classes })
            .map(move |(a, b)| sums[a * outputs + b - 1] + sums[b * outputs + a]);
        totals.chain(two).zip(&self.rho).map(|(sum, rho)| sum - rho)
    }

    /// The class that the pairs vote for, from the sums of a row, and whether errors within the bounds change nothing.
    fn vote(&self, sums: &[f64], bounds: &[f64]) -> (usize, bool) {
        let outputs = self.expansion().outputs;
        let mut votes = Votes::new(bounds);
        if self.expansion().vectors.is_empty() {
            class_pairs(bounds.len()).zip(&self.rho).for_each(|((a, b), rho)| votes.count(a, b, -rho));
        } else {
            for_each_pair(bounds.len(), |a, b, pair| {
                votes.count(a, b, sums[a * outputs + b - 1] + sums[b * outputs + a] - self.rho[pair]);
            });
        }
        votes.decide()
    }

    /// Returns one value per row and class, the larger the likelier: decision values with one-vs-rest; with one-vs-one
    /// the votes, and between equal votes the sums of decision values, as scikit-learn's `decision_function_shape='ovr'`.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn class_values<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<f64>, SvmError> {
        let classes = self.labels.len();
        self.evaluator.evaluate(&samples.into(), pool, classes, |sums, scores| {
            let mut values = self.values_of_row(sums);
            match self.multi_class {
                _ if classes == 2 => {
                    let value = values.next().unwrap_or(0.0);
                    scores.copy_from_slice(&[value, -value]);
                }
                MultiClass::OneVsRest => scores.iter_mut().zip(values).for_each(|(to, value)| *to = value),
                MultiClass::OneVsOne => break_ties_scores(values, classes, scores),
            }
        })
    }

    /// Returns the label of each row; a model of a single class predicts that one.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn predict<'a>(&self, samples: impl Into<Samples<'a>>) -> Result<Vec<i32>, SvmError> {
        self.predict_with(samples, &Pool::per_core())
    }

    /// As [`SvcModel::predict`], on the threads of `pool`.
    ///
    /// # Errors
    /// As [`SvcModel::decision_values`].
    pub fn predict_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        pool: &Pool,
    ) -> Result<Vec<i32>, SvmError> {
        let classes = self.labels.len();
        self.evaluator.decide(&samples.into(), pool, |sums, bounds, label| {
            let mut values = self.values_of_row(sums);
            let whole = bounds.iter().sum::<f64>();
            let (class, certain) = match self.multi_class {
                _ if classes <= 2 => match values.next() {
                    Some(value) => (usize::from(value <= 0.0), value.abs() > whole),
                    None => (0, true),
                },
                MultiClass::OneVsRest => largest_within(&values.collect::<Vec<_>>(), whole),
                // A tie is broken by differences that may be as small as they like.
                MultiClass::OneVsOne if self.break_ties => {
                    let mut scores = vec![0.0; classes];
                    break_ties_scores(values, classes, &mut scores);
                    (largest(&scores), false)
                }
                MultiClass::OneVsOne => self.vote(sums, bounds),
            };
            *label = self.labels[class];
            certain
        })
    }
}
