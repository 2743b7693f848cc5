//! What every fit does: check the options, choose the precision, lay the samples out, solve problems on threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use pellucid_compute::{Pool, Scalar};

use crate::cache::RowCache;
use crate::dual::Dual;
use crate::formulation::{Fitted, Form};
use crate::gram::{DenseGram, FunctionGram, Gram, KeptRows, SharedGram, SparseGram, TableGram};
use crate::kernel::Shape;
use crate::points::Points;
use crate::precomputed::check_table;
use crate::watch::Watch;
use crate::{Kernel, Observer, Options, Precision, Samples, SvmError};

/// Squared norms above this could exceed what f32 holds.
const LARGEST_IN_F32: f64 = 1e34;

/// The finest tolerance of a problem that is scaled afterwards, relative to the one asked for. Where the margin of
/// nu-SVC vanishes, no tolerance would do.
const FINEST: f64 = 1e-4;

/// Samples, a kernel whose gamma is a number, and how to fit.
pub(crate) struct Setting<'a> {
    pub samples: Samples<'a>,
    pub kernel: Kernel,
    pub options: Options,
    pub pool: &'a Pool,
    means: Vec<f64>,
    variance: f64,
}

/// Kernel rows of all groups that outlive a call of [`Setting::solve`], in the precision of the last.
#[derive(Default)]
pub(crate) struct KernelStore {
    single: Option<KeptRows<f32>>,
    double: Option<KeptRows<f64>>,
}

/// A problem over some groups of samples, side by side.
pub(crate) struct Task {
    pub groups: Vec<usize>,
    pub dual: Dual,
    pub form: Form,
}

impl<'a> Setting<'a> {
    pub fn new(
        samples: Samples<'a>,
        kernel: &Kernel,
        options: Options,
        pool: &'a Pool,
    ) -> Result<Self, SvmError> {
        options.check()?;
        samples.check()?;
        let precomputed = matches!(kernel, Kernel::Precomputed);
        if precomputed {
            check_table(&samples)?;
        }
        let (means, variance) = if precomputed { (Vec::new(), 1.0) } else { samples.moments() };
        let kernel = kernel.resolve(&samples, variance)?;
        Ok(Self { samples, kernel, options, pool, means, variance })
    }

    /// Solves all tasks over the groups of rows; kernel rows in a store, which must be of this setting and these
    /// groups, are not computed again, and others are added to it.
    pub fn solve(
        &self,
        groups: &[Vec<u32>],
        tasks: &[Task],
        store: Option<&mut KernelStore>,
        observer: Option<Observer<'_>>,
    ) -> Result<Vec<Fitted>, SvmError> {
        let largest = tasks.iter().flat_map(|task| &task.dual.upper).fold(0.0_f64, |a, &b| a.max(b));
        let (samples, bytes) = (groups.iter().map(Vec::len).sum(), self.options.cache_bytes / 2);
        if self.single(largest) {
            let kept = store.map(|store| {
                store.double = None;
                &*store.single.get_or_insert_with(|| KeptRows::new(samples, bytes))
            });
            self.solve_in(groups, tasks, kept, observer)
        } else {
            let kept = store.map(|store| {
                store.single = None;
                &*store.double.get_or_insert_with(|| KeptRows::new(samples, bytes))
            });
            self.solve_in(groups, tasks, kept, observer)
        }
    }

