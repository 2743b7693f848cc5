//! What several tests train on.

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::*;

/// The autoencoder of the main job: ReLU, with linear latent and output layers.
pub fn autoencoder() -> Sequential<f32> {
    let widths = [256, 128, 64, 32, 64, 128, 256, 784];
    let mut network = Sequential::new(784);
    for (i, units) in widths.into_iter().enumerate() {
        let linear = i == 3 || i == 7;
        let activation = if linear { Activation::Identity } else { Activation::Relu };
        network = network.with(Dense::new(units).activation(activation).init(Init::HeNormal));
    }
    network.view("encoder", 0..4).view("decoder", 4..8)
}

/// Random images, to be reconstructed.
pub fn pixels(rows: usize, width: usize) -> Dataset {
    let mut values = vec![0.0_f32; rows * width];
    Stream::new(5).fill_uniform(&mut values, 0.0, 256.0);
    let pixels = values.into_iter().map(|value| value as u8).collect();
    let features = Features::U8(Matrix::new(rows, width, pixels).unwrap());
    Dataset::new(features, Targets::SameAsInput).unwrap()
}

/// Every built-in layer and operation by its examples, each a network by itself.
pub fn every_node() -> Vec<(String, Graph<f32>)> {
    let layers = LayerConfig::examples().into_iter().map(|e| {
        let mut graph = Graph::new();
        let x = graph.port("0", e.inputs[0].clone());
        graph.then_boxed(x, e.config.build());
        (e.name, graph)
    });
    let operations = OperationConfig::examples().into_iter().map(|e| {
        let mut graph = Graph::new();
        let ports = e.inputs.iter().enumerate();
        let inputs: Vec<Value> = ports.map(|(i, port)| graph.port(i.to_string(), port.clone())).collect();
        graph.join_boxed(e.config.build(), &inputs);
        (e.name, graph)
    });
    layers.chain(operations).collect()
}

/// Begins a batch of random samples.
pub fn fill(session: &mut Session<f32>, batch: usize) {
    session.begin(batch);
    for number in 0..session.plan().inputs().len() {
        let below = session.plan().inputs()[number].port.below;
        let stream = Stream::new(11).child(number as u64);
        if let Some(below) = below {
            let mut draws = vec![0.0_f32; session.indices_mut(number).len()];
            stream.fill_uniform(&mut draws, 0.0, 1e6);
            for (index, draw) in session.indices_mut(number).iter_mut().zip(draws) {
                *index = draw as u32 % below;
            }
        } else {
            stream.fill_normal(session.numbers_mut(number), 0.0, 1.0);
        }
    }
}
