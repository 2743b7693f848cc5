//! The experiments of the course report (`pellucid reproduce`) and this library's side of the comparison with other
//! frameworks (`pellucid bench`).
//!
//! Both are written with the public library, as its users write.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
pub mod bench;
mod experiments;
pub mod mnist;
pub mod reconstruction;
pub mod reproduce;

pub use args::bench::Bench;
pub use args::reproduce::Reproduce;
pub use experiments::gradcheck::TOLERANCE as GRADIENT_TOLERANCE;
