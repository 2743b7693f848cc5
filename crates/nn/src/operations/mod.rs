//! The operations: layers of several inputs, or of indices. Each file holds one, its equations and its two passes.
//!
//! A new operation is a file, a `mod` and a `pub use` here, and a word in [`OperationConfig`].

mod add;
mod concatenate;
mod embedding;
mod multiply;

pub use add::Add;
pub use concatenate::Concatenate;
pub use embedding::Embedding;
pub use multiply::Multiply;

use pellucid_compute::Scalar;
use serde::Deserialize;

use crate::configs::{Example, configs};
use crate::layer::{Computation, Operation, PlanError, Port};
use crate::layers::{LayerConfig, LayerConfigError};
use crate::network::Shape;

configs! {
    /// A built-in operation, as it stands in a checkpoint or a configuration file.
    pub enum OperationConfig: Operation { Add, Concatenate, Embedding(Embedding), Multiply }
}

/// The built-in layer or operation that a description is of.
pub(crate) fn build<F: Scalar>(json: &serde_json::Value) -> Result<Computation<F>, LayerConfigError> {
    let of_kind = |example: &Example<OperationConfig>| json["kind"] == example.config.build::<F>().kind();
    if OperationConfig::examples().iter().any(of_kind) {
        let operation = OperationConfig::deserialize(json);
        let operation = operation.map_err(|cause| LayerConfigError::new(json, cause))?;
        return Ok(Computation::Operation(operation.build()));
    }
    Ok(Computation::Layer(LayerConfig::from_json(json)?.build()))
}

/// Fewest elements that are worth a second thread.
const GRAIN: usize = 1 << 13;

/// The common shape of two or more inputs of numbers.
fn common_shape(inputs: &[Port]) -> Result<&Shape, PlanError> {
    let found = || inputs.iter().map(Port::to_string).collect::<Vec<_>>().join(" and ");
    match inputs {
        [first, _, ..] if inputs.iter().all(|port| port == first) && !first.is_indices() => Ok(&first.shape),
        _ => Err(PlanError::input("two or more inputs of one shape", found())),
    }
}
