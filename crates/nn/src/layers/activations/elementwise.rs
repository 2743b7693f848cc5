//! What an activation function is.

use pellucid_compute::Scalar;

use crate::layer::PlanError;

/// A function y = f(x) of each element by itself, which is a layer and can follow the sum of a
/// [`Dense`](crate::Dense) layer.
///
/// Both methods are given a part of the elements, on one thread; their loops belong inside
/// [`vectorized!`](pellucid_compute::vectorized).
pub(super) trait Elementwise: Copy {
    /// The name in files: `leaky_relu`.
    const KIND: &'static str;

    /// The name in the field's words: `LeakyReLU`.
    const NAME: &'static str;

    /// An example, by which the checks try it.
    const EXAMPLE: Self;

    /// Whether it has a kink, where it has no derivative.
    const KINKED: bool = false;

    /// Whether the derivative needs x, so that a dense layer must keep it. Those that can be told from y need less memory.
    const NEEDS_X: bool = false;

    /// x := f(x)
    fn apply<F: Scalar>(self, x: &mut [F]);

    /// dx := dy f'(x), from x where [`NEEDS_X`](Self::NEEDS_X), which is otherwise not x, and from y = f(x).
    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], x: &[F], y: &[F]);

    /// Checks the hyper-parameters.
    fn check<F: Scalar>(self) -> Result<(), PlanError> {
        Ok(())
    }
}
