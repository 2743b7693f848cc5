//! The architecture of a network: named inputs, then nodes in order.

use std::collections::HashMap;

use pellucid_compute::Scalar;

use super::{Shape, Value, View};
use crate::layer::{Computation, Layer, Operation, PlanError, Port};

/// A network as named inputs and nodes in order, each of which computes one value from earlier ones. A description
/// only: no numbers.
///
/// Nodes are named by kind and number (`dense1`, `dense2`, `add1`) unless named otherwise. A composite, such as a
/// residual block, is a function that adds nodes, so that every part of it can be looked at by name. A row of layers
/// is written shorter as [`Sequential`](super::Sequential). What is wrong with a graph is told when it is planned.
///
/// ```
/// use pellucid_nn::{Activation::Relu, Add, Dense, Graph, Model, Value};
///
/// /// y = x + relu(x W1 + b1) W2 + b2
/// fn block(graph: &mut Graph<f32>, x: Value, width: usize) -> Value {
///     let h = graph.then(x, Dense::new(width).activation(Relu));
///     let h = graph.then(h, Dense::new(width));
///     graph.join(Add, &[x, h])
/// }
///
/// let mut graph = Graph::new();
/// let x = graph.input("input", 8);
/// let h = block(&mut graph, x, 8);
/// let h = block(&mut graph, h, 8);
/// graph.then(h, Dense::new(2));
/// let model = Model::new(graph, 42)?;
/// assert_eq!(model.predict(&[0.5; 8])?.len(), 2);
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct Graph<F> {
    values: Vec<Definition<F>>,
    views: Vec<(String, View)>,
    /// How many nodes there are of each kind.
    kinds: HashMap<&'static str, usize>,
    /// What the names of new nodes begin with.
    prefix: String,
    /// The first mistake that was made in building it.
    mistake: Option<PlanError>,
}

/// An input or a node, with its name.
#[derive(Debug)]
struct Definition<F> {
    name: String,
    origin: Origin<F>,
}

/// Where a value comes from.
#[derive(Debug)]
enum Origin<F> {
    Input(Port),
    Node(Node<F>),
}

/// A node: what it computes, and the values that it is fed with.
#[derive(Debug)]
pub struct Node<F> {
    pub(crate) computation: Computation<F>,
    pub(crate) inputs: Vec<Value>,
    pub(crate) ties: Vec<Tie>,
}

/// A tensor of a node that is a tensor of another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The tensor within the node, such as `weight`; `None` for all of them.
    pub own: Option<String>,
    /// The full name of the other tensor, such as `dense1.weight`; the other node's name where all are meant.
    pub to: String,
}

impl<F> Default for Graph<F> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            views: Vec::new(),
            kinds: HashMap::new(),
            prefix: String::new(),
            mistake: None,
        }
    }
}

impl<F: Scalar> Graph<F> {
    /// Makes a network without inputs or nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input of numbers.
    pub fn input(&mut self, name: impl Into<String>, shape: impl Into<Shape>) -> Value {
        self.port(name, Port::numbers(shape))
    }

    /// Adds an input of indices smaller than `below`.
    pub fn indices(&mut self, name: impl Into<String>, shape: impl Into<Shape>, below: u32) -> Value {
        self.port(name, Port::indices(shape, below))
    }

    /// Adds an input.
    pub fn port(&mut self, name: impl Into<String>, port: Port) -> Value {
        self.push(name.into(), Origin::Input(port))
    }

    /// Adds a layer fed with `x`.
    pub fn then(&mut self, x: Value, layer: impl Layer<F> + 'static) -> Value {
        self.then_boxed(x, Box::new(layer))
    }

    /// Adds a layer fed with `x`.
    pub fn then_boxed(&mut self, x: Value, layer: Box<dyn Layer<F>>) -> Value {
        self.add(Computation::Layer(layer), &[x])
    }

    /// Adds an operation fed with `inputs`.
    pub fn join(&mut self, operation: impl Operation<F> + 'static, inputs: &[Value]) -> Value {
        self.join_boxed(Box::new(operation), inputs)
    }

