//! The plan of a network's memory: where everything lies in a few flat buffers.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pellucid_compute::{Scalar, Stream};

use super::backward_plan::BackwardPlan;
use super::layout::{self, Layout};
use super::selection::select;
use super::tensor_plan::{TensorPlan, add_tensor, check_names, ties};
use crate::layer::{MAX_INPUTS, Mode, Need, PlanError, Port, Slot, Source, TensorSpec};
use crate::naming::key;
use crate::network::{Graph, Node, Shape, Value, View};

/// Where the numbers of a view of a network lie. Offsets only, so a plan fits any memory of the right size.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The largest batch.
    pub max_batch: usize,
    /// The inputs of the view, then the output of each of its nodes.
    pub values: Vec<ValuePlan>,
    /// The nodes of the view, in order.
    pub nodes: Vec<NodePlan>,
    /// The number of the value that the view computes.
    pub output: usize,
    /// The parameter tensors of the whole network, each once.
    pub tensors: Vec<TensorPlan>,
    /// The number of the parameter tensor of each full name, those of tied tensors too.
    pub(super) names: HashMap<String, usize>,
    /// The state tensors of the whole network.
    pub states: Vec<TensorPlan>,
    /// The parameters of the whole network.
    pub parameters: usize,
    /// The numbers of the state of the whole network.
    pub state: usize,
    /// Elements of the activations, for the largest batch.
    pub activations: usize,
    /// Elements of the inputs that are indices.
    pub indices: usize,
    /// Elements saved for the backward pass.
    pub saved: usize,
    /// Bytes saved for the backward pass.
    pub marks: usize,
    /// Elements of the working memory of forward passes, which the nodes share.
    pub scratch: usize,
    /// Elements of the working memory of backward passes, which the nodes share.
    pub backward_scratch: usize,
}

/// Where the samples of a value lie.
#[derive(Clone, Debug)]
pub struct ValuePlan {
    /// The value in the graph.
    pub value: Value,
    /// Its name.
    pub name: String,
    /// The shape of a sample, and whether it is numbers or indices.
    pub port: Port,
    /// The first element, among the activations or the indices.
    pub begin: usize,
}

/// Where one node's numbers lie.
#[derive(Clone, Debug)]
pub struct NodePlan {
    /// The value that it computes.
    pub value: Value,
    /// Its name.
    pub name: String,
    /// What its random streams are keyed by.
    key: u64,
    /// Its kind.
    pub kind: &'static str,
    /// The values that it is fed with, by number in the plan.
    pub inputs: Vec<usize>,
    /// Their shapes.
    pub ports: Vec<Port>,
    /// Where their samples lie.
    pub sources: Vec<Source>,
    /// The shape of an output sample.
    pub output: Shape,
    /// Where its output begins in the activations.
    pub y: usize,
    /// Its parameter tensors, by number in the plan.
    pub tensors: Vec<usize>,
    /// Which of them are its own, and not tied to those of an earlier node.
    pub own: Vec<bool>,
    /// Where its parameter tensors lie.
    pub parameters: Vec<Slot>,
    /// Where its state lies.
    pub state: Vec<Slot>,
    /// Where what forward leaves for backward lies.
    pub saved: Vec<Slot>,
    /// What that is.
    pub saved_specs: Vec<TensorSpec>,
    /// Where the bytes that forward leaves begin, and how many there are for a sample.
    pub marks: (usize, usize),
    /// Its working memory in a forward pass, at the beginning of the common one.
    pub scratch: usize,
    /// Its working memory in a backward pass.
    pub backward_scratch: usize,
    /// Floating-point operations of a forward pass for one sample.
    pub flops: u64,
}

impl NodePlan {
    /// The mode of a pass with the random stream of a step, or without one.
    pub(super) fn mode(&self, stream: Option<Stream>) -> Mode {
        stream.map_or(Mode::Evaluate, |stream| Mode::Train(stream.child(self.key)))
    }
}

impl Plan {
    /// Plans a view of a network for batches of up to `max_batch` samples, so that every activation is kept.
    ///
    /// # Errors
    /// Returns an error if a layer cannot take its input, two have one name, the view needs values from outside, a tied
    /// tensor does not fit, or the sizes overflow.
    pub fn new<F: Scalar>(graph: &Graph<F>, view: &View, max_batch: usize) -> Result<Self, PlanError> {
        Self::with_layout(graph, view, &[], max_batch, Layout::Kept)
    }

