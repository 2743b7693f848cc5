//! Classifies digits: 784-256-128-10 on the official split of MNIST, 98 % or better on its test set.
//!
//! `cargo run --release --example digits`

use pellucid::prelude::*;

fn main() -> Result<(), pellucid::Error> {
    let split = Mnist::load("data/mnist")?.official_split(Task::Classify)?;
    let network = Sequential::<f32>::new(784)
        .with(Dense::new(256).activation(Relu).init(Init::HeNormal))
        .with(Dense::new(128).activation(Relu).init(Init::HeNormal))
        .with(Dense::new(10));
    let config = TrainConfig {
        epochs: 15,
        batch_size: 128,
        loss: LossConfig::CrossEntropyWithLogits,
        optimizer: AdamW { weight_decay: 0.02, ..Default::default() }.into(),
        schedule: Schedule::cosine(0.001).warmup(200),
        ..Default::default()
    };
    let pool = Pool::shared(2);
    let mut trainer = Trainer::new(Model::new(network, 7)?, config, &pool)?;
    let start = std::time::Instant::now();
    trainer.fit(&split.train, None, &mut ())?;
    for epoch in &trainer.history().epochs {
        println!("epoch {:2}: loss {:.4}", epoch.epoch, epoch.train_loss);
    }
    let right = accuracy(trainer.model(), &split.test, &pool)?;
    println!(
        "{:.2} % of {} test images in {:.1} s",
        100.0 * right,
        split.test.len(),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
