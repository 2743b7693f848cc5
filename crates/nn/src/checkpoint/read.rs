//! Reading a checkpoint: nothing in it is believed before it is checked against the file's size.

use std::path::Path;

use safetensors::SafeTensors;

use super::error::words;
use super::file::bytes;
use super::{Checkpoint, CheckpointError, Header, TrainingState, parse_header};
use pellucid_compute::Scalar;

use crate::network::{ArchitectureConfig, ArchitectureError, Graph};
use crate::session::{Model, Plan, TensorPlan};

impl<F: Scalar> Checkpoint<F> {
    /// Reads a checkpoint of a model of built-in layers.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is damaged, holds numbers of another type, or has layers that are not built
    /// in.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        Self::parse(&path.display().to_string(), &bytes(path)?)
    }

    /// Reads a checkpoint from memory; `origin` names it in errors.
    ///
    /// # Errors
    /// Returns an error if the bytes are no such checkpoint; see [`Checkpoint::read`].
    pub fn parse(origin: &str, bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (header, _) = parse_header(origin, bytes)?;
        let path = || origin.to_owned();
        let network = Graph::from_config(&header.architecture).map_err(|error| match error {
            ArchitectureError::Layer(cause) => CheckpointError::Layer { path: path(), cause },
            ArchitectureError::Name(cause) => CheckpointError::Plan { path: path(), cause },
        })?;
        Self::with_network(origin, bytes, header, network)
    }

    /// Reads a checkpoint whose architecture must be `network`, which may have custom layers.
    ///
    /// # Errors
    /// Returns an error as [`Checkpoint::read`], or if the checkpoint is of another architecture: says which layer differs.
    pub fn read_into(path: impl AsRef<Path>, network: impl Into<Graph<F>>) -> Result<Self, CheckpointError> {
        let network = network.into();
        let path = path.as_ref();
        let (origin, bytes) = (path.display().to_string(), bytes(path)?);
        let (header, _) = parse_header(&origin, &bytes)?;
        let (expected, found) = (network.to_config(), &header.architecture);
        if expected != *found {
            let describe = |config: &ArchitectureConfig, i: usize| match config.layers.get(i) {
                Some(named) if named.inputs.is_empty() => format!("{} {}", named.name, named.layer),
                Some(named) => format!("{} {} from {}", named.name, named.layer, named.inputs.join(", ")),
                None => "no such layer".to_owned(),
            };
            let same = expected.layers.iter().zip(&found.layers).take_while(|(a, b)| a == b).count();
            let inputs = |config: &ArchitectureConfig| match &config.input {
                Some(shape) => format!("input {shape}"),
                None => format!("inputs {:?}", config.inputs),
            };
            let views = |config: &ArchitectureConfig| {
                format!("views {}", serde_json::to_string(&config.views).unwrap_or_default())
            };
            let (expected, found) = if inputs(&expected) != inputs(found) {
                (inputs(&expected), inputs(found))
            } else if expected.layers == found.layers {
                (views(&expected), views(found))
            } else {
                (describe(&expected, same), describe(found, same))
            };
            return Err(CheckpointError::Architecture { path: origin, expected, found });
        }
        Self::with_network(&origin, &bytes, header, network)
    }

    fn with_network(
        origin: &str,
        bytes: &[u8],
        header: Header,
        network: Graph<F>,
    ) -> Result<Self, CheckpointError> {
        let path = || origin.to_owned();
        let wrong =
            |expected: String, found: String| CheckpointError::Tensor { path: path(), expected, found };
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| CheckpointError::Format { path: path(), found: words(&error, bytes.len()) })?;
        if header.scalar != F::NAME {
            return Err(wrong(format!("numbers of type {}", F::NAME), header.scalar));
        }
        // The tensor's bytes, which the file is known to have, or an error where its shape is another.
        let tensor = |name: &str, shape: &[usize]| {
            let expected = || format!("tensor {name:?} of shape {shape:?}");
            let tensor = file.tensor(name).map_err(|_| wrong(expected(), "no such tensor".into()))?;
            if tensor.shape() != shape || format!("{:?}", tensor.dtype()) != F::NAME {
                return Err(wrong(expected(), format!("{:?} of {:?}", tensor.shape(), tensor.dtype())));
            }
            Ok(tensor.data())
        };

        // The plan is offsets only; no memory is taken before every tensor is known to be in the file.
        let plan_error = |cause| CheckpointError::Plan { path: path(), cause };
        let plan = Plan::whole(&network).map_err(plan_error)?;
        let mut parts = Vec::new();
        for TensorPlan { name, shape, range, .. } in &plan.tensors {
            parts.push((range.clone(), tensor(&format!("parameter/{name}"), shape.dims())?));
        }
        let mut states = Vec::new();
        for TensorPlan { name, shape, range, .. } in &plan.states {
            states.push((range.clone(), tensor(&format!("state/{name}"), shape.dims())?));
        }
        let mut model = Model::zeroed(network).map_err(plan_error)?;
        for (range, bytes) in parts {
            fill(&mut model.parameters_mut()[range], bytes);
        }
        for (range, bytes) in states {
            fill(&mut model.state_mut()[range], bytes);
        }

        let training = match header.training {
            None => None,
            Some(training) => {
                let kept = match &training.custom.optimizer {
                    Some(optimizer) => optimizer.state_per_parameter,
                    None => training.config.optimizer.build::<F>().state_per_parameter(),
                };
                let flat = |name: &str, len: usize| -> Result<Vec<F>, CheckpointError> {
                    let mut numbers = Vec::new();
                    if len > 0 {
                        let bytes = tensor(name, &[len])?;
                        numbers.resize(len, F::ZERO);
                        fill(&mut numbers, bytes);
                    }
                    Ok(numbers)
                };
                let stops = training.config.early_stopping.is_some();
                let (best, best_state) = if stops { (plan.parameters, plan.state) } else { (0, 0) };
                Some(TrainingState {
                    optimizer_state: flat("optimizer", plan.parameters.saturating_mul(kept))?,
                    best_parameters: flat("best", best)?,
                    best_state: flat("best_state", best_state)?,
                    config: training.config,
                    custom: training.custom,
                    progress: training.progress,
                    history: training.history,
                })
            }
        };
        Ok(Self { model, training, metadata: header.metadata, data: header.data })
    }
}

/// Sets `numbers` from their bytes.
fn fill<F: Scalar>(numbers: &mut [F], bytes: &[u8]) {
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(size_of::<F>())) {
        *number = F::from_le_bytes(bytes);
    }
}
