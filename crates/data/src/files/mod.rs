//! Reading files with their place, and writing them whole or not at all.

pub(crate) mod atomic;
pub(crate) mod input;
pub(crate) mod lines;
pub(crate) mod output_target;
pub(crate) mod temporary;
