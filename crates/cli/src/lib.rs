//! The command `pellucid`: its arguments, its commands and its exit codes.

// Both macros of the standard library panic where the stream is closed or full: `out!` and `say!` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod column_file;
mod commands;
mod config;
mod history_file;
mod output_path;
mod run_folder;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use pellucid::data::text::Escaped;
use pellucid_terminal::{failure, output, say};

/// Runs the command that the arguments ask for, the first of which is the program's name, and returns its exit code.
/// Results go to standard output; progress and errors go to standard error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let code = match args::Arguments::try_parse_from(args::svm::from_libsvm(arguments)) {
        Ok(arguments) => outcome(arguments),
        Err(told) => show(&told),
    };
    match output::finish() {
        Err(error) if code == ExitCode::SUCCESS => {
            say!("error: standard output: expected room for all results, found {error}");
            ExitCode::FAILURE
        }
        _ => code,
    }
}

fn outcome(arguments: args::Arguments) -> ExitCode {
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Names and texts of files may hold anything; only ends of lines are ours.
            let message = format!("{error:#}");
            let lines: Vec<String> = message.split('\n').map(|line| Escaped(line).to_string()).collect();
            say!("error: {}", lines.join("\n"));
            failure::exit_code(&error)
        }
    }
}

/// Shows the help or version that was asked for, or what is wrong with the arguments.
fn show(told: &clap::Error) -> ExitCode {
    if told.use_stderr() {
        // There is nobody to tell that nobody listens.
        let _ = told.print();
        return ExitCode::from(failure::USAGE);
    }
    output::print(|_| told.print());
    ExitCode::SUCCESS
}
