//! Networks that are graphs, through every command.

use std::fs;
use std::path::Path;

use pellucid::data::{Values, read_npy};
use pellucid::nn::Checkpoint;
use serde_json::Value;

use crate::common::graph::{COLUMNS, ROWS, shop, shop_config};
use crate::common::{expect, folder, good, json};

const MODEL: &str = "run/latest.safetensors";
const FROZEN: &str = "groups = [{ names = \"place.*\", frozen = true }, { names = \"*.bias\", rate = 2.0 }]\ndecay = \"weights\"";

fn with_columns<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &COLUMNS[..]].concat()
}

fn numbers(folder: &Path, file: &str) -> (Vec<usize>, Vec<f32>) {
    let array = read_npy(folder.join(file)).unwrap();
    let Values::F32(values) = array.values else { panic!("f32 numbers") };
    (array.shape, values)
}

#[test]
fn train_evaluate_predict_inspect_check() {
    let folder = folder();
    let path = folder.path();
    shop(path, FROZEN);
    let (printed, said) = good(path, &["train", "c.toml", "--json"]);
    let trained: Value = serde_json::from_str(&printed).unwrap();
    for name in ["train_loss", "validation_loss", "test_loss"] {
        let figure = |of: &str| trained[format!("{name}{of}")].as_f64().unwrap();
        let sum = figure(" of kind") + 0.5 * figure(" of price");
        assert!((figure("") - sum).abs() < 1e-9, "{name}: {trained}");
    }
    assert!(trained["test_accuracy of kind"].as_f64().unwrap() > 0.3);
    assert!(trained.get("test_accuracy of price").is_none());
    assert!(said.contains("(kind 0.") && said.contains(", price 0."), "{said}");
    let history = fs::read_to_string(path.join("run/history.csv")).unwrap();
    assert!(history.contains("train_kind,validation_kind,train_price,validation_price"), "{history}");

    let evaluated = json(path, &with_columns(&["eval", MODEL, "--json"]));
    assert_eq!(evaluated["samples"], ROWS);
    for name in ["loss", "loss of kind", "loss of price", "accuracy of kind"] {
        assert!(evaluated["figures"][name].as_f64().unwrap() < 2.0, "{name}: {evaluated}");
    }
    let text = good(path, &with_columns(&["eval", MODEL])).0;
    assert!(text.contains("kind (") && text.contains("price ("), "{text}");

    // Targets and weights are of no account to a prediction.
    let predict = with_columns(&["predict", MODEL, "--out", "o.npy", "--json"]);
    json(path, &predict);
    let (shape, trained) = numbers(path, "o.npy");
    assert_eq!(shape, [ROWS, 2]);
    json(path, &[&predict[..], &["--weights", "bf16"]].concat());
    let off = trained.iter().zip(numbers(path, "o.npy").1).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!((1e-7..0.05).contains(&off), "rounded weights change the outputs a little, not by {off}");
    json(path, &[&predict[..], &["--view", "code"]].concat());
    assert_eq!(numbers(path, "o.npy").0, [ROWS, 8]);

    let inspected = good(path, &["inspect", MODEL]).0;
    for words in [
        "column target: classes large, small",
        "column weight\n",
        "column size: multiplied by 1\n",
        "class weights: ",
        "indices below 5",
        "add1, second",
        "view code: from size, city to block",
        "    price: loss 0.",
    ] {
        let words = words.replace("add1", "first");
        assert!(inspected.contains(&words), "{words}: {inspected}");
    }
    assert!(inspected.contains("with first.weight, first.bias"), "{inspected}");

    // Both heads have a gradient, so both terms are checked.
    for arguments in [vec!["check", MODEL, "--json"], with_columns(&["check", MODEL, "--json"])] {
        let checked = json(path, &arguments);
        assert!(checked["max_relative_error"].as_f64().unwrap() <= 1e-7);
        for tensor in ["price.weight", "kind.weight", "place.weight", "first.weight", "size"] {
            let of = |check: &&Value| check["component"] == "latest" && check["parameter"] == tensor;
            let check = checked["checks"].as_array().unwrap().iter().find(of).unwrap();
            assert!(check["analytic_norm"].as_f64().unwrap() > 1e-4, "{check}");
        }
    }
}

