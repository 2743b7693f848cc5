//! A custom loss and a custom optimiser, and a training with both.
//!
//! `cargo run --release --example custom_loss_and_optimizer`

use pellucid::nn::gradient_check::GradientCheck;
use pellucid::nn::{LossRows, Update};
use pellucid::prelude::*;

/// The logarithm of the hyperbolic cosine of the error: L = 1/N sum ln cosh(p - t), dL/dp = 1/N tanh(p - t).
#[derive(Debug)]
struct LogCosh;

impl<F: Scalar> Loss<F> for LogCosh {
    fn name(&self) -> &'static str {
        "log-cosh"
    }

    fn rows(&self, io: LossRows<'_, F>) {
        let rows = io.prediction.chunks_exact(io.width).zip(io.target.values().chunks_exact(io.width));
        for ((p, t), (g, sum)) in rows.zip(io.gradient.chunks_exact_mut(io.width).zip(io.sums)) {
            *sum = 0.0;
            for ((g, &p), &t) in g.iter_mut().zip(p).zip(t) {
                let error = (p - t).to_f64().abs();
                *sum += error + (-2.0 * error).exp().ln_1p() - std::f64::consts::LN_2;
                *g = io.scale * F::from_f64((p - t).to_f64().tanh());
            }
        }
    }
}

/// Steps of one length against the sign of a running mean of the gradient.
#[derive(Debug)]
struct SignMomentum;

impl<F: Scalar> Optimizer<F> for SignMomentum {
    fn name(&self) -> &'static str {
        "sign momentum"
    }

    fn state_per_parameter(&self) -> usize {
        1
    }

    fn step(&self, io: Update<'_, F>) {
        let ([mean], eta) = (io.state.get(), F::from_f64(io.learning_rate));
        for ((theta, &g), m) in io.parameters.iter_mut().zip(io.gradients).zip(mean) {
            *m += F::from_f64(0.1) * (io.gradient_scale * g - *m);
            let sign = f64::from(i8::from(*m > F::ZERO) - i8::from(*m < F::ZERO));
            *theta -= eta * F::from_f64(sign);
        }
    }
}

fn main() -> Result<(), pellucid::Error> {
    let network = || Sequential::<f64>::new(1).with(Dense::new(16).activation(Tanh)).with(Dense::new(1));
    let x: Vec<f64> = (0..40).map(|i| f64::from(i) / 10.0 - 2.0).collect();
    let y: Vec<f64> = x.iter().map(|x| x * x).collect();
    for check in GradientCheck::new("log-cosh", &Model::new(network(), 1)?, &LogCosh, &x, &y).run()? {
        assert!(check.passes(1e-9), "{check:?}");
    }

    let column = |x: &[f64]| Ok::<_, pellucid::Error>(Features::F64(Matrix::new(40, 1, x.to_vec())?));
    let data = Dataset::new(column(&x)?, Targets::Values(column(&y)?))?;
    let config = TrainConfig {
        epochs: 2000,
        batch_size: 40,
        schedule: Schedule::constant(0.002),
        ..Default::default()
    };
    let trainer = Trainer::new(Model::new(network(), 1)?, config, &Pool::shared(1))?;
    let objective = Objective::new().with(Term::new("loss", LogCosh));
    let mut trainer = trainer.with_objective(objective)?.with_optimizer(Box::new(SignMomentum))?;
    trainer.fit(&data, None, &mut ())?;
    println!("loss {:.5} after 2,000 steps", trainer.evaluate(&data)?);
    assert!(trainer.evaluate(&data)? < 0.01);
    Ok(())
}