    /// Whether kernel values may be rounded to f32: where that stays far below the tolerance.
    ///
    /// The gradient is a sum of coefficients of up to C times kernel values with a relative error of some 2^-24 of
    /// the terms they are computed from. A gradient between the bounds is of the size of 1; the rounding errors of a
    /// few hundred terms of size C largely cancel.
    pub fn single(&self, c: f64) -> bool {
        match self.options.precision {
            Precision::F32 => true,
            Precision::F64 => false,
            Precision::Auto => {
                let square = self.means.iter().map(|mean| mean * mean).sum::<f64>();
                // The mean squared norm; of the centred samples for RBF.
                let spread = self.variance * self.samples.columns() as f64;
                if spread + square > LARGEST_IN_F32 {
                    return false;
                }
                let size = match &self.kernel {
                    Kernel::Rbf { .. } => 1.0 + 4.0 * self.kernel.gamma().unwrap_or(1.0) * spread,
                    Kernel::Linear => 4.0 * (spread + square),
                    Kernel::Polynomial { degree, coef0, .. } => {
                        let inner =
                            self.kernel.gamma().unwrap_or(1.0) * 4.0 * (spread + square) + coef0.abs();
                        f64::from(*degree) * inner.powf(f64::from(*degree))
                    }
                    Kernel::Sigmoid { coef0, .. } => {
                        1.0 + 4.0 * self.kernel.gamma().unwrap_or(1.0) * (spread + square) + coef0.abs()
                    }
                    Kernel::Precomputed | Kernel::Custom(_) => return false,
                };
                let rounding = size * c.min(1e3) * 2.0_f64.powi(-24);
                self.options.tolerance >= 1e-5 && 50.0 * rounding < self.options.tolerance
            }
        }
    }

    /// The centre that distances may be measured from.
    pub fn centre(&self) -> Option<&[f64]> {
        matches!(self.kernel, Kernel::Rbf { .. }).then_some(&self.means[..])
    }

    fn solve_in<T: Scalar>(
        &self,
        groups: &[Vec<u32>],
        tasks: &[Task],
        kept: Option<&KeptRows<T>>,
        observer: Option<Observer<'_>>,
    ) -> Result<Vec<Fitted>, SvmError> {
        let points = (self.samples.is_dense()
            && !matches!(self.kernel, Kernel::Precomputed | Kernel::Custom(_)))
        .then(|| {
            let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
            Points::<T>::new(&self.samples, &groups, self.centre(), self.pool)
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
        let watch = Watch::new(observer, tasks.len());
        let results: Vec<Mutex<Option<Result<Fitted, SvmError>>>> =
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
                    .and_then(|()| self.solve_task(task, gram.as_ref(), &mut cache, &watch));
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

    /// Solves a problem; one that is scaled afterwards so that its scaled gap is within the tolerance.
    fn solve_task<T: Scalar>(
        &self,
        task: &Task,
        gram: &dyn Gram<T>,
        cache: &mut RowCache<T>,
        watch: &Watch<'_>,
    ) -> Result<Fitted, SvmError> {
        let mut options = self.options;
        let mut dual = task.dual.clone();
        // The objective of nu-SVC is divided by the square of the margin, whose error may be half the gap: its relative
        // error is as large as the gap.
        let target = self.options.tolerance * if task.form == Form::NuSvc { 0.25 } else { 1.0 };
        loop {
            let solution = crate::solvers::solve(&dual, gram, &options, cache, watch)?;
            let fitted = Fitted::new(task.form, &dual, &solution, gram.len());
            let limited = solution.iterations >= options.limit(dual.variables());
            let finest = options.tolerance <= self.options.tolerance * FINEST;
            if fitted.report.kkt_gap <= target || limited || finest {
                return Ok(fitted);
            }
            // The gap in the units that it is stopped at, a little below what is needed.
            options.tolerance *= (0.9 * target / fitted.report.kkt_gap).max(FINEST);
            dual.beta = solution.beta;
        }
    }

    /// The kernel matrix of the samples of some groups.
    fn gram<'b, T: Scalar>(
        &'b self,
        points: Option<&'b Points<T>>,
        groups: &[Vec<u32>],
        chosen: &[usize],
    ) -> Box<dyn Gram<T> + 'b> {
        if let Some(points) = points {
            return Box::new(DenseGram::new(points, chosen, Shape::of(&self.kernel), self.pool));
        }
        let ids: Vec<u32> = chosen.iter().flat_map(|&group| &groups[group]).copied().collect();
        match &self.kernel {
            Kernel::Precomputed => Box::new(TableGram::new(self.samples, ids)),
            Kernel::Custom(function) => Box::new(FunctionGram::new(function.clone(), &self.samples, &ids)),
            kernel => Box::new(SparseGram::new(&self.samples, &ids, Shape::of(kernel), self.pool)),
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
    Err(SvmError::Kernel { value: diagonal[at].to_f64(), row, column: row })
}
