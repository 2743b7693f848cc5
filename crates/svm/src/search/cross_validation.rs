//! Fits that leave out one fold each: they share one copy of the samples and their kernel rows, and their binary
//! problems run on the threads side by side.
//!
//! One rule for `svm train -v`, probabilities and the grid search: a class with fewer samples than folds is missing from
//! some fits, which predict the classes that they have seen, and a fit that has seen one class only predicts that one.

use crate::error::SvmError;
use crate::fitting::batches::{Tasks, solve_all};
use crate::fitting::fit::Fit;
use crate::fitting::kernel_store::KernelStore;
use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::input::classes::{Classes, check_labels};
use crate::input::copied_rows::CopiedRows;
use crate::input::samples::Samples;
use crate::models::binary_problems::BinaryProblems;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::models::svc_model_builder::SvcModelBuilder;
use crate::problem::fitted::Fitted;
use crate::progress::{ProgressCallback, shifted};
use crate::search::fold::Fold;
use crate::search::folds::{fold_count, stratified_folds};

/// Solutions of so many variables are kept for the next larger C.
const KEPT_VARIABLES: usize = 1 << 23;

/// Folds of so many binary SVMs are in memory at a time.
const SVMS: usize = 1 << 16;

/// Samples in folds.
pub(crate) struct CrossValidation {
    pub classes: Classes,
    /// The rows of class c and fold f, at c x folds + f.
    cells: Vec<Vec<u32>>,
    pub folds: Vec<Fold>,
}

/// The start of fits with a larger C: the binary problems of all folds, solved for some C.
#[derive(Default)]
pub(crate) struct WarmStart {
    c: f64,
    fitted: Vec<Fitted>,
}

impl CrossValidation {
    pub fn new(
        svc: &Svc,
        samples: &Samples<'_>,
        labels: &[i32],
        folds: usize,
        seed: u64,
    ) -> Result<Self, SvmError> {
        samples.check()?;
        check_labels(samples, labels)?;
        let classes = Classes::new(labels, svc.class_order, None)?;
        BinaryProblems::new(svc, &classes, None)?.check()?;
        let (folds, fold_of) = (fold_count(folds, labels.len())?, stratified_folds(labels, folds, seed)?);
        let mut cells = vec![Vec::new(); classes.labels.len() * folds];
        for (class, rows) in classes.rows.iter().enumerate() {
            for &row in rows {
                cells[class * folds + fold_of[row as usize] as usize].push(row);
            }
        }
        let mut held_out = vec![Vec::new(); folds];
        for (row, &fold) in fold_of.iter().enumerate() {
            held_out[fold as usize].push(row as u32);
        }
        let fold = |(index, rows): (usize, Vec<u32>)| {
            let mut training = Classes { labels: Vec::new(), rows: Vec::new() };
            let mut present = Vec::new();
            for (class, cells) in cells.chunks_exact(folds).enumerate() {
                // In the order of the cells, which is that of the binary problems' variables.
                let others = (0..folds).filter(|&fold| fold != index).flat_map(|fold| &cells[fold]);
                let others: Vec<u32> = others.copied().collect();
                if !others.is_empty() {
                    training.labels.push(classes.labels[class]);
                    training.rows.push(others);
                    present.push(class);
                }
            }
            Ok(Fold { index, folds, held_out: CopiedRows::copy(samples, &rows)?, rows, training, present })
        };
        let parts = held_out.into_iter().enumerate().map(fold).collect::<Result<_, SvmError>>()?;
        Ok(Self { cells, folds: parts, classes })
    }

    /// How many binary problems all folds make.
    pub fn problems(&self, svc: &Svc) -> usize {
        self.folds.iter().map(|fold| svc.multi_class.problems(fold.present.len())).sum()
    }

    /// Fits a classifier for each fold, from where fits with a smaller C ended, with the kernel rows of earlier fits, and
    /// hands them out.
    pub fn fit(
        &self,
        svc: &Svc,
        setting: &Setting<'_>,
        start: &mut WarmStart,
        store: &mut KernelStore,
        progress: Option<ProgressCallback<'_>>,
        mut take: impl FnMut(&Fold, SvcModel) -> Result<(), SvmError>,
    ) -> Result<(), SvmError> {
        let earlier = std::mem::replace(start, WarmStart { c: svc.penalty.c(), fitted: Vec::new() });
        let earlier = if earlier.c <= start.c { earlier } else { WarmStart::default() };
        let (total, mut solved, mut iterations, mut variables) = (self.problems(svc), 0, 0, 0);
        let svms = svc.multi_class.problems(self.classes.labels.len()).max(1);
        for folds in self.folds.chunks((SVMS / svms).max(1)) {
            let problems: Result<Vec<_>, _> =
                folds.iter().map(|fold| BinaryProblems::new(svc, &fold.training, None)).collect();
            let problems = problems?;
            let mut gathered: Vec<SvcModelBuilder> =
                folds.iter().map(|fold| SvcModelBuilder::new(svc.multi_class, &fold.training)).collect();
            let mut next =
                problems.iter().enumerate().flat_map(|(fold, p)| p.groups().map(move |g| (fold, g)));
            let tasks = FoldTasks {
                folds,
                problems: &problems,
                cells: &self.cells,
                earlier: earlier.fitted.get(solved..).unwrap_or(&[]),
                growth: start.c / earlier.c,
            };
            let watch = shifted(progress, total, solved, iterations);
            solve_all(setting, &self.cells, &tasks, Some(store), Some(&watch), |task, fitted| {
                if let Some((fold, classes)) = next.next() {
                    gathered[fold].add(&classes, &task.dual.upper, &fitted);
                }
                iterations += fitted.report.iterations;
                variables += task.dual.variables();
                if variables <= KEPT_VARIABLES {
                    start.fitted.push(fitted);
                }
            })?;
            solved += tasks.count();
            for (fold, gathered) in folds.iter().zip(gathered) {
                take(fold, gathered.build(svc, setting, &fold.training)?)?;
            }
        }
        Ok(())
    }
}

