//! What went wrong, as an exit code.

use std::process::ExitCode;

use pellucid::data::DataError;
use pellucid::nn::{CheckpointError, PlanError};
use pellucid::svm::SvmError;

/// An error that knows its exit code.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Returns an error of wrong usage or configuration (exit code 2).
pub fn usage(message: impl Into<String>) -> anyhow::Error {
    Failure { code: USAGE, message: message.into() }.into()
}

/// Returns an error of wrong data (exit code 3).
pub fn data(message: impl Into<String>) -> anyhow::Error {
    Failure { code: DATA, message: message.into() }.into()
}

/// Returns an error of something that failed while running, such as writing a result (exit code 1).
pub fn runtime(error: impl std::fmt::Display) -> anyhow::Error {
    Failure { code: RUNTIME, message: error.to_string() }.into()
}

/// Returns an error of a checked result that was missed (exit code 4).
pub fn missed(message: impl Into<String>) -> anyhow::Error {
    Failure { code: 4, message: message.into() }.into()
}

/// Returns the error of work that a signal has stopped after its state was written (exit code 130).
pub fn interrupted(message: impl Into<String>) -> anyhow::Error {
    Failure { code: INTERRUPTED, message: message.into() }.into()
}

/// The exit code of work that a signal has stopped.
pub const INTERRUPTED: u8 = 130;
const RUNTIME: u8 = 1;
/// The exit code of wrong usage or configuration.
pub const USAGE: u8 = 2;
const DATA: u8 = 3;

/// Returns the exit code of an error: that of the [`Failure`] in its chain, or that of the library's kind of error.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    let code = error.chain().find_map(|cause| {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return Some(failure.code);
        }
        if cause.is::<DataError>() {
            return Some(DATA);
        }
        if let Some(error) = cause.downcast_ref::<CheckpointError>() {
            return Some(checkpoint_code(error));
        }
        if let Some(error) = cause.downcast_ref::<SvmError>() {
            return Some(match error {
                SvmError::Parameter { .. } | SvmError::Infeasible { .. } | SvmError::NoMargin { .. } => USAGE,
                SvmError::Input { .. }
                | SvmError::Kernel { .. }
                | SvmError::Decision { .. }
                | SvmError::Data(_) => DATA,
                SvmError::Interrupted { .. } => INTERRUPTED,
                _ => RUNTIME,
            });
        }
        if cause.is::<PlanError>() {
            return Some(USAGE);
        }
        match cause.downcast_ref::<pellucid::Error>()? {
            pellucid::Error::Plan(_) | pellucid::Error::Config(_) => Some(USAGE),
            pellucid::Error::Checkpoint(error) => Some(checkpoint_code(error)),
            pellucid::Error::Data(_) | pellucid::Error::Input { .. } | pellucid::Error::Labels { .. } => {
                Some(DATA)
            }
            _ => Some(RUNTIME),
        }
    });
    ExitCode::from(code.unwrap_or(RUNTIME))
}

fn checkpoint_code(error: &CheckpointError) -> u8 {
    match error {
        CheckpointError::Write(_) => RUNTIME,
        CheckpointError::OtherRun { .. } | CheckpointError::NoTrainingState => USAGE,
        _ => DATA,
    }
}
