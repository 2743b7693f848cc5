//! Three ways to the same optimum.

mod active;
mod platt;
mod second_order;
pub(crate) mod select;
mod simplified;
mod violators;
pub(crate) mod watch;
mod working_sets;

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::row_cache::RowCache;
use crate::options::{Options, Solver};
use crate::problem::dual::{Dual, Solution};
use crate::solvers::watch::Watch;

/// Solves a problem by the method of the options.
pub(crate) fn solve<T: Scalar>(
    dual: &Dual,
    gram: &dyn Gram<T>,
    options: &Options,
    cache: &mut RowCache<T>,
    watch: &Watch<'_>,
) -> Result<Solution, SvmError> {
    match options.solver {
        Solver::Simplified => simplified::solve(dual, gram, options, watch),
        Solver::Platt => platt::solve(dual, gram, options, cache, watch),
        Solver::SecondOrder => second_order::solve(dual, gram, options, cache, watch),
    }
}
