//! The order in which threads take problems, and the results.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::SvmError;
use crate::fitting::task::Task;

/// Tasks for threads to take, and their results.
pub(super) struct TaskQueue<R> {
    order: Vec<usize>,
    next: AtomicUsize,
    results: Vec<Mutex<Option<Result<R, SvmError>>>>,
}

impl<R> TaskQueue<R> {
    /// The longest tasks come first, so that no thread is left alone with one at the end.
    pub fn new(tasks: &[Task]) -> Self {
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        order.sort_by_key(|&task| Reverse(tasks[task].dual.variables()));
        let results = tasks.iter().map(|_| Mutex::new(None)).collect();
        Self { order, next: AtomicUsize::new(0), results }
    }

    /// The next task; `None` if there is none or one has failed.
    pub fn take(&self) -> Option<usize> {
        self.order.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }

    /// Notes the result of a task.
    pub fn finish(&self, task: usize, result: Result<R, SvmError>) {
        if result.is_err() {
            self.next.store(self.order.len(), Ordering::Relaxed);
        }
        *self.results[task].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    /// The results in the order of the tasks, or the first error.
    pub fn into_results(self) -> Result<Vec<R>, SvmError> {
        // A task that nobody took stands behind one that failed.
        let results = self.results.into_iter().map(Mutex::into_inner);
        results.filter_map(|result| result.unwrap_or_else(PoisonError::into_inner)).collect()
    }
}
