//! Every built-in layer and operation by its examples: gradients, planted errors, threads.

use pellucid_nn::configs::Example;
use pellucid_nn::*;

use crate::case::Case;

/// A graph of one node, fed with inputs of its own.
fn alone<F: Scalar>(
    inputs: &[Port],
    batch: usize,
    node: impl FnOnce(&mut Graph<F>, &[Value]) -> Value,
) -> Case<F> {
    let mut graph = Graph::new();
    let values: Vec<Value> =
        inputs.iter().enumerate().map(|(i, port)| graph.port(format!("x{i}"), port.clone())).collect();
    let y = node(&mut graph, &values);
    graph.name(y, "node");
    Case::new(graph, &[y], batch, 7)
}

/// The cases of all examples with their names, and whether they have kinks.
fn all<F: Scalar>(batch: usize) -> Vec<(String, bool, Case<F>)> {
    let layer = |Example { name, config, inputs, kinked }: Example<LayerConfig>| {
        (name, kinked, alone(&inputs, batch, |graph, x| graph.then_boxed(x[0], config.build())))
    };
    let operation = |Example { name, config, inputs, kinked }: Example<OperationConfig>| {
        (name, kinked, alone(&inputs, batch, |graph, x| graph.join_boxed(config.build(), x)))
    };
    let layers = LayerConfig::examples().into_iter().map(layer);
    layers.chain(OperationConfig::examples().into_iter().map(operation)).collect()
}

#[test]
fn gradients_are_those_of_differences() {
    for (name, kinked, case) in all::<f64>(4) {
        for (tensor, error) in case.errors() {
            println!("{name:25} {tensor:12} {error:.1e}");
            // What has kinks is checked around them by `gradients.rs`.
            assert!(error <= if kinked { 1.0 } else { 1e-9 }, "{name}, {tensor}: {error:e}");
        }
        assert_eq!(case.gradients(1, true).parameters, case.gradients(1, false).parameters, "{name}");
    }
}

#[test]
fn threads_give_the_same_bits() {
    // Enough samples that each example is worth several threads.
    for (name, _, case) in all::<f32>(9000) {
        let one = case.gradients(1, true);
        for threads in 2..=4 {
            let many = case.gradients(threads, true);
            let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same(&one.parameters, &many.parameters), "{name}, {threads} threads");
            for ((input, a), (_, b)) in one.inputs.iter().zip(&many.inputs) {
                assert!(same(a, b), "{name}, {input}, {threads} threads");
            }
        }
    }
}

/// An operation whose backward is wrong by 0.1 % in one of the tensors that it computes.
#[derive(Debug)]
struct Planted {
    operation: Box<dyn Operation<f64>>,
    /// Inputs first, then parameters.
    tensor: usize,
}

impl Operation<f64> for Planted {
    fn kind(&self) -> &'static str {
        "planted"
    }
    fn config(&self) -> serde_json::Value {
        self.operation.config()
    }
    fn plan(&self, inputs: &[Port], max_batch: usize) -> Result<Need, PlanError> {
        self.operation.plan(inputs, max_batch)
    }
    fn init(&self, parameters: TensorsMut<'_, f64>, inputs: &[Port], stream: Stream) {
        self.operation.init(parameters, inputs, stream);
    }
    fn forward(&self, io: OperationForward<'_, f64>) {
        self.operation.forward(io);
    }
    fn backward(&self, mut io: OperationBackward<'_, f64>) {
        self.operation.backward(OperationBackward {
            dx: io.dx.each_mut().map(Option::as_deref_mut),
            dparameters: io.dparameters.reborrow(),
            scratch: &mut *io.scratch,
            ..io
        });
        let inputs = io.inputs.count();
        let wrong = match self.tensor.checked_sub(inputs) {
            Some(parameter) => io.dparameters.tensor(parameter),
            None => io.dx[self.tensor].as_deref_mut().unwrap(),
        };
        for x in wrong {
            *x *= 1.001;
        }
    }
}

#[test]
fn a_planted_error_in_any_operation_is_caught() {
    for Example { name, config, inputs, .. } in OperationConfig::examples() {
        let parameters = config.build::<f64>().plan(&inputs, 1).unwrap().parameters.len();
        let numbers: Vec<usize> = (0..inputs.len()).filter(|&input| !inputs[input].is_indices()).collect();
        let tensors: Vec<usize> = (inputs.len()..inputs.len() + parameters).chain(numbers).collect();
        for (place, &tensor) in tensors.iter().enumerate() {
            let planted = Planted { operation: config.build(), tensor };
            let case = alone(&inputs, 4, |graph, x| graph.join(planted, x));
            // Parameters first, then inputs, as the tensors are numbered here.
            for (i, (which, error)) in case.errors().into_iter().enumerate() {
                if i == place {
                    assert!((0.5e-3..2e-3).contains(&error), "{name}, {which}: {error:e}");
                } else {
                    assert!(error <= 1e-9, "{name}, {which}: {error:e}");
                }
            }
        }
    }
}
