//! Running the command in a folder of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub use tempfile::TempDir;

#[allow(dead_code)]
pub mod graph;

/// The command, in `folder`, with `arguments`.
pub fn pellucid(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pellucid"));
    command.current_dir(folder).args(arguments).env_remove("PELLUCID_MNIST").env_remove("PELLUCID_ISA");
    command
}

/// Runs the command to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    pellucid(folder, arguments).output().unwrap()
}

/// Its exit code, and what it says on standard error.
pub fn outcome(output: &Output) -> (i32, String) {
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Runs a command that must succeed; its standard output and its standard error.
#[allow(dead_code)]
pub fn good(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = run(folder, arguments);
    let (code, message) = outcome(&output);
    assert_eq!(code, 0, "{arguments:?}: {message}");
    (String::from_utf8(output.stdout).unwrap(), message)
}

/// What a command that must succeed prints as JSON.
#[allow(dead_code)]
pub fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&good(folder, arguments).0).unwrap()
}

/// Runs a command that must end with `code` and say `word`.
#[allow(dead_code)]
pub fn expect(folder: &Path, arguments: &[&str], code: i32, word: &str) {
    expect_all(folder, arguments, code, &[word]);
}

/// Runs a command that must end with `code` and say all of `words`.
#[allow(dead_code)]
pub fn expect_all(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let (found, message) = outcome(&run(folder, arguments));
    assert_eq!(found, code, "{arguments:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?}: expected {word:?} in: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

/// A folder for one test.
#[allow(dead_code)] // Not every test file makes files.
pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes `rows` samples of `columns` pseudo-random numbers in [0, 1) as samples.npy.
#[allow(dead_code)]
pub fn samples(folder: &Path, rows: usize, columns: usize) -> PathBuf {
    let mut x = vec![0.0_f32; rows * columns];
    pellucid::prelude::Stream::new(1).fill_uniform(&mut x, 0.0, 1.0);
    let path = folder.join("samples.npy");
    pellucid::data::write_npy(&path, &[rows, columns], &x).unwrap();
    path
}

/// A configuration that trains an autoencoder of samples.npy; `epochs` epochs.
#[allow(dead_code)]
pub fn autoencoder_config(columns: usize, epochs: usize) -> String {
    format!(
        r#"
[data]
source = "samples.npy"

[model]
layers = [
    {{ kind = "dense", units = 32, activation = "relu", init = "he_normal" }},
    {{ kind = "dense", units = 8, name = "latent" }},
    {{ kind = "dense", units = {columns} }},
]
views = {{ encoder = [0, 2] }}

[training]
epochs = {epochs}
batch_size = 64
loss = {{ kind = "bce_with_logits" }}
optimizer = {{ kind = "adam" }}
schedule = {{ learning_rate = 0.01, decay = {{ cosine = {{}} }} }}

[output]
directory = "run"
"#
    )
}

/// A folder with samples, a configuration, a network trained on them (old/) and a machine fitted to n.svm (old.model).
#[allow(dead_code)]
pub fn workshop() -> TempDir {
    let folder = folder();
    let path = folder.path();
    samples(path, 60, 6);
    std::fs::write(path.join("config.toml"), autoencoder_config(6, 2)).unwrap();
    let mut rows = String::new();
    for i in 0..60 {
        writeln!(rows, "{} 1:{} 2:{}", i % 3, i % 7, i % 5).unwrap();
    }
    std::fs::write(path.join("n.svm"), rows).unwrap();
    for arguments in
        [&["train", "config.toml", "--out", "old"][..], &["svm", "train", "-q", "n.svm", "old.model"]]
    {
        let (code, message) = outcome(&run(path, arguments));
        assert_eq!(code, 0, "{message}");
    }
    folder
}
