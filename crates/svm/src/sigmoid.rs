//! A sigmoid that turns decision values into probabilities: P(positive | f) = 1 / (1 + exp(A f + B)).
//!
//! Sources: J. Platt, *Probabilistic outputs for support vector machines*, 1999; H.-T. Lin, C.-J. Lin, R. C. Weng, *A
//! note on Platt's probabilistic outputs for support vector machines*, Machine Learning 68, 2007.

/// The slope A, below zero where large values speak for the positive class, and the offset B.
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
    pub fn fit(samples: &[(f64, bool)]) -> Self {
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
}
