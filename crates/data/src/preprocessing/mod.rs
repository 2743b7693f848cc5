//! Features brought to one range or to one mean and variance.

pub(crate) mod column_statistics;
pub(crate) mod scaling;
pub(crate) mod scaling_file;
pub(crate) mod standardize;
