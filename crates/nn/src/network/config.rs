//! Architectures as checkpoints store them.

use std::collections::{BTreeMap, HashMap};

use pellucid_compute::Scalar;
use serde::{Deserialize, Serialize};

use super::{Graph, Shape, Tie, Value, View};
use crate::layer::{PlanError, Port};
use crate::layers::LayerConfigError;
use crate::operations::build;

/// An architecture as a checkpoint stores it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArchitectureConfig {
    /// The shape of an input sample, where there is one input of numbers, named `input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Shape>,
    /// The inputs, where they are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputConfig>,
    /// The nodes in order.
    pub layers: Vec<NamedLayer>,
    /// The views.
    pub views: Vec<(String, ViewConfig)>,
}

/// An input as a checkpoint stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputConfig {
    /// Its name.
    pub name: String,
    /// The shape of a sample.
    pub shape: Shape,
    /// For indices, what all are smaller than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<u32>,
}

/// A node as a checkpoint stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedLayer {
    /// The node's name.
    pub name: String,
    /// What [`Layer::config`](crate::Layer::config) or [`Operation::config`](crate::Operation::config) says.
    pub layer: serde_json::Value,
    /// The values that it is fed with, by name; the one before where it is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// Tensors that are those of another node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<WeightsOf>,
}

/// Tensors that are those of another node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum WeightsOf {
    /// All of them: the name of the other node.
    Node(String),
    /// Some: the tensor within the node, and the other's full name; under `*` the node that all the rest are of.
    Tensors(BTreeMap<String, String>),
}

/// The key of [`WeightsOf::Tensors`] for all tensors that are not listed.
const REST: &str = "*";

/// A view as a checkpoint stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ViewConfig {
    /// Of a chain: the first layer, and one past the last.
    Layers([usize; 2]),
    /// From some values to one, by name.
    Values {
        /// The values that it begins with.
        from: Vec<String>,
        /// The value that it computes.
        to: String,
    },
}

/// Why a description is none of a network of built-in layers.
#[derive(Debug, thiserror::Error)]
pub enum ArchitectureError {
    /// A layer that is not built in.
    #[error(transparent)]
    Layer(#[from] LayerConfigError),
    /// A name that nothing bears.
    #[error(transparent)]
    Name(#[from] PlanError),
}

impl<F: Scalar> Graph<F> {
    /// Whether it is a row of layers with one input of numbers.
    fn is_chain(&self) -> bool {
        let mut inputs = self.inputs();
        let first = inputs
            .next()
            .is_some_and(|(value, name, port)| value == Value(0) && name == "input" && !port.is_indices());
        let row = |(value, _, node): (Value, &str, &super::Node<F>)| node.inputs == [Value(value.0 - 1)];
        first && inputs.next().is_none() && self.nodes().all(row)
    }

    /// Returns the architecture as data.
    pub fn to_config(&self) -> ArchitectureConfig {
        let chain = self.is_chain();
        let name = |value: &Value| self.name_of(*value).unwrap_or_default().to_owned();
        let inputs = self.inputs().map(|(_, name, port)| InputConfig {
            name: name.to_owned(),
            shape: port.shape.clone(),
            below: port.below,
        });
        let inputs: Vec<InputConfig> = inputs.collect();
        // An input is read last where nodes come between, so what a node is fed with is told unless it is a chain.
        let layers = self.nodes().map(|(_, named, node)| NamedLayer {
            name: named.to_owned(),
            layer: node.computation.config(),
            inputs: if chain { Vec::new() } else { node.inputs.iter().map(name).collect() },
            weights: weights(&node.ties),
        });
        let views = self.views().iter().map(|(view, View { from, to })| {
            let config = match from[..] {
                [Value(begin)] if chain => ViewConfig::Layers([begin, to.0]),
                _ => ViewConfig::Values { from: from.iter().map(name).collect(), to: name(to) },
            };
            (view.clone(), config)
        });
        ArchitectureConfig {
            input: chain.then(|| inputs[0].shape.clone()),
            layers: layers.collect(),
            views: views.collect(),
            inputs: if chain { Vec::new() } else { inputs },
        }
    }

    /// Returns the architecture that `config` describes; its layers must be built-in ones.
    ///
    /// # Errors
    /// Returns an error if one is not, or if a name is unknown.
    pub fn from_config(config: &ArchitectureConfig) -> Result<Self, ArchitectureError> {
        let mut graph = Self::new();
        let mut last = Value(0);
        // Files may name many values, so they are not searched for one after the other.
        let mut known: HashMap<&str, Value> = HashMap::new();
        let find = |known: &HashMap<&str, Value>, graph: &Self, name: &str| match known.get(name) {
            Some(value) => Ok(*value),
            None => graph.find(name),
        };
        if let Some(shape) = &config.input {
            last = graph.input("input", shape.clone());
            known.insert("input", last);
        }
        for InputConfig { name, shape, below } in &config.inputs {
            last = graph.port(name, Port { shape: shape.clone(), below: *below });
            known.insert(name, last);
        }
        for named in &config.layers {
            let computation = build(&named.layer)?;
            let inputs = named.inputs.iter().map(|name| find(&known, &graph, name));
            let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
            let before = [last];
            last = graph.add(computation, if inputs.is_empty() { &before } else { &inputs });
            graph.name(last, &named.name);
            known.insert(&named.name, last);
            for tie in named.weights.iter().flat_map(WeightsOf::ties) {
                graph.push_tie(last, tie);
            }
        }
        for (name, view) in &config.views {
            match view {
                ViewConfig::Layers([begin, end]) => graph.view(name, &[Value(*begin)], Value(*end)),
                ViewConfig::Values { from, to } => {
                    let from = from.iter().map(|name| find(&known, &graph, name));
                    let from = from.collect::<Result<Vec<_>, _>>()?;
                    let to = find(&known, &graph, to)?;
                    graph.view(name, &from, to);
                }
            }
        }
        Ok(graph)
    }
}

impl WeightsOf {
    /// Returns the ties, one by one.
    pub fn ties(&self) -> Vec<Tie> {
        match self {
            Self::Node(to) => vec![Tie { own: None, to: to.clone() }],
            Self::Tensors(tensors) => {
                // The rest comes first, since the latest tie of a tensor counts.
                let rest = tensors.get(REST).map(|to| Tie { own: None, to: to.clone() });
                let listed = tensors.iter().filter(|(own, _)| *own != REST);
                let listed = listed.map(|(own, to)| Tie { own: Some(own.clone()), to: to.clone() });
                rest.into_iter().chain(listed).collect()
            }
        }
    }
}

/// The ties of a node as data.
fn weights(ties: &[Tie]) -> Option<WeightsOf> {
    match ties {
        [] => None,
        [Tie { own: None, to }] => Some(WeightsOf::Node(to.clone())),
        ties => Some(WeightsOf::Tensors(
            ties.iter()
                .map(|Tie { own, to }| (own.clone().unwrap_or_else(|| REST.to_owned()), to.clone()))
                .collect(),
        )),
    }
}
