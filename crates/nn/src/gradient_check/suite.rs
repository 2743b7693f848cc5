//! Checks of single layers and losses, and of all that are built in.

use pellucid_compute::{Scalar, Stream};
use pellucid_data::{Column, Dataset, Features, Matrix};

use super::{Check, GradientCheck};
use crate::configs::Example;
use crate::error::Error;
use crate::layer::Layer;
use crate::layers::{Activation, LayerConfig};
use crate::losses::{Loss, LossConfig, LossRows, TargetKind};
use crate::network::{Sequential, Shape};
use crate::objective::{Objective, Term};
use crate::session::Model;

/// The inner product L = sum u y with a fixed direction u, the target. Its gradient is u, a random upstream gradient under
/// which a layer is checked.
#[derive(Clone, Copy, Debug)]
pub struct Projection;

impl<F: Scalar> Loss<F> for Projection {
    fn name(&self) -> &'static str {
        "projection"
    }

    fn terms(&self, _batch: usize, _width: usize) -> usize {
        1
    }

    fn rows(&self, io: LossRows<'_, F>) {
        io.gradient.copy_from_slice(io.target.values());
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for (sum, (y, u)) in io.sums.iter_mut().zip(rows) {
            *sum = y.iter().zip(u).map(|(y, u)| y.to_f64() * u.to_f64()).sum();
        }
    }
}

/// Numbers around zero, of the size of normalised activations.
pub(super) fn normal(len: usize, stream: Stream) -> Vec<f64> {
    let mut x = vec![0.0; len];
    stream.fill_normal(&mut x, 0.0, 1.0);
    x
}

/// Checks the input's and every parameter's gradient of a layer for `batch` random samples of shape `input`,
/// under a random upstream gradient.
///
/// # Errors
/// Returns an error if the layer cannot take this input.
pub fn check_layer(
    component: impl Into<String>,
    layer: impl Layer<f64> + 'static,
    input: impl Into<Shape>,
    batch: usize,
    seed: u64,
) -> Result<Vec<Check>, Error> {
    check_boxed(component, Box::new(layer), input, batch, seed)
}

fn check_boxed(
    component: impl Into<String>,
    layer: Box<dyn Layer<f64>>,
    input: impl Into<Shape>,
    batch: usize,
    seed: u64,
) -> Result<Vec<Check>, Error> {
    let stream = Stream::new(seed);
    let mut model = Model::new(Sequential::new(input).with_boxed(layer).named("layer"), seed)?;
    // Biases start at zero; a check there would miss what depends on their value.
    let noise = normal(model.parameters().len(), stream.child(0));
    for (parameter, noise) in model.parameters_mut().iter_mut().zip(noise) {
        *parameter += 0.1 * noise;
    }
    let x = normal(batch * model.plan().input().len(), stream.child(1));
    let u = normal(batch * model.plan().output().len(), stream.child(2));
    let mut checks = GradientCheck::new(component, &model, &Projection, &x, &u).run()?;
    for check in &mut checks {
        if let Some(name) = check.parameter.strip_prefix("layer.") {
            check.parameter = name.to_owned();
        }
    }
    Ok(checks)
}

/// Checks the gradient of a loss for `batch` random predictions of `width` outputs and given targets.
///
/// # Errors
/// Returns an error if the targets are not `batch` x `width`.
pub fn check_loss(
    component: impl Into<String>,
    loss: &dyn Loss<f64>,
    batch: usize,
    targets: &[f64],
    seed: u64,
) -> Result<Vec<Check>, Error> {
    let width = targets.len() / batch.max(1);
    let (model, x) = predictions(batch, width, seed)?;
    let checks = GradientCheck::new(component, &model, loss, &x, targets).run()?;
    Ok(named_prediction(checks))
}

/// The same with the index of a class for each sample, of `width` classes.
fn check_loss_of_classes(
    component: String,
    loss: &dyn Loss<f64>,
    classes: Vec<u32>,
    width: usize,
    seed: u64,
) -> Result<Vec<Check>, Error> {
    let (model, x) = predictions(classes.len(), width, seed)?;
    let x = Column::numbers(Features::F64(Matrix::new(classes.len(), width, x)?));
    let data = Dataset::from_columns([("input", x), ("target", Column::classes(classes, width))])?;
    let objective = Objective::new().with(Term::borrowed("loss", loss));
    Ok(named_prediction(GradientCheck::of(component, &model, &objective, &data).run()?))
}

/// A network whose output is its input, and random samples for it.
fn predictions(batch: usize, width: usize, seed: u64) -> Result<(Model<f64>, Vec<f64>), Error> {
    let model = Model::new(Sequential::new(width).with(Activation::Identity), seed)?;
    Ok((model, normal(batch * width, Stream::new(seed).child(1))))
}

fn named_prediction(mut checks: Vec<Check>) -> Vec<Check> {
    for check in &mut checks {
        "prediction".clone_into(&mut check.parameter);
    }
    checks
}

/// The samples that layers and losses are checked with.
pub(super) const BATCH: usize = 4;

/// Checks every built-in layer by its examples, `Dense` with every activation.
///
/// # Errors
/// Returns an error if a layer refuses the input of its example.
pub fn check_layers(seed: u64) -> Result<Vec<Check>, Error> {
    let mut checks = Vec::new();
    for Example { name, config, inputs, .. } in LayerConfig::examples() {
        checks.extend(check_boxed(name, config.build(), inputs[0].shape.clone(), BATCH, seed)?);
    }
    Ok(checks)
}

/// Checks every built-in loss by its examples, at random targets for which it is defined, at one-hot rows, and at indices of
/// classes where it accepts them.
///
/// # Errors
/// Returns an error if a loss cannot be evaluated.
pub fn check_losses(seed: u64) -> Result<Vec<Check>, Error> {
    let (batch, width) = (3, 4);
    let one_hot: Vec<f64> =
        (0..batch * width).map(|i| if i % width == (i / width * 2) % width { 1.0 } else { 0.0 }).collect();
    let mut checks = Vec::new();
    for Example { name, config, .. } in LossConfig::examples() {
        let loss = config.build::<f64>();
        let range = Loss::<f64>::targets(&*loss);
        let mut values = vec![0.0; batch * width];
        Stream::new(seed).child(3).fill_uniform(&mut values, range.start().max(-2.0), range.end().min(2.0));
        for (targets, of) in [(&values, ""), (&one_hot, ", one-hot")] {
            checks.extend(check_loss(format!("{name}{of}"), &*loss, batch, targets, seed)?);
        }
        if loss.accepts(TargetKind::Classes) {
            let classes = (0..batch).map(|i| (i * 2 % width) as u32).collect();
            checks.extend(check_loss_of_classes(format!("{name}, classes"), &*loss, classes, width, seed)?);
        }
    }
    Ok(checks)
}
