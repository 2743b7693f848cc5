//! What is said of mistakes in networks that are graphs, and in their columns.

use std::fs;

use pellucid::data::write_npy;

use crate::common::graph::{COLUMNS, ROWS, shop};
use crate::common::{expect_all, folder, good};

/// What is changed into what, the exit code, and words that are said.
type Mistake = (&'static str, &'static str, i32, &'static [&'static str]);

const PRICE: &str = "price = \"price.npy\"";

/// In columns.
const COLUMN_MISTAKES: &[Mistake] = &[
    ("weight.npy", "short.npy", 3, &["short.npy: expected 120 rows, one for each sample, found 119"]),
    ("weight.npy", "negative.npy", 3, &["negative.npy: column `weight`", "not negative, found -1"]),
    ("weight.npy", "two.npy", 3, &["two.npy: expected a weight for each sample, found 2 columns"]),
    ("city.npy", "far.npy", 3, &["far.npy: expected an index, a whole number from 0 to 4, found 5", "row 7"]),
    ("city.npy", "half.npy", 3, &["half.npy", "found 1.5"]),
    ("city.npy", "two.npy", 3, &["the input \"city\"", "samples of 2"]),
    ("city.npy", "none.npy", 3, &["none.npy"]),
    ("price.npy", "two.npy", 3, &["targets of 1 numbers", "targets of 2"]),
    ("city = ", "town = ", 2, &["column \"town\"", "an input of the network (size, city)"]),
    (
        "city = \"city.npy\", ",
        "",
        2,
        &["column \"city\"", "indices below 5", "data.columns = ", "found columns"],
    ),
    (PRICE, "weight2 = \"price.npy\"", 2, &["column \"weight2\"", "or \"weight\""]),
    ("price = \"price.npy\", ", "", 2, &["column \"price\", the targets of the term \"price\""]),
    (
        PRICE,
        "price = { file = \"price.npy\", scale = 2 }",
        2,
        &["column \"price\"", "scale of inputs of numbers"],
    ),
    (PRICE, "price = 3", 2, &["c.toml", "line 3", "expected a file, or { file ="]),
    (PRICE, "price = { path = \"price.npy\" }", 2, &["expected a file, or { file ="]),
    ("columns =", "task = \"classify\"\ncolumns =", 2, &["expected data.source"]),
    ("columns =", "source = \"size.npy\"\ncolumns =", 0, &[]),
    ("target = \"kind.csv\", ", "", 2, &["column \"target\"", "the term \"kind\""]),
];

/// In layers.
const LAYER_MISTAKES: &[Mistake] = &[
    (
        "\"add\"",
        "\"ad\"",
        2,
        &["c.toml:12: layer: unknown kind `ad`", "dense", "operation (add, concatenate"],
    ),
    ("[\"first\", \"second\"]", "[\"first\", \"third\"]", 2, &["c.toml:12", "third", "second"]),
    ("weights = \"first\"", "weights = \"zeroth\"", 2, &["c.toml:11", "zeroth"]),
    ("weights = \"first\"", "weights = { \"*\" = \"zeroth\" }", 2, &["c.toml:11", "zeroth"]),
    (
        "weights = \"first\"",
        "weights = { bias = \"first\" }",
        2,
        &["c.toml:11", "a dot and that of its tensor"],
    ),
    ("weights = \"first\"", "weights = { gain = \"first.bias\" }", 2, &["gain"]),
    ("units = 8, activation = \"tanh\", name = \"second\"", "units = 7, name = \"second\"", 2, &["second"]),
    (
        "units = 2, inputs = [\"block\"]",
        "units = 2, inputs = [\"block\", \"both\"]",
        2,
        &["expected one input of a dense layer, found 2"],
    ),
    ("to = \"block\"", "to = \"blok\"", 2, &["view \"code\"", "blok"]),
];

