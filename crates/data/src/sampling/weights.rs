//! A column of sample weights.

use std::sync::Arc;

use crate::error::{DataError, Place};
use crate::tables::element::Element;
use crate::tables::gather::gather;

/// The weight of each sample: finite, not negative.
#[derive(Clone, Debug)]
pub struct Weights {
    values: Arc<[f64]>,
}

impl Weights {
    pub(crate) fn new(values: Arc<[f64]>) -> Self {
        Self { values }
    }

    /// Returns the weight of each sample.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn check(&self, origin: &str) -> Result<(), DataError> {
        match self.values.iter().position(|&w| !(w >= 0.0 && w.is_finite())) {
            None => Ok(()),
            Some(i) => Err(DataError::invalid(
                origin,
                "a weight that is finite and not negative",
                self.values[i].to_string(),
                Place::Index(i),
            )),
        }
    }

    pub(crate) fn gather<E: Element>(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [E]) {
        gather(1, rows.map(|row| &self.values[row..=row]), out, E::from_f64);
    }
}
