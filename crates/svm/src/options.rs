//! How a fit is run: solver, tolerance, precision, memory.

use crate::error::SvmError;

/// The method that finds the optimum; all find the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Solver {
    /// The textbook's sequential minimal optimisation, with a full kernel matrix and partners drawn by chance: the
    /// one to read first.
    Simplified,
    /// Platt's: an error cache, passes over the samples between the bounds, the partner with the longest step.
    Platt,
    /// Working sets by second-order information, cached kernel rows, shrinking: the fast one.
    #[default]
    SecondOrder,
}

/// The precision of kernel values. Coefficients, gradients and sums are always in f64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// f32 if its rounding stays far below the tolerance, else f64.
    #[default]
    Auto,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

/// A preset of tolerance and limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// A tolerance of 0.01 and at most 100,000 iterations a binary problem: a first look.
    Fast,
    /// A tolerance of 0.001: what LIBSVM and scikit-learn do.
    #[default]
    Balanced,
    /// A tolerance of 1e-6 with kernels in f64: for comparisons.
    Exact,
}

/// How a fit is run.
///
/// ```
/// use pellucid_svm::{Effort, Options};
/// let options = Options { cache_bytes: 64 << 20, ..Options::from(Effort::Exact) };
/// assert_eq!(options.tolerance, 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The method.
    pub solver: Solver,
    /// The KKT gap at which a fit is done.
    pub tolerance: f64,
    /// The most iterations of a binary problem; the fit then ends with the gap it has, which [`Report::kkt_gap`] tells.
    /// `None` stands for LIBSVM's limit, the larger of 10^7 and 100 a variable: unscaled data can take for ever.
    ///
    /// [`Report::kkt_gap`]: crate::Report::kkt_gap
    pub max_iterations: Option<u64>,
    /// The most bytes for kernel values, of all threads together. Two rows of a problem are always kept.
    pub cache_bytes: usize,
    /// Set samples aside that seem to stay at their bounds.
    pub shrinking: bool,
    /// While this many samples of a problem are active, [`Solver::SecondOrder`] works in rounds over sets of 256; with
    /// fewer, pair by pair.
    pub working_sets_from: usize,
    /// The precision of kernel values.
    pub precision: Precision,
    /// The seed of [`Solver::Simplified`] and [`Solver::Platt`], which draw by chance.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self::from(Effort::Balanced)
    }
}

impl From<Effort> for Options {
    fn from(effort: Effort) -> Self {
        let balanced = Self {
            solver: Solver::SecondOrder,
            tolerance: 1e-3,
            max_iterations: None,
            cache_bytes: 128 << 20,
            shrinking: true,
            working_sets_from: 4000,
            precision: Precision::Auto,
            seed: 0,
        };
        match effort {
            Effort::Fast => Self { tolerance: 1e-2, max_iterations: Some(100_000), ..balanced },
            Effort::Balanced => balanced,
            Effort::Exact => Self { tolerance: 1e-6, precision: Precision::F64, ..balanced },
        }
    }
}

impl Options {
    /// The most iterations of a problem.
    pub(crate) fn limit(&self, variables: usize) -> u64 {
        self.max_iterations.unwrap_or_else(|| (100 * variables as u64).max(10_000_000))
    }

    pub(crate) fn check(&self) -> Result<(), SvmError> {
        if !(self.tolerance > 0.0 && self.tolerance.is_finite()) {
            return Err(SvmError::parameter("tolerance", "a finite number above 0", self.tolerance));
        }
        Ok(())
    }
}
