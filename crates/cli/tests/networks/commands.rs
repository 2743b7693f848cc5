//! What the command does: a whole small life of a model, results as JSON, resuming after a stop.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::common::{autoencoder_config, folder, json, outcome, pellucid, run, samples};

#[test]
fn train_evaluate_predict_inspect_check() {
    let folder = folder();
    let path = folder.path();
    samples(path, 300, 12);
    fs::write(path.join("config.toml"), autoencoder_config(12, 5)).unwrap();
    let trained = json(path, &["train", "config.toml", "--json", "--threads", "1"]);
    assert_eq!(trained["epochs"], 5);
    let checkpoint = "run/latest.safetensors";

    let evaluated = json(path, &["eval", checkpoint, "--data", "samples.npy", "--json"]);
    assert_eq!(evaluated["samples"], 300);
    assert!(evaluated["figures"]["loss"].as_f64().unwrap() < 0.8);
    assert!(evaluated["figures"]["mse"].as_f64().unwrap() < 0.2);

    let predict =
        ["predict", checkpoint, "--data", "samples.npy", "--view", "encoder", "--out", "codes.csv", "--json"];
    let predicted = json(path, &predict);
    assert_eq!((predicted["rows"].as_u64(), predicted["columns"].as_u64()), (Some(300), Some(8)));
    assert_eq!(fs::read_to_string(path.join("codes.csv")).unwrap().lines().count(), 300);

    let codes = || {
        let text = fs::read_to_string(path.join("codes.csv")).unwrap();
        text.split([',', '\n']).filter_map(|number| number.parse::<f32>().ok()).collect::<Vec<_>>()
    };
    let trained = codes();
    json(path, &[&predict[..], &["--weights", "bf16"]].concat());
    let off = trained.iter().zip(codes()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!((1e-7..0.05).contains(&off), "rounded weights change the codes a little, not by {off}");

    let inspected = json(path, &["inspect", checkpoint, "--json"]);
    assert_eq!(inspected["header"]["training"]["progress"]["epoch"], 5);
    assert_eq!(inspected["tensors"].as_array().unwrap().len(), 7);
    let text = String::from_utf8(run(path, &["inspect", checkpoint]).stdout).unwrap();
    for word in ["parameter/latent.weight", "view encoder: layers 1 to 2", "epoch 5 of 5"] {
        assert!(text.contains(word), "{word}: {text}");
    }

    let checked = json(path, &["check", checkpoint, "--json"]);
    assert!(checked["max_relative_error"].as_f64().unwrap() <= 1e-7);
    assert!(checked["checks"].as_array().unwrap().iter().any(|check| check["component"] == "latest"));
    assert!(fs::read_to_string(path.join("run/history.csv")).unwrap().lines().count() == 6);
}

#[test]
fn results_have_their_keys_and_the_page_is_whole() {
    let folder = folder();
    let results = json(folder.path(), &["reproduce", "gradcheck", "xor", "--json", "--out", "out"]);
    for key in ["version", "preset", "seed", "threads", "cpu"] {
        assert!(!results[key].is_null(), "{key}");
    }
    assert!(results["gradcheck"]["max_relative_error"].as_f64().unwrap() <= 1e-7);
    for key in ["component", "parameter", "analytic_norm", "numeric_norm", "relative_error"] {
        assert!(!results["gradcheck"]["checks"][0][key].is_null(), "{key}");
    }
    for key in ["initial_loss", "final_loss", "accuracy", "seconds"] {
        assert!(results["xor"][key].is_number(), "{key}");
    }
    assert_eq!(results["xor"]["predictions"].as_array().unwrap().len(), 4);
    let written: Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/results.json")).unwrap()).unwrap();
    assert_eq!(written, results);
    assert!(fs::read_to_string(folder.path().join("out/index.html")).unwrap().contains("</html>"));
}

/// Trains a run that takes a while; returns the bytes of its last checkpoint.
fn train(folder: &Path, out: &str, extra: &[&str]) -> Vec<u8> {
    let arguments = [&["train", "config.toml", "--out", out], extra].concat();
    let output = run(folder, &arguments);
    assert_eq!(outcome(&output).0, 0, "{}", outcome(&output).1);
    fs::read(folder.join(out).join("latest.safetensors")).unwrap()
}

#[test]
fn threads_do_not_change_a_bit() {
    let folder = folder();
    samples(folder.path(), 2000, 64);
    fs::write(folder.path().join("config.toml"), autoencoder_config(64, 3)).unwrap();
    let one = train(folder.path(), "one", &["--threads", "1"]);
    for threads in ["2", "3", "4"] {
        assert!(one == train(folder.path(), threads, &["--threads", threads]), "{threads} threads");
    }
}

#[cfg(unix)]
#[test]
fn interrupted_it_writes_a_checkpoint_and_can_be_resumed() {
    let folder = folder();
    let path = folder.path();
    samples(path, 4000, 64);
    fs::write(path.join("config.toml"), autoencoder_config(64, 200)).unwrap();
    let alone = train(path, "alone", &[]);
    let child = pellucid(path, &["train", "config.toml", "--out", "stopped"])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The run has begun; it is far from its first writing.
    while !path.join("stopped/history.csv").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(50));
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let (code, message) = outcome(&output);
    assert_eq!(code, 130, "{message}");
    assert!(message.contains("go on with --resume"), "{message}");
    assert!(alone == train(path, "stopped", &["--resume"]));
}
