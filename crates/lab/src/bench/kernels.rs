//! The choice of a method by size, measured: plain loops, tiles on one thread, tiles on all threads.

use std::time::Instant;

use anyhow::{Result, anyhow};
use pellucid::compute::matmul::{Method, matmul_by};
use pellucid::compute::{Buffer, MatMut, MatRef, Pool, Start};
use pellucid_terminal::{machine, say};
use serde_json::{Value, json};

use super::median;
use crate::args::bench::Kernels;

/// The factors' sizes m, k, n: cubes around the thresholds, then the products of XOR and of the autoencoder.
const SIZES: [[usize; 3]; 24] = [
    [2, 2, 2],
    [4, 2, 4],
    [4, 4, 4],
    [5, 5, 5],
    [6, 6, 6],
    [8, 8, 8],
    [12, 12, 12],
    [16, 16, 16],
    [24, 24, 24],
    [32, 32, 32],
    [48, 48, 48],
    [56, 56, 56],
    [64, 64, 64],
    [80, 80, 80],
    [96, 96, 96],
    [128, 128, 128],
    [256, 256, 256],
    [1, 784, 256],
    [1, 256, 784],
    [32, 784, 256],
    [32, 64, 32],
    [256, 64, 32],
    [256, 784, 256],
    [784, 256, 256],
];

/// Products with more multiplications are not tried with plain loops.
const MOST_FOR_LOOPS: usize = 1 << 18;

/// The seconds of a measurement.
const SECONDS: f64 = 0.002;

/// A product and the memory for it.
struct Product {
    size: [usize; 3],
    a: Buffer<f32>,
    b: Buffer<f32>,
    c: Buffer<f32>,
}

impl Product {
    fn new(size: [usize; 3]) -> Result<Self> {
        let numbers = |len: usize| {
            let mut numbers =
                Buffer::<f32>::zeros(len).ok_or_else(|| anyhow!("no memory for {len} numbers"))?;
            for (i, x) in numbers.iter_mut().enumerate() {
                *x = (i % 101) as f32 / 101.0 - 0.5;
            }
            anyhow::Ok(numbers)
        };
        let [m, k, n] = size;
        Ok(Self { size, a: numbers(m * k)?, b: numbers(k * n)?, c: numbers(m * n)? })
    }

    /// Seconds of one product in a series of `count`, after as many that wake the threads and fill the caches.
    fn time(&mut self, method: Method, pool: &Pool, count: usize) -> f64 {
        self.repeat(method, pool, count);
        let start = Instant::now();
        self.repeat(method, pool, count);
        start.elapsed().as_secs_f64() / count as f64
    }

    fn repeat(&mut self, method: Method, pool: &Pool, count: usize) {
        let [m, k, n] = self.size;
        for _ in 0..count {
            let c = MatMut::row_major(&mut self.c, m, n);
            let (a, b) = (MatRef::row_major(&self.a, m, k), MatRef::row_major(&self.b, k, n));
            matmul_by(method, pool, c, a, b, Start::Zero);
        }
    }
}

/// Measures every method at every size, in turn, and prints what the choice costs against the best.
pub fn run(args: &Kernels) -> Result<Value> {
    let pool = machine::pool(args.threads.threads);
    let threads = pool.threads();
    say!(
        "microseconds of a product of an m x k and a k x n matrix in f32; * marks the method that is chosen\n"
    );
    say!(
        "{:>16} {:>11} {:>11} {:>11} {:>8}",
        "m x k x n",
        "loops",
        "tiles",
        format!("{threads} threads"),
        "x best"
    );
    let mut rows = Vec::new();
    for size in SIZES {
        let chosen = Method::choose(size, true, threads);
        let few = size.iter().product::<usize>() <= MOST_FOR_LOOPS;
        let methods = [(Method::Loops, few), (Method::Tiles, true), (Method::Threads, threads > 1)];
        let mut product = Product::new(size)?;
        let mut times: [Vec<f64>; 3] = Default::default();
        let counts = methods.map(|(method, tried)| {
            let once = if tried { product.time(method, &pool, 3) } else { SECONDS };
            (SECONDS / once).clamp(1.0, 1e5) as usize
        });
        for _ in 0..args.rounds {
            for ((&(method, tried), times), &count) in methods.iter().zip(&mut times).zip(&counts) {
                if tried {
                    times.push(product.time(method, &pool, count));
                }
            }
        }
        let times = times.map(median);
        let best = times.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let taken = methods.iter().position(|&(method, _)| method == chosen).and_then(|index| times[index]);
        let ratio = taken.map(|taken| taken / best);
        let [m, k, n] = size;
        say!(
            "{:>16} {} {:>8}",
            format!("{m} x {k} x {n}"),
            times
                .iter()
                .zip(methods)
                .map(|(&time, (method, _))| cell(time, method == chosen))
                .collect::<String>(),
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
        );
        let [loops, tiles, all] = times;
        rows.push(json!({
            "size": size, "loops": loops, "tiles": tiles, "threads": all, "chosen": format!("{chosen:?}"),
            "over_best": ratio,
        }));
    }
    Ok(json!({ "threads": threads, "products": rows }))
}

/// A time in microseconds.
fn cell(seconds: Option<f64>, chosen: bool) -> String {
    let text = seconds.map_or_else(|| "-".into(), |seconds| format!("{:.3}", seconds * 1e6));
    format!("{text:>11}{}", if chosen { "*" } else { " " })
}
