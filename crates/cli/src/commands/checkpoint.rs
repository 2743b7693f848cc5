//! The description of a checkpoint, or what a file is that is none.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Result;
use pellucid::data::text::{Escaped, without_mark};
use pellucid::nn::CheckpointError;
use pellucid::nn::checkpoint::{self, Header, TensorInfo};
use pellucid_terminal::failure;

/// The most bytes of a file that are looked at to tell what it is.
const START: u64 = 1 << 16;

/// The description and the tensors of a checkpoint.
pub fn describe(path: &Path) -> Result<(Header, Vec<TensorInfo>)> {
    checkpoint::describe(path).map_err(|error| match what(path, &error) {
        Some(what) => {
            let origin = path.display().to_string();
            failure::data(format!("{}: expected a checkpoint of a network, found {what}", Escaped(&origin)))
        }
        None => error.into(),
    })
}

/// What a file seems to be.
fn what(path: &Path, error: &CheckpointError) -> Option<&'static str> {
    if !matches!(error, CheckpointError::Format { .. } | CheckpointError::Header { .. }) {
        return None;
    }
    let mut start = Vec::new();
    File::open(path).ok()?.take(START).read_to_end(&mut start).ok()?;
    let begins = |text: &[u8]| without_mark("", &start).is_ok_and(|start| start.starts_with(text));
    if begins(b"svm_type ") {
        Some("a support vector machine in LIBSVM's text format; `pellucid svm predict` reads it")
    } else if start.windows(14).any(|bytes| bytes == b"\"pellucid_svm\"") {
        Some("a support vector machine; `pellucid svm predict` reads it")
    } else if begins(b"[") || begins(b"#") {
        Some("text, such as the TOML file of `pellucid train`; that writes the checkpoint")
    } else {
        None
    }
}
