//! One number for each term of an objective, and the losses of a batch.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

/// The most terms of an objective.
pub const MAX_TERMS: usize = 8;

/// One number for each term of an objective, in memory of a fixed size.
///
/// ```
/// use pellucid_nn::TermLosses;
/// let losses: TermLosses = [0.5, 0.25].into_iter().collect();
/// assert_eq!(losses[1], 0.25);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct TermLosses {
    values: [f64; MAX_TERMS],
    count: usize,
}

impl TermLosses {
    /// Makes a zero for each of `count` terms.
    ///
    /// # Panics
    /// Panics if there are more than [`MAX_TERMS`].
    pub fn zeros(count: usize) -> Self {
        assert!(count <= MAX_TERMS, "at most {MAX_TERMS} terms");
        Self { values: [0.0; MAX_TERMS], count }
    }
}

impl Deref for TermLosses {
    type Target = [f64];

    #[inline]
    fn deref(&self) -> &[f64] {
        &self.values[..self.count]
    }
}

impl DerefMut for TermLosses {
    #[inline]
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.values[..self.count]
    }
}

impl FromIterator<f64> for TermLosses {
    /// The first [`MAX_TERMS`] numbers.
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut losses = Self::default();
        for (value, number) in losses.values.iter_mut().zip(numbers) {
            *value = number;
            losses.count += 1;
        }
        losses
    }
}

impl From<TermLosses> for Vec<f64> {
    fn from(losses: TermLosses) -> Self {
        losses.to_vec()
    }
}

impl TryFrom<Vec<f64>> for TermLosses {
    type Error = String;

    fn try_from(numbers: Vec<f64>) -> Result<Self, String> {
        if numbers.len() > MAX_TERMS {
            return Err(format!("expected at most {MAX_TERMS} terms, found {}", numbers.len()));
        }
        Ok(numbers.into_iter().collect())
    }
}

/// The losses of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Losses {
    /// The objective: the sum of the terms by their factors.
    pub total: f64,
    /// The loss of each term.
    pub terms: TermLosses,
    /// The weight of the batch in each term: the sum of the weights of its samples, or their number.
    pub weights: TermLosses,
}
