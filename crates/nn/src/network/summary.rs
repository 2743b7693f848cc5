//! A network's layers as a table.

use std::fmt;

use pellucid_compute::Scalar;

use super::{Graph, Shape};
use crate::layer::{PlanError, Port};
use crate::session::Plan;

/// What `summary()` says of a network: its layers with shapes, parameters, memory and operations.
///
/// ```
/// use pellucid_nn::{Dense, Model, Sequential};
/// let summary = Model::<f32>::new(Sequential::new(784).with(Dense::new(32)), 0)?.summary();
/// assert_eq!((summary.parameters, summary.flops), (784 * 32 + 32, 2 * 784 * 32));
/// println!("{summary}");
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Summary {
    /// The layers in order.
    pub layers: Vec<SummaryLayer>,
    /// The names of the inputs and the shapes of their samples.
    pub inputs: Vec<(String, Port)>,
    /// All parameters.
    pub parameters: usize,
    /// Bytes of all parameters.
    pub parameter_bytes: usize,
    /// Bytes that a training session needs for each sample of a batch: activations, gradients, saved and scratch.
    pub training_bytes_per_sample: usize,
    /// Floating-point operations of the forward pass for one sample.
    pub flops: u64,
}

/// A line of a [`Summary`].
#[derive(Clone, Debug)]
pub struct SummaryLayer {
    /// The layer's name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// The values that it is fed with, where that is not just the one before.
    pub fed_with: Option<Vec<String>>,
    /// The shape of an output sample.
    pub output: Shape,
    /// Its own parameters; those that it shares with an earlier layer are counted there.
    pub parameters: usize,
    /// The names of the tensors that it shares with earlier layers.
    pub shared: Vec<String>,
    /// Bytes of its output for one sample.
    pub activation_bytes: usize,
    /// Floating-point operations of its forward pass for one sample.
    pub flops: u64,
}

impl Summary {
    /// Returns the summary of an architecture.
    ///
    /// # Errors
    /// Returns an error if it cannot be planned.
    pub fn of<F: Scalar>(network: &Graph<F>) -> Result<Self, PlanError> {
        Ok(Self::new::<F>(&Plan::whole(network)?))
    }

    /// The summary of a network planned for a batch of one, in numbers of type `F`.
    pub(crate) fn new<F>(plan: &Plan) -> Self {
        let inputs = plan.inputs().len();
        let layers = plan.nodes.iter().enumerate().map(|(place, node)| {
            let own = node.parameters.iter().zip(&node.own).filter(|(_, own)| **own);
            // The value before, in the order of the plan.
            let chained = node.inputs == [inputs + place - 1];
            let shared = node.tensors.iter().zip(&node.own).filter(|(_, own)| !**own);
            let names = || node.inputs.iter().map(|&input| plan.values[input].name.clone()).collect();
            SummaryLayer {
                name: node.name.clone(),
                kind: node.kind,
                fed_with: (!chained).then(names),
                output: node.output.clone(),
                parameters: own.map(|(slot, _)| slot.len).sum(),
                shared: shared.map(|(&tensor, _)| plan.tensors[tensor].name.clone()).collect(),
                activation_bytes: node.output.len() * size_of::<F>(),
                flops: node.flops,
            }
        });
        Self {
            layers: layers.collect(),
            inputs: plan.inputs().iter().map(|input| (input.name.clone(), input.port.clone())).collect(),
            parameters: plan.parameters,
            parameter_bytes: plan.parameters * size_of::<F>(),
            training_bytes_per_sample: plan.session_bytes::<F>(true) / plan.max_batch,
            flops: plan.nodes.iter().fold(0, |sum, layer| sum.saturating_add(layer.flops)),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of a row of layers nobody asks what each is fed with.
        let graph = self.layers.iter().any(|layer| layer.fed_with.is_some() || !layer.shared.is_empty());
        let from = if graph { "  from" } else { "" };
        let mut rows: Vec<Row> = vec![Row {
            cells: ["layer", "kind", "output", "parameters", "bytes/sample", "FLOPs/sample"]
                .map(str::to_owned),
            end: from.to_owned(),
        }];
        for (input, port) in &self.inputs {
            let mut cells = [const { String::new() }; 6];
            (cells[0], cells[2]) = (shown(input), port.to_string());
            rows.push(Row { cells, end: String::new() });
        }
        let mut before = self.inputs.last().map_or("", |(name, _)| name);
        for layer in &self.layers {
            let end = if graph { layer.origin(before) } else { String::new() };
            before = &layer.name;
            rows.push(Row {
                cells: [
                    shown(&layer.name),
                    layer.kind.to_owned(),
                    layer.output.to_string(),
                    layer.parameters.to_string(),
                    layer.activation_bytes.to_string(),
                    layer.flops.to_string(),
                ],
                end,
            });
        }
        let mut widths = [5, 10, 12, 12, 14, 14];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(&row.cells) {
                *width = cell.chars().count().max(*width);
            }
        }
        for Row { cells: [name, kind, numbers @ ..], end } in &rows {
            let mut line = format!("{name:a$}  {kind:b$}", a = widths[0], b = widths[1]);
            for (number, width) in numbers.iter().zip(&widths[2..]) {
                line.push_str("  ");
                line.push_str(&" ".repeat(width - number.chars().count()));
                line.push_str(number);
            }
            line.push_str(end);
            writeln!(f, "{}", line.trim_end())?;
        }
        write!(
            f,
            "{} parameters ({:.2} MB); {} FLOPs forward and {:.1} kB of training memory a sample",
            self.parameters,
            self.parameter_bytes as f64 / 1e6,
            self.flops,
            self.training_bytes_per_sample as f64 / 1e3
        )
    }
}

