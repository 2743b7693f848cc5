//! Fits that leave out one fold each: they share one copy of the samples and their kernel rows, and their binary
//! problems run on the threads side by side.

use crate::error::SvmError;
use crate::fitting::kernel_store::KernelStore;
use crate::fitting::setting::Setting;
use crate::fitting::solve_all::{Tasks, solve_all};
use crate::fitting::task::Task;
use crate::models::binary_problems::BinaryProblems;
use crate::models::svc::Svc;
use crate::models::svc_model::SvcModel;
use crate::models::svc_model_builder::SvcModelBuilder;
use crate::problem::fitted::Fitted;
use crate::progress::{ProgressCallback, shifted};
use crate::search::cross_validation::CrossValidation;
use crate::search::fold::Fold;

/// Solutions of so many variables are kept for the next larger C.
const KEPT_VARIABLES: usize = 1 << 23;

/// Folds of so many binary SVMs are in memory at a time.
const SVMS: usize = 1 << 16;

/// Fits with one kernel, for one C after the other, and what they share.
pub(crate) struct FoldFits<'a> {
    validation: &'a CrossValidation,
    setting: &'a Setting<'a>,
    start: WarmStart,
    store: KernelStore,
}

/// The start of fits with a larger C: the binary problems of all folds, solved for some C.
#[derive(Default)]
pub(crate) struct WarmStart {
    c: f64,
    fitted: Vec<Fitted>,
}

impl<'a> FoldFits<'a> {
    pub fn new(validation: &'a CrossValidation, setting: &'a Setting<'a>) -> Self {
        Self { validation, setting, start: WarmStart::default(), store: KernelStore::default() }
    }

    /// Fits a classifier for each fold and hands it out; fits start from those with a smaller C, if there were any.
    pub fn fit(
        &mut self,
        svc: &Svc,
        progress: Option<ProgressCallback<'_>>,
        mut take: impl FnMut(&Fold, SvcModel) -> Result<(), SvmError>,
    ) -> Result<(), SvmError> {
        let c = svc.penalty.c();
        let earlier = std::mem::replace(&mut self.start, WarmStart { c, fitted: Vec::new() });
        let earlier = if earlier.c <= c { earlier } else { WarmStart::default() };
        let validation = self.validation;
        let (total, mut solved, mut iterations, mut variables) = (validation.problems(svc), 0, 0, 0);
        let svms = svc.multi_class.problems(validation.classes.labels.len()).max(1);
        for folds in validation.folds.chunks((SVMS / svms).max(1)) {
            let problems = folds
                .iter()
                .map(|fold| BinaryProblems::new(svc, &fold.training, None))
                .collect::<Result<Vec<_>, _>>()?;
            let mut models: Vec<SvcModelBuilder> =
                folds.iter().map(|fold| SvcModelBuilder::new(svc.multi_class, &fold.training)).collect();
            let mut next =
                problems.iter().enumerate().flat_map(|(fold, p)| p.groups().map(move |g| (fold, g)));
            let tasks = FoldTasks {
                folds,
                problems: &problems,
                cells: &validation.cells,
                earlier: earlier.fitted.get(solved..).unwrap_or(&[]),
                growth: c / earlier.c,
            };
            let watch = shifted(progress, total, solved, iterations);
            let (start, store) = (&mut self.start, Some(&mut self.store));
            solve_all(self.setting, &validation.cells, &tasks, store, Some(&watch), |task, fitted| {
                if let Some((fold, classes)) = next.next() {
                    models[fold].add(&classes, &task.dual.upper, &fitted);
                }
                iterations += fitted.report.iterations;
                variables += task.dual.variables();
                if variables <= KEPT_VARIABLES {
                    start.fitted.push(fitted);
                }
            })?;
            solved += tasks.count();
            for (fold, model) in folds.iter().zip(models) {
                take(fold, model.build(svc, self.setting, &fold.training)?)?;
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
