//! The kernel of two rows.

use crate::input::samples::Samples;
use crate::kernels::distance::{inner_product, squared_distance};
use crate::kernels::dot_kernel::{Computed, DotKernel};
use crate::kernels::kernel::Kernel;

impl Kernel {
    /// Returns K(x, z) of two rows, in f64; what the shorter row lacks counts as zeros.
    ///
    /// # Panics
    /// Panics if the kernel is precomputed, which is no function of rows, or if `gamma` is not a number yet.
    pub fn evaluate(&self, x: &[f64], z: &[f64]) -> f64 {
        match self.computed() {
            Computed::Function(function) => function(x, z),
            Computed::Table => panic!("a precomputed kernel is not a function of rows"),
            Computed::Dot(kernel) => {
                let (x, z) = (Samples::dense(x, x.len()), Samples::dense(z, z.len()));
                evaluate_rows(kernel, (&x, 0), (&z, 0))
            }
        }
    }
}

/// The kernel of two rows of samples, term by term.
pub(crate) fn evaluate_rows(
    kernel: DotKernel<f64>,
    x: (&Samples<'_>, usize),
    z: (&Samples<'_>, usize),
) -> f64 {
    kernel.of_pair(|| squared_distance(x, z), || inner_product(x, z))
}

#[cfg(test)]
mod tests {
    use crate::kernels::kernel::{Gamma, Kernel};

    #[test]
    fn kernels_are_their_formulas() {
        let (x, z) = ([1.0, 2.0, -1.0], [0.5, -1.0, 2.0]);
        let (dot, distance) = (-3.5, 0.25_f64 + 9.0 + 9.0);
        let gamma = Gamma::Value(0.25);
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-15 * b.abs().max(1.0), "{a} {b}");
        close(Kernel::Linear.evaluate(&x, &z), dot);
        close(Kernel::polynomial(3, gamma, 1.0).evaluate(&x, &z), (0.25 * dot + 1.0_f64).powi(3));
        close(Kernel::rbf(gamma).evaluate(&x, &z), (-0.25 * distance).exp());
        close(Kernel::sigmoid(gamma, 0.5).evaluate(&x, &z), (0.25 * dot + 0.5_f64).tanh());
        close(Kernel::custom(|x, z| x[0] * z[0]).evaluate(&x, &z), 0.5);
    }
}
