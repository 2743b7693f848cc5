//! Bad input: the message it gives, and the exit code.

use std::fs;

use crate::common::{autoencoder_config, expect, expect_all, folder, outcome, run, samples};

/// Runs `train` on the configuration `text` and expects `code` and every one of `words` in the message.
fn expect_train(text: &str, code: i32, words: &[&str]) {
    let folder = folder();
    samples(folder.path(), 60, 12);
    fs::write(folder.path().join("config.toml"), text).unwrap();
    expect_all(folder.path(), &["train", "config.toml"], code, words);
}

fn changed(from: &str, to: &str) -> String {
    let config = autoencoder_config(12, 2);
    assert!(config.contains(from), "{from}");
    config.replacen(from, to, 1)
}

#[test]
fn configurations() {
    let cases: &[(&str, &str, i32, &[&str])] = &[
        ("epochs = 2", "epochs = 2\nepoks = 3", 2, &["config.toml", "line 15", "unknown field `epoks`"]),
        ("epochs = 2", "epochs = -2", 2, &["config.toml", "line 14"]),
        ("epochs = 2", "epochs = \"two\"", 2, &["config.toml", "line 14", "invalid type: string"]),
        ("epochs = 2\n", "", 2, &["config.toml", "missing field `epochs`"]),
        ("[training]", "[training", 2, &["config.toml", "line 13"]),
        ("batch_size = 64", "batch_size = 0", 2, &["config.toml", "batch_size = 0: expected at least 1"]),
        (
            "learning_rate = 0.01",
            "learning_rate = -1.0",
            2,
            &["learning_rate = -1: expected a positive number"],
        ),
        ("learning_rate = 0.01", "learning_rate = nan", 2, &["learning_rate = NaN"]),
        ("\"adam\"", "\"adamant\"", 2, &["config.toml", "line 17", "adamant"]),
        (
            "{ kind = \"adam\" }",
            "{ kind = \"adam\", beta1 = 1.5 }",
            2,
            &["beta1 = 1.5: expected 0 <= beta1 < 1"],
        ),
        ("units = 8", "units = 8, unit = 3", 2, &["config.toml:8: layer", "unknown field `unit`"]),
        ("units = 8", "units = 0", 2, &["layer latent", "at least one input and one unit"]),
        ("kind = \"dense\", units = 8", "kind = \"danse\", units = 8", 2, &["config.toml:8: layer", "danse"]),
        ("name = \"latent\"", "name = \"dense1\"", 2, &["two layers are named \"dense1\""]),
        ("name = \"latent\"", "name = 3", 2, &["config.toml:8: name: expected a string, found 3"]),
        ("encoder = [0, 2]", "encoder = [0, 9]", 2, &["view \"encoder\"", "within 3 layers"]),
        ("units = 12", "units = 13", 3, &["targets of 13 numbers", "targets of 12"]),
        ("samples.npy", "nothing.npy", 3, &["nothing.npy", "No such file"]),
        ("samples.npy", "samples.txt", 3, &["samples.txt"]),
        ("source =", "validation = 0.9\ntest = 0.9\nsource =", 2, &["leave no rows to train on"]),
        ("source =", "task = \"classify\"\nsource =", 2, &["expected data.labels or data.label_column"]),
        ("learning_rate = 0.01", "learning_rate = 1e30", 1, &["training diverged", "epoch 1"]),
    ];
    for (from, to, code, words) in cases {
        expect_train(&changed(from, to), *code, words);
    }
}

#[test]
fn a_missing_configuration() {
    let (code, message) = outcome(&run(folder().path(), &["train", "no.toml"]));
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("no.toml: expected a configuration in TOML"), "{message}");
}