/// A line of the table.
struct Row {
    cells: [String; 6],
    end: String,
}

impl SummaryLayer {
    /// What the layer is fed with and whose parameters it uses, where `before` is the value before it.
    fn origin(&self, before: &str) -> String {
        let names = |names: &[String]| names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ");
        let from = self.fed_with.as_ref().map_or_else(|| shown(before), |from| names(from));
        if self.shared.is_empty() {
            format!("  {from}")
        } else {
            format!("  {from}; with {}", names(&self.shared))
        }
    }
}

/// A name as the table shows it: its first characters, those that are not printable escaped.
fn shown(name: &str) -> String {
    const MOST: usize = 40;
    let escaped = |name: &str| name.chars().flat_map(char::escape_debug).collect::<String>();
    match name.char_indices().nth(MOST) {
        Some((end, _)) => escaped(&name[..end]) + "...",
        None => escaped(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{Activation::Tanh, Dense};
    use crate::network::Sequential;
    use crate::operations::{Add, Embedding};

    #[test]
    fn names_of_any_length_and_kind_are_shown() {
        let network = Sequential::<f32>::new(2)
            .with(Dense::new(3))
            .named("n".repeat(100_000))
            .with(Dense::new(3))
            .named("\u{1b}[31mred\n")
            .with(Dense::new(3))
            .named("größe");
        let table = Summary::of(&network.into()).unwrap().to_string();
        assert!(table.len() < 1000 && !table.contains('\u{1b}'), "{table}");
        let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line(&"n".repeat(40)).starts_with(&format!("{}...  dense", "n".repeat(40))));
        assert!(line("\\u{1b}[31mred\\n").contains("dense"));
        // Columns stand below each other however many bytes a letter has.
        assert_eq!(line("größe").chars().count(), line("nnn").chars().count());
    }

    #[test]
    fn a_graph_says_what_each_layer_is_fed_with() {
        let mut graph = Graph::<f32>::new();
        let words = graph.indices("words", 3, 50_000);
        let number = graph.input("number", 6);
        let vectors = graph.join(Embedding::new(2), &[words]);
        let a = graph.then(vectors, Dense::new(6).activation(Tanh));
        let sum = graph.join(Add, &[a, number]);
        let b = graph.then(sum, Dense::new(6));
        graph.share(b, a);
        assert_eq!(
            Summary::of(&graph).unwrap().to_string(),
            "\
layer       kind                       output    parameters    bytes/sample    FLOPs/sample  from
words                   3 indices below 50000
number                                      6
embedding1  embedding                     3x2        100000              24               0  words
dense1      dense                           6            42              24              78  embedding1
add1        add                             6             0              24               6  dense1, number
dense2      dense                           6             0              24              72  add1; with dense1.weight, dense1.bias
100042 parameters (0.40 MB); 156 FLOPs forward and 0.3 kB of training memory a sample"
        );
    }

    #[test]
    fn a_row_of_layers_is_shown_as_ever() {
        let network = Sequential::<f32>::new(784).with(Dense::new(32).activation(Tanh)).with(Dense::new(784));
        assert_eq!(
            Summary::of(&network.into()).unwrap().to_string(),
            "\
layer   kind              output    parameters    bytes/sample    FLOPs/sample
input                        784
dense1  dense                 32         25120             128           50208
dense2  dense                784         25872            3136           50176
50992 parameters (0.20 MB); 100384 FLOPs forward and 12.9 kB of training memory a sample"
        );
    }
}
