//! The command `pellucid`.

mod args;
mod commands;
mod config;
mod experiments;
mod failure;
mod interrupt;
mod machine;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = args::Arguments::parse_from(args::svm::from_libsvm(std::env::args_os()));
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            failure::exit_code(&error)
        }
    }
}
