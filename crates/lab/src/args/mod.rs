//! The arguments of `reproduce` and `bench`.

pub mod bench;
pub mod reproduce;