/// In the settings of the training.
const TRAINING_MISTAKES: &[Mistake] = &[
    ("of = \"price\"", "of = \"prise\"", 2, &["prise"]),
    (
        "terms = [",
        "loss = { kind = \"mse\" }\nterms = [",
        2,
        &["c.toml: training: expected either a loss or terms"],
    ),
    ("name = \"price\", loss", "name = \"kind\", loss", 2, &["term \"kind\": expected every name once"]),
    ("\"balanced\"", "[1.0, 2.0, 3.0]", 2, &["class_weights: expected 2, found 3"]),
    ("\"balanced\"", "\"fair\"", 2, &["c.toml", "class_weights"]),
    ("accumulate = 2", "accumulate = 0", 2, &["accumulate = 0: expected at least 1"]),
    ("accumulate = 2", "groups = [{ names = \"third.*\" }]", 2, &["third.*", "first.weight"]),
    ("accumulate = 2", "decay = \"biases\"", 2, &["c.toml", "decay"]),
    ("batch_size = 10", "batch = 10", 2, &["c.toml", "unknown field `batch`"]),
];

#[test]
fn configurations() {
    let folder = folder();
    let path = folder.path();
    shop(path, "");
    let config = fs::read_to_string(path.join("c.toml")).unwrap();
    write_npy(path.join("short.npy"), &[ROWS - 1], &vec![1.0_f32; ROWS - 1]).unwrap();
    write_npy(path.join("negative.npy"), &[ROWS], &vec![-1.0_f32; ROWS]).unwrap();
    write_npy(path.join("two.npy"), &[ROWS, 2], &vec![1.0_f32; ROWS * 2]).unwrap();
    let mut cities = vec![0.0_f32; ROWS];
    cities[7] = 5.0;
    write_npy(path.join("far.npy"), &[ROWS], &cities).unwrap();
    cities[7] = 1.5;
    write_npy(path.join("half.npy"), &[ROWS], &cities).unwrap();
    let mistakes = [COLUMN_MISTAKES, LAYER_MISTAKES, TRAINING_MISTAKES].concat();
    for (from, to, code, words) in mistakes {
        let changed = config.replacen(from, to, 1);
        assert_ne!(changed, config, "{from}");
        fs::write(path.join("c.toml"), changed).unwrap();
        let _ = fs::remove_dir_all(path.join("run"));
        if code == 0 {
            // A table that is the column of no input is in nobody's way.
            good(path, &["train", "c.toml"]);
        } else {
            expect_all(path, &["train", "c.toml"], code, words);
        }
    }
}

#[test]
fn commands() {
    let folder = folder();
    let path = folder.path();
    shop(path, "");
    good(path, &["train", "c.toml"]);
    write_npy(path.join("short.npy"), &[ROWS - 1, 3], &vec![1.0_f32; (ROWS - 1) * 3]).unwrap();
    let model = "run/latest.safetensors";
    let predict = ["predict", model, "--out", "o.npy"];
    let eval = ["eval", model];
    for (arguments, code, words) in [
        (
            [&predict[..], &COLUMNS[..2]].concat(),
            2,
            &["column \"city\"", "--column NAME=FILE", "found columns size"][..],
        ),
        (
            [&predict[..], &COLUMNS[2..4], &["--column", "size=short.npy"]].concat(),
            3,
            &["short.npy: expected 120 rows"],
        ),
        ([&eval[..], &COLUMNS[..4]].concat(), 2, &["column \"target\""]),
        ([&eval[..], &COLUMNS[..6]].concat(), 2, &["column \"price\""]),
        ([&eval[..], &COLUMNS, &["--column", "town=city.npy"]].concat(), 2, &["column \"town\""]),
        ([&eval[..], &COLUMNS, &COLUMNS[..2]].concat(), 2, &["column \"size\": expected every name once"]),
        ([&eval[..], &["--column", "size.npy"]].concat(), 2, &["a column", "such as city=city.npy"][1..]),
        ([&predict[..], &COLUMNS, &["--of", "size"]].concat(), 2, &["the name of a layer"]),
        ([&predict[..], &COLUMNS, &["--of", "sise"]].concat(), 2, &["sise", "first"]),
        (vec!["check", model, "--column", "size=size.npy"], 2, &["column \"city\""]),
        (
            vec!["predict", model, "--column", "size=size.npy", "--out", "size.npy"],
            2,
            &["other than the input"],
        ),
    ] {
        expect_all(path, &arguments, code, words);
    }
    assert!(!path.join("o.npy").exists());
}
