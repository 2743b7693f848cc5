//! The operations: layers of several inputs, or of indices. Each file holds one, its equations and its two passes.

mod add;
mod concatenate;
mod config;
mod embedding;
mod multiply;

pub use add::Add;
pub use concatenate::Concatenate;
pub use config::OperationConfig;
pub(crate) use config::build;
pub use embedding::Embedding;
pub use multiply::Multiply;

use crate::layer::{PlanError, Port};
use crate::network::Shape;

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
