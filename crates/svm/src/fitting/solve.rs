//! Solving problems side by side on threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::fitting::kernel_store::KernelStore;
use crate::fitting::setting::Setting;
use crate::fitting::solve_task::Solved;
use crate::fitting::task::Task;
use crate::input::samples::Samples;
use crate::kernel_matrix::dense_gram::DenseGram;
use crate::kernel_matrix::function_gram::FunctionGram;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::kept_rows::KeptRows;
use crate::kernel_matrix::points::{Points, worth_panels};
use crate::kernel_matrix::row_cache::RowCache;
use crate::kernel_matrix::shared_gram::SharedGram;
use crate::kernel_matrix::sparse_gram::SparseGram;
use crate::kernel_matrix::table_gram::TableGram;
use crate::kernels::dot_kernel::Computed;
use crate::kernels::kernel::Kernel;
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

    fn solve_in<T: Scalar>(
        &self,
        groups: &[Vec<u32>],
        tasks: &[Task],
        kept: Option<&KeptRows<T>>,
        progress: Option<ProgressCallback<'_>>,
    ) -> Result<Vec<Solved>, SvmError> {
        let points = (self.samples.is_dense()
            && worth_panels(groups.len(), groups.iter().map(Vec::len).sum())
            && matches!(self.kernel.computed(), Computed::Dot(_)))
        .then(|| {
            let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
            Points::<T>::new(&self.samples, &groups, self.centre.as_deref(), self.pool)
        });
        // A table is at hand already.
        let kept = kept.filter(|_| !matches!(self.kernel, Kernel::Precomputed));
        let all = kept.map(|kept| {
            let every: Vec<usize> = (0..groups.len()).collect();
            (self.gram(points.as_ref(), groups, &every), kept)
        });
        let mut starts = vec![0];
        starts.extend(groups.iter().scan(0, |end, group| {
            *end += group.len() as u32;
            Some(*end)
        }));
        let matrix = |chosen: &[usize]| match &all {
            Some((all, kept)) => {
                let ids = chosen.iter().flat_map(|&group| starts[group]..starts[group + 1]).collect();
                Box::new(SharedGram::new(all.as_ref(), kept, ids)) as Box<dyn Gram<T> + '_>
            }
            None => self.gram(points.as_ref(), groups, chosen),
        };
        let cache_bytes = if all.is_some() { self.options.cache_bytes / 2 } else { self.options.cache_bytes };
        let workers = self.pool.threads().min(tasks.len()).max(1);
        let watch = Watch::new(progress, tasks.len());
        let results: Vec<Mutex<Option<Result<Solved, SvmError>>>> =
            tasks.iter().map(|_| Mutex::new(None)).collect();
        // The longest first, so that no thread is left alone with one at the end.
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        order.sort_by_key(|&task| std::cmp::Reverse(tasks[task].dual.variables()));
        let next = AtomicUsize::new(0);
        self.pool.run(workers, |_| {
            let mut cache = RowCache::<T>::new(cache_bytes / workers);
            while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let task = &tasks[index];
                let gram = matrix(&task.groups);
                let result = check_diagonal(gram.as_ref(), groups, &task.groups)
                    .and_then(|()| self.solve_task(task, groups, gram.as_ref(), &mut cache, &watch))
                    .map_err(|error| with_largest(error, &self.samples));
                watch.solved();
                let failed = result.is_err();
                *results[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                if failed {
                    next.store(order.len(), Ordering::Relaxed);
                }
            }
        });
        let mut fitted = Vec::with_capacity(tasks.len());
        let mut error = None;
        for result in results {
            match result.into_inner().unwrap_or_else(PoisonError::into_inner) {
                Some(Ok(solved)) => fitted.push(solved),
                Some(Err(failed)) => error = error.or(Some(failed)),
                None => {}
            }
        }
        error.map_or(Ok(fitted), Err)
    }

    /// The kernel matrix of the samples of some groups.
    fn gram<'b, T: Scalar>(
        &'b self,
        points: Option<&'b Points<T>>,
        groups: &[Vec<u32>],
        chosen: &[usize],
    ) -> Box<dyn Gram<T> + 'b> {
        let ids = || -> Vec<u32> { chosen.iter().flat_map(|&group| &groups[group]).copied().collect() };
        match (self.kernel.computed(), points) {
            (Computed::Table, _) => Box::new(TableGram::new(self.samples, ids())),
            (Computed::Function(function), _) => {
                Box::new(FunctionGram::new(function.clone(), &self.samples, &ids()))
            }
            (Computed::Dot(kernel), Some(points)) => {
                Box::new(DenseGram::new(points, self.samples, chosen, kernel.rounded(), self.pool))
            }
            (Computed::Dot(kernel), None) => {
                Box::new(SparseGram::new(self.samples, &ids(), kernel.rounded(), self.pool))
            }
        }
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
