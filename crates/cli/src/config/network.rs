//! The network of a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::path::Path;

use anyhow::Result;
use pellucid::nn::{Graph, InputConfig, LayerConfig, OperationConfig, Port, Shape, Value, WeightsOf};
use pellucid::prelude::*;
use pellucid_terminal::{failure, say};
use serde::Deserialize;
use toml::Spanned;

/// The architecture.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The shape of a sample of the only input; else as wide as the data.
    pub input: Option<Shape>,
    /// The inputs, where there are several, or where they are indices.
    #[serde(default)]
    pub inputs: Vec<InputConfig>,
    /// The layers and operations in order; `name` names one, `inputs` says what it is fed with, and `weights` which tensors
    /// are those of another.
    pub layers: Vec<Spanned<toml::Table>>,
    /// Named parts: a range of layers, the first and one past the last, counted from 0; or `from` some values `to` one.
    #[serde(default)]
    pub views: BTreeMap<String, Spanned<toml::Value>>,
}

/// An entry of `model.layers`.
struct Entry {
    kind: Kind,
    name: Option<String>,
    inputs: Vec<String>,
    weights: Option<WeightsOf>,
    /// The place in the file, as errors begin.
    place: String,
}

/// What an entry computes.
enum Kind {
    Layer(LayerConfig),
    Operation(OperationConfig),
}

/// The kinds that there are.
struct Kinds {
    layers: BTreeSet<&'static str>,
    operations: BTreeSet<&'static str>,
}

impl Default for Kinds {
    fn default() -> Self {
        let layers = LayerConfig::examples().into_iter().map(|e| e.config.build::<f32>().kind());
        let operations = OperationConfig::examples().into_iter().map(|e| e.config.build::<f32>().kind());
        Self { layers: layers.collect(), operations: operations.collect() }
    }
}

impl Display for Kinds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = |kinds: &BTreeSet<&str>| kinds.iter().copied().collect::<Vec<_>>().join(", ");
        write!(f, "a layer ({}) or an operation ({})", names(&self.layers), names(&self.operations))
    }
}

/// A view from some values to one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromTo {
    from: Vec<String>,
    to: String,
}

/// The file, to tell lines.
struct Lines<'a> {
    path: &'a Path,
    text: &'a str,
    line: usize,
    counted: usize,
}

impl Lines<'_> {
    /// The file and the line of a byte; lines are counted on from the last, so that each is counted once.
    fn place(&mut self, begin: usize) -> String {
        if begin < self.counted {
            (self.line, self.counted) = (1, 0);
        }
        self.line += self.text.get(self.counted..begin).map_or(0, |between| between.matches('\n').count());
        self.counted = begin;
        format!("{}:{}", self.path.display(), self.line)
    }
}

impl Network {
    /// What the numbers of the data's table are below, where it feeds an input of indices.
    pub fn input_below(&self) -> Option<u32> {
        match &self.inputs[..] {
            [only] => only.below,
            inputs => inputs.iter().find(|input| input.name == "input").and_then(|input| input.below),
        }
    }

    /// The network, for samples of `width` numbers where the file does not say otherwise; what is likely a mistake is said:
    /// `loss` is that of the output, if there is one.
    pub fn build<F: Scalar>(
        &self,
        path: &Path,
        text: &str,
        width: usize,
        loss: Option<LossConfig>,
    ) -> Result<Graph<F>> {
        let mut lines = Lines { path, text, line: 1, counted: 0 };
        let entries = self.layers.iter().map(|entry| Entry::read(entry, &mut lines));
        let entries = entries.collect::<Result<Vec<_>>>()?;
        if let Some(warning) = loss.and_then(|loss| warning(&entries, loss)) {
            say!("warning: {}: {warning}", path.display());
        }
        let mut graph = Graph::new();
        let mut last = match (&self.input, &self.inputs[..]) {
            (Some(_), [_, ..]) => {
                let message = "model: expected either input, a shape, or inputs";
                return Err(failure::usage(format!("{}: {message}", path.display())));
            }
            (Some(shape), []) => graph.input("input", shape.clone()),
            (None, []) if width == 0 => {
                let message = "model: expected input, a shape, or inputs, as the data have no table";
                return Err(failure::usage(format!("{}: {message}", path.display())));
            }
            (None, []) => graph.input("input", width),
            (None, [first, others @ ..]) => {
                let add = |graph: &mut Graph<F>, InputConfig { name, shape, below }: &InputConfig| {
                    graph.port(name, Port { shape: shape.clone(), below: *below })
                };
                let first = add(&mut graph, first);
                others.iter().fold(first, |_, input| add(&mut graph, input))
            }
        };
        // The value that each layer is fed with in a chain, and the last.
        let mut values = vec![last];
        for entry in entries {
            last = entry.add(&mut graph, last)?;
            values.push(last);
        }
        for (name, view) in &self.views {
            let place = lines.place(view.span().start);
            self.view(&mut graph, &values, name, view.get_ref())
                .map_err(|message| failure::usage(format!("{place}: view {name:?}: {message}")))?;
        }
        Ok(graph)
    }

