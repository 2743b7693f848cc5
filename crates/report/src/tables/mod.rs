//! The numbered tables, as in the course report, with its values beside those of a run.

mod autoencoder;
pub(crate) mod glance;
mod gradients;
mod hyperparameters;
mod performance;
mod svm;
pub(crate) mod table;
mod xor;

use crate::results::Results;

use table::Table;

/// All tables that the parts of a run allow, in the order of their numbers.
pub fn tables(results: &Results) -> Vec<Table> {
    let gradcheck = results.gradcheck.iter().flat_map(gradients::all);
    let xor = results.xor.iter().flat_map(xor::all);
    let autoencoder = results.autoencoder.iter().flat_map(autoencoder::all);
    let svm = results.svm.iter().flat_map(svm::all);
    let performance = results.performance.iter().flat_map(performance::all);
    gradcheck.chain(xor).chain(autoencoder).chain(svm).chain(performance).collect()
}
