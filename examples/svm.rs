//! A support vector machine that reads digits: 5,000 images, a radial basis function, one machine for each pair.
//!
//! ```text
//! cargo run --release --example svm
//! ```

use std::error::Error;
use std::time::Instant;

use pellucid::eval::{ClassificationReport, ConfusionMatrix, ZeroDivision};
use pellucid::prelude::*;

/// Pixels as floats in [0, 1], and the digits.
fn table(mnist: &Mnist, images: &Dataset) -> (Vec<f32>, Vec<i32>) {
    let positions: Vec<u32> = (0..images.len() as u32).collect();
    let mut pixels = vec![0.0; images.len() * images.input_width()];
    images.gather_inputs(&positions, &mut pixels);
    let digits = images.rows().iter().map(|&row| i32::from(mnist.labels()[row as usize]));
    (pixels, digits.collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mnist = Mnist::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/mnist"))?;
    let split = mnist.official_split(Task::Classify)?;
    let first: Vec<u32> = (0..5_000).collect();
    let (x, digits) = table(&mnist, &split.train.subset(&first)?);
    let (test_x, test_digits) = table(&mnist, &split.test);

    let start = Instant::now();
    let svc = Svc::new(Kernel::rbf(Gamma::Scale)).c(10.0);
    let model = svc.fit(Samples::dense(&x, 784), &digits)?;
    println!(
        "fitted in {:.2} s: {} support vectors, dual objective {:.3}, KKT gap {:.1e}",
        start.elapsed().as_secs_f64(),
        model.support().len(),
        model.dual_objective(),
        model.kkt_gap()
    );

    let start = Instant::now();
    let predicted = model.predict(Samples::dense(&test_x, 784))?;
    println!("{} images read in {:.2} s", predicted.len(), start.elapsed().as_secs_f64());
    let confusion = ConfusionMatrix::new(&predicted, &test_digits, 10)?;
    println!("{}", ClassificationReport::new(&confusion, ZeroDivision::Zero));
    Ok(())
}
