//! Gradient clipping.

use pellucid_compute::Scalar;
use pellucid_compute::reduce::{norm, scaled_norm};

/// The factor that brings a gradient of more than the norm `limit` down to it, else 1. Where `F` cannot hold the factor, the
/// gradient itself is scaled and the factor is 1.
///
/// ```text
/// g := g min(1, limit / |g|)
/// ```
///
/// Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks* (2013).
pub(super) fn clip<F: Scalar>(gradient: &mut [F], limit: f64) -> F {
    let length = norm(gradient);
    if length <= limit {
        return F::ONE;
    }
    let factor = F::from_f64(limit / length);
    if factor >= F::MIN_POSITIVE {
        return factor;
    }
    // NaN comes here too, and stays.
    let (largest, rest) = scaled_norm(gradient);
    for g in gradient {
        *g = F::from_f64(g.to_f64() / largest * (limit / rest));
    }
    F::ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipped<F: Scalar>(gradient: &[f64], limit: f64) -> Vec<f64> {
        let mut gradient: Vec<F> = gradient.iter().map(|&g| F::from_f64(g)).collect();
        let factor = clip(&mut gradient, limit);
        gradient.into_iter().map(|g| (factor * g).to_f64()).collect()
    }

    #[test]
    fn gradients_of_any_size_get_the_length_that_is_asked_for() {
        let check = |x: Vec<f64>, limit: f64, precision: f64, what: &str| {
            let expected = [0.6 * limit, -0.8 * limit];
            for (x, expected) in x.iter().zip(expected) {
                assert!((x / expected - 1.0).abs() < precision, "{what}: {x} {expected}");
            }
        };
        for exponent in (-290..=307).step_by(7) {
            let size = 10.0_f64.powi(exponent);
            for limit in [1e-280, 1e-3, 1.0, 1e5].map(|limit: f64| limit.min(size)) {
                let x = clipped::<f64>(&[3.0 * size, -4.0 * size], limit);
                check(x, limit, 1e-13, &format!("{size} to {limit}"));
            }
        }
        for exponent in (-30..=37).step_by(3) {
            let size = 10.0_f64.powi(exponent);
            for limit in [1e-34, 1e-3, 1.0, 1e5].map(|limit: f64| limit.min(size)) {
                let x = clipped::<f32>(&[3.0 * size, -4.0 * size], limit);
                check(x, limit, 1e-6, &format!("{size} to {limit} in f32"));
            }
        }
        // The norm itself is beyond the largest number.
        let x = clipped::<f64>(&[1.5e308; 4], 1.0);
        assert!(x.iter().all(|x| (x - 0.5).abs() < 1e-15), "{x:?}");
    }

    #[test]
    fn short_gradients_stay_and_nan_is_not_hidden() {
        assert_eq!(clipped::<f32>(&[3e-30, 4e-30], 1.0), [f64::from(3e-30_f32), f64::from(4e-30_f32)]);
        assert_eq!(clipped::<f32>(&[0.0, 0.0], 1.0), [0.0, 0.0]);
        assert!(clipped::<f32>(&[f64::NAN, 1.0], 1.0).iter().all(|x| x.is_nan()));
        assert!(clipped::<f32>(&[f64::INFINITY, 1.0], 1.0)[0].is_nan());
    }
}
