//! The good checkpoint, and everything that can be wrong with it.

use std::sync::{Arc, LazyLock};

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::*;
use serde_json::{Value, json};

pub fn network() -> Sequential<f32> {
    Sequential::new(3)
        .with(Dense::new(2).activation(Activation::LeakyRelu(0.1)))
        .with(Dense::new(3))
        .view("encoder", 0..1)
}

/// A checkpoint with everything a checkpoint can hold.
pub static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let features = Features::U8(Matrix::new(5, 3, (0..15).collect()).unwrap());
    let data = Dataset::new(features, Targets::SameAsInput).unwrap();
    let config = TrainConfig {
        epochs: 3,
        batch_size: 2,
        optimizer: Adam::default().into(),
        early_stopping: Some(EarlyStopping { patience: 3, min_delta: 0.0 }),
        ..TrainConfig::default()
    };
    let mut trainer = Trainer::new(Model::new(network(), 1).unwrap(), config, &Arc::default()).unwrap();
    trainer.fit(&data, Some(&data), &mut ()).unwrap();
    trainer.checkpoint().describe_as("task", "a test").to_bytes().unwrap()
});

/// The length of the safetensors header, which begins at byte 8.
pub fn header_len(file: &[u8]) -> usize {
    u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
}

/// The good file with another header.
pub fn with_header(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    header_changed(&GOOD, change)
}

