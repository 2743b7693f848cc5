//! A layer as an operation of one input.

use pellucid_compute::{Scalar, Stream};

use super::{
    Backward, Forward, Layer, Need, Operation, OperationBackward, OperationForward, PlanError, Port,
    Remember, TensorsMut,
};

/// A layer as an operation of one input, which is how a graph keeps it.
#[derive(Debug)]
pub(crate) struct Single<F>(pub Box<dyn Layer<F>>);

impl<F: Scalar> Operation<F> for Single<F> {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn config(&self) -> serde_json::Value {
        self.0.config()
    }

    fn plan(&self, inputs: &[Port], max_batch: usize) -> Result<Need, PlanError> {
        match inputs {
            [Port { shape, below: None }] => self.0.plan(shape, max_batch),
            [port] => Err(PlanError::input("numbers", port.to_string())),
            _ => Err(PlanError::input("one input", inputs.len().to_string())),
        }
    }

    fn init(&self, parameters: TensorsMut<'_, F>, inputs: &[Port], stream: Stream) {
        self.0.init(parameters, &inputs[0].shape, stream);
    }

    fn forward(&self, io: OperationForward<'_, F>) {
        self.0.forward(Forward {
            batch: io.batch,
            mode: io.mode,
            pool: io.pool,
            input: io.inputs.shape(0),
            output: io.output,
            parameters: io.parameters,
            state: io.state,
            x: io.inputs.numbers(0),
            y: io.y,
            saved: io.saved,
            marks: io.marks,
            scratch: io.scratch,
        });
    }

    fn backward(&self, io: OperationBackward<'_, F>) {
        let [dx, ..] = io.dx;
        self.0.backward(Backward {
            batch: io.batch,
            mode: io.mode,
            pool: io.pool,
            input: io.inputs.shape(0),
            output: io.output,
            parameters: io.parameters,
            state: io.state,
            x: io.inputs.numbers(0),
            y: io.y,
            dy: io.dy,
            saved: io.saved,
            marks: io.marks,
            scratch: io.scratch,
            dx,
            dparameters: io.dparameters,
        });
    }

    fn remember(&self, io: Remember<'_, F>) {
        self.0.remember(io);
    }

    fn as_layer(&self) -> Option<&dyn Layer<F>> {
        Some(&*self.0)
    }
}
