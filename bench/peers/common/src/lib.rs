//! What the Rust peers of the comparison share: the jobs, MNIST, random numbers, memory, and the JSON they print. A peer
//! is one [`Peer`].

mod memory;
mod mnist;
mod options;
mod random;

use std::error::Error;
use std::time::Instant;

use memory::{peak_mb, resident_mb};
pub use options::{Job, Options};
use random::Random;

/// The widths of the autoencoder's layers.
pub const WIDTHS: [usize; 9] = [784, 256, 128, 64, 32, 64, 128, 256, 784];

/// The learning rate of plain gradient descent.
pub const RATE: f64 = 0.1;

/// Whether layer `layer` of 0 to 7 is followed by ReLU.
pub fn is_relu(layer: usize) -> bool {
    layer != 3 && layer != 7
}

/// The result of anything that a peer's framework may refuse.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The initial weights of a layer, `[inputs, outputs]` row by row; its biases are zero.
pub struct Weights {
    pub inputs: usize,
    pub outputs: usize,
    pub values: Vec<f32>,
}

/// An autoencoder in training in some framework.
pub trait Peer: Sized {
    /// The network with these weights, and the images (784 numbers a row) in the framework's own memory.
    fn new(job: Job, weights: Vec<Weights>, images: Vec<f32>) -> Outcome<Self>;

    /// A step of gradient descent on these rows; returns the loss of the batch.
    fn step(&mut self, rows: Vec<u32>) -> Outcome<f64>;

    /// The outputs for images, 784 numbers a row.
    fn outputs(&self, images: Vec<f32>) -> Outcome<Vec<f32>>;
}

/// Runs the job that the command line names and prints its JSON as the last line.
pub fn run<P: Peer>(who: &str) -> Outcome<()> {
    let options = Options::from_command_line()?;
    let (mut first_epoch, mut epochs, mut trainings, mut losses) = (0.0, vec![], vec![], vec![]);
    let (mut growth, mut test_mse) = (None, None);
    for training in 0..options.trainings {
        let images = mnist::images(&options.mnist, "train", options.rows)?;
        let rows = images.len() / WIDTHS[0];
        let mut random = Random::new(options.seed);
        let mut peer = P::new(options.job, initial_weights(&mut random), images)?;
        let mut order: Vec<u32> = (0..rows as u32).collect();
        let (start, mut after_first) = (Instant::now(), None);
        losses.clear();
        for _ in 0..options.epochs {
            let epoch = Instant::now();
            random.shuffle(&mut order);
            let mut loss = 0.0;
            for batch in order.chunks(options.batch) {
                loss += peer.step(batch.to_vec())? * batch.len() as f64 / rows as f64;
            }
            epochs.push(epoch.elapsed().as_secs_f64());
            losses.push(loss);
            after_first = after_first.or_else(resident_mb);
        }
        trainings.push(start.elapsed().as_secs_f64());
        if training == 0 {
            first_epoch = epochs.remove(0);
            growth = resident_mb().zip(after_first).map(|(last, first)| last - first);
        }
        // With one training the process itself is timed, and nothing tested.
        if options.job == Job::Small && training > 0 && training + 1 == options.trainings {
            test_mse = Some(mean_squared_error(&peer, mnist::images(&options.mnist, "t10k", usize::MAX)?)?);
        }
    }
    epochs.sort_by(f64::total_cmp);
    let number = |x: Option<f64>| x.map_or("null".into(), |x: f64| x.to_string());
    println!(
        "{{\"who\": {who:?}, \"epoch_seconds\": {}, \"first_epoch_seconds\": {first_epoch}, \"train_seconds\": {}, \
         \"final_loss\": {}, \"losses\": {losses:?}, \"test_mse\": {}, \"peak_mb\": {}, \"growth_mb\": {}}}",
        number(epochs.get(epochs.len() / 2).copied()),
        number(trainings.last().copied()),
        number(losses.last().copied()),
        number(test_mse),
        number(peak_mb()),
        number(growth),
    );
    Ok(())
}

/// He normal, Xavier normal for the last layer, as on every side of the comparison.
fn initial_weights(random: &mut Random) -> Vec<Weights> {
    let layer = |(layer, pair): (usize, &[usize])| {
        let (inputs, outputs) = (pair[0], pair[1]);
        let fan = if layer == 7 { (inputs + outputs) as f64 / 2.0 } else { inputs as f64 };
        let deviation = if layer == 7 { 1.0 / fan } else { 2.0 / fan }.sqrt();
        let values = (0..inputs * outputs).map(|_| (deviation * random.normal()) as f32);
        Weights { inputs, outputs, values: values.collect() }
    };
    WIDTHS.windows(2).enumerate().map(layer).collect()
}

fn mean_squared_error<P: Peer>(peer: &P, images: Vec<f32>) -> Outcome<f64> {
    let outputs = peer.outputs(images.clone())?;
    let squares = outputs.iter().zip(&images).map(|(y, x)| f64::from(y - x).powi(2));
    Ok(squares.sum::<f64>() / images.len() as f64)
}
