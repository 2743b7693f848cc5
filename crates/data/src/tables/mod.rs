//! Tables of numbers, dense and sparse, and the types that they are stored in.

pub(crate) mod array;
pub(crate) mod csr;
pub(crate) mod element;
pub(crate) mod features;
pub(crate) mod gather;
pub(crate) mod labels;
pub(crate) mod matrix;
pub(crate) mod stored;
