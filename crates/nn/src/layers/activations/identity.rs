//! The identity.

use pellucid_compute::Scalar;

use super::elementwise::Elementwise;

/// y = x; f'(x) = 1.
#[derive(Clone, Copy)]
pub(super) struct Identity;

impl Elementwise for Identity {
    const KIND: &'static str = "identity";
    const NAME: &'static str = "Identity";
    const EXAMPLE: Self = Self;

    fn apply<F: Scalar>(self, _x: &mut [F]) {}

    fn derivative<F: Scalar>(self, dx: &mut [F], dy: &[F], _x: &[F], _y: &[F]) {
        dx.copy_from_slice(dy);
    }
}
