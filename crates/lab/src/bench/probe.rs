//! The machine's rates, to hold results against: what arithmetic and memory allow on this machine, now.

use std::hint::black_box;
use std::time::Instant;

use pellucid::compute::isa::{Isa, Kernel, dispatch, isa};
use pellucid::prelude::Pool;
use pellucid_terminal::{machine, say};
use serde_json::{Map, Value, json};

use crate::args::bench::Threads;

/// Multiply-adds of a chain in one go: a few milliseconds.
const ROUNDS: usize = 200_000;

/// Numbers that are read: 256 MB, more than any cache.
const NUMBERS: usize = 32_000_000;

/// Trials, of which the best counts: the probe asks what the machine can do.
const TRIALS: usize = 30;

/// `rounds` multiply-adds in each of `CHAINS` chains of `LANES` lanes that do not wait for each other.
struct MultiplyAdd<const LANES: usize, const CHAINS: usize, const FUSED: bool>;

impl<const LANES: usize, const CHAINS: usize, const FUSED: bool> Kernel<(usize, f32, f32)>
    for MultiplyAdd<LANES, CHAINS, FUSED>
{
    type Output = f32;

    #[inline(always)]
    fn call((rounds, x, y): (usize, f32, f32)) -> f32 {
        let mut sums = [[1.0_f32; LANES]; CHAINS];
        for _ in 0..rounds {
            for sum in &mut sums {
                for lane in sum {
                    *lane = if FUSED { lane.mul_add(x, y) } else { *lane * x + y };
                }
            }
        }
        sums.iter().flatten().sum()
    }
}

/// A loop of multiply-adds, and how many it does in a round.
type Loop = (usize, fn((usize, f32, f32)) -> f32);

/// A loop of `LANES` lanes in `CHAINS` chains.
fn chains<const LANES: usize, const CHAINS: usize, const FUSED: bool>() -> Loop {
    (LANES * CHAINS, dispatch::<MultiplyAdd<LANES, CHAINS, FUSED>, _>)
}

/// Reads every number once.
struct Read;

impl Kernel<(&[u64],)> for Read {
    type Output = u64;

    #[inline(always)]
    fn call((numbers,): (&[u64],)) -> u64 {
        numbers.iter().fold(0, |sum, &number| sum.wrapping_add(number))
    }
}

/// Measures both rates on one thread and on all.
pub fn run(args: &Threads) -> Value {
    let threads = machine::pool(args.threads).threads();
    let numbers: Vec<u64> = (0..NUMBERS as u64).collect();
    let mut rates = Map::new();
    rates.insert("isa".into(), isa().name().into());
    for count in if threads > 1 { vec![1, threads] } else { vec![1] } {
        let pool = Pool::new(count);
        let (arithmetic, reading) = (multiply_adds(&pool), reads(&pool, &numbers));
        say!("{count} threads: {arithmetic:.1} GFLOP/s of multiply-adds, {reading:.2} GB/s read");
        rates.insert(format!("fma_gflops_{count}"), json!(arithmetic));
        rates.insert(format!("read_gbs_{count}"), json!(reading));
    }
    rates.into()
}

/// GFLOP/s of multiply-adds in f32, two operations each. Compilers keep some numbers of chains in registers and not
/// others, so several are tried and the fastest is measured.
pub fn multiply_adds(pool: &Pool) -> f64 {
    let loops = match isa() {
        Isa::Avx512 => vec![chains::<16, 8, true>(), chains::<16, 10, true>(), chains::<16, 12, true>()],
        Isa::Avx2 => vec![chains::<8, 8, true>(), chains::<8, 10, true>(), chains::<8, 12, true>()],
        Isa::Portable => vec![chains::<4, 8, false>(), chains::<4, 10, false>(), chains::<4, 12, false>()],
    };
    let rate = |&(width, body): &Loop, rounds: usize, trials: usize| {
        let work = |_| _ = black_box(body(black_box((rounds, 0.5, 0.25))));
        (2 * width * rounds * pool.threads()) as f64 / 1e9 / least_seconds(pool, trials, work)
    };
    let fastest = loops.iter().max_by(|a, b| rate(a, ROUNDS / 10, 3).total_cmp(&rate(b, ROUNDS / 10, 3)));
    fastest.map_or(0.0, |fastest| rate(fastest, ROUNDS, TRIALS))
}

/// GB/s of reading, each thread a part of its own.
pub fn reads(pool: &Pool, numbers: &[u64]) -> f64 {
    let part = numbers.len() / pool.threads();
    let body = |thread: usize| {
        black_box(dispatch::<Read, _>((black_box(&numbers[thread * part..][..part]),)));
    };
    (8 * part * pool.threads()) as f64 / 1e9 / least_seconds(pool, TRIALS, body)
}

/// The least time in which all threads do the work once.
fn least_seconds(pool: &Pool, trials: usize, body: impl Fn(usize) + Sync) -> f64 {
    let trial = |_| {
        let start = Instant::now();
        pool.run(pool.threads(), &body);
        start.elapsed().as_secs_f64()
    };
    (0..trials).map(trial).fold(f64::INFINITY, f64::min)
}
