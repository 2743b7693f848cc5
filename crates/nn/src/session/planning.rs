//! How a network is planned: every node is asked what it needs, and everything gets its place.

use std::collections::{HashMap, HashSet};

use pellucid_compute::Scalar;

use super::layout::{self, Layout};
use super::plan::{NodePlan, Plan, ValuePlan};
use super::selection::select;
use super::tensor_plan::{TensorPlan, add_tensor, check_names, ties};
use crate::layer::{MAX_INPUTS, Need, PlanError, Port, Slot};
use crate::naming::key;
use crate::network::{Graph, Node, Shape, Value, View};

impl Plan {
    /// Plans a view of a network for batches of up to `max_batch` samples, so that every activation is kept.
    ///
    /// # Errors
    /// Returns an error if a layer cannot take its input, two have one name, a name or a tie is of no value of the network, the
    /// view needs values from outside, a tied tensor does not fit, or the sizes overflow.
    pub fn new<F: Scalar>(graph: &Graph<F>, view: &View, max_batch: usize) -> Result<Self, PlanError> {
        Self::with_layout(graph, view, &[], max_batch, Layout::Kept)
    }

    /// Plans all nodes of a network, for a batch of one.
    ///
    /// # Errors
    /// Returns an error if the network cannot be planned; see [`Plan::new`].
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
        if let Some(mistake) = graph.mistake() {
            return Err(mistake.clone());
        }
        let selected = select(graph, view, also)?;
        let mut plan = Self::empty(max_batch);
        let mut names = HashSet::new();
        let mut ports: Vec<Port> = Vec::with_capacity(graph.values());
        // The number in the plan of each value of the graph.
        let mut numbers: Vec<Option<usize>> = vec![None; graph.values()];
        for (index, &inside) in selected.iter().enumerate() {
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
            let need = node.computation.plan(&inputs, max_batch).map_err(|error| error.of_layer(name))?;
            check_shape(name, &need.output)?;
            ports.push(Port::numbers(need.output.clone()));
            plan.add_node(value, name, node, inputs, need, inside)?;
        }
        check_names(&plan.states)?;
        // The values of the view: its inputs, each once, then the outputs of its nodes.
        let computed: Vec<Value> = plan.nodes.iter().map(|node| node.value).collect();
        for &value in view.from.iter().chain(&computed) {
            if numbers[value.0].is_none() {
                numbers[value.0] = Some(plan.values.len());
                let (name, port) = (graph.name_of(value).unwrap_or_default(), ports[value.0].clone());
                plan.values.push(ValuePlan { value, name: name.to_owned(), port, begin: 0 });
            }
        }
        for node in &mut plan.nodes {
            let inputs = graph.node(node.value).map_or(&[][..], |node| &node.inputs);
            node.inputs = inputs.iter().filter_map(|input| numbers[input.0]).collect();
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
            kind: node.computation.kind(),
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