#[test]
fn a_resumed_run_has_the_bytes_of_one_that_was_not_stopped() {
    let folder = folder();
    let path = folder.path();
    shop(path, FROZEN);
    let bytes = |out: &str, arguments: &[&str]| {
        good(path, &[&["train", "c.toml", "--out", out], arguments].concat());
        fs::read(path.join(out).join("latest.safetensors")).unwrap()
    };
    let parameters = |out: &str, tensor: &str| {
        let checkpoint = Checkpoint::<f32>::read(path.join(out).join("latest.safetensors")).unwrap();
        checkpoint.model().parameter(tensor).unwrap().data.to_vec()
    };
    bytes("stopped", &["--threads", "1"]);
    let frozen = parameters("stopped", "place.weight");
    let moving = parameters("stopped", "first.weight");
    fs::write(path.join("c.toml"), shop_config(6, FROZEN)).unwrap();
    let alone = bytes("alone", &["--threads", "2"]);
    assert!(alone == bytes("stopped", &["--resume"]));
    assert_eq!(parameters("alone", "place.weight"), frozen);
    assert_ne!(parameters("alone", "first.weight"), moving);
}

/// What does not move has the loss that it was trained with: weights of classes and samples count the same.
#[test]
fn an_evaluation_weighs_as_the_training_did() {
    let folder = folder();
    let path = folder.path();
    shop(path, "groups = [{ names = \"*\", frozen = true }]");
    let config = fs::read_to_string(path.join("c.toml")).unwrap();
    let all = config.replace("[data]", "[data]\nvalidation = 0.0\ntest = 0.0");
    fs::write(path.join("c.toml"), &all).unwrap();
    let trained = json(path, &["train", "c.toml", "--json"]);
    let loss = |columns: &[&str]| {
        let evaluated = json(path, &[&["eval", MODEL, "--json"], columns].concat());
        evaluated["figures"]["loss of kind"].as_f64().unwrap()
    };
    let of_training = trained["train_loss of kind"].as_f64().unwrap();
    assert!((loss(&COLUMNS) - of_training).abs() < 1e-6);
    // All samples count alike, which is told.
    let said = good(path, &[&["eval", MODEL], &COLUMNS[..8]].concat()).1;
    assert!(said.contains("all samples count alike"), "{said}");
    assert!((loss(&COLUMNS[..8]) - of_training).abs() > 1e-5);
    let plain = all.replace("class_weights = \"balanced\"", "");
    fs::write(path.join("c.toml"), plain).unwrap();
    good(path, &["train", "c.toml", "--overwrite"]);
    assert!((loss(&COLUMNS) - of_training).abs() > 1e-5);

    // Samples of one class only.
    fs::write(path.join("c.toml"), all).unwrap();
    good(path, &["train", "c.toml", "--overwrite"]);
    fs::write(path.join("kind.csv"), "small\n".repeat(ROWS)).unwrap();
    good(path, &with_columns(&["eval", MODEL]));
}

/// In double precision the same commands do.
#[test]
fn in_double_precision() {
    let folder = folder();
    let path = folder.path();
    shop(path, FROZEN);
    let config = fs::read_to_string(path.join("c.toml")).unwrap();
    fs::write(path.join("c.toml"), format!("precision = \"f64\"\n{config}")).unwrap();
    let trained = json(path, &["train", "c.toml", "--json"]);
    let evaluated = json(path, &with_columns(&["eval", MODEL, "--json"]));
    let off = evaluated["figures"]["loss"].as_f64().unwrap() - trained["train_loss"].as_f64().unwrap();
    assert!(off.abs() < 0.5, "{trained} {evaluated}");
    good(path, &with_columns(&["predict", MODEL, "--out", "o.csv"]));
    expect(path, &with_columns(&["predict", MODEL, "--weights", "bf16", "--out", "o.csv"]), 2, "found f64");
    good(path, &with_columns(&["check", MODEL]));
}

