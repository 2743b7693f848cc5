//! The command line.

pub mod svm;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pellucid_lab::{Bench, Reproduce};
use pellucid_terminal::arguments::{Common, Weights};

use crate::output_path;

/// Neural networks and support vector machines written from scratch: visible, checked, and fast on a CPU.
///
/// Start with `pellucid reproduce`, which checks every gradient, trains XOR and a deep autoencoder on MNIST, fits
/// support vector machines to its latent codes, and writes a page with figures and tables. Results go to standard output, progress to standard error.
///
/// Exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration, 3 wrong data, 4 a checked result was
/// missed, 130 stopped by Ctrl-C, SIGTERM or SIGHUP (a training after writing a checkpoint; a second signal ends it at once).
#[derive(Debug, Parser)]
#[command(name = "pellucid", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reproduce the course report: gradient checks, XOR, the MNIST autoencoder, SVMs, and a page about them.
    Reproduce(Reproduce),
    /// Train a network that a TOML file describes (see examples/train-autoencoder.toml and train-graph.toml).
    Train(Train),
    /// Evaluate a checkpoint on a data set: its loss, that of each of its terms, and accuracy or reconstruction quality.
    Eval(Eval),
    /// Run a checkpoint, or a view of it such as the encoder, over a data set and write the outputs.
    Predict(Predict),
    /// Check every gradient against differences, of all layers and losses or of a checkpoint's model.
    Check(Check),
    /// Describe a checkpoint: architecture, tensors, training state, notes.
    Inspect(Inspect),
    /// Support vector machines, with LIBSVM's options, printed lines and files: train, predict, scale.
    #[command(subcommand)]
    Svm(svm::Svm),
    /// Time this machine and this library on the work of the comparison with other frameworks (see bench/README.md).
    #[command(subcommand)]
    Bench(Bench),
    /// Print a completion script for a shell: pellucid completions bash > /etc/bash_completion.d/pellucid
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct Train {
    /// The TOML file that describes data, model and training.
    pub config: PathBuf,
    /// The folder for checkpoints and the history. [default: the config's output.directory]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Go on where DIR/latest.safetensors left off, with the same settings or more epochs; begin where there is none.
    #[arg(long)]
    pub resume: bool,
    /// Replace the run that DIR holds.
    #[arg(long, conflicts_with = "resume")]
    pub overwrite: bool,
    /// Use this seed instead of the config's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub common: Common,
}

/// Where samples come from.
#[derive(Debug, Args)]
pub struct Input {
    /// A table of samples (.csv, .npy, .idx, or an MNIST file, .gz too), a folder of the four MNIST files, `mnist` for
    /// the one that comes with the program, or `mnist-official` for its official test images; it is the column `input`,
    /// its labels or targets are the column `target`. [default: mnist where no --column is given; of `check`, random samples]
    #[arg(long, value_name = "FILE")]
    pub data: Option<String>,
    /// A further column, one row for each sample (.csv, .npy, .idx): an input of the network, or the targets of a term, by its
    /// name, or `weight` for weights of the samples. May be given several times: --column city=city.npy
    #[arg(long = "column", value_name = "NAME=FILE", value_parser = column)]
    pub columns: Vec<(String, PathBuf)>,
    /// Labels of the samples, a number or a name each (.csv, .npy, .idx).
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// The column of the table that holds labels: its name in the header, or `first` or `last`.
    #[arg(long, value_name = "NAME", conflicts_with = "labels")]
    pub label_column: Option<String>,
    /// Targets of the samples, one row each.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["labels", "label_column"])]
    pub targets: Option<PathBuf>,
    /// Whether CSV files begin with a header; `auto` takes a first row of text for one.
    #[arg(long, value_enum, value_name = "WHETHER", default_value_t)]
    pub header: Header,
    /// What inputs are multiplied by, such as 1/255 for bytes. [default: as in training, which the checkpoint notes;
    /// else 1/255 for images and 1 for all others]
    #[arg(long, value_name = "NUMBER", value_parser = scale)]
    pub scale: Option<f64>,
    /// Of MNIST: the 14,000 test images of the pooled split with seed 42, or the official 10,000.
    #[arg(long, value_enum, value_name = "PART", default_value_t)]
    pub split: MnistPart,
}

/// Whether a CSV file has a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Header {
    /// A first row of text, without a number, is one.
    #[default]
    Auto,
    /// The first row is one.
    Yes,
    /// It is not.
    No,
}

impl Header {
    /// `None` where it is to be found out.
    pub fn known(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Yes => Some(true),
            Self::No => Some(false),
        }
    }
}

/// Test images of MNIST.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MnistPart {
    /// 14,000 of all 70,000, with seed 42.
    #[default]
    Pooled,
    /// The last 10,000.
    Official,
}

/// The name and the file of a column.
fn column(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.into(), file.into())),
        _ => Err("expected the name of a column and a file, such as city=city.npy".into()),
    }
}

/// A positive number, also as a fraction such as `1/255`.
pub fn scale(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let scale = match text.split_once('/') {
        None => number(text),
        Some((a, b)) => number(a).zip(number(b)).map(|(a, b)| a / b),
    };
    scale
        .filter(|scale| *scale > 0.0 && scale.is_finite())
        .ok_or_else(|| "expected a positive number, or a fraction such as 1/255".to_owned())
}

#[derive(Debug, Args)]
pub struct Eval {
    /// The checkpoint.
    pub checkpoint: PathBuf,
    #[command(flatten)]
    pub input: Input,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Predict {
    /// The checkpoint.
    pub checkpoint: PathBuf,
    #[command(flatten)]
    pub input: Input,
    /// Run only this view or layer, such as `encoder`.
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// Write the value of this layer, computed from the network's inputs, in place of that of the last layer.
    #[arg(long, value_name = "NAME", conflicts_with = "view")]
    pub of: Option<String>,
    /// The type of the weights; bf16 takes half the memory, and each weight is off by up to 0.2 %.
    #[arg(long, value_enum, default_value_t)]
    pub weights: Weights,
    /// Apply the sigmoid to the outputs, which are logits.
    #[arg(long)]
    pub sigmoid: bool,
    /// The file for the outputs: .npy or .csv; - for standard output, as CSV.
    #[arg(long, short, value_name = "FILE", value_parser = output_path::parser())]
    pub out: PathBuf,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Check {
    /// A checkpoint whose model is checked too, under all terms of the objective that it was trained with, on two random
    /// samples, or on the first two of --data or --column.
    pub checkpoint: Option<PathBuf>,
    #[command(flatten)]
    pub input: Input,
    /// Compare at most so many elements of a tensor of a whole model; 0 for all (which takes long).
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub sample: usize,
    /// The seed of the random samples.
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// The checkpoint.
    pub checkpoint: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}
