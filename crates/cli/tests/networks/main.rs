//! Training and using networks by the command.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod commands;
mod data_meaning;
mod graph_mistakes;
mod graphs;
mod isa;
mod long;
mod older_files;
mod training;
