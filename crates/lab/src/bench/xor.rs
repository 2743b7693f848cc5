//! XOR: thousands of tiny steps.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use pellucid::prelude::*;
use pellucid_terminal::say;
use serde_json::{Value, json};

use crate::args::bench::Xor;
use crate::experiments::xor::{config, data};

/// The network of `reproduce xor`, its activations within their layers.
fn network() -> Sequential<f32> {
    Sequential::new(2).with(Dense::new(4).activation(Tanh)).with(Dense::new(1).activation(Sigmoid))
}

/// Trains on one thread; the last training is timed.
pub fn run(args: &Xor) -> Result<Value> {
    let (data, pool) = (data()?, Arc::new(Pool::single()));
    let config = TrainConfig { epochs: args.steps, ..config(args.seed) };
    let (mut seconds, mut loss) = (0.0, 0.0);
    for _ in 0..args.trainings {
        let mut trainer = Trainer::new(Model::<f32>::new(network(), args.seed)?, config.clone(), &pool)?;
        let start = Instant::now();
        trainer.fit(&data, None, &mut ())?;
        seconds = start.elapsed().as_secs_f64();
        loss = trainer.evaluate(&data)?;
    }
    say!("{} steps in {:.3} ms, loss {loss:.6}", args.steps, seconds * 1e3);
    Ok(json!({ "seconds": seconds, "final_loss": loss }))
}
