//! Sequential minimal optimisation with second-order working sets: the fast solver.
//!
//! An iteration is two passes over the active variables. The first brings the gradient up to date with the last step
//! and finds the variable i whose gradient is least among those that may be raised. The second finds its partner j.
//! Kernel rows are cached; a row that is missing is computed together with those of the variables that violate the
//! conditions of the optimum most, which are likely to be needed next, as one matrix product.
//!
//! Problems of three sizes are solved in three ways. While many samples are active, the work goes on in rounds over
//! [working sets](super::working_sets). When fewer are left, by iterations over all that are active. When their kernel
//! matrix fits the cache, each of its rows is computed once.
//!
//! *Shrinking*: a sample all of whose variables lie at a bound and are pushed against it harder than any violating
//! pair could pull is set aside. The problem is compacted when half of the active samples can go; the gradient of
//! the others is computed anew when the rest has reached the tolerance, and the work goes on with all if it must.
//!
//! Sources: R.-E. Fan, P.-H. Chen, C.-J. Lin, *Working set selection using second order information*, JMLR 6, 2005;
//! T. Joachims, *Making large-scale SVM learning practical*, 1999; C.-C. Chang, C.-J. Lin, *LIBSVM*, 2011.

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::row_cache::RowCache;
use crate::options::Options;
use crate::problem::dual::{Dual, Solution};
use crate::solvers::active::Active;
use crate::solvers::watch::Watch;
use crate::solvers::working_sets::WorkingSets;

/// Iterations between two attempts to shrink.
const SHRINK_EVERY: u64 = 1000;

pub(crate) fn solve<T: Scalar>(
    dual: &Dual,
    gram: &dyn Gram<T>,
    options: &Options,
    cache: &mut RowCache<T>,
    watch: &Watch<'_>,
) -> Result<Solution, SvmError> {
    let mut beta = dual.beta.clone();
    let mut gradient = dual.gradient(gram, &beta);
    let (mut iterations, limit) = (0, options.limit(dual.variables()));
    let shrink_every = SHRINK_EVERY.min(dual.variables() as u64).max(1);

    loop {
        // All samples are active.
        let mut active = Active::new(dual, gram, beta, gradient);
        let large = |active: &Active<T>| active.samples() >= options.working_sets_from;
        let mut sets = WorkingSets::new(options.tolerance, limit, watch);
        cache.reset(gram.len(), if large(&active) { WorkingSets::<T>::BATCH } else { gram.batch() });
        let mut kept: Vec<u32> = (0..gram.len() as u32).collect();
        let mut part: Option<Box<dyn Gram<T> + '_>> = None;
        let gap = loop {
            let matrix = part.as_deref().unwrap_or(gram);
            let outcome = if large(&active) {
                sets.round(&mut active, matrix, cache, &mut iterations)?
            } else {
                let until = if options.shrinking { iterations + shrink_every } else { u64::MAX };
                active.iterate(matrix, options.tolerance, cache, &mut iterations, until.min(limit), watch)?
            };
            if outcome.optimal || iterations >= limit {
                break outcome.gap;
            }
            if !options.shrinking {
                continue;
            }
            let going = active.shrinkable(&outcome.extremes);
            if 2 * going.iter().filter(|&&goes| goes).count() >= going.len() {
                let stay: Vec<u32> = (0..going.len() as u32).filter(|&s| !going[s as usize]).collect();
                if stay.is_empty() {
                    break outcome.gap;
                }
                active.compact(&stay);
                sets.clear();
                cache.compact(&stay);
                kept = stay.iter().map(|&s| kept[s as usize]).collect();
                // The old copy of the samples goes before the new one is made.
                drop(part.take());
                part = Some(gram.subset(&kept));
            }
        };
        let complete = part.is_none();
        (beta, gradient) = active.expand(dual, gram, &kept, complete);
        let whole_gap = if complete { gap } else { dual.gap(&beta, &gradient) };
        if complete || whole_gap <= options.tolerance || iterations >= limit {
            return Ok(Solution { beta, gradient, iterations, gap: whole_gap.max(0.0) });
        }
    }
}
