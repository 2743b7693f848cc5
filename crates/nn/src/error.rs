//! What can go wrong, with the place where it did.

use pellucid_data::DataError;

use crate::checkpoint::CheckpointError;
use crate::layer::PlanError;

/// Any error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The network cannot be built.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The data cannot be read or do not fit together.
    #[error(transparent)]
    Data(#[from] DataError),
    /// An input of the wrong size.
    #[error("expected {expected}, found {found}")]
    Input {
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A hyper-parameter out of its range.
    #[error("{0}")]
    Config(String),
    /// Labels for which the network has no output.
    #[error(
        "labels {least} to {largest} need {} outputs; {}use units = {} (the network has {outputs}; the first label beyond is in row {row}, counted from 0)",
        *largest as usize + 1, shift(*least, *largest, *outputs), *largest as usize + 1
    )]
    Labels {
        /// The least label.
        least: u32,
        /// The largest label.
        largest: u32,
        /// The outputs of the network.
        outputs: usize,
        /// The first row of the data whose label has no output.
        row: u32,
    },
    /// The loss of a model over data is infinite or NaN.
    #[error("the loss is {loss:e}: expected a model and data whose outputs are finite")]
    Loss {
        /// The loss.
        loss: f64,
    },
    /// An output of a model is infinite or NaN.
    #[error("expected finite outputs, found {found} in row {row}, column {column} (counted from 0)")]
    Output {
        /// The output.
        found: f64,
        /// The row of the data.
        row: u32,
        /// The output's number.
        column: usize,
    },
    /// The loss became infinite or NaN, or larger than the type of the parameters can hold.
    #[error(
        "training diverged: the loss became {loss:e} in epoch {epoch}, step {step} (a smaller learning rate or gradient clipping may help)"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: u64,
        /// The step of the epoch, from 1.
        step: u64,
        /// The loss.
        loss: f64,
    },
    /// A step left parameters, or an optimiser's state, that are infinite or NaN.
    #[error(
        "training diverged: {what} became infinite or NaN by epoch {epoch}, step {step} (a smaller learning rate or gradient clipping may help)"
    )]
    DivergedState {
        /// What is not finite.
        what: &'static str,
        /// The epoch, from 1.
        epoch: u64,
        /// The step of the epoch, from 1.
        step: u64,
    },
    /// A learning rate so large that the first step would make everything infinite.
    #[error("training diverged: learning_rate = {rate:e} is infinite in {scalar}, which ends at {most:e}")]
    Rate {
        /// The learning rate.
        rate: f64,
        /// The type of the parameters.
        scalar: &'static str,
        /// The largest number that it holds.
        most: f64,
    },
}

/// How labels that begin above 0 could be made to fit.
fn shift(least: u32, largest: u32, outputs: usize) -> String {
    if least > 0 && ((largest - least) as usize) < outputs {
        format!("subtract {least} or ")
    } else {
        String::new()
    }
}