/// A file with another header.
fn header_changed(file: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (header, data) = file[8..].split_at(header_len(file));
    let mut header = serde_json::from_slice(header).unwrap();
    change(&mut header);
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// The good file with another description.
pub fn described(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    description_changed(&GOOD, change)
}

/// A file with another description.
pub fn description_changed(file: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    header_changed(file, |header| {
        let text = &mut header["__metadata__"]["pellucid"];
        let mut description = serde_json::from_str(text.as_str().unwrap()).unwrap();
        change(&mut description);
        *text = description.to_string().into();
    })
}

/// A description with another architecture.
fn built(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    described(|description| change(&mut description["architecture"]))
}

fn dense(units: u64) -> Value {
    json!({"kind": "dense", "units": units})
}

/// The first layer's configuration replaced.
fn first_layer(config: Value) -> Vec<u8> {
    built(|architecture| architecture["layers"][0]["layer"] = config)
}

fn prefixed(len: u64, rest: &[u8]) -> Vec<u8> {
    [&len.to_le_bytes(), rest].concat()
}

/// What is wrong, the file, and what its message must say after the path.
pub type Case = (&'static str, Vec<u8>, &'static [&'static str]);

pub fn all() -> Vec<Case> {
    [not_safetensors(), not_ours(), wrong_architectures(), wrong_tensors()].concat()
}

/// Not a safetensors file.
fn not_safetensors() -> Vec<Case> {
    let whole = GOOD.len();
    let header = header_len(&GOOD);
    let cut = |len: usize| GOOD[..len].to_vec();
    vec![
        ("empty", vec![], &["expected a safetensors file", "0 bytes, too short for a header"]),
        ("cut off in the length", cut(7), &["expected a safetensors file", "7 bytes, too short"]),
        ("cut off after the length", cut(8), &["a header that reaches beyond the file's 8 bytes"]),
        ("cut off in the header", cut(100), &["a header that reaches beyond the file's 100 bytes"]),
        ("cut off at the data", cut(8 + header), &["tensors that do not end where the file", "cut off?"]),
        ("cut off at the end", cut(whole - 1), &["tensors that do not end where the file", "cut off?"]),
        ("longer than its tensors", [&GOOD[..], &[0]].concat(), &["tensors that do not end where the file"]),
        ("another format", b"\x89PNG\r\n\x1a\n, and so on".to_vec(), &["expected a safetensors file"]),
        ("a header of 2^63 bytes", prefixed(1 << 63, b"{}"), &["a header that claims more than 100 MB"]),
        ("a header of 2^64 - 1 bytes", prefixed(u64::MAX, b"{}"), &["a header that claims more than 100 MB"]),
        (
            "a header of 99 MB",
            prefixed(99_000_000, b"{}"),
            &["a header that reaches beyond the file's 10 bytes"],
        ),
        ("a header that is no JSON", prefixed(4, b"oops"), &["a header that is not JSON"]),
        ("a header that is no text", prefixed(4, b"\xff\xfe\xfd\xfc"), &["a header that is not UTF-8"]),
        (
            "offsets that lie",
            with_header(|header| header["parameter/dense1.bias"]["data_offsets"] = json!([8, 0])),
            &["expected a safetensors file", "tensor"],
        ),
        (
            "a shape that overflows",
            with_header(|header| {
                header["parameter/dense1.bias"]["shape"] = json!([1_u64 << 62, 1_u64 << 62]);
            }),
            &["expected a safetensors file", "a tensor whose size overflows"],
        ),
        (
            "a shape larger than the data",
            with_header(|header| header["parameter/dense1.bias"]["shape"] = json!([1_u64 << 40])),
            &["expected a safetensors file", "a tensor whose shape does not fit its offsets"],
        ),
    ]
}

/// A safetensors file that is no checkpoint of this library.
fn not_ours() -> Vec<Case> {
    vec![
        (
            "no metadata",
            prefixed(2, b"{}"),
            &["expected a Pellucid checkpoint", "found a safetensors file without it"],
        ),
        (
            "another program's metadata",
            with_header(|header| header["__metadata__"] = json!({"format": "pt"})),
            &["expected a Pellucid checkpoint", "found a safetensors file without it"],
        ),
        (
            "a description cut off",
            with_header(|header| header["__metadata__"]["pellucid"] = json!("{\"format\": 1,")),
            &["a description that is damaged", "EOF while parsing"],
        ),
        (
            "a description without an architecture",
            described(|description| drop(description.as_object_mut().unwrap().remove("architecture"))),
            &["a description that is damaged", "missing field `architecture`"],
        ),
        (
            "an unknown setting",
            described(|description| description["training"]["config"]["rate"] = json!(1)),
            &["a description that is damaged", "unknown field `rate`"],
        ),
        (
            "a learning rate of no number",
            described(|description| {
                description["training"]["config"]["schedule"]["learning_rate"] = Value::Null;
            }),
            &["a description that is damaged", "invalid type: null, expected f64"],
        ),
        (
            "a layer nested without end",
            with_header(|header| {
                let layers = r#"{"format":1,"scalar":"F32","architecture":{"input":[3],"layers":[{"name":"a","layer":"#;
                header["__metadata__"]["pellucid"] = (layers.to_owned() + &"[".repeat(100_000)).into();
            }),
            &["a description that is damaged", "recursion limit exceeded"],
        ),
        (
            "a later format",
            described(|description| description["format"] = json!(99)),
            &["expected a Pellucid checkpoint", "found format 99, this version reads 1"],
        ),
    ]
}

/// An architecture that lies or cannot be.
fn wrong_architectures() -> Vec<Case> {
    vec![
        (
            "numbers of another type",
            described(|description| description["scalar"] = json!("F64")),
            &["expected numbers of type F32", "found F64"],
        ),
        (
            "an unknown layer",
            first_layer(json!({"kind": "convolution", "filters": 3})),
            &["expected a built-in layer, found", "convolution"],
        ),
        (
            "negative units",
            first_layer(json!({"kind": "dense", "units": -1})),
            &["expected a built-in layer", "-1"],
        ),
        (
            "a slope of zero",
            first_layer(json!({"kind": "leaky_relu", "slope": 0.0})),
            &["layer dense1: expected a positive, finite slope", "found 0"],
        ),
        (
            "no units",
            first_layer(dense(0)),
            &["layer dense1: expected at least one input and one unit, found 3 and 0"],
        ),
        (
            "10^15 units",
            first_layer(dense(1_000_000_000_000_000)),
            &[
                "expected tensor \"parameter/dense1.weight\" of shape [3, 1000000000000000]",
                "found [3, 2] of F32",
            ],
        ),
        (
            "2^64 - 1 units",
            first_layer(dense(u64::MAX)),
            &["layer dense1: the sizes overflow the address space"],
        ),
        (
            "an input of 2^80 numbers",
            built(|architecture| architecture["input"] = json!([1_u64 << 40, 1_u64 << 40])),
            &["layer input: the sizes overflow the address space"],
        ),
        (
            "an input of no numbers",
            built(|architecture| {
                architecture["input"] = json!([0]);
                architecture["layers"] = json!([{"name": "a", "layer": {"kind": "relu"}}]);
            }),
            &["layer input: expected samples of at least one number, found samples of shape 0"],
        ),
        (
            "no layers",
            built(|architecture| architecture["layers"] = json!([])),
            &["the network has no layers"],
        ),
        (
            "two layers of one name",
            built(|architecture| architecture["layers"][1]["name"] = json!("dense1")),
            &["two layers are named \"dense1\": expected every name once"],
        ),
        (
            "a view outside",
            built(|architecture| architecture["views"] = json!([["encoder", [1, 7]]])),
            &["view \"encoder\" has layers 1 to 7: expected a non-empty range within 2 layers"],
        ),
        (
            "a view that ends before it begins",
            built(|architecture| architecture["views"] = json!([["encoder", [2, 1]]])),
            &["view \"encoder\" has layers 2 to 1"],
        ),
    ]
}

/// Tensors that are not those of the architecture.
fn wrong_tensors() -> Vec<Case> {
    vec![
        (
            "a missing tensor",
            with_header(|header| {
                let tensors = header.as_object_mut().unwrap();
                let bias = tensors.remove("parameter/dense2.bias").unwrap();
                tensors.insert("parameter/elsewhere".into(), bias);
            }),
            &["expected tensor \"parameter/dense2.bias\" of shape [3], found no such tensor"],
        ),
        (
            "a tensor of another shape",
            with_header(|header| header["parameter/dense1.weight"]["shape"] = json!([2, 3])),
            &["expected tensor \"parameter/dense1.weight\" of shape [3, 2], found [2, 3] of F32"],
        ),
        (
            "a tensor of another type",
            with_header(|header| header["parameter/dense1.weight"]["dtype"] = json!("I32")),
            &["expected tensor \"parameter/dense1.weight\"", "found [3, 2] of I32"],
        ),
        (
            "another optimiser than its state",
            described(|description| {
                description["training"]["config"]["optimizer"] = json!({"kind": "sgd", "momentum": 0.9});
            }),
            &["expected tensor \"optimizer\" of shape [17], found [34] of F32"],
        ),
        (
            "no best parameters",
            with_header(|header| {
                let tensors = header.as_object_mut().unwrap();
                let best = tensors.remove("best").unwrap();
                tensors.insert("worst".into(), best);
            }),
            &["expected tensor \"best\" of shape [17], found no such tensor"],
        ),
    ]
}
