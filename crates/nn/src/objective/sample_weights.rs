//! The weights of samples.

use pellucid_compute::Scalar;
use pellucid_data::{Dataset, Element, Targets};

use super::columns::Columns;
use super::{ClassWeights, Objective};
use crate::error::Error;

impl<F: Scalar + Element> Objective<'_, F> {
    /// Finds the weights of the classes of a training set, where they are asked for. A trainer does so by itself.
    ///
    /// # Errors
    /// Returns an error if there are not as many as classes, if one is negative or not finite, or if the data have no classes.
    pub fn weigh_classes(&mut self, train: &Dataset) -> Result<(), Error> {
        let Some(weights) = &self.class_weights else { return Ok(()) };
        let Targets::Classes { classes, .. } = &**train.targets() else {
            return Err(Error::Config("class_weights: expected a data set with classes as targets".into()));
        };
        self.weight_of_class = Some(match weights {
            ClassWeights::Given(weights) => {
                if weights.len() != *classes {
                    let message = format!("class_weights: expected {classes}, found {}", weights.len());
                    return Err(Error::Config(message));
                }
                if let Some(weight) = weights.iter().find(|weight| !(**weight >= 0.0 && weight.is_finite())) {
                    return Err(Error::Config(format!(
                        "class_weights: expected numbers of at least 0, found {weight}"
                    )));
                }
                weights.clone()
            }
            ClassWeights::Rule(_) => balanced(train, *classes),
        });
        Ok(())
    }

    /// Whether the weights of classes are asked for and not found yet.
    pub(crate) fn awaits_classes(&self) -> bool {
        self.class_weights.is_some() && self.weight_of_class.is_none()
    }

    /// Returns the weights of the classes, once [`weigh_classes`](Self::weigh_classes) has found them.
    pub fn weights_of_classes(&self) -> Option<&[f64]> {
        self.weight_of_class.as_deref()
    }

    /// Whether samples of a data set with these columns count differently.
    pub(super) fn weighs(&self, columns: &Columns) -> bool {
        self.weight_of_class.is_some() || columns.weight.is_some()
    }

    /// Writes the weights of the samples at `positions`, each `places` times.
    pub(super) fn gather_weights(
        &self,
        data: &Dataset,
        columns: &Columns,
        positions: &[u32],
        places: usize,
        out: &mut [F],
    ) {
        let samples = &mut out[..positions.len()];
        match columns.weight {
            Some(column) => data.gather(column, positions, samples),
            None => samples.fill(F::ONE),
        }
        if let Some(weights) = &self.weight_of_class {
            for (weight, &position) in samples.iter_mut().zip(positions) {
                let class = data.label(position as usize).and_then(|class| weights.get(class as usize));
                *weight *= class.map_or(F::ONE, |&class| <F as Scalar>::from_f64(class));
            }
        }
        // From the end, so that none is overwritten before it is copied.
        for sample in (0..positions.len()).rev() {
            let weight = out[sample];
            out[sample * places..(sample + 1) * places].fill(weight);
        }
    }
}

/// n / (k n_c) for each class with n_c of n samples, of the k classes that occur; 1 for one that does not.
fn balanced(data: &Dataset, classes: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; classes];
    for position in 0..data.len() {
        if let Some(class) = data.label(position) {
            counts[class as usize] += 1;
        }
    }
    let occurring = counts.iter().filter(|&&count| count > 0).count();
    let weight = |&count: &usize| match count {
        0 => 1.0,
        count => data.len() as f64 / (occurring * count) as f64,
    };
    counts.iter().map(weight).collect()
}
