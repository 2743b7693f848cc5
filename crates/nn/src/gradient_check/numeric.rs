//! The derivative of a function by differences.

/// The step, near epsilon^(1/5): see the [module](super).
pub const STEP: f64 = 1.0 / 1024.0;

/// How far two estimates may lie apart, relative to the derivative, before a kink is suspected.
const AGREEMENT: f64 = 1e-7;

/// Steps that are tried, each a quarter of the one before.
const TRIALS: u32 = 6;

/// The derivative at 0 of the sum of the components of `f`, by Richardson's extrapolation; `None` on a kink.
/// `scale` is the size that derivatives have here, below which differences do not count.
pub(super) fn derivative(scale: f64, mut f: impl FnMut(f64) -> Vec<f64>) -> Option<f64> {
    let mut central = |h: f64| {
        let (above, below) = (f(h), f(-h));
        // Component by component, so that the rounding of the sum does not count.
        above.iter().zip(&below).map(|(above, below)| above - below).sum::<f64>() / (2.0 * h)
    };
    let mut h = STEP;
    let mut coarse = central(h);
    for _ in 0..TRIALS {
        let fine = central(h / 2.0);
        if (coarse - fine).abs() <= AGREEMENT * f64::max(fine.abs(), scale) {
            return Some((4.0 * fine - coarse) / 3.0);
        }
        h /= 4.0;
        coarse = central(h);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_are_differentiated_to_twelve_digits() {
        for x in [-2.0_f64, 0.3, 1.0, 4.0] {
            let d = derivative(1.0, |h| vec![(x + h).sin(), (x + h).exp()]).unwrap();
            let exact = x.cos() + x.exp();
            assert!(((d - exact) / exact).abs() < 1e-11, "{d} {exact}");
        }
    }

    #[test]
    fn a_kink_nearby_is_stepped_around_and_one_at_the_point_is_told() {
        let relu = |x: f64| x.max(0.0);
        assert!((derivative(1.0, |h| vec![3.0 * relu(1e-4 + h)]).unwrap() - 3.0).abs() < 1e-9);
        assert!(derivative(1.0, |h| vec![relu(-1e-4 + h)]).unwrap().abs() < 1e-9);
        // |x| at 0: both one-sided differences cancel, so look at a kink with a slope.
        assert!(derivative(1.0, |h| vec![(h + 1e-9).max(0.0)]).is_none());
    }
}
