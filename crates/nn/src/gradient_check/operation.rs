//! Checks of operations, which have several inputs.

use std::sync::Arc;

use pellucid_compute::{Pool, Stream};

use super::suite::{BATCH, normal};
use super::{Check, compare};
use crate::configs::Example;
use crate::error::Error;
use crate::layer::{Operation, Port};
use crate::network::Graph;
use crate::operations::OperationConfig;
use crate::session::{Model, Session, Weights};

/// Checks the gradient of every input of numbers and of every parameter of an operation, for `batch` random samples, under a
/// random upstream gradient.
///
/// # Errors
/// Returns an error if the operation cannot take these inputs.
pub fn check_operation(
    component: &str,
    operation: Box<dyn Operation<f64>>,
    inputs: &[Port],
    batch: usize,
    seed: u64,
) -> Result<Vec<Check>, Error> {
    let stream = Stream::new(seed);
    let mut graph = Graph::new();
    let ports = inputs.iter().enumerate();
    let values: Vec<_> =
        ports.map(|(i, port)| graph.port(format!("input {}", i + 1), port.clone())).collect();
    let operation = graph.join_boxed(operation, &values);
    graph.name(operation, "operation");
    let mut model = Model::new(graph, seed)?;
    // Biases start at zero; a check there would miss what depends on their value.
    let noise = normal(model.parameters().len(), stream.child(0));
    for (parameter, noise) in model.parameters_mut().iter_mut().zip(noise) {
        *parameter += 0.1 * noise;
    }
    let mut session = Session::training(model.architecture(), batch, &Arc::new(Pool::single()))?;
    session.begin(batch);
    for (i, port) in inputs.iter().enumerate() {
        let numbers = normal(batch * port.shape.len(), stream.child(1).child(i as u64));
        if let Some(below) = port.below {
            for (index, number) in session.indices_mut(i).iter_mut().zip(numbers) {
                *index = (number.abs() * 1e3) as u32 % below;
            }
        } else {
            session.numbers_mut(i).copy_from_slice(&numbers);
        }
    }
    let width = model.plan().output().len();
    let upstream = normal(batch * width, stream.child(2));

    let mut gradients = vec![0.0; model.parameters().len()];
    session.forward(model.weights(), Some(stream));
    session.loss_slices().2.copy_from_slice(&upstream);
    session.backward(model.weights(), &mut gradients, true);
    // The sums of the loss, one a sample.
    let loss = |session: &mut Session<f64>, weights: Weights<'_, f64>| {
        session.forward(weights, Some(stream));
        let rows = session.output().chunks_exact(width).zip(upstream.chunks_exact(width));
        rows.map(|(y, u)| y.iter().zip(u).map(|(y, u)| y * u).sum()).collect::<Vec<f64>>()
    };

    let mut checks = Vec::new();
    for (i, _) in inputs.iter().enumerate().filter(|(_, port)| !port.is_indices()) {
        let name = format!("input {}", i + 1);
        let analytic = session.gradient(&name).map_or(vec![], |view| view.data.to_vec());
        checks.push(compare(component, &name, usize::MAX, &analytic, |element, h| {
            let x = session.numbers_mut(i)[element];
            session.numbers_mut(i)[element] = x + h;
            let sums = loss(&mut session, model.weights());
            session.numbers_mut(i)[element] = x;
            sums
        }));
    }
    for tensor in &model.plan().tensors {
        let mut parameters = model.parameters().to_vec();
        let name = tensor.name.strip_prefix("operation.").unwrap_or(&tensor.name);
        checks.push(compare(component, name, usize::MAX, &gradients[tensor.range.clone()], |element, h| {
            let place = tensor.range.start + element;
            let x = parameters[place];
            parameters[place] = x + h;
            let sums = loss(&mut session, Weights { parameters: &parameters, state: model.state() });
            parameters[place] = x;
            sums
        }));
    }
    Ok(checks)
}

/// Checks every built-in operation by its examples.
///
/// # Errors
/// Returns an error if an operation refuses the inputs of its example.
pub fn check_operations(seed: u64) -> Result<Vec<Check>, Error> {
    let mut checks = Vec::new();
    for Example { name, config, inputs, .. } in OperationConfig::examples() {
        checks.extend(check_operation(&name, config.build(), &inputs, BATCH, seed)?);
    }
    Ok(checks)
}
