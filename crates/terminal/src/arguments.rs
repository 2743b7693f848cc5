//! Arguments that several commands share.

use clap::{Args, ValueEnum};

/// Options of every command that computes.
#[derive(Debug, Args)]
pub struct Common {
    /// Threads to compute with; results have the same bits for any number. [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub threads: Option<u16>,
    /// Print one JSON object with the results and nothing else.
    #[arg(long)]
    pub json: bool,
}

/// The number type that a model's weights are kept in for prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Weights {
    /// As they were trained.
    #[default]
    Trained,
    /// The upper half of an f32.
    Bf16,
}
