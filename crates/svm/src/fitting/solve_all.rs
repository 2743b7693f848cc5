//! Solving many problems with little memory.

use crate::error::SvmError;
use crate::fitting::kernel_store::KernelStore;
use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::problem::fitted::Fitted;
use crate::progress::{ProgressCallback, shifted};

/// What the problems that are in memory at a time may take, about: a batch.
const BATCH_BYTES: usize = 32 << 20;

/// Bytes of a variable of a problem and its solution, and of a problem beside them.
const VARIABLE_BYTES: usize = 40;
const PROBLEM_BYTES: usize = 600;

/// Tasks one after the other, and how many.
pub(crate) trait Tasks {
    fn count(&self) -> usize;
    fn tasks(&self) -> Box<dyn Iterator<Item = Task> + '_>;
}

/// Solves tasks over groups of rows, a batch at a time, and hands out each with its solution, in order.
pub(crate) fn solve_all(
    setting: &Setting<'_>,
    groups: &[Vec<u32>],
    tasks: &dyn Tasks,
    mut store: Option<&mut KernelStore>,
    progress: Option<ProgressCallback<'_>>,
    mut take: impl FnMut(Task, Fitted),
) -> Result<(), SvmError> {
    let (count, mut solved, mut iterations) = (tasks.count(), 0, 0);
    let mut tasks = tasks.tasks().peekable();
    while tasks.peek().is_some() {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < BATCH_BYTES
            && let Some(task) = tasks.next()
        {
            bytes += task.dual.variables() * VARIABLE_BYTES + PROBLEM_BYTES;
            batch.push(task);
        }
        let watch = shifted(progress, count, solved, iterations);
        let fitted = setting.solve(groups, &batch, store.as_deref_mut(), Some(&watch))?;
        solved += batch.len();
        for (task, fitted) in batch.into_iter().zip(fitted) {
            iterations += fitted.report.iterations;
            take(task, fitted);
        }
    }
    Ok(())
}
