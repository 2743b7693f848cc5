//! Trains a small autoencoder of MNIST and draws a digit and its reconstruction in the terminal.
//!
//! `cargo run --release --example autoencoder`

use pellucid::compute::math::sigmoid;
use pellucid::prelude::*;

fn main() -> Result<(), pellucid::Error> {
    let split = Mnist::load("data/mnist")?.pooled_split(Task::Reconstruct, 42)?;
    let relu = |units| Dense::new(units).activation(Relu).init(Init::HeNormal);
    let network = Sequential::<f32>::new(784)
        .with(relu(128))
        .with(Dense::new(32))
        .with(relu(128))
        .with(Dense::new(784))
        .view("encoder", 0..2)
        .view("decoder", 2..4);
    let config = TrainConfig {
        epochs: 5,
        batch_size: 256,
        loss: LossConfig::BceWithLogits,
        optimizer: Adam::default().into(),
        schedule: Schedule::cosine(0.003),
        ..Default::default()
    };
    let mut trainer = Trainer::new(Model::new(network, 1)?, config, &Pool::shared(2))?;
    println!("{}\n", trainer.model().summary());
    trainer.fit(&split.train, split.validation.as_ref(), &mut ())?;
    for epoch in &trainer.history().epochs {
        println!(
            "epoch {}: loss {:.4}, validation {:.4?}",
            epoch.epoch, epoch.train_loss, epoch.validation_loss
        );
    }
    println!("test loss {:.4}", trainer.evaluate(&split.test)?);

    // Encoder and decoder are views of the one trained model.
    let mut image = vec![0.0_f32; 784];
    split.test.gather_inputs(&[0], &mut image);
    let code = trainer.model().predict_view("encoder", &image)?;
    let logits = trainer.model().predict_view("decoder", &code)?;
    println!("\na test image as {} numbers, and back:", code.len());
    let shade = |v: f32| [' ', '.', ':', 'o', '#'][(v.clamp(0.0, 1.0) * 4.99) as usize];
    for (before, after) in image.chunks(28).zip(logits.chunks(28)) {
        let before: String = before.iter().map(|&v| shade(v)).collect();
        let after: String = after.iter().map(|&l| shade(sigmoid(l))).collect();
        println!("{before}   {after}");
    }
    Ok(())
}
