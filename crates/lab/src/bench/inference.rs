//! Passes of the whole autoencoder, from images to logits.

use std::time::Instant;

use anyhow::{Context, Result};
use pellucid::nn::Bf16Model;
use pellucid::prelude::*;
use pellucid_terminal::arguments::Weights;
use pellucid_terminal::{machine, say};
use serde_json::{Value, json};

use super::median;
use crate::args::bench::Inference;
use crate::experiments::autoencoder::{PIXELS, network};
use crate::mnist;

/// Samples that go through the network together (`docs/performance.md`, *Inference*).
const BATCH: usize = 1024;

/// Images that small passes take in turn: the time depends on which pixels are zero, and with a single image its weights
/// would all stay in the nearest cache.
const IMAGES: u32 = 1000;

/// Times each pass; inputs and outputs are arrays of the caller.
pub fn run(args: &Inference) -> Result<Value> {
    let test = mnist::load(args.images.mnist.as_deref())?.official_split(Task::Reconstruct)?.test;
    let turns = (IMAGES / args.samples).max(1);
    let rows: Vec<u32> = (0..args.samples * turns).collect();
    let mut x = vec![0.0_f32; rows.len() * PIXELS];
    test.gather_inputs(&rows, &mut x);
    let of_a_pass = args.samples as usize * PIXELS;
    let mut inputs = x.chunks_exact(of_a_pass).cycle();
    let mut y = vec![0.0_f32; of_a_pass];

    let model = Model::<f32>::new(network(), 1)?;
    let pool = machine::pool(args.images.threads.threads);
    let mut session = Session::inference(model.architecture(), BATCH.min(args.samples as usize), &pool)?;
    let mut small = Bf16Model::new(&model, &pool)?;
    let mut pass = || -> Result<f64> {
        let x = inputs.next().context("expected at least one image")?;
        let start = Instant::now();
        match args.weights {
            Weights::Trained => session.predict(model.parameters(), x, &mut y),
            Weights::Bf16 => small.predict(x, &mut y)?,
        }
        Ok(start.elapsed().as_secs_f64())
    };
    pass()?;
    let times = (0..args.passes).map(|_| pass()).collect::<Result<Vec<f64>>>()?;
    let seconds = median(times).context("expected at least one pass")?;
    say!("{} images in {:.1} µs", args.samples, seconds * 1e6);
    Ok(json!({ "pass_seconds": seconds, "samples_per_second": f64::from(args.samples) / seconds }))
}
