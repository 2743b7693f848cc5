//! A network as the diagrams of the report show it.

use pellucid::nn::{Model, Scalar};
use pellucid_report::{Network, NetworkLayer, Role};

/// The inputs and layers of a network with their widths and activations, and what each is fed with. `labels` are their
/// names in the diagram, in order; the rest are called as in the network. Where the view `encoder` ends is the bottleneck.
pub(super) fn diagram<F: Scalar>(model: &Model<F>, labels: &[&str]) -> Network {
    let (graph, plan) = (model.architecture(), model.plan());
    let latent = graph.views().iter().find(|(name, _)| name == "encoder").map(|(_, view)| view.to);
    let inputs = plan.inputs().len();
    let fed = |(place, node): (usize, &pellucid::nn::NodePlan)| {
        node.inputs.iter().map(move |&from| [from, inputs + place]).collect::<Vec<_>>()
    };
    let edges: Vec<[usize; 2]> = plan.nodes.iter().enumerate().flat_map(fed).collect();
    let layers = plan.values.iter().enumerate().map(|(number, value)| NetworkLayer {
        name: labels.get(number).map_or(&*value.name, |label| *label).to_owned(),
        width: value.port.shape.len(),
        activation: graph.config_of(value.value).and_then(|config| activation(&config)),
        role: if number < inputs {
            Role::Input
        } else if Some(value.value) == latent {
            Role::Latent
        } else if edges.iter().all(|&[from, _]| from != number) {
            Role::Output
        } else {
            Role::Hidden
        },
    });
    Network { layers: layers.collect(), edges }
}

/// The activation that a layer's description names.
fn activation(config: &serde_json::Value) -> Option<String> {
    // One with hyper-parameters is an object with its kind as the key.
    let activation = config.get("activation")?;
    let kind = activation.as_str().or_else(|| Some(activation.as_object()?.keys().next()?.as_str()))?;
    let name = match kind {
        "identity" => return None,
        "relu" => "ReLU",
        "tanh" => "Tanh",
        "sigmoid" => "Sigmoid",
        other => other,
    };
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use pellucid::prelude::*;

    use super::*;
    use crate::experiments::autoencoder;

    fn shown(network: &Network) -> Vec<(&str, usize, Option<&str>, Role)> {
        let layers = network.layers.iter();
        layers.map(|layer| (&*layer.name, layer.width, layer.activation.as_deref(), layer.role)).collect()
    }

    #[test]
    fn a_graph_has_its_widths_activations_and_edges() {
        let mut graph = Graph::<f32>::new();
        let x = graph.input("x", [2, 3]);
        let age = graph.input("age", 4);
        let a = graph.then(x, Dense::new(4).activation(Relu));
        let b = graph.then(a, Dense::new(4).activation(LeakyRelu(0.1)));
        let sum = graph.join(Add, &[a, b, age]);
        graph.then(sum, Dense::new(1));
        graph.then(sum, Dense::new(2).activation(Sigmoid));
        graph.view("encoder", &[x], a);
        let network = diagram(&Model::new(graph, 1).unwrap(), &["Image", "Age"]);
        assert_eq!(
            shown(&network),
            [
                ("Image", 6, None, Role::Input),
                ("Age", 4, None, Role::Input),
                ("dense1", 4, Some("ReLU"), Role::Latent),
                ("dense2", 4, Some("leaky_relu"), Role::Hidden),
                ("add1", 4, None, Role::Hidden),
                ("dense3", 1, None, Role::Output),
                ("dense4", 2, Some("Sigmoid"), Role::Output),
            ]
        );
        assert_eq!(network.edges, [[0, 2], [2, 3], [2, 4], [3, 4], [1, 4], [4, 5], [4, 6]]);
    }

    #[test]
    fn the_autoencoder_is_a_row_with_a_bottleneck() {
        let model = Model::<f32>::new(autoencoder::network(), 1).unwrap();
        let network = diagram(&model, &["Input"]);
        assert_eq!(
            shown(&network)[..2],
            [("Input", 784, None, Role::Input), ("encoder1", 256, Some("ReLU"), Role::Hidden)]
        );
        assert_eq!(shown(&network)[4], ("latent", 32, None, Role::Latent));
        assert_eq!(shown(&network)[8], ("logits", 784, None, Role::Output));
        let row: Vec<[usize; 2]> = (0..8).map(|from| [from, from + 1]).collect();
        assert_eq!(network.edges, row);
    }
}
