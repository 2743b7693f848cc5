//! A model at work under the check: losses with an element moved.

use std::sync::Arc;

use pellucid_compute::{Pool, Stream};
use pellucid_data::Dataset;

use crate::data_check::check_fit;
use crate::error::Error;
use crate::feed::feed;
use crate::losses::{Loss, evaluate_loss};
use crate::objective::{Columns, LossMemory, Objective, batch_losses};
use crate::session::{Model, NodePlan, Session, Weights};

/// What a model is checked on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Samples<'a> {
    /// Samples of one input, and one loss of the output.
    Slices { loss: &'a dyn Loss<f64>, x: &'a [f64], targets: &'a [f64] },
    /// All samples of a data set, and an objective.
    Data { objective: &'a Objective<'a, f64>, data: &'a Dataset },
}

/// The gradient of an input: its number, its name, its elements.
pub(super) type InputGradient = (usize, String, Vec<f64>);

/// A model at work under the check.
pub(super) struct Bench<'a> {
    model: &'a Model<f64>,
    samples: &'a Samples<'a>,
    stream: Stream,
    session: Session<f64>,
    /// The memory of an objective's losses, the columns that it reads, and the positions of all samples.
    memory: Option<(LossMemory<f64>, Columns, Vec<u32>)>,
    parameters: Vec<f64>,
    sums: Vec<f64>,
}

impl<'a> Bench<'a> {
    /// Makes a session with the samples as its inputs.
    pub fn new(model: &'a Model<f64>, samples: &'a Samples<'a>, stream: Stream) -> Result<Self, Error> {
        let (network, pool) = (model.architecture(), Arc::new(Pool::single()));
        let (session, memory) = match *samples {
            Samples::Slices { x, targets, .. } => {
                if !model.plan().takes_numbers_alone() {
                    return Err(Error::Input {
                        expected: "a network of one input of numbers; others are checked on a data set"
                            .into(),
                        found: format!("{} inputs", model.plan().inputs().len()),
                    });
                }
                let (width, out) = (model.plan().input().len(), model.plan().output().len());
                let batch = x.len() / width.max(1);
                if batch == 0 || x.len() != batch * width || targets.len() != batch * out {
                    return Err(Error::Input {
                        expected: format!("whole samples of {width} inputs and {out} targets"),
                        found: format!("{} inputs and {} targets", x.len(), targets.len()),
                    });
                }
                let mut session = Session::training(network, batch, &pool)?;
                session.input_mut(batch).copy_from_slice(x);
                (session, None)
            }
            Samples::Data { objective, data } => {
                check_fit(model, objective, data)?;
                let values = objective.values(network)?;
                let mut session = Session::training_for(network, &values, data.len(), &pool)?;
                let positions: Vec<u32> = (0..data.len() as u32).collect();
                let columns = Columns::new(session.plan(), objective, data);
                feed(&mut session, data, &columns.inputs, &positions);
                let memory = LossMemory::new(objective, &session)?;
                (session, Some((memory, columns, positions)))
            }
        };
        let sums = vec![0.0; session.batch()];
        Ok(Self { model, samples, stream, session, memory, parameters: model.parameters().to_vec(), sums })
    }

    /// Returns the gradients of all parameters, and of each input of numbers.
    pub fn analytic(&mut self) -> (Vec<f64>, Vec<InputGradient>) {
        let mut gradients = vec![0.0; self.parameters.len()];
        self.forward_from(0);
        self.loss();
        let weights = Weights { parameters: &self.parameters, state: self.model.state() };
        self.session.backward(weights, &mut gradients, true);
        let inputs = self.session.plan().inputs().iter().enumerate();
        let inputs = inputs.filter_map(|(number, input)| {
            let view = self.session.gradient(&input.name)?;
            Some((number, input.name.clone(), view.data.to_vec()))
        });
        let inputs = inputs.collect();
        (gradients, inputs)
    }

    /// Returns the place of the first node that uses a tensor.
    pub fn first_user(&self, tensor: usize) -> usize {
        let uses = |node: &NodePlan| node.tensors.contains(&tensor);
        self.session.plan().nodes.iter().position(uses).unwrap_or(0)
    }

    /// A forward pass from a node on, with the random stream held fixed.
    pub fn forward_from(&mut self, place: usize) {
        let weights = Weights { parameters: &self.parameters, state: self.model.state() };
        self.session.forward_from(place, weights, Some(self.stream));
    }

    /// The parts of the objective, which add up to it: the rows of its only term, or its terms.
    fn loss(&mut self) -> Vec<f64> {
        match *self.samples {
            Samples::Slices { loss, targets, .. } => {
                let pool = Arc::clone(self.session.pool());
                let (_, output, gradient) = self.session.loss_slices();
                let terms = loss.terms(self.sums.len(), output.len() / self.sums.len());
                evaluate_loss(loss, &pool, output, targets, gradient, &mut self.sums);
                self.sums.iter().map(|sum| sum / terms as f64).collect()
            }
            Samples::Data { objective, data } => {
                let Some((memory, columns, positions)) = &mut self.memory else { return Vec::new() };
                batch_losses(&mut self.session, objective, data, columns, positions, None, memory);
                let losses = &memory.losses;
                // Row by row where there is one term: less is rounded.
                if let ([term], Some(value)) = (objective.terms(), self.session.losses().next()) {
                    let rows = memory.rows;
                    let count = term.loss().terms(rows, self.session.value(value).len() / rows) as f64;
                    let total = count / rows as f64 * losses.weights[0];
                    let part = |sum: &f64| if total == 0.0 { 0.0 } else { term.weight() * sum / total };
                    return memory.sums[..rows].iter().map(part).collect();
                }
                let parts = objective.terms().iter().zip(&*losses.terms);
                parts.map(|(term, loss)| term.weight() * loss).collect()
            }
        }
    }

    /// Returns the loss with element `i` of an input moved by `h`.
    pub fn move_input(&mut self, input: usize, i: usize, h: f64) -> Vec<f64> {
        let value = self.session.numbers_mut(input)[i];
        self.session.numbers_mut(input)[i] = value + h;
        self.forward_from(0);
        // An input that is a target too, as an autoencoder's, is held fixed as a target.
        self.session.numbers_mut(input)[i] = value;
        self.loss()
    }

    /// Returns the loss with parameter `i`, which the node at `place` is the first to use, moved by `h`.
    pub fn move_parameter(&mut self, place: usize, i: usize, h: f64) -> Vec<f64> {
        let value = self.parameters[i];
        self.parameters[i] = value + h;
        self.forward_from(place);
        let loss = self.loss();
        self.parameters[i] = value;
        loss
    }
}