/// Class weights are for any loss whose targets are classes.
#[test]
fn class_weights_of_other_losses() {
    let folder = folder();
    let path = folder.path();
    shop(path, "");
    let config = r#"
[data]
source = "size.npy"
task = "classify"
labels = "kind.csv"
[model]
layers = [{ kind = "dense", units = 2 }]
[training]
epochs = 3
loss = { kind = "bce_with_logits" }
class_weights = "balanced"
optimizer = { kind = "adam" }
schedule = { learning_rate = 0.1 }
[output]
directory = "run"
"#;
    fs::write(path.join("c.toml"), config).unwrap();
    good(path, &["train", "c.toml"]);
    let arguments = ["eval", MODEL, "--json", "--data", "size.npy", "--labels", "kind.csv"];
    assert!(json(path, &arguments)["figures"]["accuracy"].as_f64().unwrap() > 0.5);
    good(path, &["check", MODEL]);
    expect(
        path,
        &["eval", MODEL, "--data", "size.npy"],
        2,
        "class_weights: expected a data set with classes",
    );
}

/// A table beside columns: it is the input of that name, and its labels are the targets.
#[test]
fn a_table_may_stand_beside_columns() {
    let folder = folder();
    let path = folder.path();
    shop(path, "");
    let config = fs::read_to_string(path.join("c.toml")).unwrap();
    let (head, tail) = config.split_once("columns = ").unwrap();
    let (_, tail) = tail.split_once('\n').unwrap();
    let columns = "city = \"city.npy\", price = { file = \"price.npy\" }";
    let table = "source = \"size.npy\"\ntask = \"classify\"\nlabels = \"kind.csv\"";
    let tail = tail.replace("\"size\"", "\"input\"");
    fs::write(path.join("c.toml"), format!("{head}{table}\ncolumns = {{ {columns} }}\n{tail}")).unwrap();
    good(path, &["train", "c.toml"]);
    let beside = ["--data", "size.npy", "--column", "city=city.npy"];
    let price = ["--column", "price=price.npy"];
    let eval = |beside: &[&str]| json(path, &[&["eval", MODEL, "--json"], beside, &price].concat());
    let labels = eval(&[&beside[..], &["--labels", "kind.csv"]].concat());
    // The classes keep their names, whichever way their labels come.
    assert_eq!(eval(&[&COLUMNS[2..6], &["--column", "input=size.npy"]].concat()), labels);
    assert_eq!(eval(&[&beside[..], &["--column", "target=kind.csv"]].concat()), labels);
    good(path, &[&["predict", MODEL, "--out", "o.npy"], &beside[..]].concat());
    assert_eq!(numbers(path, "o.npy").0, [ROWS, 2]);
}

