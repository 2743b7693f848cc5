//! Fits that leave out one fold each, in one go: they share one copy of the samples and their kernel rows, and all their
//! binary problems run on the threads side by side.

use crate::classes::Classes;
use crate::folds::stratified_folds;
use crate::formulation::Fitted;
use crate::problem::{KernelStore, Setting, Task};
use crate::rows::Rows;
use crate::svc::{Penalty, check_labels};
use crate::{Observer, Samples, Svc, SvcModel, SvmError};

/// Samples in folds.
pub(crate) struct CrossValidation {
    pub classes: Classes,
    /// The rows of class c and fold f, at c x folds + f.
    cells: Vec<Vec<u32>>,
    pub folds: Vec<Fold>,
}

/// A fold and the samples that are not in it.
pub(crate) struct Fold {
    pub rows: Vec<u32>,
    pub held_out: Rows,
    /// The others, by class.
    training: Classes,
}

/// The binary problems of all folds, solved for some C.
pub(crate) struct Solved {
    pub models: Vec<SvcModel>,
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
        let fold_of = stratified_folds(labels, folds, seed)?;
        let of = |rows: &[u32], fold: usize, inside: bool| -> Vec<u32> {
            rows.iter().copied().filter(|&row| (fold_of[row as usize] as usize == fold) == inside).collect()
        };
        let cells: Vec<Vec<u32>> =
            classes.rows.iter().flat_map(|rows| (0..folds).map(move |fold| of(rows, fold, true))).collect();
        let all: Vec<u32> = (0..labels.len() as u32).collect();
        let fold = |fold: usize| {
            let rows = of(&all, fold, true);
            // In the order of the cells, which is that of the binary problems' variables.
            let others = cells.chunks_exact(folds).map(|cells| {
                cells
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != fold)
                    .flat_map(|(_, rows)| rows)
                    .copied()
                    .collect()
            });
            let training = Classes { labels: classes.labels.clone(), rows: others.collect() };
            Ok(Fold { held_out: Rows::copy(samples, &rows)?, rows, training })
        };
        let parts = (0..folds).map(fold).collect::<Result<_, SvmError>>()?;
        Ok(Self { cells, folds: parts, classes })
    }

    /// Fits a classifier for each fold, from where a fit with a smaller C ended, with the kernel rows of earlier fits.
    pub fn fit(
        &self,
        svc: &Svc,
        setting: &Setting<'_>,
        start: Option<&Solved>,
        store: &mut KernelStore,
        observer: Option<Observer<'_>>,
    ) -> Result<Solved, SvmError> {
        let folds = self.folds.len();
        let (mut tasks, mut groups) = (Vec::new(), Vec::new());
        for (index, fold) in self.folds.iter().enumerate() {
            for mut task in svc.tasks(&fold.training, None)? {
                let cells = |class: usize| (0..folds).filter(|&f| f != index).map(move |f| class * folds + f);
                let cells = task.groups.iter().flat_map(|&class| cells(class)).collect();
                groups.push(std::mem::replace(&mut task.groups, cells));
                tasks.push(task);
            }
        }
        let c = match svc.penalty {
            Penalty::C(c) => c,
            Penalty::Nu(_) => 0.0,
        };
        if let Some(start) = start.filter(|start| start.c <= c) {
            for (task, fitted) in tasks.iter_mut().zip(&start.fitted) {
                go_on(task, fitted, c / start.c);
            }
        }
        let fitted = setting.solve(&self.cells, &tasks, Some(store), observer)?;
        tasks.iter_mut().zip(groups).for_each(|(task, groups)| task.groups = groups);
        let machines = tasks.len() / folds;
        let parts = self.folds.iter().zip(tasks.chunks_exact(machines).zip(fitted.chunks_exact(machines)));
        let models = parts.map(|(fold, (tasks, fitted))| svc.model(setting, &fold.training, tasks, fitted));
        Ok(Solved { models: models.collect::<Result<_, _>>()?, c, fitted })
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
    let scale = if square > 0.0 { (sum / square).clamp(1.0, growth) } else { 1.0 };
    let bounds = task.dual.lower.iter().zip(&task.dual.upper);
    task.dual.beta =
        beta.iter().zip(bounds).map(|(beta, (low, high))| (scale * beta).clamp(*low, *high)).collect();
}