    /// Plans all nodes of a network, for a batch of one.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn whole<F: Scalar>(graph: &Graph<F>) -> Result<Self, PlanError> {
        let all: Vec<Value> = graph.nodes().map(|(value, ..)| value).collect();
        Self::with_layout(graph, &graph.whole(), &all, 1, Layout::Kept)
    }

    /// Plans a view and whatever the values `also` need.
    pub(crate) fn with_layout<F: Scalar>(
        graph: &Graph<F>,
        view: &View,
        also: &[Value],
        max_batch: usize,
        layout: Layout,
    ) -> Result<Self, PlanError> {
        let selected = select(graph, view, also)?;
        let mut plan = Self::empty(max_batch);
        let mut names = HashSet::new();
        let mut ports: Vec<Port> = Vec::with_capacity(graph.values());
        // The number in the plan of each value of the graph.
        let mut numbers: Vec<Option<usize>> = vec![None; graph.values()];
        for index in 0..graph.values() {
            let value = Value(index);
            let name = graph.name_of(value).unwrap_or_default();
            if !names.insert(name) {
                return Err(PlanError::DuplicateName(name.to_owned()));
            }
            let Some(node) = graph.node(value) else {
                ports.push(check_input(name, graph.port_of(value))?);
                continue;
            };
            let inputs = node.inputs.iter().map(|input| {
                ports.get(input.0).cloned().ok_or_else(|| PlanError::UnknownValue {
                    user: format!("layer {name}"),
                    value: input.0,
                    values: index,
                })
            });
            let inputs = inputs.collect::<Result<Vec<Port>, _>>()?;
            if inputs.is_empty() || inputs.len() > MAX_INPUTS {
                let expected = format!("1 to {MAX_INPUTS} inputs");
                return Err(PlanError::input(expected, inputs.len().to_string()).of_layer(name));
            }
            let need = node.operation.plan(&inputs, max_batch).map_err(|error| error.of_layer(name))?;
            check_shape(name, &need.output)?;
            ports.push(Port::numbers(need.output.clone()));
            let inside = selected.nodes[index];
            plan.add_node(value, name, node, inputs, need, inside)?;
        }
        check_names(&plan.states)?;
        // The values of the view: its inputs, then the outputs of its nodes.
        let name = |value: Value| graph.name_of(value).unwrap_or_default().to_owned();
        for &value in &view.from {
            if numbers[value.0].is_none() {
                numbers[value.0] = Some(plan.values.len());
                plan.values.push(ValuePlan {
                    value,
                    name: name(value),
                    port: ports[value.0].clone(),
                    begin: 0,
                });
            }
        }
        for place in 0..plan.nodes.len() {
            let value = plan.nodes[place].value;
            numbers[value.0] = Some(plan.values.len());
            plan.values.push(ValuePlan { value, name: name(value), port: ports[value.0].clone(), begin: 0 });
            let node = graph.node(value).map_or(&[][..], |node| &node.inputs);
            plan.nodes[place].inputs = node.iter().filter_map(|input| numbers[input.0]).collect();
        }
        plan.output = numbers[view.to.0].unwrap_or(0);
        layout::place(&mut plan, layout)?;
        Ok(plan)
    }

    fn empty(max_batch: usize) -> Self {
        Self {
            max_batch,
            values: Vec::new(),
            nodes: Vec::new(),
            output: 0,
            tensors: Vec::new(),
            names: HashMap::new(),
            states: Vec::new(),
            parameters: 0,
            state: 0,
            activations: 0,
            indices: 0,
            saved: 0,
            marks: 0,
            scratch: 0,
            backward_scratch: 0,
        }
    }

    /// Lays out the tensors of a node, and where it is inside the view what its passes need.
    fn add_node<F: Scalar>(
        &mut self,
        value: Value,
        name: &str,
        node: &Node<F>,
        ports: Vec<Port>,
        need: Need,
        inside: bool,
    ) -> Result<(), PlanError> {
        let overflow = || PlanError::Overflow(name.to_owned());
        let ties = ties(&self.tensors, &self.names, name, node, &need)?;
        let (mut tensors, mut own) = (Vec::new(), Vec::new());
        for spec in &need.parameters {
            own.push(!ties.contains_key(&*spec.name));
            let number = match ties.get(&*spec.name) {
                Some(&tensor) => tensor,
                None => add_tensor(&mut self.tensors, &mut self.parameters, name, spec)?,
            };
            tensors.push(number);
            let full = format!("{name}.{}", spec.name);
            if self.names.contains_key(&full) {
                return Err(PlanError::DuplicateTensor(full));
            }
            self.names.insert(full, number);
        }
        let states = need.state.iter().map(|spec| add_tensor(&mut self.states, &mut self.state, name, spec));
        let states = states.collect::<Result<Vec<_>, _>>()?;
        if !inside {
            return Ok(());
        }
        let mut saved = Vec::new();
        for spec in &need.saved {
            let rows = if spec.per_sample { self.max_batch } else { 1 };
            let (len, begin) = (spec.shape.len(), self.saved);
            let end = len.checked_mul(rows).and_then(|len| begin.checked_add(len));
            self.saved = end.filter(|_| spec.shape.is_countable()).ok_or_else(overflow)?;
            saved.push(Slot { begin, len, per_sample: spec.per_sample });
        }
        let marks = (self.marks, need.marks);
        let bytes = need.marks.checked_mul(self.max_batch).and_then(|bytes| self.marks.checked_add(bytes));
        self.marks = bytes.ok_or_else(overflow)?;
        self.scratch = self.scratch.max(need.scratch);
        self.backward_scratch = self.backward_scratch.max(need.backward_scratch);
        let slots = |all: &[TensorPlan], tensors: &[usize]| {
            tensors.iter().map(|&tensor| Slot::fixed(all[tensor].range.clone())).collect()
        };
        self.nodes.push(NodePlan {
            value,
            name: name.to_owned(),
            key: key(name),
            kind: node.operation.kind(),
            inputs: Vec::new(),
            ports,
            sources: Vec::new(),
            output: need.output,
            y: 0,
            parameters: slots(&self.tensors, &tensors),
            state: slots(&self.states, &states),
            tensors,
            own,
            saved,
            saved_specs: need.saved,
            marks,
            scratch: need.scratch,
            backward_scratch: need.backward_scratch,
            flops: need.flops,
        });
        Ok(())
    }

    /// The shape of a sample of the view's first input.
    pub fn input(&self) -> &Shape {
        &self.values[0].port.shape
    }

    /// The inputs of the view.
    pub fn inputs(&self) -> &[ValuePlan] {
        &self.values[..self.values.len() - self.nodes.len()]
    }

    /// The shape of an output sample of the view.
    pub fn output(&self) -> &Shape {
        &self.values[self.output].port.shape
    }

    /// The number of the value of that name.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.values.iter().position(|value| value.name == name)
    }

    /// The elements of a value in a batch of `batch` samples.
    pub fn range(&self, number: usize, batch: usize) -> Range<usize> {
        let ValuePlan { port, begin, .. } = &self.values[number];
        *begin..begin + port.shape.len() * batch
    }

    /// Bytes of the buffers of a session, with `gradients` for training with a loss of the output; without the gradients of
    /// tied tensors, of which a batch needs as many as a sample.
    pub fn session_bytes<F>(&self, gradients: bool) -> usize {
        let backward = if gradients {
            let scratch = self.backward_scratch.saturating_sub(self.scratch);
            let beside = BackwardPlan::new(self, &[self.output]).beside;
            [self.saved, scratch, beside].into_iter().fold(self.activations, usize::saturating_add)
        } else {
            0
        };
        let elements = self.activations.saturating_add(self.scratch).saturating_add(backward);
        let bytes = elements.saturating_mul(size_of::<F>()).saturating_add(self.indices.saturating_mul(4));
        if gradients { bytes.saturating_add(self.marks) } else { bytes }
    }
}

/// An input has samples, and its indices a bound.
fn check_input(name: &str, port: Option<&Port>) -> Result<Port, PlanError> {
    let port = port.ok_or(PlanError::NoInput)?.clone();
    check_shape(name, &port.shape)?;
    if port.below == Some(0) {
        return Err(PlanError::input("indices below at least 1", "indices below 0").of_layer(name));
    }
    Ok(port)
}

/// A sample has at least one number, and can be counted.
fn check_shape(layer: &str, shape: &Shape) -> Result<(), PlanError> {
    if !shape.is_countable() {
        return Err(PlanError::Overflow(layer.to_owned()));
    }
    if shape.len() == 0 {
        let found = format!("samples of shape {shape}");
        return Err(PlanError::input("samples of at least one number", found).of_layer(layer));
    }
    Ok(())
}
