//! What users hand in, copies of it, and what is measured of it: samples, labels, weights.

pub(crate) mod classes;
pub(crate) mod copied_rows;
pub(crate) mod kernel_table;
pub(crate) mod moments;
pub(crate) mod narrow_rows;
pub(crate) mod occurring_columns;
pub(crate) mod samples;
