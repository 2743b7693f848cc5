//! The arguments of `pellucid reproduce`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pellucid_terminal::arguments::Common;

/// The arguments of `pellucid reproduce`.
#[derive(Debug, Args)]
pub struct Reproduce {
    /// The parts to run. [default: all; performance if there is a file for it]
    #[arg(value_enum)]
    pub parts: Vec<Part>,
    /// How the autoencoder is trained.
    #[arg(long, value_enum, default_value_t)]
    pub preset: Preset,
    /// The folder for the page, figures, results.json and checkpoints.
    #[arg(long, value_name = "DIR", default_value = "reproduction")]
    pub out: PathBuf,
    /// The seed of initial weights, shuffling and the split of the data.
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// The folder of the four MNIST files. [default: data/mnist, or that of the source tree]
    #[arg(long, value_name = "DIR", env = "PELLUCID_MNIST")]
    pub mnist: Option<PathBuf>,
    /// Train so many epochs instead of the preset's.
    #[arg(long, value_name = "N")]
    pub epochs: Option<u64>,
    /// Go on with the training that DIR/autoencoder.safetensors was left in.
    #[arg(long)]
    pub resume: bool,
    /// The results of bench/run.py to compare with other frameworks from. [default: the newest bench/results/*.json]
    #[arg(long, value_name = "FILE")]
    pub bench: Option<PathBuf>,
    /// Write every figure as PNG too (needs the feature png).
    #[arg(long)]
    pub png: bool,
    /// Write the whole report as report.pdf too (needs the feature pdf).
    #[arg(long)]
    pub pdf: bool,
    /// Threads and the form of the output.
    #[command(flatten)]
    pub common: Common,
}

/// A part of the reproduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Every layer, loss and network against differences.
    Gradcheck,
    /// The 2-4-1 network that learns exclusive or.
    Xor,
    /// The 784-256-128-64-32-64-128-256-784 autoencoder of MNIST.
    Autoencoder,
    /// Support vector machines on the encoder's latent codes and on pixels.
    Svm,
    /// The comparison with other frameworks that bench/run.py has measured; nothing is measured here.
    Performance,
}

/// A training recipe of the autoencoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Adam with a cosine schedule: better than the course report in a fraction of its epochs.
    #[default]
    Quick,
    /// Exactly the course report's: SGD 0.1, batches of 256, 800 epochs.
    #[value(alias = "seed")]
    Course,
    /// The best reconstruction found within ten minutes of training.
    Best,
}

impl Preset {
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Course => "course",
            Self::Best => "best",
        }
    }
}