    /// Adds an operation fed with `inputs`.
    pub fn join_boxed(&mut self, operation: Box<dyn Operation<F>>, inputs: &[Value]) -> Value {
        self.add(Computation::Operation(operation), inputs)
    }

    /// Adds a node fed with `inputs`.
    pub(crate) fn add(&mut self, computation: Computation<F>, inputs: &[Value]) -> Value {
        let kind = computation.kind();
        let number = self.kinds.entry(kind).or_default();
        *number += 1;
        let name = format!("{}{kind}{number}", self.prefix);
        self.push(name, Origin::Node(Node { computation, inputs: inputs.to_vec(), ties: Vec::new() }))
    }

    fn push(&mut self, name: String, origin: Origin<F>) -> Value {
        self.values.push(Definition { name, origin });
        Value(self.values.len() - 1)
    }

    /// Names a value, in place of its kind and number.
    pub fn name(&mut self, value: Value, name: impl Into<String>) -> Value {
        let name = name.into();
        match self.values.get_mut(value.0) {
            Some(definition) => definition.name = name,
            None => self.misplaced(format!("the name {name:?}"), "a value of the network", value),
        }
        value
    }

    /// Keeps the first mistake, to be told when the network is planned.
    pub(super) fn misplaced(&mut self, what: String, expected: &'static str, value: Value) {
        let found = match self.name_of(value) {
            Some(name) => format!("the input {name}"),
            None => format!("value {} of {}", value.0, self.values.len()),
        };
        self.mistake.get_or_insert(PlanError::Misplaced { what, expected, found });
    }

    /// The first mistake that was made in building the network.
    pub(crate) fn mistake(&self) -> Option<&PlanError> {
        self.mistake.as_ref()
    }

    /// Adds nodes whose names begin with `scope` and a dot.
    ///
    /// ```
    /// use pellucid_nn::{Dense, Graph};
    /// let mut graph = Graph::<f32>::new();
    /// let x = graph.input("input", 2);
    /// graph.within("block1", |graph| graph.then(x, Dense::new(2)));
    /// assert!(graph.value("block1.dense1").is_some());
    /// ```
    pub fn within<T>(&mut self, scope: &str, add: impl FnOnce(&mut Self) -> T) -> T {
        let inner = format!("{}{scope}.", self.prefix);
        let outer = std::mem::replace(&mut self.prefix, inner);
        let kinds = std::mem::take(&mut self.kinds);
        let result = add(self);
        (self.prefix, self.kinds) = (outer, kinds);
        result
    }

    /// Makes the parameter `own` of a node the parameter `to` of an earlier one: `graph.tie(head, "weight", "dense1.weight")`.
    pub fn tie(&mut self, value: Value, own: impl Into<String>, to: impl Into<String>) -> Value {
        self.push_tie(value, Tie { own: Some(own.into()), to: to.into() })
    }

    /// Makes all parameters of a node those of the earlier node `of`; each node keeps its own state. Ties that the node had
    /// before are dropped.
    pub fn share(&mut self, value: Value, of: Value) -> Value {
        let Some(to) = self.name_of(of).map(str::to_owned) else {
            self.misplaced("shared parameters".into(), "those of a layer of the network", of);
            return value;
        };
        self.push_tie(value, Tie { own: None, to })
    }

    pub(crate) fn push_tie(&mut self, value: Value, tie: Tie) -> Value {
        if let Some(Definition { origin: Origin::Node(node), .. }) = self.values.get_mut(value.0) {
            // The latest tie of a tensor counts.
            node.ties.retain(|earlier| tie.own.is_some() && earlier.own != tie.own);
            node.ties.push(tie);
        } else {
            let what = format!("a tie of {} to {}", tie.own.as_deref().unwrap_or("all parameters"), tie.to);
            self.misplaced(what, "a layer of the network", value);
        }
        value
    }

    /// Names the part that computes `to` from the values `from`, such as the encoder of an autoencoder.
    pub fn view(&mut self, name: impl Into<String>, from: &[Value], to: Value) {
        self.views.push((name.into(), View { from: from.to_vec(), to }));
    }

    /// Returns the number of values: inputs and nodes.
    pub fn values(&self) -> usize {
        self.values.len()
    }

