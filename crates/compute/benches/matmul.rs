//! Matrix products against the machine's peak and against the `gemm` crate, on one thread and one core.
//!
//! First comes a table of minima over alternating runs, the fairest numbers on a shared machine; then criterion's
//! own measurements. Criterion's `elem` is one floating-point operation.
#![allow(missing_docs, unsafe_code)] // The peak probe and the `gemm` crate are unsafe to call.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use pellucid_compute::isa::{Isa, isa};
use pellucid_compute::{MatMut, MatRef, Pool, Start, matmul};

/// A product of an autoencoder's step or of XOR: m, k, n, and whether A and B are transposed.
struct Size {
    name: &'static str,
    shape: [usize; 3],
    transposed: [bool; 2],
}

const fn size(name: &'static str, m: usize, k: usize, n: usize) -> Size {
    let transposed = match name.as_bytes() {
        [b'd', b'W', ..] => [true, false],
        [b'd', b'X', ..] => [false, true],
        _ => [false, false],
    };
    Size { name, shape: [m, k, n], transposed }
}

const SIZES: [Size; 29] = [
    size("forward 784-256", 256, 784, 256),
    size("forward 256-128", 256, 256, 128),
    size("forward 128-64", 256, 128, 64),
    size("forward 64-32", 256, 64, 32),
    size("forward 32-64", 256, 32, 64),
    size("forward 128-256", 256, 128, 256),
    size("forward 256-784", 256, 256, 784),
    size("forward 784-256, batch 224", 224, 784, 256),
    size("forward 784-256, batch 1", 1, 784, 256),
    size("forward 256-784, batch 1", 1, 256, 784),
    size("forward 784-256, batch 16", 16, 784, 256),
    size("dW 784-256", 784, 256, 256),
    size("dW 256-128", 256, 256, 128),
    size("dW 128-64", 128, 256, 64),
    size("dW 64-32", 64, 256, 32),
    size("dW 32-64", 32, 256, 64),
    size("dW 256-784", 256, 256, 784),
    size("dX 256-784", 256, 784, 256),
    size("dX 784-256", 256, 256, 784),
    size("dX 256-128", 256, 128, 256),
    size("dX 128-64", 256, 64, 128),
    size("dX 64-32", 256, 32, 64),
    size("square 1024", 1024, 1024, 1024),
    size("square 2048", 2048, 2048, 2048),
    size("XOR 2-4", 4, 2, 4),
    size("XOR 4-1", 4, 4, 1),
    size("dW XOR 2-4", 2, 4, 4),
    size("dX XOR 4-1", 4, 1, 4),
    size("8 x 8 x 8", 8, 8, 8),
];

/// A size with its operands.
struct Case {
    m: usize,
    k: usize,
    n: usize,
    transposed: [bool; 2],
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
    pool: Pool,
}

impl Case {
    fn new(&Size { shape: [m, k, n], transposed, .. }: &Size) -> Self {
        let numbers = |count: usize| (0..count).map(|i| (i % 101) as f32 / 101.0 - 0.5).collect();
        Self {
            m,
            k,
            n,
            transposed,
            a: numbers(m * k),
            b: numbers(k * n),
            c: vec![0.0; m * n],
            pool: Pool::single(),
        }
    }

    fn operations(&self) -> usize {
        2 * self.m * self.k * self.n
    }

    fn ours(&mut self) {
        let view = |data, rows, columns, transposed| {
            if transposed {
                MatRef::row_major(data, columns, rows).transposed()
            } else {
                MatRef::row_major(data, rows, columns)
            }
        };
        let a = view(&self.a, self.m, self.k, self.transposed[0]);
        let b = view(&self.b, self.k, self.n, self.transposed[1]);
        matmul(&self.pool, MatMut::row_major(&mut self.c, self.m, self.n), a, b, Start::Zero);
    }

    fn gemm(&mut self) {
        let strides = |rows, columns, transposed| if transposed { (1, rows) } else { (columns, 1) };
        let (a_row, a_column) = strides(self.m, self.k, self.transposed[0]);
        let (b_row, b_column) = strides(self.k, self.n, self.transposed[1]);
        // The front end of `gemm` turns a product stored by rows into the transposed one stored by columns, which
        // its kernels prefer; `gemm-f32` leaves that to its caller.
        // SAFETY: the pointers and strides are those of the transposed matrices.
        unsafe {
            gemm_f32::gemm::f32::get_gemm_fn()(
                self.n,
                self.m,
                self.k,
                self.c.as_mut_ptr(),
                self.n.cast_signed(),
                1,
                false,
                self.b.as_ptr(),
                b_row.cast_signed(),
                b_column.cast_signed(),
                self.a.as_ptr(),
                a_row.cast_signed(),
                a_column.cast_signed(),
                0.0,
                1.0,
                false,
                false,
                false,
                gemm_common::Parallelism::None,
            );
        }
    }
}

