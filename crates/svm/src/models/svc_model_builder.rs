//! From the solutions of binary problems to a classifier.

use crate::decision::evaluator::Evaluator;
use crate::decision::expansion::Expansion;
use crate::decision::support_vectors::SupportVectors;
use crate::error::SvmError;
use crate::fitting::setting::Setting;
use crate::input::classes::Classes;
use crate::models::multi_class::MultiClass;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::problem::fitted::Fitted;
use crate::problem::report::Report;

/// The binary problems that were solved so far.
pub(crate) struct SvcModelBuilder {
    multi_class: MultiClass,
    /// The coefficients of every sample, class by class, `outputs` each.
    coefficients: Vec<f64>,
    outputs: usize,
    /// The first sample of each class.
    starts: Vec<usize>,
    rho: Vec<f64>,
    reports: Vec<Report>,
    /// The largest coefficient that may be.
    bound: f64,
    /// The first two classes of nu-SVC that no margin separates.
    no_margin: Option<(usize, usize)>,
}

impl SvcModelBuilder {
    pub fn new(multi_class: MultiClass, classes: &Classes) -> Self {
        let count = classes.labels.len();
        let outputs = if multi_class == MultiClass::OneVsRest && count > 2 { count } else { count - 1 };
        let mut starts = vec![0];
        starts.extend(classes.rows.iter().scan(0, |end, rows| {
            *end += rows.len();
            Some(*end)
        }));
        let coefficients = vec![0.0; starts[count] * outputs];
        let (rho, reports) = (Vec::new(), Vec::new());
        Self { multi_class, coefficients, outputs, starts, rho, reports, bound: 0.0, no_margin: None }
    }

    /// Adds the next solved problem, of some classes.
    pub fn add(&mut self, classes: &[usize], bounds: &[f64], fitted: &Fitted) {
        let problem = self.rho.len();
        let mut of_sample = fitted.coefficients.iter();
        for &class in classes {
            let place = self.multi_class.place(class, classes, problem);
            let samples = self.starts[class]..self.starts[class + 1];
            for (sample, &coefficient) in samples.zip(of_sample.by_ref()) {
                self.coefficients[sample * self.outputs + place] = coefficient;
            }
        }
        if fitted.no_margin {
            self.no_margin = self.no_margin.or(classes.first().copied().zip(classes.get(1).copied()));
        }
        self.rho.push(fitted.rho);
        self.reports.push(fitted.report);
        self.bound = bounds.iter().fold(self.bound, |a, &b| a.max(b));
    }

    /// The classifier, of the samples that have a coefficient.
    pub fn build(
        mut self,
        svc: &Svc,
        setting: &Setting<'_>,
        classes: &Classes,
    ) -> Result<SvcModel, SvmError> {
        if let Some((first, second)) = self.no_margin {
            let (first, second) = (classes.labels[first], classes.labels[second]);
            return Err(SvmError::NoMargin { first, second });
        }
        let outputs = self.outputs;
        let (mut support, mut class_sizes) = (Vec::new(), Vec::new());
        let mut from = 0;
        for rows in &classes.rows {
            let before = support.len();
            for &row in rows {
                let own = from * outputs..(from + 1) * outputs;
                if self.coefficients[own.clone()].iter().any(|&coefficient| coefficient != 0.0) {
                    self.coefficients.copy_within(own, support.len() * outputs);
                    support.push(row);
                }
                from += 1;
            }
            class_sizes.push(support.len() - before);
        }
        self.coefficients.truncate(support.len() * outputs);
        self.coefficients.shrink_to_fit();
        let vectors = SupportVectors::of(&setting.samples, &setting.kernel, &support)?;
        let (kernel, columns) = (setting.kernel.clone(), setting.samples.columns());
        let single = setting.single(self.bound);
        let expansion = Expansion::new(kernel, vectors, columns, class_sizes, self.coefficients, single);
        Ok(SvcModel {
            labels: classes.labels.clone(),
            multi_class: self.multi_class,
            penalty: svc.penalty,
            break_ties: svc.break_ties,
            rho: self.rho,
            reports: self.reports,
            support,
            evaluator: Evaluator::new(expansion),
        })
    }
}
