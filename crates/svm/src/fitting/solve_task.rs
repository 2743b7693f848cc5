//! Solving one problem: how far, and what to make of the solution.

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::row_cache::RowCache;
use crate::options::Precision;
use crate::problem::dual::{Solution, sample_coefficients};
use crate::problem::fitted::Fitted;
use crate::problem::form::Form;
use crate::solvers::watch::Watch;

/// The share of the tolerance that a fit in f32 is solved to: the rest is for its rounding.
const SHARE_IN_F32: f64 = 0.95;

/// How many times its root mean square the error of a gradient may be, among as many as there are variables.
const LARGEST_ERROR: f64 = 6.0;

/// The gap, relative to the largest gradient, at which a margin that is not above it counts as none: the classes' hulls
/// are then nearer to each other than some 1e-4 of their size.
const NO_MARGIN: f64 = 1e-7;

/// The finest gap that f64 tells from rounding, relative to the largest gradient.
const ROUNDING: f64 = 1e-13;

/// What rounding makes of a gradient in the precision of `T`, relative to the largest that there can be.
fn rounding<T: Scalar>() -> f64 {
    64.0 * T::EPSILON.to_f64()
}

/// How much finer a tolerance becomes at once where the margin is not known yet.
const STEP: f64 = 0.1;

/// A solved problem.
pub(crate) struct Solved {
    pub fitted: Fitted,
    /// The variables, where the kernel's rounding was too coarse for the tolerance.
    pub coarse: Option<Vec<f64>>,
}

impl Setting<'_> {
    /// Solves a problem to within the tolerance.
    ///
    /// The tolerance is meant for gradients of the size of 1. Where the bounds keep them below that (a tiny C, a small nu
    /// of a one-class SVM) it shrinks with them. A margin that is scaled to 1 afterwards scales the gap as well.
    pub(crate) fn solve_task<T: Scalar>(
        &self,
        task: &Task,
        groups: &[Vec<u32>],
        gram: &dyn Gram<T>,
        cache: &mut RowCache<T>,
        watch: &Watch<'_>,
    ) -> Result<Solved, SvmError> {
        let mut options = self.options;
        let mut dual = task.dual.clone();
        let diagonal = gram.diagonal().iter().fold(0.0_f64, |largest, k| largest.max(k.to_f64().abs()));
        // What all coefficients together can make of a kernel value.
        let size = dual.reach() * diagonal;
        options.tolerance *= if size > 0.0 { size.min(1.0) } else { 1.0 };
        let claimed = options.tolerance;
        if size_of::<T>() == size_of::<f32>() {
            options.tolerance *= SHARE_IN_F32;
        }
        let scaled = task.form == Form::NuSvc;
        // The objective of nu-SVC is divided by the square of the margin, whose error may be half the gap: its relative
        // error is as large as the gap.
        let target = if scaled { 0.25 * claimed } else { claimed };
        let mut iterations = 0;
        loop {
            let solution = crate::solvers::solve(&dual, gram, &options, cache, watch)?;
            if let Some(at) = solution.gradient.iter().position(|g| g.is_nan()) {
                let rows = || task.groups.iter().flat_map(|&group| &groups[group]);
                let row = rows().nth(at % gram.len()).map_or(at, |&row| row as usize);
                return Err(SvmError::Kernel { value: f64::NAN, row, column: row, largest: None });
            }
            iterations += solution.iterations;
            let limited = iterations >= options.limit(dual.variables());
            let mut fitted = Fitted::new(task.form, &dual, &solution, gram.len());
            fitted.report.iterations = iterations;
            // The margin is known to within the gap and the rounding of the kernel only.
            let rounding = rounding::<T>() * size;
            let unknown = scaled && fitted.half_distance <= solution.gap + rounding;
            let vanished = unknown
                && self.options.max_iterations.is_none()
                && (limited || solution.gap <= rounding.max(NO_MARGIN * size));
            if vanished && size_of::<T>() == size_of::<f32>() && self.options.precision == Precision::Auto {
                return Ok(Solved { fitted, coarse: Some(solution.beta) });
            }
            fitted.no_margin = vanished;
            let finest = options.tolerance <= ROUNDING * size;
            if task.form == Form::OneClass {
                fitted.leave_inside(&dual, &solution, rounding);
            }
            let done = !scaled || fitted.report.kkt_gap <= target;
            if done || limited || finest || fitted.no_margin {
                let mut coarse = None;
                if !limited && self.is_coarse::<T>(task, groups, &solution, &fitted, claimed) {
                    coarse = Some(solution.beta);
                }
                return Ok(Solved { fitted, coarse });
            }
            // The gap in the units that it is stopped at, a little below what is needed.
            options.tolerance *= if unknown { STEP } else { 0.9 * target / fitted.report.kkt_gap };
            dual.beta = solution.beta;
        }
    }

    /// Whether the gap of a fit in f32 may be above the tolerance in f64.
    fn is_coarse<T: Scalar>(
        &self,
        task: &Task,
        groups: &[Vec<u32>],
        solution: &Solution,
        fitted: &Fitted,
        claimed: f64,
    ) -> bool {
        if size_of::<T>() != size_of::<f32>() || self.options.precision != Precision::Auto {
            return false;
        }
        let rows: Vec<u32> = task.groups.iter().flat_map(|&group| &groups[group]).copied().collect();
        let coefficients = sample_coefficients(&solution.beta, rows.len());
        let error = self.gradient_error(&rows, &coefficients, &task.dual.linear, &solution.gradient);
        let scale = if task.form == Form::NuSvc { 1.0 / fitted.half_distance } else { 1.0 };
        let gap = fitted.report.kkt_gap + 2.0 * LARGEST_ERROR * error * scale;
        // Also where it is not a number.
        gap.is_nan() || gap > claimed
    }
}
