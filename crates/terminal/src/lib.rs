//! What the commands share: results and messages ([`out!`], [`say!`]), progress, signals, exit codes, common arguments,
//! and the computer they run on.

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod arguments;
pub mod failure;
pub mod interrupt;
pub mod machine;
pub mod output;
pub mod progress;
