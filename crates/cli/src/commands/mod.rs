//! The subcommands, one file each.

mod check;
mod checkpoint;
mod eval;
mod figures;
mod inspect;
mod objective;
mod predict;
mod samples;
mod svm;
mod train;

use anyhow::Result;
use clap::CommandFactory;
use pellucid_terminal::{interrupt, machine, output};

use crate::args::{Arguments, Command};

/// Runs the command that was asked for.
pub fn run(arguments: Arguments) -> Result<()> {
    machine::check_isa()?;
    interrupt::listen();
    match arguments.command {
        Command::Reproduce(args) => pellucid_lab::reproduce::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Svm(command) => svm::run(&command),
        Command::Bench(job) => pellucid_lab::bench::run(&job),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "pellucid", &mut script);
            output::print(|out| out.write_all(&script));
            Ok(())
        }
    }
}
