//! Solving problems side by side on threads.

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::fitting::kernel_store::KernelStore;
use crate::fitting::matrices::Matrices;
use crate::fitting::setting::Setting;
use crate::fitting::solve_task::Solved;
use crate::fitting::task::Task;
use crate::fitting::task_queue::TaskQueue;
use crate::input::samples::Samples;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::kept_rows::KeptRows;
use crate::kernel_matrix::row_cache::RowCache;
use crate::problem::dual::Dual;
use crate::problem::fitted::Fitted;
use crate::progress::ProgressCallback;
use crate::solvers::watch::Watch;

impl Setting<'_> {
    /// Solves all tasks over the groups of rows; kernel rows in a store, which must be of this setting and these
    /// groups, are not computed again, and others are added to it.
    pub fn solve(
        &self,
        groups: &[Vec<u32>],
        tasks: &[Task],
        store: Option<&mut KernelStore>,
        progress: Option<ProgressCallback<'_>>,
    ) -> Result<Vec<Fitted>, SvmError> {
        let (samples, bytes) = (groups.iter().map(Vec::len).sum(), self.options.cache_bytes / 2);
        if !self.single_for(tasks) {
            let kept = store.map(|store| {
                store.single = None;
                &*store.double.get_or_insert_with(|| KeptRows::new(samples, bytes))
            });
            let solved = self.solve_in::<f64>(groups, tasks, kept, progress)?;
            return Ok(solved.into_iter().map(|solved| solved.fitted).collect());
        }
        let kept = store.map(|store| {
            store.double = None;
            &*store.single.get_or_insert_with(|| KeptRows::new(samples, bytes))
        });
        let mut solved = self.solve_in::<f32>(groups, tasks, kept, progress)?;
        // Where the rounding of f32 turned out to be too coarse for the tolerance, in f64 from there.
        let (mut places, mut again) = (Vec::new(), Vec::new());
        for (place, (task, solved)) in tasks.iter().zip(&mut solved).enumerate() {
            if let Some(beta) = solved.coarse.take() {
                let Task { groups, dual, form } = task.clone();
                again.push(Task { groups, dual: Dual { beta, ..dual }, form });
                places.push(place);
            }
        }
        if !again.is_empty() {
            for (place, mut finer) in
                places.into_iter().zip(self.solve_in::<f64>(groups, &again, None, progress)?)
            {
                finer.fitted.report.iterations += solved[place].fitted.report.iterations;
                solved[place] = finer;
            }
        }
        Ok(solved.into_iter().map(|solved| solved.fitted).collect())
    }

    /// Solves all tasks with kernel values in the precision of `T`, on threads.
    fn solve_in<T: Scalar>(
        &self,
        groups: &[Vec<u32>],
        tasks: &[Task],
        kept: Option<&KeptRows<T>>,
        progress: Option<ProgressCallback<'_>>,
    ) -> Result<Vec<Solved>, SvmError> {
        let points = Matrices::points(self, groups);
        let matrices = Matrices::new(self, groups, points.as_ref(), kept);
        // Half of the memory is for rows that are kept.
        let cache_bytes = self.options.cache_bytes / if matrices.keep_rows() { 2 } else { 1 };
        let workers = self.pool.threads().min(tasks.len()).max(1);
        let watch = Watch::new(progress, tasks.len());
        let queue = TaskQueue::new(tasks);
        self.pool.run(workers, |_| {
            let mut cache = RowCache::<T>::new(cache_bytes / workers);
            while let Some(index) = queue.take() {
                let task = &tasks[index];
                let gram = matrices.of(&task.groups);
                let result = check_diagonal(gram.as_ref(), groups, &task.groups)
                    .and_then(|()| self.solve_task(task, groups, gram.as_ref(), &mut cache, &watch))
                    .map_err(|error| with_largest(error, &self.samples));
                watch.solved();
                queue.finish(index, result);
            }
        });
        queue.into_results()
    }
}

/// Kernel values that overflow would make every comparison false.
fn check_diagonal<T: Scalar>(
    gram: &dyn Gram<T>,
    groups: &[Vec<u32>],
    chosen: &[usize],
) -> Result<(), SvmError> {
    let diagonal = gram.diagonal();
    let Some(at) = diagonal.iter().position(|value| !value.is_finite()) else { return Ok(()) };
    let row = chosen.iter().flat_map(|&group| &groups[group]).nth(at).map_or(at, |&row| row as usize);
    Err(SvmError::Kernel { value: diagonal[at].to_f64(), row, column: row, largest: None })
}

/// Names the number that most likely is at fault.
fn with_largest(mut error: SvmError, samples: &Samples<'_>) -> SvmError {
    if let SvmError::Kernel { row, largest, .. } = &mut error
        && *row < samples.rows()
    {
        samples.for_each(*row, |column, number| {
            if largest.is_none_or(|(_, known)| number.abs() > known.abs()) {
                *largest = Some((column, number));
            }
        });
    }
    error
}
