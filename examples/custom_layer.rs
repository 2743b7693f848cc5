//! A custom layer, SiLU: y = x s(x) with s the logistic function, and its gradient check.
//!
//! `cargo run --release --example custom_layer`

use pellucid::compute::math::sigmoid;
use pellucid::nn::gradient_check::check_layer;
use pellucid::nn::{Backward, Forward, Need, PlanError, TensorSpec};
use pellucid::prelude::*;

/// y = x s(x);  dL/dx = dL/dy s (1 + x (1 - s)), with s saved by the forward pass.
/// Source: Elfwing, Uchibe and Doya, *Sigmoid-weighted linear units* (2018).
#[derive(Debug)]
struct Silu;

impl<F: Scalar> Layer<F> for Silu {
    fn kind(&self) -> &'static str {
        "silu"
    }

    fn config(&self) -> serde_json::Value {
        serde_json::json!({ "kind": "silu" })
    }

    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        let saved = vec![TensorSpec::per_sample("sigmoid", input.clone())];
        Ok(Need { saved, ..Need::output(input.clone(), 5 * input.len() as u64) })
    }

    fn forward(&self, io: Forward<'_, F>) {
        for (&x, y) in io.x.iter().zip(&mut *io.y) {
            *y = x * sigmoid(x);
        }
        // Saved where a backward pass can follow.
        if let Some(saved) = io.saved {
            let [s] = saved.get();
            for (&x, s) in io.x.iter().zip(s) {
                *s = sigmoid(x);
            }
        }
    }

    fn backward(&self, io: Backward<'_, F>) {
        let Some(dx) = io.dx else { return };
        let [s] = io.saved.get();
        for (((dx, &dy), &x), &s) in dx.iter_mut().zip(io.dy).zip(io.x).zip(s) {
            *dx = dy * s * (F::ONE + x * (F::ONE - s));
        }
    }
}

fn main() -> Result<(), pellucid::Error> {
    for check in check_layer("SiLU", Silu, 6, 5, 42)? {
        println!("{} {}: relative error {:.1e}", check.component, check.parameter, check.relative_error);
        assert!(check.relative_error < 1e-9);
    }
    let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(8)).with(Silu).with(Dense::new(1)), 1)?;
    println!("{}\n{:?}", model.summary(), model.predict(&[1.0, -1.0])?);
    Ok(())
}
