//! Passes of the whole autoencoder, from images to logits.

use std::time::Instant;

use anyhow::{Context, Result};
use pellucid::prelude::*;
use serde_json::{Value, json};

use super::median;
use crate::args::bench::Inference;
use crate::experiments::autoencoder::{PIXELS, load_mnist, network};
use crate::machine;

/// Samples that go through the network together. Measured: 1,024 are a tenth faster than 256.
const BATCH: usize = 1024;

/// Times each pass; inputs and outputs are arrays of the caller.
pub fn run(args: &Inference) -> Result<Value> {
    let test = load_mnist(args.images.mnist.as_deref())?.official_split(Task::Reconstruct)?.test;
    let rows: Vec<u32> = (0..args.samples).collect();
    let mut x = vec![0.0_f32; rows.len() * PIXELS];
    test.gather_inputs(&rows, &mut x);
    let mut y = vec![0.0_f32; x.len()];

    let model = Model::<f32>::new(network(), 1)?;
    let pool = machine::pool(args.images.threads.threads);
    let mut session = Session::inference(model.architecture(), BATCH.min(rows.len()), &pool)?;
    let mut pass = || {
        let start = Instant::now();
        session.predict(model.parameters(), &x, &mut y);
        start.elapsed().as_secs_f64()
    };
    pass();
    let seconds = median((0..args.passes).map(|_| pass()).collect()).context("expected at least one pass")?;
    eprintln!("{} images in {:.1} µs", args.samples, seconds * 1e6);
    Ok(json!({ "pass_seconds": seconds, "samples_per_second": f64::from(args.samples) / seconds }))
}
