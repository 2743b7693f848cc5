//! The objective of a run, on other data than those that it was trained on.

use anyhow::Result;
use pellucid::data::Element;
use pellucid::nn::{ClassWeights, DataNotes};
use pellucid::prelude::*;

/// The objective that a run has minimised. Its class weights are those of the training set, where its checkpoint noted them; a
/// rule finds others in `data` where it did not.
pub fn objective<F: Scalar + Element>(
    config: &TrainConfig,
    notes: &DataNotes,
    data: &Dataset,
) -> Result<Objective<'static, F>> {
    let noted = notes.class_weights.clone().map(ClassWeights::Given);
    let weights = config.class_weights.clone().map(|weights| noted.unwrap_or(weights));
    let mut objective = config.objective().class_weights(weights);
    objective.weigh_classes(data)?;
    Ok(objective)
}
