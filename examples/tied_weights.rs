//! An autoencoder whose decoder uses the encoder's weight, transposed: one tensor, half the parameters.
//!
//! `cargo run --release --example tied_weights`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::prelude::*;

/// h = relu(x W + b), y = h W^T + c
fn network<F: Scalar>() -> Graph<F> {
    let mut graph = Graph::new();
    let x = graph.input("input", 784);
    let code = graph.then(x, Dense::new(64).activation(Relu));
    let y = graph.then(code, Dense::new(784).transposed());
    graph.tie(y, "weight", "dense1.weight");
    graph.view("encoder", &[x], code);
    graph
}

fn main() -> Result<(), pellucid::Error> {
    let mnist = Mnist::load("data/mnist")?;
    let split = mnist.official_split(Task::Reconstruct)?;
    let part = |data: &Dataset, count: u32| data.subset(&(0..count).collect::<Vec<_>>());
    let (train, test) = (part(&split.train, 4000)?, part(&split.test, 500)?);
    let (few, objective) = (part(&train, 3)?, Objective::new().with(Term::new("loss", BceWithLogits)));
    for check in GradientCheck::of("tied", &Model::new(network(), 1)?, &objective, &few).sample(200).run()? {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let config = TrainConfig {
        epochs: 5,
        loss: BceWithLogits.into(),
        optimizer: Adam::default().into(),
        schedule: Schedule::constant(0.002),
        ..Default::default()
    };
    let model = Model::<f32>::new(network(), 1)?;
    println!("{}", model.summary());
    assert_eq!(model.parameters().len(), 784 * 64 + 64 + 784);
    let mut trainer = Trainer::new(model, config, &Pool::shared(2))?;
    let before = trainer.evaluate(&test)?;
    trainer.fit(&train, None, &mut ())?;
    let after = trainer.evaluate(&test)?;
    println!("loss on 500 images {before:.3} before, {after:.3} after five epochs");
    assert!(after < 0.15);
    Ok(())
}
