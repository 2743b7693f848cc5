//! Every layer, loss and optimiser of the autoencoder beside the time that the machine needs at least.

use std::time::Instant;

use anyhow::{Context, Result};
use pellucid::compute::Pool;
use pellucid::nn::{
    Adam, BceWithLogits, Loss, Mse, Optimizer, OptimizerConfig, Sgd, StateMut, Update, evaluate_loss,
};
use pellucid::prelude::*;
use pellucid_terminal::{machine, say};
use serde_json::{Value, json};

use super::{median, probe};
use crate::args::bench::Layers;
use crate::experiments::autoencoder::{PIXELS, network};

/// The seconds of a measurement.
const SECONDS: f64 = 0.005;

/// The machine's rates, and the rows measured so far.
struct Table<'a> {
    pool: &'a Pool,
    rounds: u32,
    gflops: f64,
    rows: Vec<Value>,
}

impl Table<'_> {
    /// Measures some work of which the floating-point operations and the bytes read and written are known.
    fn measure(&mut self, name: &str, flops: f64, bytes: f64, mut work: impl FnMut()) -> Result<()> {
        let mut series = |count: usize| {
            let start = Instant::now();
            (0..count).for_each(|_| work());
            start.elapsed().as_secs_f64() / count as f64
        };
        series(2);
        let count = (SECONDS / series(2)).clamp(1.0, 1e5) as usize;
        let times = (0..self.rounds).map(|_| series(count)).collect();
        let seconds = median(times).context("expected at least one measurement")?;
        // As many bytes as the work touches, read again and again: from the cache that they fit.
        let numbers = vec![1_u64; (bytes / 8.0) as usize];
        let floor = (flops / self.gflops).max(bytes / probe::reads(self.pool, &numbers)) / 1e9;
        let share = floor / seconds;
        say!(
            "{name:<34} {:>9.2} {:>9.3} {:>9.1} {:>9.1} {:>6.0} %",
            flops / 1e6,
            bytes / 1e6,
            floor * 1e6,
            seconds * 1e6,
            share * 100.0
        );
        self.rows.push(json!({
            "name": name, "flops": flops, "bytes": bytes, "floor_seconds": floor, "seconds": seconds,
        }));
        Ok(())
    }
}

/// Measures and prints the table.
pub fn run(args: &Layers) -> Result<Value> {
    let (pool, batch) = (machine::pool(args.threads.threads), args.batch as usize);
    let gflops = probe::multiply_adds(&pool);
    let mut table = Table { pool: &pool, rounds: args.rounds, gflops, rows: Vec::new() };
    say!("{} threads, {gflops:.0} GFLOP/s of multiply-adds, batches of {batch}\n", pool.threads());
    say!("{:<34} {:>9} {:>9} {:>9} {:>9} {:>8}", "", "MFLOP", "MB", "floor us", "us", "share");

    let model = Model::<f32>::new(network(), 1)?;
    let mut gradients = vec![0.0_f32; model.parameters().len()];
    for layer in &model.plan().nodes {
        let view = model.architecture().find_view(&layer.name)?;
        let mut session = Session::training_view(model.architecture(), &view, &[view.to], batch, &pool)?;
        session.input_mut(batch).fill(0.5);
        let (x, y) = (layer.ports[0].shape.len(), layer.output.len());
        let parameters: usize = layer.parameters.iter().map(|slot| slot.len).sum();
        let flops = layer.flops as f64 * batch as f64;
        let bytes = |numbers: usize| 4.0 * numbers as f64;
        let name = |pass: &str| format!("{} {x} -> {y}, {pass}", layer.name);
        table.measure(&name("forward"), flops, bytes(batch * (x + y) + parameters), || {
            session.forward(model.parameters(), None);
        })?;
        session.loss_slices().2.fill(1e-3);
        table.measure(&name("backward"), 2.0 * flops, bytes(batch * 2 * (x + y) + 2 * parameters), || {
            session.backward(model.parameters(), &mut gradients, true);
        })?;
    }

    let pixels = batch * PIXELS;
    let (prediction, target) = (vec![0.3_f32; pixels], vec![0.5_f32; pixels]);
    let (mut gradient, mut sums) = (vec![0.0_f32; pixels], vec![0.0; batch]);
    let losses: [&dyn Loss<f32>; 2] = [&BceWithLogits, &Mse];
    for loss in losses {
        table.measure(&format!("loss {}", loss.name()), 0.0, 12.0 * pixels as f64, || {
            evaluate_loss(loss, &pool, &prediction, &target, &mut gradient, &mut sums);
        })?;
    }

    let mut parameters = model.parameters().to_vec();
    let sgd = |momentum| OptimizerConfig::from(Sgd { momentum, ..Default::default() });
    let adam = OptimizerConfig::from(Adam::default());
    // Bytes of a parameter: itself and the state read and written, the gradient read.
    for (what, config, bytes) in [("", sgd(0.0), 12.0), (", momentum", sgd(0.9), 20.0), ("", adam, 28.0)] {
        let optimizer: Box<dyn Optimizer<f32>> = config.build();
        let mut state = vec![0.0; optimizer.state_per_parameter() * parameters.len()];
        let name = format!("{}{what}, {} parameters", optimizer.name(), parameters.len());
        table.measure(&name, 0.0, bytes * gradients.len() as f64, || {
            let state = StateMut::whole(&mut state, parameters.len());
            optimizer.step(Update {
                pool: &pool,
                parameters: &mut parameters,
                gradients: &gradients,
                gradient_scale: 1.0,
                state,
                step: 1,
                learning_rate: 1e-9,
                weight_decay: optimizer.weight_decay(),
            });
        })?;
    }
    Ok(json!({ "threads": pool.threads(), "fma_gflops": gflops, "rows": table.rows }))
}
