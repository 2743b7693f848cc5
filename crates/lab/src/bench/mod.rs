//! `pellucid bench`: this library's side of the comparison with other frameworks, written as its users write.

mod arrays;
mod inference;
mod kernels;
mod layers;
mod probe;
mod quality;
mod svm;
mod train;
mod xor;

use std::time::Instant;

use anyhow::Result;
use pellucid_terminal::{out, say};
use serde_json::{Value, json};

use crate::args::bench::{Bench, Load};
use crate::mnist;

/// Runs a job and prints its figures, one JSON object.
///
/// # Errors
/// Returns an error if the job's data cannot be read, or its outputs not be written.
pub fn run(job: &Bench) -> Result<()> {
    let figures = match job {
        Bench::Probe(args) => probe::run(args),
        Bench::Kernels(args) => kernels::run(args)?,
        Bench::Layers(args) => layers::run(args)?,
        Bench::Autoencoder(args) => train::autoencoder(args)?,
        Bench::Small(args) => train::small(args)?,
        Bench::Xor(args) => xor::run(args)?,
        Bench::Quality(args) => quality::run(args)?,
        Bench::Inference(args) => inference::run(args)?,
        Bench::Load(args) => load(args)?,
        Bench::Svm(args) => svm::run(args)?,
        Bench::Arrays(args) => arrays::run(args)?,
    };
    out!("{figures}");
    Ok(())
}

/// Reads MNIST.
fn load(args: &Load) -> Result<Value> {
    let start = Instant::now();
    let mnist = mnist::load(args.mnist.as_deref())?;
    let seconds = start.elapsed().as_secs_f64();
    say!("{} images in {:.1} ms", mnist.labels().len(), seconds * 1e3);
    Ok(json!({ "load_seconds": seconds }))
}

/// The median of some measurements, the upper of two; `None` of none.
fn median(mut measured: Vec<f64>) -> Option<f64> {
    measured.sort_by(f64::total_cmp);
    measured.get(measured.len() / 2).copied()
}
