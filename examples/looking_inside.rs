//! Every activation, gradient and parameter can be looked at by name: prints one training step of XOR.
//!
//! `cargo run --release --example looking_inside`

use pellucid::nn::TensorView;
use pellucid::prelude::*;

fn show(what: &str, view: Option<TensorView<'_, f64>>) {
    let Some(view) = view else { return };
    println!("{what} {} {:?}", view.name, view.shape);
    let columns = view.shape.last().copied().unwrap_or(1);
    for row in view.data.chunks(columns) {
        println!("    {}", row.iter().map(|x| format!("{x:9.5}")).collect::<Vec<_>>().join(" "));
    }
}

fn main() -> Result<(), pellucid::Error> {
    let x = Features::F32(Matrix::new(4, 2, vec![0., 0., 0., 1., 1., 0., 1., 1.])?);
    let t = Features::F32(Matrix::new(4, 1, vec![0., 1., 1., 0.])?);
    let data = Dataset::new(x, Targets::Values(t))?;
    let network = Sequential::<f64>::new(2)
        .with(Dense::new(4))
        .named("hidden")
        .with(Tanh)
        .named("tanh")
        .with(Dense::new(1))
        .named("output")
        .with(Sigmoid)
        .named("sigmoid");
    let config = TrainConfig { batch_size: 4, schedule: Schedule::constant(0.5), ..Default::default() };
    let mut trainer = Trainer::new(Model::new(network, 42)?, config, &Pool::shared(1))?;

    for name in ["hidden.weight", "output.weight"] {
        show("parameter before", trainer.model().parameter(name));
    }
    let loss = trainer.step(&data, &[0, 1, 2, 3], 1);
    for name in ["input", "hidden", "tanh", "output", "sigmoid"] {
        show("activation", trainer.session().activation(name));
    }
    println!("loss {loss:.6}");
    for name in ["sigmoid", "output", "tanh", "hidden"] {
        show("gradient of the loss with respect to", trainer.session().gradient(name));
    }
    for name in ["output.weight", "hidden.weight"] {
        show("gradient of the loss with respect to", trainer.model().tensor(name, trainer.gradients()));
        show("parameter after", trainer.model().parameter(name));
    }
    Ok(())
}
