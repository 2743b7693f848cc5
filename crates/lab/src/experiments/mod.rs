//! The experiments of the course report, each as a function from settings to results.

pub mod autoencoder;
pub mod gradcheck;
pub mod performance;
pub mod preset;
pub mod svm;
pub mod xor;

use pellucid_report::{Network, NetworkLayer, Role};

/// The layers of a network as its diagram shows them.
fn diagram(layers: &[(&str, usize, Option<&str>, Role)]) -> Network {
    let layers = layers.iter().map(|&(name, width, activation, role)| NetworkLayer {
        name: name.to_owned(),
        width,
        activation: activation.map(str::to_owned),
        role,
    });
    Network { layers: layers.collect(), edges: Vec::new() }
}
