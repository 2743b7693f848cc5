//! What a node computes: a layer, or an operation.

use pellucid_compute::{Scalar, Stream};

use super::{Forward, Layer, Need, Operation, OperationForward, PlanError, Port, Remember, TensorsMut};

/// What a node of a network computes.
#[derive(Debug)]
pub(crate) enum Computation<F> {
    /// Of one input of numbers.
    Layer(Box<dyn Layer<F>>),
    /// Of several inputs, or of indices.
    Operation(Box<dyn Operation<F>>),
}

impl<F: Scalar> Computation<F> {
    /// The lower-case word that names nodes of this kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Layer(layer) => layer.kind(),
            Self::Operation(operation) => operation.kind(),
        }
    }

    /// The hyper-parameters.
    pub fn config(&self) -> serde_json::Value {
        match self {
            Self::Layer(layer) => layer.config(),
            Self::Operation(operation) => operation.config(),
        }
    }

    /// The output shape and the memory needed for these inputs.
    pub fn plan(&self, inputs: &[Port], max_batch: usize) -> Result<Need, PlanError> {
        match (self, inputs) {
            (Self::Layer(layer), [Port { shape, below: None }]) => layer.plan(shape, max_batch),
            (Self::Layer(_), [port]) => Err(PlanError::input("numbers", port.to_string())),
            (Self::Layer(_), _) => Err(PlanError::input("one input", inputs.len().to_string())),
            (Self::Operation(operation), inputs) => operation.plan(inputs, max_batch),
        }
    }

    /// Sets the initial parameters.
    pub fn init(&self, parameters: TensorsMut<'_, F>, inputs: &[Port], stream: Stream) {
        match self {
            Self::Layer(layer) => layer.init(parameters, &inputs[0].shape, stream),
            Self::Operation(operation) => operation.init(parameters, inputs, stream),
        }
    }

    /// Computes the output. Taken apart and put together again, the arguments are written to memory once.
    #[inline]
    pub fn forward(&self, io: OperationForward<'_, F>) {
        let OperationForward {
            batch,
            mode,
            pool,
            inputs,
            output,
            parameters,
            state,
            y,
            saved,
            marks,
            scratch,
        } = io;
        match self {
            Self::Layer(layer) => layer.forward(Forward {
                batch,
                mode,
                pool,
                input: inputs.shape(0),
                output,
                parameters,
                state,
                x: inputs.numbers(0),
                y,
                saved,
                marks,
                scratch,
            }),
            Self::Operation(operation) => operation.forward(OperationForward {
                batch,
                mode,
                pool,
                inputs,
                output,
                parameters,
                state,
                y,
                saved,
                marks,
                scratch,
            }),
        }
    }

    /// Changes the state from what forward saved.
    pub fn remember(&self, io: Remember<'_, F>) {
        match self {
            Self::Layer(layer) => layer.remember(io),
            Self::Operation(operation) => operation.remember(io),
        }
    }
}
