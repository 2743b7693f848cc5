//! Two outputs with two losses: an autoencoder whose code also tells the digit, under an objective of two terms.
//!
//! `cargo run --release --example two_outputs`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::prelude::*;

fn network<F: Scalar>() -> Graph<F> {
    let mut graph = Graph::new();
    let image = graph.input("input", 784);
    let h = graph.then(image, Dense::new(64).activation(Relu));
    let code = graph.then(h, Dense::new(16));
    graph.name(code, "code");
    let digit = graph.then(code, Dense::new(10));
    graph.name(digit, "digit");
    let h = graph.then(code, Dense::new(64).activation(Relu));
    let image_again = graph.then(h, Dense::new(784));
    graph.name(image_again, "image");
    graph.view("classifier", &[image], digit);
    graph
}

fn objective<F: Scalar>() -> Objective<'static, F> {
    Objective::new()
        .with(Term::new("image", BceWithLogits).of("image").against(TargetOf::Value("input".into())))
        .with(Term::new("digit", CrossEntropyWithLogits).of("digit").times(0.05))
}

fn main() -> Result<(), pellucid::Error> {
    let mnist = Mnist::load("data/mnist")?;
    let split = mnist.official_split(Task::Classify)?;
    let part = |data: &Dataset, count: u32| data.subset(&(0..count).collect::<Vec<_>>());
    let (train, test) = (part(&split.train, 5000)?, part(&split.test, 1000)?);
    let few = part(&train, 3)?;
    for check in
        GradientCheck::of("two outputs", &Model::new(network(), 1)?, &objective(), &few).sample(200).run()?
    {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let config = TrainConfig {
        epochs: 8,
        optimizer: Adam::default().into(),
        schedule: Schedule::constant(0.002),
        ..Default::default()
    };
    let trainer = Trainer::new(Model::<f32>::new(network(), 1)?, config, &Pool::shared(2))?;
    let mut trainer = trainer.with_objective(objective())?;
    trainer.fit(&train, Some(&test), &mut ())?;
    for epoch in &trainer.history().epochs {
        let terms: Vec<String> = trainer
            .history()
            .terms
            .iter()
            .zip(&*epoch.validation_terms)
            .map(|(name, loss)| format!("{name} {loss:.4}"))
            .collect();
        println!("epoch {}: {}", epoch.epoch, terms.join(", "));
    }
    let model = trainer.model();
    let logits = predict(model, &model.architecture().find_view("classifier")?, &test, &Pool::shared(2))?;
    let right = logits
        .chunks(10)
        .enumerate()
        .filter(|(sample, logits)| test.label(*sample) == Some(pellucid::nn::argmax(logits) as u32))
        .count();
    println!("{right} of 1,000 digits told from 16 numbers");
    assert!(right > 850);
    Ok(())
}