#[test]
fn data_files() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, bytes: &[u8]| fs::write(path.join(name), bytes).unwrap();
    samples(path, 60, 12);
    fs::write(path.join("config.toml"), autoencoder_config(12, 1)).unwrap();
    expect(path, &["train", "config.toml"], 0, "");
    let checkpoint = "run/latest.safetensors";

    write("empty.npy", b"");
    write("nan.csv", b"1,2\n3,NaN\n");
    write("ragged.csv", b"1,2\n3\n");
    write("text.csv", b"1,2\n3,four\n");
    write("magic.idx", &[1, 2, 3, 4, 5, 6, 7, 8]);
    write(
        "overflow.idx",
        &[0, 0, 8, 4, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    );
    write("short.idx", &[0, 0, 8, 1, 0, 0, 0, 9, 1, 2]);
    write("cut.idx.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 99]);
    write("narrow.csv", b"1,2\n3,4\n");
    let samples = fs::read(path.join("samples.npy")).unwrap();
    write("cut.npy", &samples[..samples.len() - 5]);

    for (file, word) in [
        ("empty.npy", "empty.npy: expected"),
        ("nan.csv", "line 2"),
        ("ragged.csv", "line 2"),
        ("text.csv", "line 2"),
        ("magic.idx", "magic.idx: expected"),
        ("overflow.idx", "overflow.idx: expected"),
        ("short.idx", "short.idx: expected"),
        ("cut.idx.gz", "cut.idx.gz: expected"),
        ("cut.npy", "cut.npy: expected"),
        ("narrow.csv", "samples of 12 numbers"),
        ("absent.npy", "absent.npy"),
    ] {
        expect(path, &["predict", checkpoint, "--data", file, "--out", "out.npy"], 3, word);
        expect(path, &["eval", checkpoint, "--data", file], 3, word);
    }
    expect(
        path,
        &["predict", checkpoint, "--data", "samples.npy", "--view", "dekoder", "--out", "o.npy"],
        2,
        "encoder",
    );
    expect(
        path,
        &["predict", checkpoint, "--data", "samples.npy", "--out", "out.txt"],
        2,
        "ends in .npy or .csv",
    );
    expect(
        path,
        &["predict", checkpoint, "--data", "samples.npy", "--out", "no/where/out.npy"],
        1,
        "no/where/out.npy",
    );
}

#[test]
fn checkpoints() {
    let folder = folder();
    let path = folder.path();
    samples(path, 60, 12);
    fs::write(path.join("config.toml"), autoencoder_config(12, 1)).unwrap();
    expect(path, &["train", "config.toml"], 0, "");
    let whole = fs::read(path.join("run/latest.safetensors")).unwrap();
    for (name, bytes, word) in [
        ("cut", &whole[..whole.len() / 2], "cut.safetensors: expected a safetensors file"),
        ("short", &whole[..5], "too short for a header"),
        ("text", b"hello, this is no checkpoint".as_slice(), "expected a safetensors file"),
    ] {
        let file = format!("{name}.safetensors");
        fs::write(path.join(&file), bytes).unwrap();
        for command in ["inspect", "eval", "check"] {
            expect(path, &[command, &file], 3, word);
        }
    }
    expect(path, &["inspect", "."], 3, ".");
    expect(path, &["inspect", "absent.safetensors"], 3, "absent.safetensors");

    // A run is resumed with its own settings and architecture only.
    let resume = ["train", "config.toml", "--resume"];
    fs::write(path.join("config.toml"), autoencoder_config(12, 1).replace("0.01", "0.02")).unwrap();
    expect(path, &resume, 2, "found schedule.learning_rate = 0.01 there, 0.02 here");
    fs::write(path.join("config.toml"), autoencoder_config(12, 1).replace("units = 8", "units = 9")).unwrap();
    expect(path, &resume, 3, "expected a checkpoint of this architecture: latent");
}

#[test]
fn places_that_cannot_be_written() {
    let folder = folder();
    let path = folder.path();
    samples(path, 60, 12);
    fs::write(path.join("config.toml"), autoencoder_config(12, 1)).unwrap();
    // A file where a folder should be is refused to any user, root too.
    fs::write(path.join("taken"), b"").unwrap();
    expect(
        path,
        &["train", "config.toml", "--out", "taken"],
        1,
        "taken: expected a folder that can be written",
    );
    expect(path, &["reproduce", "xor", "--out", "taken"], 1, "taken: expected a folder that can be written");
}

#[test]
fn usage() {
    let folder = folder();
    for arguments in [
        &["trane"][..],
        &["reproduce", "xorr"],
        &["reproduce", "--preset", "slow"],
        &["train"],
        &["--threads"],
    ] {
        assert_eq!(run(folder.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
    expect(folder.path(), &["reproduce", "xor", "--threads", "0"], 2, "--threads");
    expect(folder.path(), &["reproduce", "autoencoder", "--mnist", "nowhere"], 3, "nowhere");
    assert_eq!(run(folder.path(), &["--help"]).status.code(), Some(0));
}
