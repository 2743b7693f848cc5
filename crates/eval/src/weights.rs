//! Weights of samples.

/// What makes weights of samples useless.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeightError {
    /// There is not one for each sample.
    #[error("expected {samples} weights, one a sample, got {weights}")]
    Length {
        /// Number of weights.
        weights: usize,
        /// Number of samples.
        samples: usize,
    },
    /// A weight is negative, NaN or infinite.
    #[error("expected weights that are finite and not negative, got {value} in row {row}")]
    Value {
        /// The weight found.
        value: f64,
        /// Its position, from 0.
        row: usize,
    },
    /// All weights are 0, or they are too large to be added.
    #[error("expected weights with a sum above 0 that is finite, got a sum of {sum}")]
    Sum {
        /// The sum found.
        sum: f64,
    },
}

/// The weight of each sample, 1 where none are given.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a>(Option<&'a [f64]>);

impl<'a> Weights<'a> {
    /// No weights.
    pub const ONES: Self = Self(None);

    /// Weights of so many samples.
    pub fn new(weights: &'a [f64], samples: usize) -> Result<Self, WeightError> {
        if weights.len() != samples {
            return Err(WeightError::Length { weights: weights.len(), samples });
        }
        if let Some(row) = weights.iter().position(|w| !(*w >= 0.0 && w.is_finite())) {
            return Err(WeightError::Value { value: weights[row], row });
        }
        let sum: f64 = weights.iter().sum();
        if sum > 0.0 && sum.is_finite() { Ok(Self(Some(weights))) } else { Err(WeightError::Sum { sum }) }
    }

    /// Returns the weight of a sample.
    pub fn at(self, row: usize) -> f64 {
        self.0.map_or(1.0, |weights| weights[row])
    }

    /// Returns the sum over so many samples.
    pub fn sum(self, samples: usize) -> f64 {
        self.0.map_or(samples as f64, |weights| weights.iter().sum())
    }

    /// `Σ w x / Σ w` over the samples in order.
    pub fn mean(self, values: impl ExactSizeIterator<Item = f64>) -> f64 {
        let total = self.sum(values.len());
        values.enumerate().map(|(row, x)| self.at(row) * x).sum::<f64>() / total
    }
}
