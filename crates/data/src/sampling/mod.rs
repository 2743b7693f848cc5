//! Data sets, their parts, and the batches of an epoch.

pub(crate) mod batches;
pub(crate) mod classes;
pub(crate) mod column;
pub(crate) mod dataset;
pub(crate) mod indices;
pub(crate) mod numbers;
pub(crate) mod partition;
pub(crate) mod shuffle;
pub(crate) mod targets;
pub(crate) mod weights;
pub(crate) mod window;
