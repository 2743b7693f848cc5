//! The command line, the same for every peer.

use std::path::PathBuf;

use crate::Outcome;

/// What is to be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Binary cross-entropy on logits.
    Autoencoder,
    /// Mean squared error on a sigmoid output.
    Small,
}

/// The settings of a run.
#[derive(Debug)]
pub struct Options {
    pub job: Job,
    pub mnist: PathBuf,
    pub rows: usize,
    pub epochs: usize,
    pub batch: usize,
    pub trainings: usize,
    pub seed: u64,
}

impl Options {
    /// `JOB [--mnist DIR] [--rows N] [--epochs N] [--batch N] [--trainings N] [--seed N] [--threads N]`.
    pub fn from_command_line() -> Outcome<Self> {
        let mut words = std::env::args().skip(1);
        let mut options = match words.next().as_deref() {
            Some("autoencoder") => Self::new(Job::Autoencoder, 50_400, 4, 256, 1),
            Some("small") => Self::new(Job::Small, 2_000, 15, 32, 2),
            _ => return Err("expected a job: autoencoder or small".into()),
        };
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name}: expected a value"))?;
            match name.as_str() {
                "--mnist" => options.mnist = value.into(),
                "--rows" => options.rows = value.parse()?,
                "--epochs" => options.epochs = value.parse()?,
                "--batch" => options.batch = value.parse()?,
                "--trainings" => options.trainings = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                // SAFETY: no other thread runs yet. Rayon, which both peers compute with, reads it when it starts.
                "--threads" => unsafe { std::env::set_var("RAYON_NUM_THREADS", value) },
                _ => return Err(format!("{name}: no such option").into()),
            }
        }
        if [options.rows, options.epochs, options.batch, options.trainings].contains(&0) {
            return Err("rows, epochs, batch and trainings must be at least 1".into());
        }
        Ok(options)
    }

    fn new(job: Job, rows: usize, epochs: usize, batch: usize, trainings: usize) -> Self {
        Self { job, mnist: "data/mnist".into(), rows, epochs, batch, trainings, seed: 1 }
    }
}
