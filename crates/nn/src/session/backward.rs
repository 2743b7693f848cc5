//! The backward pass over the nodes of a session.

use std::ops::Range;

use pellucid_compute::{Pool, Scalar, vectorized};

use super::backward_plan::{Place, Tied};
use super::{Session, Weights};
use crate::layer::{
    Backward, Computation, Gradients, Inputs, MAX_INPUTS, OperationBackward, Remember, Tensors, TensorsMut,
};
use crate::network::Node;

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

/// What a loss needs of a session: the value that it looks at, another that may be its target, where to write the
/// gradient, and threads.
#[derive(Debug)]
pub struct LossSlices<'a, F> {
    /// The samples of the value.
    pub value: &'a [F],
    /// The samples of the target value, where one is asked for.
    pub target: Option<&'a [F]>,
    /// Where dL/d value is to be written.
    pub gradient: &'a mut [F],
    /// The threads to run on.
    pub pool: &'a Pool,
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
            pool: &self.pool,
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
            let Some(Node { computation, .. }) = self.network.node(node.value) else { continue };
            let inputs = Inputs {
                batch,
                ports: &node.ports,
                sources: &node.sources,
                low: activations,
                high: (&[], usize::MAX),
                outside: None,
                indices: &self.indices,
            };
            let (before, after) = self.gradients.split_at_mut(node.y);
            let len = batch * node.output.len();
            let (y, dy) = (&activations[node.y..node.y + len], &after[..len]);
            let parameters = Tensors::new(weights.parameters, &node.parameters, batch);
            let state = Tensors::new(weights.state, &node.state, batch);
            let saved = Tensors::new(&self.saved, &node.saved, batch);
            let (flat, slots) = match &step.tied {
                Some(tied) => (&mut *self.tensors_beside, &tied.slots),
                None => (&mut *dparameters, &node.parameters),
            };
            let dparameters_of_node = TensorsMut::new(flat, slots, batch);
            let (marks, each) = node.marks;
            let marks = &self.marks[marks..marks + batch * each];
            let scratch = &mut self.scratch[..node.backward_scratch];
            let (mode, pool, output) = (node.mode(self.stream), &*self.pool, &node.output);
            match computation {
                Computation::Layer(layer) => layer.backward(Backward {
                    batch,
                    mode,
                    pool,
                    input: inputs.shape(0),
                    output,
                    parameters,
                    state,
                    x: inputs.numbers(0),
                    y,
                    dy,
                    saved,
                    marks,
                    scratch,
                    dx: match step.edges[0].place(input_gradient) {
                        Place::Nowhere => None,
                        Place::Own => Some(&mut before[self.plan.range(node.inputs[0], batch)]),
                        Place::Beside(begin) => {
                            Some(&mut self.beside[begin..begin + batch * inputs.shape(0).len()])
                        }
                    },
                    dparameters: dparameters_of_node,
                }),
                Computation::Operation(operation) => {
                    let range = |input: usize| self.plan.range(node.inputs[input], batch);
                    let places = step.edges.iter().map(|edge| edge.place(input_gradient));
                    operation.backward(OperationBackward {
                        batch,
                        mode,
                        pool,
                        inputs,
                        output,
                        parameters,
                        state,
                        y,
                        dy,
                        saved,
                        marks,
                        scratch,
                        dx: gradients_of_inputs(places, range, before, &mut self.beside),
                        dparameters: dparameters_of_node,
                    });
                }
            }
            // What was written beside is added.
            for (&input, edge) in node.inputs.iter().zip(&step.edges) {
                if let Place::Beside(begin) = edge.place(input_gradient) {
                    let range = self.plan.range(input, batch);
                    let from = &self.beside[begin..begin + range.len()];
                    add_to(&self.pool, &mut self.gradients[range], from);
                }
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
        if self.plan.state == 0 {
            return;
        }
        for node in self.plan.nodes.iter().filter(|node| !node.state.is_empty()) {
            if let Some(Node { computation, .. }) = self.network.node(node.value) {
                computation.remember(Remember {
                    batch: self.batch,
                    saved: Tensors::new(&self.saved, &node.saved, self.batch),
                    state: TensorsMut::new(state, &node.state, self.batch),
                });
            }
        }
    }
}

/// Where an operation writes the gradients of its inputs: each in its own place among the gradients, or beside.
fn gradients_of_inputs<'a, F>(
    places: impl Iterator<Item = Place>,
    range: impl Fn(usize) -> Range<usize>,
    gradients: &'a mut [F],
    beside: &'a mut [F],
) -> Gradients<'a, F> {
    let (mut own, mut others): ([_; MAX_INPUTS], [_; MAX_INPUTS]) =
        ([const { 0..0 }; MAX_INPUTS], [const { 0..0 }; MAX_INPUTS]);
    for (input, place) in places.enumerate() {
        match place {
            Place::Nowhere => {}
            Place::Own => own[input] = range(input),
            Place::Beside(begin) => others[input] = begin..begin + range(input).len(),
        }
    }
    let disjoint = "the plan gives every gradient its own place";
    let own = gradients.get_disjoint_mut(own).expect(disjoint);
    let others = beside.get_disjoint_mut(others).expect(disjoint);
    let mut pairs = own.into_iter().zip(others);
    std::array::from_fn(|_| {
        let (own, other) = pairs.next()?;
        [own, other].into_iter().find(|slice| !slice.is_empty())
    })
}
