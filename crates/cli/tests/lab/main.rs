//! `pellucid reproduce` and `pellucid bench`.

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod performance;
