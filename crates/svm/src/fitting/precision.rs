//! Whether f32 is precise enough for the kernel values of a fit.

use crate::fitting::setting::Setting;
use crate::fitting::task::Task;
use crate::kernels::dot_kernel::Computed;
use crate::kernels::evaluate::evaluate_rows;
use crate::kernels::kernel::Kernel;
use crate::options::Precision;

/// The finest tolerance that f32 is used for.
const FINEST: f64 = 1e-5;

/// Sizes of squared norms and of parameters whose products f32 holds with all their digits.
const IN_F32: std::ops::Range<f64> = 1e-24..1e24;

/// Linear terms up to which the second-order gain of a pair is finite in f32.
const LARGEST_LINEAR: f64 = 1e15;

/// Variables whose gradient is computed again in f64 after a fit in f32.
const SPOTS: usize = 4;

impl Setting<'_> {
    /// Whether kernel values of all tasks may be rounded to f32.
    pub fn single_for(&self, tasks: &[Task]) -> bool {
        let duals = || tasks.iter().map(|task| &task.dual);
        let bound = duals().map(|dual| dual.largest_bound() / dual.reach().min(1.0));
        let linear = duals().flat_map(|dual| &dual.linear).all(|q| q.abs() <= LARGEST_LINEAR);
        // `all` with comparisons that are false for NaN, not the largest of all.
        match self.options.precision {
            Precision::F32 => true,
            _ => linear && bound.into_iter().all(|bound| self.single(bound)),
        }
    }

    /// Whether kernel values may be rounded to f32: where that stays far below the tolerance for coefficients of up to
    /// `c`, and every number has a place in f32.
    ///
    /// The gradient is a sum of coefficients of up to C times kernel values with a relative error of some 2^-24 of
    /// the terms they are computed from. A gradient between the bounds is of the size of 1; the rounding errors of a
    /// few hundred terms of size C largely cancel.
    pub fn single(&self, c: f64) -> bool {
        match self.options.precision {
            Precision::F32 => true,
            Precision::F64 => false,
            Precision::Auto => self.fits_f32() && self.coarse_enough(c),
        }
    }

    /// Whether no number of the kernel leaves the range of f32, nor the part of it where small numbers lose digits.
    fn fits_f32(&self) -> bool {
        let moments = &self.moments;
        let fits = |size: f64| size == 0.0 || IN_F32.contains(&size.abs());
        let parameters = match &self.kernel {
            Kernel::Polynomial { coef0, .. } | Kernel::Sigmoid { coef0, .. } => fits(*coef0),
            _ => true,
        };
        parameters
            && self.kernel.gamma().is_none_or(fits)
            && fits(moments.mean_square)
            && fits(moments.variance)
            && moments.magnitude < IN_F32.end.sqrt()
    }

    /// Whether the rounding of f32 stays far below the tolerance.
    fn coarse_enough(&self, c: f64) -> bool {
        let moments = &self.moments;
        let gamma = self.kernel.gamma().unwrap_or(1.0);
        let size = match &self.kernel {
            // Of dense samples distances are taken from their means.
            Kernel::Rbf { .. } if self.samples.is_dense() => {
                1.0 + 4.0 * gamma * moments.variance * self.samples.columns() as f64
            }
            Kernel::Rbf { .. } => 1.0 + 4.0 * gamma * moments.mean_square,
            Kernel::Linear => 4.0 * moments.mean_square,
            Kernel::Polynomial { degree, coef0, .. } => {
                let inner = gamma * 4.0 * moments.mean_square + coef0.abs();
                f64::from(*degree) * inner.powf(f64::from(*degree))
            }
            Kernel::Sigmoid { coef0, .. } => 1.0 + 4.0 * gamma * moments.mean_square + coef0.abs(),
            Kernel::Precomputed | Kernel::Custom(_) => return false,
        };
        let rounding = size * c * 2.0_f64.powi(-24);
        self.options.tolerance >= FINEST && 50.0 * rounding < self.options.tolerance
    }

    /// The root of the mean squared error of a gradient, from a few variables for which it is computed again in f64.
    ///
    /// `rows` are the samples of the problem and `coefficients` theirs; `linear` and `gradient` have one number for each
    /// variable.
    pub fn gradient_error(
        &self,
        rows: &[u32],
        coefficients: &[f64],
        linear: &[f64],
        gradient: &[f64],
    ) -> f64 {
        let Computed::Dot(kernel) = self.kernel.computed() else { return f64::INFINITY };
        let variables = gradient.len();
        let spots = SPOTS.min(variables);
        let square = |spot: usize| {
            // From the middle of equal parts.
            let v = (2 * spot + 1) * variables / (2 * spots);
            let own = rows[v % rows.len()] as usize;
            let terms = rows.iter().zip(coefficients).filter(|(_, coefficient)| **coefficient != 0.0);
            let sum: f64 = terms
                .map(|(&row, coefficient)| {
                    coefficient * evaluate_rows(kernel, (&self.samples, own), (&self.samples, row as usize))
                })
                .sum();
            let error = sum + linear[v] - gradient[v];
            error * error
        };
        ((0..spots).map(square).sum::<f64>() / spots.max(1) as f64).sqrt()
    }
}
