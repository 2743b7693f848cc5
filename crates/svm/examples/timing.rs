//! Times a classifier on tables in NPY files, as the comparison with other libraries needs it:
//!
//! ```text
//! cargo run --release -p pellucid-svm --example timing -- X.npy y.npy TEST_X.npy TEST_y.npy ROWS [THREADS]
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use pellucid_compute::Pool;
use pellucid_data::{Values, read_npy};
use pellucid_svm::{Fit, Gamma, Kernel, Options, Samples, Svc};

fn floats(path: &str) -> Result<(Vec<f32>, usize), Box<dyn Error>> {
    let array = read_npy(Path::new(path))?;
    let columns = array.shape.get(1).copied().unwrap_or(1);
    match array.values {
        Values::F32(values) => Ok((values, columns)),
        _ => Err(format!("{path}: expected numbers of type f32").into()),
    }
}

fn labels(path: &str) -> Result<Vec<i32>, Box<dyn Error>> {
    match read_npy(Path::new(path))?.values {
        Values::I32(values) => Ok(values),
        _ => Err(format!("{path}: expected numbers of type i32").into()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [x, y, test_x, test_y, rows, more @ ..] = &args[..] else {
        return Err("expected X.npy y.npy TEST_X.npy TEST_y.npy ROWS [THREADS]".into());
    };
    let (mut x, columns) = floats(x)?;
    let mut y = labels(y)?;
    let rows: usize = rows.parse()?;
    x.truncate(rows * columns);
    y.truncate(rows);
    let (test_x, _) = floats(test_x)?;
    let test_y = labels(test_y)?;
    let pool = more.first().map_or_else(|| Ok(Pool::per_core()), |n| n.parse().map(Pool::new))?;
    let cache = more.get(1).map_or(Ok(128), |megabytes| megabytes.parse::<usize>())?;

    let options = Options { cache_bytes: cache << 20, ..Options::default() };
    let svc = Svc::new(Kernel::rbf(Gamma::Scale)).c(10.0).options(options);
    let mut best = f64::INFINITY;
    let mut fitted = None;
    for _ in 0..3 {
        let start = Instant::now();
        let model = svc.fit_with(Samples::dense(&x, columns), &y, Fit::on(&pool))?;
        best = best.min(start.elapsed().as_secs_f64());
        fitted = Some(model);
        if best > 10.0 {
            break;
        }
    }
    let Some(model) = fitted else { return Ok(()) };
    let start = Instant::now();
    let predicted = model.predict_with(Samples::dense(&test_x, columns), &pool)?;
    let seconds = start.elapsed().as_secs_f64();
    let right = predicted.iter().zip(&test_y).filter(|(a, b)| a == b).count();
    println!(
        "pellucid {} x {columns}: fit {best:.4} s, predict {}: {seconds:.4} s, accuracy {:.4}, support vectors {}, \
         iterations {}, objective {:.6}, gap {:.2e}",
        y.len(),
        test_y.len(),
        right as f64 / test_y.len() as f64,
        model.support().len(),
        model.iterations(),
        model.dual_objective(),
        model.kkt_gap()
    );
    Ok(())
}
