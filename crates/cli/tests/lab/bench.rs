//! `pellucid bench`: every job prints the figures that `bench/run.py` takes, and says what is wrong with its arrays.

use std::path::Path;

use pellucid::data::write_npy;
use serde_json::Value;

use crate::common::{folder, outcome, run};

/// The JSON object in the last line of a job's output.
fn figures(folder: &Path, job: &[&str]) -> Value {
    let output = run(folder, &[&["bench"], job].concat());
    assert_eq!(outcome(&output).0, 0, "{job:?}: {}", outcome(&output).1);
    serde_json::from_str(String::from_utf8_lossy(&output.stdout).lines().last().unwrap()).unwrap()
}

fn positive(figures: &Value, names: &[&str]) {
    for name in names {
        assert!(figures[name].as_f64().is_some_and(|x| x > 0.0), "{name}: {figures}");
    }
}

#[test]
fn training_jobs_print_their_figures() {
    let folder = folder();
    let path = folder.path();
    let full = figures(path, &["autoencoder", "--rows", "600", "--epochs", "3", "--threads", "1"]);
    positive(&full, &["epoch_seconds", "first_epoch_seconds", "final_loss"]);
    let job = ["small", "--rows", "64", "--epochs", "3", "--threads", "1", "--trainings"];
    let small = figures(path, &[&job[..], &["2"]].concat());
    positive(&small, &["train_seconds", "final_loss", "test_mse"]);
    assert_eq!(small["losses"].as_array().unwrap().len(), 3);
    assert_eq!(small["losses"][2], small["final_loss"]);
    let once = figures(path, &[&job[..], &["1"]].concat());
    assert!(once["test_mse"].is_null());
    assert_eq!(once["losses"], small["losses"], "trainings are the same");
    let xor = figures(path, &["xor", "--steps", "5000"]);
    positive(&xor, &["seconds"]);
    assert!(xor["final_loss"].as_f64().unwrap() < 1e-3, "{xor}");
    if cfg!(target_os = "linux") {
        positive(&full, &["peak_mb"]);
        assert!(small["growth_mb"].is_number(), "{small}");
    }
}

#[test]
fn other_jobs_print_their_figures() {
    let folder = folder();
    let path = folder.path();
    positive(&figures(path, &["load"]), &["load_seconds"]);
    let inference = figures(path, &["inference", "--samples", "300", "--passes", "2", "--threads", "1"]);
    positive(&inference, &["pass_seconds", "samples_per_second"]);
    let x = [0.0_f32, 0.0, 1.0, 0.1, 0.1, 1.0, 1.0, 1.1];
    for name in ["x.npy", "test_x.npy"] {
        write_npy(path.join(name), &[4, 2], &x).unwrap();
    }
    for name in ["y.npy", "test_y.npy"] {
        write_npy(path.join(name), &[4], &[0_i32, 1, 1, 0]).unwrap();
    }
    let svm = figures(path, &["svm", ".", "--threads", "1", "--fits", "2"]);
    assert_eq!((svm["rows"].as_u64(), svm["features"].as_u64()), (Some(4), Some(2)));
    assert_eq!(svm["accuracy"], 1.0);

    write_npy(path.join("y.npy"), &[4], &x[..4]).unwrap();
    let (code, message) = outcome(&run(path, &["bench", "svm", "."]));
    assert!(code == 3 && message.contains("labels of type i32"), "{code}: {message}");
    let (code, message) = outcome(&run(path, &["bench", "svm", "nowhere"]));
    assert!(code == 3 && message.contains("nowhere"), "{code}: {message}");
    assert_eq!(outcome(&run(path, &["bench", "small", "--epochs", "0"])).0, 2);
}
