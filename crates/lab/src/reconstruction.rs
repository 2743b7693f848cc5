//! How well a model reconstructs a data set.

use std::sync::Arc;

use anyhow::Result;
use pellucid::eval::{ReconstructionAccumulator, ReconstructionQuality};
use pellucid::nn::for_each_batch;
use pellucid::prelude::{Dataset, Model, Pool};

/// Returns the quality of the reconstruction of a data set by a model whose outputs are logits.
///
/// # Errors
/// Returns an error if the data do not fit the model, or if there are none.
pub fn quality(model: &Model<f32>, data: &Dataset, pool: &Arc<Pool>) -> Result<ReconstructionQuality> {
    let mut accumulator = ReconstructionAccumulator::new();
    let mut outcome = Ok(());
    for_each_batch(model, &model.architecture().whole(), data, pool, |_, x, logits| {
        outcome = std::mem::replace(&mut outcome, Ok(()))
            .and_then(|()| accumulator.add(logits, x, data.input_width()));
    })?;
    outcome?;
    Ok(accumulator.finish()?)
}
