//! A residual network: blocks are functions that add nodes to a graph, and every part can be looked at by name.
//!
//! `cargo run --release --example residual`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::prelude::*;

/// y = x + tanh(x W1 + b1) W2 + b2
fn block<F: Scalar>(graph: &mut Graph<F>, name: &str, x: Value, width: usize) -> Value {
    graph.within(name, |graph| {
        let h = graph.then(x, Dense::new(width).activation(Tanh));
        let h = graph.then(h, Dense::new(width));
        graph.join(Add, &[x, h])
    })
}

fn network<F: Scalar>() -> Graph<F> {
    let mut graph = Graph::new();
    let x = graph.input("input", 1);
    let mut h = graph.then(x, Dense::new(16));
    for number in 1..=3 {
        h = block(&mut graph, &format!("block{number}"), h, 16);
    }
    graph.then(h, Dense::new(1));
    graph
}

/// The sine of 64 points of two periods.
fn sine() -> Result<Dataset, pellucid::Error> {
    let x: Vec<f64> = (0..64).map(|i| f64::from(i) / 32.0 - 1.0).collect();
    let y = x.iter().map(|x| (2.0 * std::f64::consts::PI * x).sin()).collect();
    let column = |numbers: Vec<f64>| Ok::<_, pellucid::Error>(Features::F64(Matrix::new(64, 1, numbers)?));
    Ok(Dataset::new(column(x)?, Targets::Values(column(y)?))?)
}

fn main() -> Result<(), pellucid::Error> {
    let (data, objective) = (sine()?, Objective::new().with(Term::new("loss", Mse)));
    let model = Model::new(network(), 1)?;
    println!("{}\n", model.summary());
    for check in GradientCheck::of("residual", &model, &objective, &data).run()? {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let optimizer = Adam::default().into();
    let schedule = Schedule::constant(0.005);
    let config = TrainConfig { epochs: 1000, batch_size: 64, optimizer, schedule, ..Default::default() };
    let mut trainer = Trainer::new(Model::<f32>::new(network(), 1)?, config, &Pool::shared(1))?;
    let before = trainer.evaluate(&data)?;
    trainer.fit(&data, None, &mut ())?;
    let after = trainer.evaluate(&data)?;
    println!("loss {before:.4} before, {after:.6} after 1,000 epochs");
    let inside = trainer.session().activation("block2.dense1").map(|view| view.shape);
    println!("activations of block2.dense1: {inside:?}");
    assert!(after < 0.01);
    Ok(())
}
