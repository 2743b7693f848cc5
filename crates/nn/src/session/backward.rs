//! The backward pass over the nodes of a session.

use pellucid_compute::{Pool, Scalar, vectorized};

use super::backward_plan::{Edge, Tied};
use super::{Session, Weights};
use crate::layer::{Gradients, Inputs, MAX_INPUTS, OperationBackward, Remember, Tensors, TensorsMut};

/// Fewest elements that are worth a second thread.
const GRAIN: usize = 1 << 13;

vectorized! {
    fn add<F>(to: &mut [F], from: &[F]) {
        for (to, &from) in to.iter_mut().zip(from) {
            *to += from;
        }
    }
}

/// to := to + from, element by element.
pub(crate) fn add_to<F: Scalar>(pool: &Pool, to: &mut [F], from: &[F]) {
    pool.split(to.len(), GRAIN, (to, from), |(to, from)| add(to, from));
}

/// What a loss needs of a session: the value that it looks at, another that may be its target, and where to write the
/// gradient.
#[derive(Debug)]
pub struct LossSlices<'a, F> {
    /// The samples of the value.
    pub value: &'a [F],
    /// The samples of the target value, where one is asked for.
    pub target: Option<&'a [F]>,
    /// Where dL/d value is to be written.
    pub gradient: &'a mut [F],
}

impl<F: Scalar> Session<F> {
    /// Returns what a loss of the output needs before [`Session::backward`]: the first input (the target of an autoencoder),
    /// the output, and the slice to write dL/d output to.
    ///
    /// # Panics
    /// Panics if the session is not one for training.
    pub fn loss_slices(&mut self) -> (&[F], &[F], &mut [F]) {
        let first = (!self.plan.values[0].port.is_indices()).then_some(0);
        let slices = self.slices_of(0, first);
        (slices.target.unwrap_or_default(), slices.value, slices.gradient)
    }

    /// Returns the values that losses look at, by number in the plan, in the order of the losses.
    pub fn losses(&self) -> impl Iterator<Item = usize> {
        self.way_back.iter().flat_map(|way| way.losses.iter().map(|&(value, _)| value))
    }

