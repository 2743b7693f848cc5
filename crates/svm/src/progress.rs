//! How far a fit is, and who hears of it.

use std::ops::ControlFlow;

/// How far a fit is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitProgress {
    /// Binary problems that are done.
    pub solved: usize,
    /// Binary problems in all.
    pub problems: usize,
    /// Iterations of all problems so far.
    pub iterations: u64,
    /// The KKT gap of a problem that is being solved.
    pub gap: f64,
}

/// Hears of progress several times a second and may stop the fit; called from any thread.
pub type ProgressCallback<'a> = &'a (dyn Fn(&FitProgress) -> ControlFlow<()> + Sync);

/// The callback of one of many fits, for one of the whole.
pub(crate) fn shifted(
    callback: Option<ProgressCallback<'_>>,
    problems: usize,
    solved: usize,
    iterations: u64,
) -> impl Fn(&FitProgress) -> ControlFlow<()> + Sync {
    move |progress| {
        let (solved, iterations) = (solved + progress.solved, iterations + progress.iterations);
        let progress = FitProgress { solved, problems, iterations, gap: progress.gap };
        callback.map_or(ControlFlow::Continue(()), |callback| callback(&progress))
    }
}
