//! Section 3 of the report: every gradient against differences.

use anyhow::Result;
use pellucid::nn::gradient_check::{Check, GradientCheck, STEP, check_layers, check_losses, largest_error};
use pellucid::prelude::*;
use pellucid_report::{ActivationCheck, GradcheckResults, LossCheck};

use super::{autoencoder, xor};

/// The largest relative error that passes.
pub const TOLERANCE: f64 = 1e-7;

/// Elements of a tensor of the autoencoder that are compared; the XOR network is compared whole.
const SAMPLE: usize = 100;

/// Checks all layers, all losses, the XOR network and the autoencoder.
pub fn run(seed: u64) -> Result<GradcheckResults> {
    let mut checks = check_layers(seed)?;
    checks.extend(check_losses(seed)?);
    checks.extend(xor_network(seed)?);
    checks.extend(autoencoder_network(seed)?);
    Ok(GradcheckResults {
        max_relative_error: largest_error(&checks),
        step: STEP,
        tolerance: TOLERANCE,
        activations: activations(&checks),
        mse: Some(mse(seed)),
        checks: checks.into_iter().map(into_row).collect(),
    })
}

fn xor_network(seed: u64) -> Result<Vec<Check>> {
    let model = Model::<f64>::new(xor::network(), seed)?;
    let (x, t) = (xor::INPUTS.map(f64::from), xor::TARGETS.map(f64::from));
    Ok(GradientCheck::new("XOR network", &model, &Mse, &x, &t).run()?)
}

/// The autoencoder on two random images, since the gradient must be right for any.
fn autoencoder_network(seed: u64) -> Result<Vec<Check>> {
    let model = Model::<f64>::new(autoencoder::network(), seed)?;
    let mut images = vec![0.0; 2 * autoencoder::PIXELS];
    Stream::new(seed).fill_uniform(&mut images, 0.0, 1.0);
    Ok(GradientCheck::new("Autoencoder", &model, &BceWithLogits, &images, &images).sample(SAMPLE).run()?)
}

/// Table 2: the forward pass against the formula as the standard library computes it, the backward pass from the
/// checks.
fn activations(checks: &[Check]) -> Vec<ActivationCheck> {
    type Formula = fn(f64) -> f64;
    let cases: [(&str, Activation, Formula); 4] = [
        ("ReLU", Relu, |x| x.max(0.0)),
        ("LeakyReLU", LeakyRelu(0.1), |x| if x > 0.0 { x } else { 0.1 * x }),
        ("Sigmoid", Sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
        ("Tanh", Tanh, f64::tanh),
    ];
    let points: Vec<f64> = (-4000..=4000).map(|i| f64::from(i) / 400.0).collect();
    let rows = cases.into_iter().map(|(name, activation, formula)| {
        let mut y = points.clone();
        activation.apply(&Pool::single(), &mut y);
        let errors = y.iter().zip(&points).map(|(y, &x)| (y - formula(x)).abs());
        let backward = checks.iter().find(|check| check.component == name);
        ActivationCheck {
            activation: name.to_owned(),
            forward_error: largest(errors),
            backward_error: backward.map_or(f64::NAN, |check| largest_error(std::slice::from_ref(check))),
        }
    });
    rows.collect()
}

/// Table 3: the loss and its gradient against the closed form 2 (p - t) / N, for predictions of shape (3, 2).
fn mse(seed: u64) -> LossCheck {
    let (mut p, mut t) = ([0.0_f64; 6], [0.0_f64; 6]);
    Stream::new(seed).child(1).fill_normal(&mut p, 0.0, 1.0);
    Stream::new(seed).child(2).fill_normal(&mut t, 0.0, 1.0);
    let (mut gradient, mut sums) = ([0.0; 6], [0.0; 3]);
    let value = pellucid::nn::evaluate_loss(&Mse, &Pool::single(), &p, &t, &mut gradient, &mut sums);
    let closed: [f64; 6] = std::array::from_fn(|i| 2.0 * (p[i] - t[i]) / 6.0);
    let norm = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let differences = gradient.iter().zip(&closed).map(|(a, b)| (a - b).abs());
    LossCheck {
        value,
        computed_norm: norm(&gradient),
        expected_norm: norm(&closed),
        max_absolute_difference: largest(differences),
    }
}

/// The largest of some errors; NaN where one is.
fn largest(errors: impl Iterator<Item = f64>) -> f64 {
    errors.fold(0.0, |a, b| if b > a || b.is_nan() { b } else { a })
}

/// A check as the report lists it: the error is NaN where the tensor was not compared.
pub fn into_row(check: Check) -> pellucid_report::GradientCheck {
    let relative_error = if check.passes(f64::INFINITY) { check.relative_error } else { f64::NAN };
    pellucid_report::GradientCheck {
        component: check.component,
        parameter: check.parameter,
        analytic_norm: check.analytic_norm,
        numeric_norm: check.numeric_norm,
        relative_error,
    }
}
