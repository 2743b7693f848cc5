//! What several tests train on.

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::{Activation, Dense, Init, Sequential, Stream};

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
