//! A sigmoid that turns decision values into probabilities: P(positive | f) = 1 / (1 + exp(A f + B)).
//!
//! Sources: J. Platt, *Probabilistic outputs for support vector machines*, 1999; H.-T. Lin, C.-J. Lin, R. C. Weng, *A
//! note on Platt's probabilistic outputs for support vector machines*, Machine Learning 68, 2007.

/// The slope A, below zero if large values speak for the positive class, and the offset B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sigmoid {
    pub a: f64,
    pub b: f64,
}

impl Sigmoid {
    /// The probability of the positive class, without overflow for any value.
    pub fn probability(self, value: f64) -> f64 {
        let z = self.a * value + self.b;
        if z >= 0.0 { (-z).exp() / (1.0 + (-z).exp()) } else { 1.0 / (1.0 + z.exp()) }
    }

    /// The sigmoid of greatest likelihood, by Newton's method with backtracking, for values and whether each is
    /// positive.
    ///
    /// The targets are not 0 and 1, but what Bayes's rule expects of as many new samples of either class:
    /// (N+ + 1) / (N+ + 2) and 1 / (N- + 2), so that separable values have a finite slope.
    ///
    /// Values are moved and scaled to [-1, 1] for it, so that neither their size nor what they have in common decides
    /// how well the search goes.
    pub fn fit(samples: &[(f64, bool)]) -> Self {
        let least = samples.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
        let largest = samples.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max);
        // Halves first: the difference of two numbers may be more than a number can hold.
        let (middle, half) = (least / 2.0 + largest / 2.0, largest / 2.0 - least / 2.0);
        if !(half > 0.0 && half.is_finite()) {
            // Equal values (or none) say nothing but how frequent the classes are.
            let alike: Vec<(f64, bool)> = samples.iter().map(|&(_, positive)| (0.0, positive)).collect();
            return Self::fit_scaled(&alike);
        }
        let scaled = samples.iter().map(|&(value, positive)| ((value - middle) / half, positive));
        let Self { a, b } = Self::fit_scaled(&scaled.collect::<Vec<_>>());
        Self { a: (a / half).clamp(f64::MIN, f64::MAX), b: b - a * (middle / half) }
    }

    /// [`Self::fit`] for values of the size of 1.
    fn fit_scaled(samples: &[(f64, bool)]) -> Self {
        const ITERATIONS: usize = 100;
        const SMALLEST_STEP: f64 = 1e-10;
        const RIDGE: f64 = 1e-12; // keeps the Hessian invertible
        const TOLERANCE: f64 = 1e-8;

        let positive = samples.iter().filter(|(_, positive)| *positive).count() as f64;
        let negative = samples.len() as f64 - positive;
        let target = |positive_: bool| {
            if positive_ { (positive + 1.0) / (positive + 2.0) } else { 1.0 / (negative + 2.0) }
        };
        // -log likelihood: sum of t z + log(1 + exp(-z)), z = A f + B.
        let loss = |sigmoid: Self| {
            let term = |&(value, positive): &(f64, bool)| {
                let z = sigmoid.a * value + sigmoid.b;
                target(positive) * z + (-z).max(0.0) + (-z.abs()).exp().ln_1p()
            };
            samples.iter().map(term).sum::<f64>()
        };
        let mut sigmoid = Self { a: 0.0, b: ((negative + 1.0) / (positive + 1.0)).ln() };
        let mut current = loss(sigmoid);
        for _ in 0..ITERATIONS {
            let (mut h_aa, mut h_bb, mut h_ab, mut g_a, mut g_b) = (RIDGE, RIDGE, 0.0, 0.0, 0.0);
            for &(value, positive) in samples {
                let p = sigmoid.probability(value);
                let (slope, curvature) = (target(positive) - p, p * (1.0 - p));
                h_aa += value * value * curvature;
                h_ab += value * curvature;
                h_bb += curvature;
                g_a += value * slope;
                g_b += slope;
            }
            if g_a.abs() < TOLERANCE && g_b.abs() < TOLERANCE {
                break;
            }
            let determinant = h_aa * h_bb - h_ab * h_ab;
            let (d_a, d_b) =
                ((h_ab * g_b - h_bb * g_a) / determinant, (h_ab * g_a - h_aa * g_b) / determinant);
            let descent = g_a * d_a + g_b * d_b;
            let mut step = 1.0;
            loop {
                let next = Self { a: sigmoid.a + step * d_a, b: sigmoid.b + step * d_b };
                let reached = loss(next);
                if reached < current + 1e-4 * step * descent {
                    (sigmoid, current) = (next, reached);
                    break;
                }
                step /= 2.0;
                if step < SMALLEST_STEP {
                    return sigmoid; // as low as rounding lets it be
                }
            }
        }
        sigmoid
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn separable_values_have_a_finite_slope() {
        let samples: Vec<(f64, bool)> = (-10..10).map(|i| (f64::from(i) + 0.5, i >= 0)).collect();
        let sigmoid = Sigmoid::fit(&samples);
        assert!(sigmoid.a < 0.0 && sigmoid.a.is_finite(), "{sigmoid:?}");
        assert!(sigmoid.b.abs() < 1e-6, "{sigmoid:?}");
        assert!(
            sigmoid.probability(10.0) > 0.9
                && sigmoid.probability(1e9) == 1.0
                && sigmoid.probability(-1e9) == 0.0
        );
    }

    #[test]
    fn values_that_say_nothing_give_the_share_of_the_class() {
        // Every value occurs as often with either outcome: A = 0, and P = the smoothed share.
        let samples: Vec<(f64, bool)> = (0..40).map(|i| (f64::from(i / 4), i % 4 == 0)).collect();
        let sigmoid = Sigmoid::fit(&samples);
        let share = (10.0 * 11.0 / 12.0 + 30.0 / 32.0) / 40.0;
        assert!(sigmoid.a.abs() < 1e-6 && (sigmoid.probability(3.0) - share).abs() < 1e-6, "{sigmoid:?}");
    }

    #[test]
    fn one_class_only_is_no_failure() {
        let sigmoid = Sigmoid::fit(&[(1.0, true), (2.0, true)]);
        assert!(sigmoid.a.is_finite() && sigmoid.probability(1.5) > 0.5);
    }

    /// Values of two overlapping classes.
    fn overlapping() -> Vec<(f64, bool)> {
        (0..60).map(|i| (f64::from(i % 30) / 10.0 - 1.5, i * i % 30 + i % 17 > 20)).collect()
    }

    proptest! {
        /// A sigmoid of s f is the sigmoid of f with A / s, whatever s is; B and the probabilities stay.
        #[test]
        fn the_scale_of_the_values_does_not_matter(exponent in -300.0_f64..300.0, negative: bool) {
            let scale = 10.0_f64.powf(exponent) * if negative { -1.0 } else { 1.0 };
            let samples = overlapping();
            let expected = Sigmoid::fit(&samples);
            let scaled: Vec<(f64, bool)> = samples.iter().map(|&(f, positive)| (scale * f, positive)).collect();
            let found = Sigmoid::fit(&scaled);
            prop_assert!((found.a * scale - expected.a).abs() <= 1e-6 * expected.a.abs(), "{:?} {:?}", found, expected);
            prop_assert!((found.b - expected.b).abs() <= 1e-6 * expected.b.abs().max(1.0), "{:?} {:?}", found, expected);
            for (&(f, _), &(scaled, _)) in samples.iter().zip(&scaled) {
                prop_assert!((found.probability(scaled) - expected.probability(f)).abs() < 1e-6);
            }
        }

        /// What all values have in common goes into B.
        #[test]
        fn a_common_offset_does_not_matter(offset in -1e6_f64..1e6) {
            let samples = overlapping();
            let moved: Vec<(f64, bool)> = samples.iter().map(|&(f, positive)| (f + offset, positive)).collect();
            let (expected, found) = (Sigmoid::fit(&samples), Sigmoid::fit(&moved));
            for (&(f, _), &(moved, _)) in samples.iter().zip(&moved) {
                prop_assert!((found.probability(moved) - expected.probability(f)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_ends_of_the_numbers_are_values_too() {
        for size in [f64::MIN_POSITIVE, 5e-324, f64::MAX] {
            let samples: Vec<(f64, bool)> =
                (0..20).map(|i| (if i < 10 { size } else { -size }, i < 10)).collect();
            let sigmoid = Sigmoid::fit(&samples);
            assert!(sigmoid.a.is_finite() && sigmoid.b.is_finite(), "{sigmoid:?}");
            if size > 1e-300 {
                // (N + 1) / (N + 2) of 10.
                assert!((sigmoid.probability(size) - 11.0 / 12.0).abs() < 1e-6, "{sigmoid:?}");
            }
        }
    }
}