/// A network of indices alone is fed by a table of them, and targets may be indices of several places.
#[test]
fn tables_and_targets_of_indices() {
    let folder = folder();
    let path = folder.path();
    let rows = |first: usize| {
        let words = |row: usize| [row, row + 1, row + 2].map(|word| ((word + first) % 7).to_string());
        (0..40).map(words).map(|words| words.join(",")).collect::<Vec<_>>().join("\n")
    };
    let (words, next) = (rows(0), rows(1));
    fs::write(path.join("words.csv"), words).unwrap();
    fs::write(path.join("next.csv"), next).unwrap();
    let config = r#"
[data]
source = "words.csv"
columns = { target = { file = "next.csv", below = 7 } }
[model]
inputs = [{ name = "words", shape = [3], below = 7 }]
layers = [{ kind = "embedding", width = 7 }]
[training]
epochs = 100
loss = { kind = "cross_entropy_with_logits" }
optimizer = { kind = "adam" }
schedule = { learning_rate = 0.1 }
[output]
directory = "run"
"#;
    fs::write(path.join("c.toml"), config).unwrap();
    let trained = json(path, &["train", "c.toml", "--json"]);
    assert!(trained["test_loss"].as_f64().unwrap() < 0.05, "{trained}");
    let data = ["--data", "words.csv", "--column", "target=next.csv"];
    let evaluated = json(path, &[&["eval", MODEL, "--json"], &data[..]].concat());
    assert!(evaluated["figures"]["loss"].as_f64().unwrap() < 0.05, "{evaluated}");
    for weights in ["trained", "bf16"] {
        good(path, &["predict", MODEL, "--data", "words.csv", "--weights", weights, "--out", "o.npy"]);
        let (shape, logits) = numbers(path, "o.npy");
        assert_eq!(shape, [40, 21]);
        let largest = |row: &[f32]| (0..7).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
        assert_eq!(largest(&logits[..7]), 1);
    }
    good(path, &["check", MODEL]);
    assert!(good(path, &["inspect", MODEL]).0.contains("column target: indices below 7"));
}

/// The key "*" of weights stands for all tensors that are not named, as a checkpoint writes it.
#[test]
fn the_rest_of_the_weights() {
    let folder = folder();
    let path = folder.path();
    shop(path, "");
    let config = fs::read_to_string(path.join("c.toml")).unwrap();
    let weights = "weights = { \"*\" = \"first\", bias = \"zeroth.bias\" }";
    let layer = "{ kind = \"dense\", units = 8, activation = \"tanh\", name = \"first\" }";
    let zeroth = layer.replace("first", "zeroth");
    let config =
        config.replace("weights = \"first\"", weights).replace(layer, &format!("{zeroth},\n{layer}"));
    fs::write(path.join("c.toml"), config).unwrap();
    good(path, &["train", "c.toml"]);
    let inspected = json(path, &["inspect", MODEL, "--json"]);
    let layers = inspected["header"]["architecture"]["layers"].as_array().unwrap();
    let second = layers.iter().find(|layer| layer["name"] == "second").unwrap();
    assert_eq!(second["weights"], serde_json::json!({ "*": "first", "bias": "zeroth.bias" }));
    good(path, &["train", "c.toml", "--resume"]);
}

/// The example: an autoencoder that tells the digit too.
#[test]
fn the_example_of_a_graph() {
    let folder = folder();
    let path = folder.path();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/train-graph.toml");
    let config = fs::read_to_string(example).unwrap();
    let short = config.replace("epochs = 10 ", "epochs = 1 ").replace("runs/graph", "run");
    assert_ne!(config, short);
    fs::write(path.join("c.toml"), short).unwrap();
    let trained = json(path, &["train", "c.toml", "--json"]);
    assert!(trained["test_accuracy of digit"].as_f64().unwrap() > 0.85, "{trained}");
    assert!(trained["test_loss of image"].as_f64().unwrap() < 0.2, "{trained}");
    let evaluated = json(path, &["eval", MODEL, "--json"]);
    assert_eq!(evaluated["figures"]["accuracy of digit"], trained["test_accuracy of digit"]);
    good(path, &["predict", MODEL, "--view", "encoder", "--out", "codes.npy"]);
    good(
        path,
        &["predict", MODEL, "--view", "decoder", "--data", "codes.npy", "--sigmoid", "--out", "images.npy"],
    );
    assert_eq!(numbers(path, "images.npy").0, [14_000, 784]);
    good(path, &["check", MODEL, "--sample", "20"]);

    // The other head, and what its decoder makes of the codes, are the same numbers.
    let images = numbers(path, "images.npy").1;
    good(path, &["predict", MODEL, "--of", "image", "--sigmoid", "--out", "images.npy"]);
    assert_eq!(numbers(path, "images.npy").1, images);
}