    /// Returns what loss `number` of those that the session was made for needs; `target` is the value of the plan that it is
    /// compared with, where that is one of numbers. After the gradient is written, [`Session::close_loss`] must be called.
    ///
    /// # Panics
    /// Panics if there is no such loss.
    pub fn slices_of(&mut self, number: usize, target: Option<usize>) -> LossSlices<'_, F> {
        let Some(way) = &self.way_back else { panic!("a session for inference has no gradients") };
        let (value, first) = way.losses[number];
        let range = self.plan.range(value, self.batch);
        let gradient =
            if first { &mut self.gradients[range.clone()] } else { &mut self.beside[..range.len()] };
        LossSlices {
            value: &self.activations[range],
            target: target
                .filter(|&target| !self.plan.values[target].port.is_indices())
                .map(|target| &self.activations[self.plan.range(target, self.batch)]),
            gradient,
        }
    }

    /// Adds the gradient of loss `number` to that of an earlier loss of the same value, if there is one.
    pub fn close_loss(&mut self, number: usize) {
        if let Some(way) = &self.way_back
            && let (value, false) = way.losses[number]
        {
            let range = self.plan.range(value, self.batch);
            let len = range.len();
            add_to(&self.pool, &mut self.gradients[range], &self.beside[..len]);
        }
    }

    /// Returns dL/d first input of the last backward pass that was asked for it.
    ///
    /// # Panics
    /// Panics if the session is not one for training, or if the first input is of indices.
    pub fn input_gradient(&self) -> &[F] {
        assert!(!self.plan.inputs()[0].port.is_indices(), "an input of numbers");
        &self.gradients[self.plan.range(0, self.batch)]
    }

    /// Runs the backward pass over the current batch: from the gradients of the losses to `dparameters` (overwritten), and to
    /// those of the inputs where `input_gradient` asks for them.
    ///
    /// # Panics
    /// Panics if the session is not one for training, or the slices are not those of the network.
    pub fn backward<'w>(
        &mut self,
        weights: impl Into<Weights<'w, F>>,
        dparameters: &mut [F],
        input_gradient: bool,
    ) {
        let weights = weights.into();
        self.check(weights);
        assert_eq!(dparameters.len(), self.plan.parameters, "gradients of the whole network");
        let Some(way) = &self.way_back else { panic!("a session for inference has no way back") };
        for range in &way.untouched {
            dparameters[range.clone()].fill(F::ZERO);
        }
        let (batch, activations) = (self.batch, &*self.activations);
        for step in &way.steps {
            let node = &self.plan.nodes[step.node];
            let Some(operation) = self.network.operation(node.value) else { continue };
            let (before, after) = self.gradients.split_at_mut(node.y);
            let y = node.y..node.y + batch * node.output.len();
            // The inputs' gradients: the first user of a value writes in place, a later one beside.
            let mut dx: Gradients<'_, F> = [const { None }; MAX_INPUTS];
            let range = |input: usize| self.plan.range(node.inputs[input], batch);
            if let [edge] = step.edges[..] {
                let in_place = edge == Edge::First || edge == Edge::FirstOfInput && input_gradient;
                let later = match edge {
                    Edge::Later(_) => true,
                    Edge::LaterOfInput(_) => input_gradient,
                    _ => false,
                };
                if in_place {
                    dx[0] = Some(&mut before[range(0)]);
                } else if later {
                    dx[0] = Some(&mut self.beside[..range(0).len()]);
                }
            } else {
                let (mut own, mut others): ([_; MAX_INPUTS], [_; MAX_INPUTS]) =
                    ([const { 0..0 }; MAX_INPUTS], [const { 0..0 }; MAX_INPUTS]);
                for (input, edge) in step.edges.iter().enumerate() {
                    match *edge {
                        Edge::First => own[input] = range(input),
                        Edge::FirstOfInput if input_gradient => own[input] = range(input),
                        Edge::Later(begin) => others[input] = begin..begin + range(input).len(),
                        Edge::LaterOfInput(begin) if input_gradient => {
                            others[input] = begin..begin + range(input).len();
                        }
                        _ => {}
                    }
                }
                let disjoint = "the plan gives every gradient its own place";
                let own = before.get_disjoint_mut(own).expect(disjoint);
                let others = self.beside.get_disjoint_mut(others).expect(disjoint);
                for (dx, (own, other)) in dx.iter_mut().zip(own.into_iter().zip(others)) {
                    *dx = [own, other].into_iter().find(|slice| !slice.is_empty());
                }
            }
            let (flat, slots) = match &step.tied {
                Some(tied) => (&mut *self.tensors_beside, &tied.slots),
                None => (&mut *dparameters, &node.parameters),
            };
            let (marks, each) = node.marks;
            operation.backward(OperationBackward {
                batch,
                mode: node.mode(self.stream),
                pool: &self.pool,
                inputs: Inputs {
                    batch,
                    ports: &node.ports,
                    sources: &node.sources,
                    low: activations,
                    high: (&[], usize::MAX),
                    outside: None,
                    indices: &self.indices,
                },
                output: &node.output,
                parameters: Tensors::new(weights.parameters, &node.parameters, batch),
                state: Tensors::new(weights.state, &node.state, batch),
                y: &activations[y.clone()],
                dy: &after[..y.len()],
                saved: Tensors::new(&self.saved, &node.saved, batch),
                marks: &self.marks[marks..marks + batch * each],
                scratch: &mut self.scratch[..node.backward_scratch],
                dx,
                dparameters: TensorsMut::new(flat, slots, batch),
            });
            // What was written beside is added.
            for (input, edge) in step.edges.iter().enumerate() {
                let begin = match *edge {
                    Edge::Later(begin) => begin,
                    Edge::LaterOfInput(begin) if input_gradient => begin,
                    _ => continue,
                };
                let range = self.plan.range(node.inputs[input], batch);
                let from = &self.beside[begin..begin + range.len()];
                add_to(&self.pool, &mut self.gradients[range], from);
            }
            if let Some(Tied { slots, adds }) = &step.tied {
                for ((slot, to), &adds) in slots.iter().zip(&node.parameters).zip(adds) {
                    let (to, from) =
                        (&mut dparameters[to.range(batch)], &self.tensors_beside[slot.range(batch)]);
                    if adds { add_to(&self.pool, to, from) } else { to.copy_from_slice(from) }
                }
            }
        }
    }

    /// Changes `state`, that of the whole network, from what the last forward pass saved; to be called once after a
    /// training step.
    ///
    /// # Panics
    /// Panics if the session is not one for training, or `state` is not that of the network.
    pub fn remember(&self, state: &mut [F]) {
        assert!(self.way_back.is_some(), "a session for training");
        assert_eq!(state.len(), self.plan.state, "state of the whole network");
        for node in self.plan.nodes.iter().filter(|node| !node.state.is_empty()) {
            if let Some(operation) = self.network.operation(node.value) {
                operation.remember(Remember {
                    batch: self.batch,
                    saved: Tensors::new(&self.saved, &node.saved, self.batch),
                    state: TensorsMut::new(state, &node.state, self.batch),
                });
            }
        }
    }
}
