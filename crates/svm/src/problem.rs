//! What every fit does: check the options, choose the precision, lay the samples out, solve problems on threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use pellucid_compute::{Pool, Scalar};

use crate::cache::RowCache;
use crate::distance::Cancellation;
use crate::dual::Dual;
use crate::formulation::{Fitted, Form};
use crate::gram::{DenseGram, FunctionGram, Gram, KeptRows, SharedGram, SparseGram, TableGram};
use crate::kernel::Shape;
use crate::moments::{Moments, medians};
use crate::points::Points;
use crate::precomputed::check_table;
use crate::task::Solved;
use crate::watch::Watch;
use crate::{Kernel, Observer, Options, Samples, SvmError};

/// Groups from which on their samples must be worth a panel each.
const MANY: usize = 64;

/// The samples of a group that are worth it, on average.
const FEW: usize = 8;

/// Samples, a kernel whose gamma is a number, and how to fit.
pub(crate) struct Setting<'a> {
    pub samples: Samples<'a>,
    pub kernel: Kernel,
    pub options: Options,
    pub pool: &'a Pool,
    pub(crate) moments: Moments,
    /// What distances of dense samples are measured from.
    centre: Option<Vec<f64>>,
}

/// Kernel rows of all groups that outlive a call of [`Setting::solve`], in the precision of the last.
#[derive(Default)]
pub(crate) struct KernelStore {
    single: Option<KeptRows<f32>>,
    double: Option<KeptRows<f64>>,
}

/// A problem over some groups of samples, side by side.
#[derive(Clone)]
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
        let moments = if precomputed { Moments::default() } else { Moments::new(&samples) };
        let kernel = kernel.resolve(&samples, moments.variance)?;
        let centre = centre(&kernel, &samples, &moments);
        Ok(Self { samples, kernel, options, pool, moments, centre })
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
        let (samples, bytes) = (groups.iter().map(Vec::len).sum(), self.options.cache_bytes / 2);
        if !self.single_for(tasks) {
            let kept = store.map(|store| {
                store.single = None;
                &*store.double.get_or_insert_with(|| KeptRows::new(samples, bytes))
            });
            let solved = self.solve_in::<f64>(groups, tasks, kept, observer)?;
            return Ok(solved.into_iter().map(|solved| solved.fitted).collect());
        }
        let kept = store.map(|store| {
            store.double = None;
            &*store.single.get_or_insert_with(|| KeptRows::new(samples, bytes))
        });
        let mut solved = self.solve_in::<f32>(groups, tasks, kept, observer)?;
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
                places.into_iter().zip(self.solve_in::<f64>(groups, &again, None, observer)?)
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
        observer: Option<Observer<'_>>,
    ) -> Result<Vec<Solved>, SvmError> {
        // Every group begins a panel: many groups of a few samples each would be nothing but padding.
        let few = groups.len() >= MANY && groups.iter().map(Vec::len).sum::<usize>() < FEW * groups.len();
        let points = (self.samples.is_dense()
            && !few
            && !matches!(self.kernel, Kernel::Precomputed | Kernel::Custom(_)))
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
        let watch = Watch::new(observer, tasks.len());
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
                    .map_err(|error| error.with_largest_of(&self.samples));
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
        if let Some(points) = points {
            return Box::new(DenseGram::new(
                points,
                self.samples,
                chosen,
                Shape::of(&self.kernel),
                self.pool,
            ));
        }
        let ids: Vec<u32> = chosen.iter().flat_map(|&group| &groups[group]).copied().collect();
        match &self.kernel {
            Kernel::Precomputed => Box::new(TableGram::new(self.samples, ids)),
            Kernel::Custom(function) => Box::new(FunctionGram::new(function.clone(), &self.samples, &ids)),
            kernel => Box::new(SparseGram::new(self.samples, &ids, Shape::of(kernel), self.pool)),
        }
    }
}

/// Where distances are measured from: the means; the medians where a few rows have moved the means so far that
/// distances would lose digits.
pub(crate) fn centre(kernel: &Kernel, samples: &Samples<'_>, moments: &Moments) -> Option<Vec<f64>> {
    if !(matches!(kernel, Kernel::Rbf { .. }) && samples.is_dense()) {
        return None;
    }
    let check = Cancellation::new::<f32>(kernel.gamma().unwrap_or(1.0), samples.columns());
    let means = &moments.means;
    let far = !check.harmless(2.0 * moments.largest) || means.iter().any(|mean| !mean.is_finite());
    Some(if far { medians(samples) } else { means.clone() })
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
