//! Probabilities of classes.

pub(crate) mod calibrated_svc;
pub(crate) mod coupling;
pub(crate) mod outcomes;
pub(crate) mod sigmoid;
