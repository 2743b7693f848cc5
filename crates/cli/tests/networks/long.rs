//! Names of any length, and networks of very many layers.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use crate::common::{folder, outcome, run, samples};

fn config(layers: &str) -> String {
    format!(
        "[data]\nsource = \"samples.npy\"\n[model]\nlayers = [\n{layers}]\n[training]\nepochs = 1\nbatch_size = 8\n\
         loss = {{ kind = \"mse\" }}\noptimizer = {{ kind = \"sgd\" }}\nschedule = {{ learning_rate = 0.01 }}\n\
         [output]\ndirectory = \"run\"\n"
    )
}

#[test]
fn names_may_be_long() {
    let folder = folder();
    let path = folder.path();
    samples(path, 20, 2);
    let name = "n".repeat(100_000);
    fs::write(
        path.join("config.toml"),
        config(&format!("{{ kind = \"dense\", units = 2, name = \"{name}\" }},\n")),
    )
    .unwrap();
    let cases: [&[&str]; 4] = [
        &["train", "config.toml"],
        &["inspect", "run/latest.safetensors"],
        &["check", "run/latest.safetensors", "--sample", "2"],
        &[
            "predict",
            "run/latest.safetensors",
            "--data",
            "samples.npy",
            "--view",
            &name[..10_000],
            "--out",
            "o.csv",
        ],
    ];
    for (arguments, expected) in cases.into_iter().zip([0, 0, 0, 2]) {
        let (code, message) = outcome(&run(path, arguments));
        let begin: String = message.chars().take(300).collect();
        assert_eq!(code, expected, "{}: {begin}", arguments[0]);
        assert!(!message.contains("panicked"), "{}: {begin}", arguments[0]);
    }
}

#[test]
fn layers_cost_what_they_are() {
    let folder = folder();
    let path = folder.path();
    samples(path, 20, 2);
    let mut layers = String::new();
    for _ in 0..100_000 {
        writeln!(layers, "    {{ kind = \"identity\" }},").unwrap();
    }
    fs::write(path.join("config.toml"), config(&layers)).unwrap();
    let start = Instant::now();
    for arguments in [
        &["train", "config.toml"][..],
        &["inspect", "run/latest.safetensors"],
        &[
            "predict",
            "run/latest.safetensors",
            "--data",
            "samples.npy",
            "--view",
            "identity99999",
            "--out",
            "o.csv",
        ],
    ] {
        let (code, message) = outcome(&run(path, arguments));
        let end: String = message.chars().rev().take(300).collect();
        assert_eq!(code, 0, "{end}");
    }
    // Anything that looks at all layers for each of them takes minutes.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}
