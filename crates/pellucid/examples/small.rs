//! A small autoencoder job, as short as a user writes it: 2,000 images, 15 epochs, MSE on a sigmoid output.
//!
//! `cargo run --release --example small`

use pellucid::prelude::*;

fn main() -> Result<(), pellucid::Error> {
    let split = Mnist::load("data/mnist")?.official_split(Task::Reconstruct)?;
    let train = split.train.subset(&(0..2000).collect::<Vec<u32>>())?;
    let mut network = Sequential::<f32>::new(784);
    for units in [256, 128, 64, 32, 64, 128, 256] {
        let layer = Dense::new(units).init(Init::HeNormal);
        network = network.with(if units == 32 { layer } else { layer.activation(Relu) });
    }
    let network = network.with(Dense::new(784).activation(Sigmoid));
    let config =
        TrainConfig { epochs: 15, batch_size: 32, schedule: Schedule::constant(0.1), ..Default::default() };
    let mut trainer = Trainer::new(Model::new(network, 1)?, config, &Pool::shared(2))?;
    trainer.fit(&train, None, &mut ())?;
    println!("loss {:.5}, test {:.5}", trainer.history().train_losses()[14], trainer.evaluate(&split.test)?);
    Ok(())
}