    fn view<F: Scalar>(
        &self,
        graph: &mut Graph<F>,
        values: &[Value],
        name: &str,
        view: &toml::Value,
    ) -> Result<(), String> {
        let message = |error: toml::de::Error| error.message().to_owned();
        if view.is_table() {
            let FromTo { from, to } = view.clone().try_into().map_err(message)?;
            let find = |name: &String| graph.find(name).map_err(|error| error.to_string());
            let (from, to) = (from.iter().map(find).collect::<Result<Vec<_>, _>>()?, find(&to)?);
            graph.view(name, &from, to);
            return Ok(());
        }
        let [begin, end]: [usize; 2] = view.clone().try_into().map_err(message)?;
        if self.inputs.len() > 1 {
            return Err("expected { from = [...], to = \"...\" }, as there are several inputs".into());
        }
        match (values.get(begin), values.get(end)) {
            (Some(from), Some(to)) if begin < end => {
                graph.view(name, &[*from], *to);
                Ok(())
            }
            _ => {
                let layers = values.len() - 1;
                Err(format!("expected a range within {layers} layers, found {begin} to {end}"))
            }
        }
    }
}

impl Entry {
    fn read(entry: &Spanned<toml::Table>, lines: &mut Lines<'_>) -> Result<Self> {
        let place = lines.place(entry.span().start);
        let wrong = |what: &str, error: &toml::de::Error| {
            failure::usage(format!("{place}: {what}: {}", error.message().trim_end()))
        };
        let mut table = entry.get_ref().clone();
        let name = match table.remove("name") {
            None => None,
            Some(toml::Value::String(name)) => Some(name),
            Some(other) => {
                return Err(failure::usage(format!("{place}: name: expected a string, found {other}")));
            }
        };
        let inputs: Option<Vec<String>> =
            table.remove("inputs").map(toml::Value::try_into).transpose().map_err(|e| wrong("inputs", &e))?;
        let weights = table.remove("weights").map(WeightsOf::deserialize).transpose().map_err(|_| {
            let expected = "expected the name of a layer, or names of tensors by names of tensors";
            failure::usage(format!("{place}: weights: {expected}"))
        })?;
        let kind = table.get("kind").and_then(toml::Value::as_str).unwrap_or_default();
        let kinds = Kinds::default();
        let kind = if kinds.operations.contains(kind) {
            OperationConfig::deserialize(table).map(Kind::Operation)
        } else if kinds.layers.contains(kind) || kind.is_empty() {
            LayerConfig::deserialize(table).map(Kind::Layer)
        } else {
            return Err(failure::usage(format!("{place}: layer: unknown kind `{kind}`, expected {kinds}")));
        };
        let kind = kind.map_err(|error| wrong("layer", &error))?;
        Ok(Self { kind, name, inputs: inputs.unwrap_or_default(), weights, place })
    }

    /// Adds the node to a graph whose last value is `last`; returns its value.
    fn add<F: Scalar>(self, graph: &mut Graph<F>, last: Value) -> Result<Value> {
        let wrong = |error: String| failure::usage(format!("{}: {error}", self.place));
        let find = |graph: &Graph<F>, name: &str| graph.find(name).map_err(|error| wrong(error.to_string()));
        let inputs = self.inputs.iter().map(|name| find(graph, name)).collect::<Result<Vec<_>>>()?;
        let inputs = if inputs.is_empty() { vec![last] } else { inputs };
        let value = match (&self.kind, &inputs[..]) {
            (Kind::Operation(operation), inputs) => graph.join_boxed(operation.build(), inputs),
            (Kind::Layer(layer), [input]) => graph.then_boxed(*input, layer.build()),
            (Kind::Layer(layer), inputs) => {
                let (kind, count) = (layer.build::<F>().kind(), inputs.len());
                return Err(wrong(format!("expected one input of a {kind} layer, found {count}")));
            }
        };
        for tie in self.weights.iter().flat_map(WeightsOf::ties) {
            let Some(own) = tie.own else {
                let of = find(graph, &tie.to)?;
                graph.share(value, of);
                continue;
            };
            let Some((of, _)) = tie.to.rsplit_once('.') else {
                let expected = "expected the name of a layer, a dot and that of its tensor";
                return Err(wrong(format!("weights: {expected}, found {:?}", tie.to)));
            };
            find(graph, of)?;
            graph.tie(value, own, tie.to);
        }
        if let Some(name) = &self.name {
            graph.name(value, name);
        }
        Ok(value)
    }
}

/// A softmax or a sigmoid in front of a loss that takes logits learns little: the loss applies one itself.
fn warning(entries: &[Entry], loss: LossConfig) -> Option<String> {
    let last = entries.iter().rev().find_map(|entry| match &entry.kind {
        Kind::Layer(LayerConfig::Identity) => None,
        kind => Some(kind),
    })?;
    let function = match last {
        Kind::Layer(LayerConfig::Softmax) => "softmax",
        Kind::Layer(LayerConfig::Sigmoid | LayerConfig::Dense(Dense { activation: Sigmoid, .. })) => {
            "sigmoid"
        }
        _ => return None,
    };
    loss.takes_logits().then(|| {
        let loss = loss.build::<f32>().name();
        format!(
            "the network ends in a {function}, but the {loss} takes logits and applies its own: leave it out"
        )
    })
}
