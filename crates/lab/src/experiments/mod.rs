//! The experiments of the course report, each as a function from settings to results.

pub mod autoencoder;
mod diagram;
pub mod gradcheck;
pub mod performance;
pub mod preset;
pub mod svm;
pub mod xor;