/// `rounds` times 24 chains of multiply-adds in registers; returns the number of operations.
#[cfg(target_arch = "x86_64")]
mod probe {
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm512_fmadd_ps, _mm512_set1_ps, _mm512_storeu_ps,
    };

    macro_rules! probe {
        ($name:ident, $features:literal, $chains:literal, $lanes:literal, $splat:ident, $fma:ident, $store:ident) => {
            #[target_feature(enable = $features)]
            pub fn $name(rounds: usize) -> usize {
                let mut sums = [$splat(1.0); $chains];
                let (x, y) = ($splat(std::hint::black_box(0.5)), $splat(std::hint::black_box(0.25)));
                for _ in 0..rounds {
                    for sum in &mut sums {
                        *sum = $fma(*sum, x, y);
                    }
                }
                let mut out = [0.0_f32; $lanes];
                for sum in sums {
                    // SAFETY: `out` has room for a vector.
                    unsafe { $store(out.as_mut_ptr(), sum) };
                    std::hint::black_box(&out);
                }
                2 * rounds * $chains * $lanes
            }
        };
    }
    probe!(avx512, "avx512f", 24, 16, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps);
    probe!(avx2, "avx2,fma", 12, 8, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps);
}

/// Runs the probe of the instruction set in use; 0 operations where there is none.
fn probe(rounds: usize) -> usize {
    match isa() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `isa` is available.
        Isa::Avx512 => unsafe { probe::avx512(rounds) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `isa` is available.
        Isa::Avx2 => unsafe { probe::avx2(rounds) },
        _ => 0,
    }
}

/// Seconds a call over some calls.
fn seconds(calls: usize, mut f: impl FnMut()) -> f64 {
    let begin = Instant::now();
    (0..calls).for_each(|_| f());
    begin.elapsed().as_secs_f64() / calls as f64
}

/// Minima over alternating runs: microseconds, GFLOP/s, and ratios to the peak and to `gemm`.
fn table() {
    println!(
        "{:<28}{:>10}{:>9}{:>9}{:>9}{:>9}{:>8}",
        "f32", "µs", "GFLOP/s", "gemm", "peak", "% peak", "x gemm"
    );
    for size in &SIZES {
        let (mut case, mut other) = (Case::new(size), Case::new(size));
        let operations = case.operations() as f64;
        let calls = (1e7 / operations).clamp(1.0, 2000.0) as usize;
        let rounds = (2e10 / operations / calls as f64).clamp(5.0, 200.0) as usize;
        let [mut ours, mut gemm, mut peak] = [f64::INFINITY; 3];
        for _ in 0..rounds {
            peak = peak.min(seconds(1, || _ = black_box(probe(2000))));
            ours = ours.min(seconds(calls, || case.ours()));
            gemm = gemm.min(seconds(calls, || other.gemm()));
        }
        for (x, y) in case.c.iter().zip(&other.c) {
            assert!((x - y).abs() <= 1e-5 * case.k as f32, "{}: {x} is not {y}", size.name);
        }
        let peak = probe(2000) as f64 / peak / 1e9;
        let rate = operations / ours / 1e9;
        println!(
            "{:<28}{:>10.3}{:>9.1}{:>9.1}{:>9.1}{:>9.1}{:>8.2}",
            size.name,
            ours * 1e6,
            rate,
            operations / gemm / 1e9,
            peak,
            100.0 * rate / peak,
            gemm / ours
        );
    }
}

fn main() {
    // `cargo test --benches` only asks whether everything runs.
    if std::env::args().any(|argument| argument == "--bench") {
        table();
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .configure_from_args();
    let mut group = criterion.benchmark_group("peak");
    group.throughput(Throughput::Elements(probe(2000) as u64));
    group.bench_function(isa().name(), |bencher| bencher.iter(|| probe(2000)));
    group.finish();
    let mut group = criterion.benchmark_group("matmul");
    for size in &SIZES {
        let mut case = Case::new(size);
        group.throughput(Throughput::Elements(case.operations() as u64));
        group.bench_function(BenchmarkId::new("ours", size.name), |bencher| bencher.iter(|| case.ours()));
        group.bench_function(BenchmarkId::new("gemm", size.name), |bencher| bencher.iter(|| case.gemm()));
    }
    group.finish();
    criterion.final_summary();
}
