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
    /// Bytes of its output for one sample.
    pub activation_bytes: usize,
    /// Floating-point operations of its forward pass for one sample.
    pub flops: u64,
}

impl Summary {
    /// The summary of an architecture.
    ///
    /// # Errors
    /// Where it cannot be planned.
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
            let names = || node.inputs.iter().map(|&input| plan.values[input].name.clone()).collect();
            SummaryLayer {
                name: node.name.clone(),
                kind: node.kind,
                fed_with: (!chained).then(names),
                output: node.output.clone(),
                parameters: own.map(|(slot, _)| slot.len).sum(),
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
        let names: Vec<String> = self.layers.iter().map(|layer| shown(&layer.name)).collect();
        let inputs = self.inputs.iter().map(|(name, _)| shown(name));
        let name =
            names.iter().cloned().chain(inputs).map(|name| name.chars().count()).max().unwrap_or(0).max(5);
        writeln!(
            f,
            "{:name$}  {:10}  {:>12}  {:>12}  {:>14}  {:>14}",
            "layer", "kind", "output", "parameters", "bytes/sample", "FLOPs/sample"
        )?;
        for (input, port) in &self.inputs {
            writeln!(f, "{:name$}  {:10}  {:>12}", shown(input), "", port.to_string())?;
        }
        for (layer, label) in self.layers.iter().zip(&names) {
            write!(
                f,
                "{:name$}  {:10}  {:>12}  {:>12}  {:>14}  {:>14}",
                label,
                layer.kind,
                layer.output.to_string(),
                layer.parameters,
                layer.activation_bytes,
                layer.flops
            )?;
            match &layer.fed_with {
                Some(from) => {
                    let from: Vec<String> = from.iter().map(|name| shown(name)).collect();
                    writeln!(f, "  from {}", from.join(", "))?;
                }
                None => writeln!(f)?,
            }
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
    use crate::layers::Dense;
    use crate::network::Sequential;

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
}
