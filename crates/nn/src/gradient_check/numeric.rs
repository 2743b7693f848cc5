//! The derivative of a function by differences.

/// The step, near epsilon^(1/5): see the [module](super).
pub const STEP: f64 = 1.0 / 1024.0;

/// How far two estimates may lie apart, relative to the derivative, before a kink is suspected.
const AGREEMENT: f64 = 1e-7;

/// Steps that are tried, each a quarter of the one before.
const TRIALS: u32 = 6;

/// The least bend at 0, relative to the derivative, that is taken for a kink if it does not shrink with the step.
const BEND: f64 = 1e-5;

/// How many times its rounding a derivative must be for its digits to count: near one over [`AGREEMENT`].
pub(super) const DIGITS: f64 = (1 << 26) as f64;

/// A derivative, and the rounding that it is off by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub value: f64,
    pub rounding: f64,
}

/// The derivative at 0 of the sum of the components of `f`, by Richardson's extrapolation; `None` on a kink, NaN where `f` is
/// not finite. `scale` is the size that derivatives have here, below which differences do not count.
pub(super) fn derivative(scale: f64, mut f: impl FnMut(f64) -> Vec<f64>) -> Option<Estimate> {
    let here = f(0.0);
    let size_of_f: f64 = here.iter().map(|x| x.abs()).sum();
    // The central difference, and how far the one-sided ones lie apart: h f'' where f is smooth, the same for every h on a
    // kink, where the central one is the mean of the two slopes.
    let mut differences = |h: f64| {
        let (above, below) = (f(h), f(-h));
        // Component by component, so that the rounding of the sum does not count.
        let central = above.iter().zip(&below).map(|(above, below)| above - below).sum::<f64>();
        let sides = above.iter().zip(&below).zip(&here);
        let bend = sides.map(|((above, below), here)| (above - here) - (here - below)).sum::<f64>();
        (central / (2.0 * h), (bend / h).abs())
    };
    let mut h = STEP;
    let mut coarse = differences(h);
    for _ in 0..TRIALS {
        let fine = differences(h / 2.0);
        let rounding = f64::EPSILON * size_of_f / h;
        if !(fine.0.is_finite() && coarse.0.is_finite() && rounding.is_finite()) {
            return Some(Estimate { value: f64::NAN, rounding: 0.0 });
        }
        let size = fine.0.abs().max(scale).max(DIGITS * rounding);
        let agree = (coarse.0 - fine.0).abs() <= AGREEMENT * size;
        let kink = fine.1 > BEND * size && fine.1 > 0.75 * coarse.1;
        if agree && !kink {
            return Some(Estimate { value: (4.0 * fine.0 - coarse.0) / 3.0, rounding });
        }
        h /= 4.0;
        coarse = differences(h);
    }
    None
}

#[cfg(test)]
mod tests {
    fn derivative(scale: f64, f: impl FnMut(f64) -> Vec<f64>) -> Option<f64> {
        super::derivative(scale, f).map(|estimate| estimate.value)
    }

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
        assert!(derivative(1.0, |h| vec![(h + 1e-9).max(0.0)]).is_none());
        // At the very kink central differences agree with each other, on the mean of the two slopes.
        assert!(derivative(1.0, |h| vec![relu(h)]).is_none());
        assert!(derivative(1.0, |h| vec![h.abs() + 0.1 * h * h]).is_none());
        // A strong bend is no kink.
        assert!((derivative(1.0, |h| vec![1e4 * h * h + h]).unwrap() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_is_no_kink() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(derivative(1.0, |_| vec![1.0, bad]).is_some_and(f64::is_nan));
            assert!(derivative(1.0, |h| vec![if h > 0.0 { bad } else { 1.0 }]).is_some_and(f64::is_nan));
        }
    }
}
