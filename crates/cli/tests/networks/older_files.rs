//! Configurations and checkpoints of commit 56c8d9d, which lie in `nn/tests/fixtures`, as the command sees them.

use std::fs;
use std::path::Path;

use pellucid::compute::isa::Isa;

use crate::common::{TempDir, folder, good};

/// A folder with all of those files.
fn workshop() -> TempDir {
    let folder = folder();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/tests/fixtures");
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    folder
}

#[test]
fn configurations_still_train() {
    let folder = workshop();
    for (name, epochs) in [("chain", 20), ("views", 15), ("interrupted", 60)] {
        good(folder.path(), &["train", &format!("{name}.toml"), "--json"]);
        let history = fs::read_to_string(folder.path().join(name).join("history.csv")).unwrap();
        assert_eq!(history.lines().count(), 1 + epochs, "{name}: {history}");
        // The architecture is described in the words of that time.
        let described = |file: String| {
            let text = good(folder.path(), &["inspect", &file, "--json"]).0;
            serde_json::from_str::<serde_json::Value>(&text).unwrap()["header"]["architecture"].take()
        };
        let (old, new) = (format!("{name}.safetensors"), format!("{name}/latest.safetensors"));
        assert_eq!(described(old), described(new), "{name}");
    }
}

#[test]
fn checkpoints_predict_what_they_predicted() {
    if Isa::detect() == Isa::Portable {
        return; // Recorded with fused multiply-add.
    }
    let folder = workshop();
    let path = folder.path();
    for (checkpoint, data, more, recorded) in [
        ("chain", "flowers-inputs.csv", &[][..], "chain.npy"),
        ("chain", "flowers-inputs.csv", &["--sigmoid"], "chain-sigmoid.csv"),
        ("views", "points.csv", &[], "views.npy"),
        ("views", "points.csv", &["--view", "encoder"], "views-encoder.npy"),
        ("views", "codes.csv", &["--view", "decoder"], "views-decoder.npy"),
        ("interrupted", "points.csv", &[], "interrupted.npy"),
        ("interrupted", "points.csv", &["--view", "code"], "interrupted-code.npy"),
    ] {
        let (checkpoint, out) = (format!("{checkpoint}.safetensors"), format!("out-{recorded}"));
        let arguments = [&["predict", &checkpoint, "--data", data, "--out", &out], more].concat();
        good(path, &arguments);
        assert!(
            fs::read(path.join(&out)).unwrap() == fs::read(path.join(recorded)).unwrap(),
            "{arguments:?}"
        );
    }
}

#[test]
fn checkpoints_are_evaluated_checked_and_inspected() {
    let folder = workshop();
    let path = folder.path();
    // Checkpoints of that time do not know the names of classes.
    fs::write(path.join("labels.csv"), "0\n1\n2\n".repeat(8)).unwrap();
    let data = ["--data", "flowers-inputs.csv", "--labels", "labels.csv"];
    good(path, &[&["eval", "chain.safetensors"], &data[..]].concat());
    good(path, &["eval", "views.safetensors", "--data", "points.csv"]);
    for name in ["chain", "views", "interrupted"] {
        let file = format!("{name}.safetensors");
        assert!(good(path, &["inspect", &file]).0.contains("dense1.weight"));
    }
    for name in ["views", "interrupted"] {
        good(path, &["check", &format!("{name}.safetensors")]);
    }
}

#[test]
fn an_interrupted_run_is_resumed() {
    let folder = workshop();
    let path = folder.path();
    fs::create_dir(path.join("interrupted")).unwrap();
    fs::copy(path.join("interrupted.safetensors"), path.join("interrupted/latest.safetensors")).unwrap();
    good(path, &["train", "interrupted.toml", "--resume"]);
    assert!(
        good(path, &["inspect", "interrupted/latest.safetensors"]).0.contains("training: epoch 60 of 60")
    );
}
