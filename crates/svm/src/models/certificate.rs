//! A fitted classifier checked in f64, against its training set.

use crate::error::SvmError;
use crate::fitting::fit::Fit;
use crate::fitting::setting::Setting;
use crate::fitting::solve_all::{Tasks, solve_all};
use crate::fitting::task::Task;
use crate::input::classes::Classes;
use crate::input::samples::Samples;
use crate::models::binary_problems::BinaryProblems;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::options::{Options, Precision};
use crate::problem::report::Report;

impl Svc {
    /// Computes the dual objective and the KKT gap of a model that this classifier was fitted to, from its
    /// coefficients with kernels in f64: the proof of how near to the optimum it is, whatever it was computed with.
    ///
    /// It costs one kernel value for each support vector and sample of every binary problem.
    ///
    /// ```
    /// use pellucid_svm::{Fit, Gamma, Kernel, Samples, Svc};
    /// let (x, labels) = ([0.0_f32, 1.0, 2.0, 3.0], [0, 0, 1, 1]);
    /// let (svc, samples) = (Svc::new(Kernel::rbf(Gamma::Scale)), Samples::dense(&x, 1));
    /// let model = svc.fit(samples, &labels)?;
    /// let proof = svc.certify(&model, samples, &labels, Fit::new())?;
    /// assert!((proof[0].dual_objective - model.dual_objective()).abs() < 1e-6);
    /// assert!(proof[0].kkt_gap <= 1.01e-3);
    /// # Ok::<(), pellucid_svm::SvmError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if samples and labels are not those of the fit, or if the model does not name the rows of its
    /// support vectors.
    pub fn certify<'a>(
        &self,
        model: &SvcModel,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        fit: Fit<'_>,
    ) -> Result<Vec<Report>, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        let rows = samples.rows();
        let known = model.support.len() == model.expansion().vectors.len();
        if labels.len() != rows || !known || model.support.iter().any(|&row| row as usize >= rows) {
            let expected =
                "the samples and labels that the model was fitted to, and a model that knows its rows";
            return Err(SvmError::input(
                "certificate",
                expected,
                format!("{rows} samples, {} labels", labels.len()),
            ));
        }
        let classes = Classes::new(labels, self.class_order, fit.weights)?;
        let options = Options { precision: Precision::F64, max_iterations: Some(0), ..self.options };
        let setting = Setting::new(samples, &self.kernel, options, fit.pool(&mut own))?;
        let outputs = model.expansion().outputs.max(1);
        let mut place_of = vec![None; rows];
        for (at, &row) in model.support.iter().enumerate() {
            place_of[row as usize] = Some(at);
        }
        let known = |(problem, mut task): (usize, Task)| {
            // nu-SVC is solved for coefficients in [0, 1] and scaled afterwards.
            let scale = model.reports.get(problem).and_then(|report| report.equivalent).unwrap_or(1.0);
            let members = task.groups.iter().flat_map(|&group| {
                let place = self.multi_class.place(group, &task.groups, problem);
                classes.rows[group].iter().map(move |&row| (row, place))
            });
            let coefficient = |(row, place): (u32, usize)| {
                place_of[row as usize]
                    .map_or(0.0, |at| model.expansion().coefficients[at * outputs + place] / scale)
            };
            task.dual.beta = members.map(coefficient).collect();
            task
        };
        let tasks = Known { problems: BinaryProblems::new(self, &classes, fit.weights)?, known };
        let mut reports = Vec::new();
        solve_all(&setting, &classes.rows, &tasks, None, fit.progress, |_, fitted| {
            reports.push(fitted.report);
        })?;
        Ok(reports)
    }
}

/// The problems of a fit, started from its solution.
struct Known<'a, F> {
    problems: BinaryProblems<'a>,
    known: F,
}

impl<F: Fn((usize, Task)) -> Task> Tasks for Known<'_, F> {
    fn count(&self) -> usize {
        self.problems.len()
    }

    fn tasks(&self) -> Box<dyn Iterator<Item = Task> + '_> {
        Box::new(self.problems.iter().enumerate().map(&self.known))
    }
}