    /// Returns the value of that name.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.values.iter().position(|definition| definition.name == name).map(Value)
    }

    /// Returns the value of that name.
    ///
    /// # Errors
    /// Returns an error if there is none; says which there are.
    pub fn find(&self, name: &str) -> Result<Value, PlanError> {
        self.value(name).ok_or_else(|| PlanError::UnknownName {
            name: name.to_owned(),
            known: self.values.iter().map(|definition| &*definition.name).collect::<Vec<_>>().join(", "),
        })
    }

    /// Returns the name of a value.
    pub fn name_of(&self, value: Value) -> Option<&str> {
        self.values.get(value.0).map(|definition| &*definition.name)
    }

    /// Returns the names of the nodes, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes().map(|(_, name, _)| name)
    }

    /// Returns the inputs, in order.
    pub fn inputs(&self) -> impl Iterator<Item = (Value, &str, &Port)> {
        self.values.iter().enumerate().filter_map(|(index, definition)| match &definition.origin {
            Origin::Input(port) => Some((Value(index), &*definition.name, port)),
            Origin::Node(_) => None,
        })
    }

    /// Returns the nodes, in order.
    pub fn nodes(&self) -> impl Iterator<Item = (Value, &str, &Node<F>)> {
        self.values.iter().enumerate().filter_map(|(index, definition)| match &definition.origin {
            Origin::Node(node) => Some((Value(index), &*definition.name, node)),
            Origin::Input(_) => None,
        })
    }

    /// The node that computes a value; `None` for an input.
    pub(crate) fn node(&self, value: Value) -> Option<&Node<F>> {
        match &self.values.get(value.0)?.origin {
            Origin::Node(node) => Some(node),
            Origin::Input(_) => None,
        }
    }

    /// The shape of an input's samples, and whether they are numbers or indices; `None` for a node.
    pub(crate) fn port_of(&self, value: Value) -> Option<&Port> {
        match &self.values.get(value.0)?.origin {
            Origin::Input(port) => Some(port),
            Origin::Node(_) => None,
        }
    }

    /// Returns the kind and the hyper-parameters of the node that computes a value; `None` for an input.
    pub fn config_of(&self, value: Value) -> Option<serde_json::Value> {
        self.node(value).map(|node| node.computation.config())
    }

    /// Returns the shape of a sample of the first input; that of none where there is no input.
    pub fn input_shape(&self) -> Option<&Shape> {
        self.inputs().next().map(|(.., port)| &port.shape)
    }

    /// Returns the inputs that a value is computed from, in the network's order.
    pub fn inputs_of(&self, value: Value) -> Vec<Value> {
        let mut needed = vec![false; self.values.len()];
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            let Some(definition) = self.values.get(value.0) else { continue };
            if !std::mem::replace(&mut needed[value.0], true)
                && let Origin::Node(node) = &definition.origin
            {
                open.extend(&node.inputs);
            }
        }
        self.inputs().map(|(input, ..)| input).filter(|input| needed[input.0]).collect()
    }

    /// Returns the whole network: from all inputs to the last node.
    pub fn whole(&self) -> View {
        let from = self.inputs().map(|(value, ..)| value).collect();
        View { from, to: self.nodes().last().map_or(Value(0), |(value, ..)| value) }
    }

    /// Returns the views with their names.
    pub fn views(&self) -> &[(String, View)] {
        &self.views
    }

    /// Returns the view of that name, or the node of that name alone.
    ///
    /// # Errors
    /// Returns an error if there is neither; says which there are.
    pub fn find_view(&self, name: &str) -> Result<View, PlanError> {
        if let Some((_, view)) = self.views.iter().find(|(view, _)| view == name) {
            return Ok(view.clone());
        }
        if let Some((value, _, node)) = self.nodes().find(|(_, node, _)| *node == name) {
            return Ok(View { from: node.inputs.clone(), to: value });
        }
        let views = self.views.iter().map(|(view, _)| &**view);
        let known = views.chain(self.names()).collect::<Vec<_>>().join(", ");
        Err(PlanError::UnknownView { name: name.to_owned(), known })
    }
}
