//! The jobs of `pellucid bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pellucid_terminal::arguments::Weights;

/// Each job prints one JSON object as the last line of standard output: times in seconds, memory in MB (10^6 bytes) or
/// null where the system does not report it. `python3 bench/run.py` runs them in turn with other frameworks.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The machine's rates now: multiply-adds in registers and reading of memory, on one thread and on all.
    Probe(Threads),
    /// Measure the choice of a method by size: matrix products by plain loops, on one thread, on all.
    ///
    /// Prints a table: the time of each method, the one that the library chooses, and how much slower it is than the
    /// best.
    Kernels(Kernels),
    /// Measure every layer of the autoencoder, forward and backward, the losses and the optimisers.
    ///
    /// Prints a table: operations, bytes read and written, the least time that the machine's rates allow for them, the
    /// median time, and the share. A batch of data that fits a cache is compared with the rate of that cache.
    Layers(Layers),
    /// Train the MNIST autoencoder: batches of 256, binary cross-entropy on logits, gradient descent with rate 0.1.
    ///
    /// Prints the median of the epochs after the first, the first, the peak of memory and its growth after the first
    /// epoch, and the training loss of the last epoch.
    Autoencoder(Autoencoder),
    /// Train the autoencoder of the course report's table 12: 2,000 images, 15 epochs, batches of 32, MSE on a sigmoid.
    ///
    /// Prints the time of the last training, the losses of its epochs, and the MSE on the 10,000 test images.
    Small(Small),
    /// Train XOR for 5,000 steps on one thread, and print the time of the last training.
    Xor(Xor),
    /// Train the autoencoder for six epochs, or until the test set is reconstructed well.
    ///
    /// Prints the epochs, or null where the recipe ended before, and the seconds since the job began.
    Quality(Quality),
    /// Run the autoencoder on images: the median seconds of a pass, and samples a second.
    Inference(Inference),
    /// Read MNIST from disk into memory.
    Load(Load),
    /// Fit and use a support vector machine: RBF, C = 10, gamma = scale, on the arrays that `bench arrays` wrote.
    Svm(Svm),
    /// Write the arrays that the jobs of all frameworks read: for the support vector machines, and the pooled split.
    Arrays(Arrays),
}

#[derive(Debug, Args)]
pub struct Threads {
    /// Threads to compute with. [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub threads: Option<u16>,
}

#[derive(Debug, Args)]
pub struct Kernels {
    /// Measurements of each method and size, taken in turn; their median counts.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Args)]
pub struct Layers {
    /// Samples of a batch.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub batch: u32,
    /// Measurements of each; their median counts.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    #[command(flatten)]
    pub threads: Threads,
}

/// Where MNIST is.
#[derive(Debug, Args)]
pub struct Images {
    /// The folder of the four MNIST files. [default: data/mnist, or that of the source tree]
    #[arg(long, value_name = "DIR", env = "PELLUCID_MNIST")]
    pub mnist: Option<PathBuf>,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Args)]
pub struct Autoencoder {
    /// The first so many training images.
    #[arg(long, value_name = "N", default_value_t = 50_400)]
    pub rows: u32,
    /// Passes over them.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..))]
    pub epochs: u64,
    /// Images of a step.
    #[arg(long, value_name = "N", default_value_t = 256)]
    pub batch: usize,
    /// The seed of weights and order.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub images: Images,
}

#[derive(Debug, Args)]
pub struct Small {
    /// The first so many training images.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub rows: u32,
    /// Passes over them.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..))]
    pub epochs: u64,
    /// Images of a step.
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub batch: usize,
    /// Trainings one after the other, the last of which is timed. With 1, the test images are left out.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub trainings: u32,
    /// The seed of weights and order.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub images: Images,
}

#[derive(Debug, Args)]
pub struct Xor {
    /// Steps on all four points.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: u64,
    /// Trainings one after the other, the last of which is timed.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub trainings: u32,
    /// The seed of the weights.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct Quality {
    /// The mean squared error on the test set to reach.
    #[arg(long, value_name = "MSE", default_value_t = 0.008_067)]
    pub target: f64,
    /// The seed of weights and order.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub images: Images,
}

#[derive(Debug, Args)]
pub struct Inference {
    /// Images of a pass: 1 for the time of a single one, 10,000 for the rate of a large batch.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub samples: u32,
    /// The type of the weights; sums are f32.
    #[arg(long, value_enum, default_value_t)]
    pub weights: Weights,
    /// Passes, each timed.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub passes: u32,
    #[command(flatten)]
    pub images: Images,
}

#[derive(Debug, Args)]
pub struct Load {
    /// The folder of the four MNIST files. [default: data/mnist, or that of the source tree]
    #[arg(long, value_name = "DIR", env = "PELLUCID_MNIST")]
    pub mnist: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Svm {
    /// A folder with x.npy, y.npy, test_x.npy and test_y.npy: samples in f32, labels in i32.
    pub folder: PathBuf,
    /// Fits, and passes over the test set, of which the median is printed.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub fits: u32,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Debug, Args)]
pub struct Arrays {
    /// The checkpoint of `pellucid reproduce autoencoder`, whose encoder makes the latent features.
    #[arg(long, value_name = "FILE")]
    pub encoder: PathBuf,
    /// The folder for the arrays (some 460 MB), one folder a job.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// At most so many rows of each array, for a quick trial.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub most: Option<u32>,
    #[command(flatten)]
    pub images: Images,
}
