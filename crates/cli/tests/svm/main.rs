//! `pellucid svm`.

#[path = "../common/mod.rs"]
mod common;

mod libsvm;
mod odd_data;
