//! Section 4 of the report: a 2-4-1 network learns exclusive or.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use pellucid::nn::TensorView;
use pellucid::prelude::*;
use pellucid_report::{Hyperparameters, Matrix as Shown, Surface, XorEvidence, XorResults, XorStep};

use super::diagram::diagram;

/// The four points, row by row.
pub const INPUTS: [f32; 8] = [0., 0., 0., 1., 1., 0., 1., 1.];
/// Exclusive or.
pub const TARGETS: [f32; 4] = [0., 1., 1., 0.];

const EPOCHS: u64 = 5000;
const LEARNING_RATE: f64 = 0.5;

/// Points along a side of the decision surface.
const SIDE: usize = 101;

/// 2-4-1 with tanh and sigmoid, the activations as layers of their own so that every intermediate can be shown.
pub fn network<F: Scalar>() -> Sequential<F> {
    Sequential::new(2)
        .with(Dense::new(4))
        .named("hidden")
        .with(Tanh)
        .named("tanh")
        .with(Dense::new(1))
        .named("output")
        .with(Sigmoid)
        .named("sigmoid")
}

/// The report's settings.
pub fn config(seed: u64) -> TrainConfig {
    TrainConfig {
        epochs: EPOCHS,
        batch_size: 4,
        seed,
        loss: LossConfig::Mse,
        schedule: Schedule::constant(LEARNING_RATE),
        ..TrainConfig::default()
    }
}

/// The four points with their targets.
pub fn data() -> Result<Dataset> {
    let x = Features::F32(Matrix::new(4, 2, INPUTS.to_vec())?);
    let t = Features::F32(Matrix::new(4, 1, TARGETS.to_vec())?);
    Ok(Dataset::new(x, Targets::Values(t))?)
}

/// Trains with the report's settings on one thread.
pub fn run(seed: u64) -> Result<(XorResults, XorEvidence)> {
    let data = data()?;
    let pool = Arc::new(Pool::single());
    let step = first_step(seed, &data, &pool)?;

    let mut trainer = Trainer::new(Model::<f32>::new(network(), seed)?, config(seed), &pool)?;
    let start = Instant::now();
    trainer.fit(&data, None, &mut ())?;
    let seconds = start.elapsed().as_secs_f64();

    let final_loss = trainer.evaluate(&data)?;
    let model = trainer.model();
    let outputs = model.predict(&INPUTS)?;
    let right = outputs.iter().zip(TARGETS).filter(|&(&y, t)| (y > 0.5) == (t > 0.5)).count();
    let loss = trainer.history().train_losses();
    let grid: Vec<f32> = Surface::points(-0.5, 1.5, SIDE).iter().flatten().map(|&x| x as f32).collect();
    let surface = model.predict(&grid)?.into_iter().map(f64::from).collect();
    let results = XorResults {
        initial_loss: step.loss,
        final_loss,
        accuracy: right as f64 / 4.0,
        predictions: std::array::from_fn(|i| f64::from(outputs[i])),
        seconds,
        hyperparameters: Hyperparameters {
            architecture: "2-4-1".into(),
            parameters: model.parameters().len(),
            learning_rate: LEARNING_RATE,
            epochs: EPOCHS as usize,
            batch_size: 4,
            loss: "MSE".into(),
            optimizer: "SGD".into(),
            schedule: "constant".into(),
            initialization: "Xavier/Glorot normal".into(),
            precision: "f32".into(),
        },
    };
    let evidence = XorEvidence {
        network: diagram(model, &["Input", "Hidden", "Output"]),
        loss,
        surface: Surface { low: -0.5, high: 1.5, side: SIDE, values: surface },
        step: Some(step),
    };
    Ok((results, evidence))
}

/// One step of the trainer, read from its views: the same step that [`run`] makes first.
fn first_step(seed: u64, data: &Dataset, pool: &Arc<Pool>) -> Result<XorStep> {
    let mut trainer = Trainer::new(Model::<f32>::new(network(), seed)?, config(seed), pool)?;
    let before = trainer.model().clone();
    let loss = trainer.step(data, &[0, 1, 2, 3], 1);
    let (after, session) = (trainer.model(), trainer.session());

    let activation = |name| shown(session.activation(name));
    let gradient = |name| shown(session.gradient(name));
    let parameter_gradient = |name| shown(after.tensor(name, trainer.gradients()));
    Ok(XorStep {
        x: activation("input")?,
        t: Shown::new(4, 1, TARGETS),
        w1: shown(before.parameter("hidden.weight"))?,
        b1: shown(before.parameter("hidden.bias"))?,
        z1: activation("hidden")?,
        a1: activation("tanh")?,
        w2: shown(before.parameter("output.weight"))?,
        b2: shown(before.parameter("output.bias"))?,
        z2: activation("output")?,
        y: activation("sigmoid")?,
        loss,
        dy: gradient("sigmoid")?,
        dz2: gradient("output")?,
        dw2: parameter_gradient("output.weight")?,
        db2: parameter_gradient("output.bias")?,
        da1: gradient("tanh")?,
        dz1: gradient("hidden")?,
        dw1: parameter_gradient("hidden.weight")?,
        db1: parameter_gradient("hidden.bias")?,
        new_w1: shown(after.parameter("hidden.weight"))?,
        new_b1: shown(after.parameter("hidden.bias"))?,
        new_w2: shown(after.parameter("output.weight"))?,
        new_b2: shown(after.parameter("output.bias"))?,
        learning_rate: LEARNING_RATE,
    })
}

/// A view as a matrix; a vector is one row.
fn shown(view: Option<TensorView<'_, f32>>) -> Result<Shown> {
    let view = view.context("a tensor of the XOR network has no view")?;
    let columns = view.shape.last().copied().unwrap_or(1);
    Ok(Shown::new(view.data.len() / columns, columns, view.data.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelled_step_is_the_one_the_trainer_makes() {
        let data = data().unwrap();
        let pool = Arc::new(Pool::single());
        let step = first_step(42, &data, &pool).unwrap();
        let mut trainer = Trainer::new(
            Model::<f32>::new(network(), 42).unwrap(),
            TrainConfig { epochs: 1, ..config(42) },
            &pool,
        )
        .unwrap();
        trainer.fit(&data, None, &mut ()).unwrap();
        let shown_parameters = [&step.new_w1, &step.new_b1, &step.new_w2, &step.new_b2];
        let shown_parameters: Vec<f64> =
            shown_parameters.iter().flat_map(|m| m.values.iter().copied()).collect();
        let trained: Vec<f64> = trainer.model().parameters().iter().map(|&p| f64::from(p)).collect();
        assert_eq!(shown_parameters, trained);
        assert_eq!(step.loss, trainer.history().epochs[0].train_loss);
    }

    #[test]
    fn it_is_solved() {
        let (results, _) = run(42).unwrap();
        assert_eq!(results.accuracy, 1.0);
        assert!(results.final_loss <= 5e-4, "{}", results.final_loss);
    }
}
