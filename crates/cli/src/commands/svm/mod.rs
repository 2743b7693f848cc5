//! `pellucid svm`: LIBSVM's commands.

mod folds;
mod format;
mod grid;
mod kernel_rows;
mod predict;
mod probability;
mod problems;
mod scale;
mod scores;
mod settings;
mod table;
mod train;
mod warnings;

use anyhow::Result;

use crate::args::svm::Svm;

pub fn run(command: &Svm) -> Result<()> {
    match command {
        Svm::Train(args) => train::run(args),
        Svm::Predict(args) => predict::run(args),
        Svm::Scale(args) => scale::run(args),
        Svm::Grid(args) => grid::run(args),
    }
}
