//! Accumulated gradients: steps on 256 images, of which 32 go through the network at a time, as one batch of 256 would.
//!
//! `cargo run --release --example accumulation`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::prelude::*;

fn network() -> Sequential<f64> {
    Sequential::new(784).with(Dense::new(32).activation(Relu)).with(Dense::new(10))
}

fn main() -> Result<(), pellucid::Error> {
    let mnist = Mnist::load("data/mnist")?;
    // 1,000 images: the last step of an epoch has 232, and the last part of that 8.
    let data = mnist.official_split(Task::Classify)?.train.subset(&(0..1000).collect::<Vec<_>>())?;
    let objective = Objective::new().with(Term::new("loss", CrossEntropyWithLogits));
    let few = data.subset(&[0, 1, 2])?;
    for check in
        GradientCheck::of("digits", &Model::new(network(), 1)?, &objective, &few).sample(200).run()?
    {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let run = |batch_size, accumulate| {
        let config = TrainConfig {
            epochs: 3,
            batch_size,
            accumulate,
            loss: CrossEntropyWithLogits.into(),
            optimizer: Adam::default().into(),
            schedule: Schedule::constant(0.003),
            ..Default::default()
        };
        let mut trainer = Trainer::new(Model::new(network(), 1)?, config, &Pool::shared(2))?;
        trainer.fit(&data, None, &mut ())?;
        let bytes = trainer.session().bytes();
        Ok::<_, pellucid::Error>((trainer.history().train_losses(), trainer.into_model(), bytes))
    };
    let ((large, model, bytes), (parts, other, fewer)) = (run(256, 1)?, run(32, 8)?);
    println!("losses in batches of 256:         {large:?}, {bytes} bytes of buffers");
    println!("losses in eight parts of 32 each: {parts:?}, {fewer} bytes of buffers");
    for (a, b) in large.iter().zip(&parts) {
        assert!((a / b - 1.0).abs() < 1e-12);
    }
    for (a, b) in model.parameters().iter().zip(other.parameters()) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
    Ok(())
}