/// The binary problems of some folds.
struct FoldTasks<'a> {
    folds: &'a [Fold],
    problems: &'a [BinaryProblems<'a>],
    cells: &'a [Vec<u32>],
    /// Their solutions for a C that is smaller by `growth`, as far as they were kept.
    earlier: &'a [Fitted],
    growth: f64,
}

impl Tasks for FoldTasks<'_> {
    fn count(&self) -> usize {
        self.problems.iter().map(BinaryProblems::len).sum()
    }

    fn tasks(&self) -> Box<dyn Iterator<Item = Task> + '_> {
        let tasks = self.folds.iter().zip(self.problems).flat_map(move |(fold, problems)| {
            problems.iter().map(move |mut task| {
                task.groups = task.groups.iter().flat_map(|&group| fold.cells(group, self.cells)).collect();
                task
            })
        });
        Box::new(tasks.enumerate().map(|(index, mut task)| {
            if let Some(fitted) = self.earlier.get(index) {
                go_on(&mut task, fitted, self.growth);
            }
            task
        }))
    }
}

/// Starts a C-SVC from the solution beta of the same problem with bounds that are smaller by `growth`.
///
/// Both beta and growth x beta are feasible. Between them the objective s^2/2 beta' K beta - s sum |beta| is least at
/// s = sum |beta| / beta' K beta, and the dual objective of the solution says what beta' K beta is.
fn go_on(task: &mut Task, solved: &Fitted, growth: f64) {
    let beta = &solved.coefficients;
    let sum: f64 = beta.iter().map(|beta| beta.abs()).sum();
    let square = 2.0 * (solved.report.dual_objective + sum);
    // Of two infinite C there is no growth.
    let scale = if square > 0.0 && growth >= 1.0 { (sum / square).clamp(1.0, growth) } else { 1.0 };
    let bounds = task.dual.lower.iter().zip(&task.dual.upper);
    task.dual.beta =
        beta.iter().zip(bounds).map(|(beta, (low, high))| (scale * beta).clamp(*low, *high)).collect();
}

impl Svc {
    /// Predicts the label of each sample by a classifier that was not fitted to it: those of
    /// [stratified folds](crate::stratified_folds), in turn.
    ///
    /// A class that a fold holds out as a whole is not known to the classifier of that fold; if only one class is left, it
    /// is predicted.
    ///
    /// ```
    /// use pellucid_svm::{Fit, Kernel, Samples, Svc};
    /// let x = [1.0, 1.1, 0.9, 1.2, -1.0];
    /// let samples = Samples::dense(&x, 1);
    /// let predicted =
    ///     Svc::new(Kernel::Linear).cross_validate(samples, &[1, 1, 1, 1, 2], 5, 0, Fit::new())?;
    /// // What there is of class 2 was left out.
    /// assert_eq!(predicted, [1, 1, 1, 1, 1]);
    /// # Ok::<(), pellucid_svm::SvmError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Svc::fit_with`], and returns an error for fewer than two folds or samples and for sample weights.
    pub fn cross_validate<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        folds: usize,
        seed: u64,
        fit: Fit<'_>,
    ) -> Result<Vec<i32>, SvmError> {
        let (samples, mut own) = (samples.into(), None);
        fit.without_weights("a cross-validation")?;
        let pool = fit.pool(&mut own);
        let validation = CrossValidation::new(self, &samples, labels, folds, seed)?;
        let setting = Setting::new(samples, &self.kernel, self.options, pool)?;
        let mut predicted = vec![0; labels.len()];
        let (mut start, mut store) = (WarmStart::default(), KernelStore::default());
        validation.fit(self, &setting, &mut start, &mut store, fit.progress, |fold, model| {
            let classes = model.predict_with(fold.held_out.samples(), pool)?;
            for (&row, class) in fold.rows.iter().zip(classes) {
                predicted[row as usize] = class;
            }
            Ok(())
        })?;
        Ok(predicted)
    }
}
