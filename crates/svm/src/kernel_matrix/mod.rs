//! The kernel matrix of some samples, computed row by row on demand: [`gram::Gram`] and its kinds.

pub(crate) mod add_rows;
pub(crate) mod dense_gram;
pub(crate) mod function_gram;
pub(crate) mod gram;
pub(crate) mod kept_rows;
pub(crate) mod points;
pub(crate) mod row_cache;
pub(crate) mod shared_gram;
pub(crate) mod sparse_gram;
pub(crate) mod table_gram;
