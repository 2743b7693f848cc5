//! Decisions: sums of kernel values over support vectors, and what is made of them.

pub(crate) mod dense_sums;
pub(crate) mod evaluator;
pub(crate) mod expansion;
pub(crate) mod function_sums;
pub(crate) mod pairs;
pub(crate) mod row_sums;
pub(crate) mod sparse_sums;
pub(crate) mod support_vectors;
pub(crate) mod table_sums;
pub(crate) mod votes;
