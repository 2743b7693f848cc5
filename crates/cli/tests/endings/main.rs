//! How the command ends: outputs of every kind, signals, closed and full streams.

#[path = "../common/mod.rs"]
mod common;

mod outputs;
mod signals;
mod streams;
