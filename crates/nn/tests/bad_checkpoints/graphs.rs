//! The good checkpoint of a graph, and what can be wrong with its description.

use std::sync::LazyLock;

use pellucid_nn::*;
use serde_json::{Value, json};

use crate::cases::{Case, description_changed};

/// Indices and numbers, a residual, a tied layer, a view: words, number | embedding1, dense1, add1, dense2, concatenate1.
static GRAPH: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut graph = Graph::<f32>::new();
    let words = graph.indices("words", 3, 7);
    let number = graph.input("number", 4);
    let vectors = graph.join(Embedding::new(2), &[words]);
    let a = graph.then(vectors, Dense::new(4));
    let sum = graph.join(Add, &[a, number]);
    let b = graph.then(sum, Dense::new(4));
    graph.tie(b, "bias", "dense1.bias");
    let last = graph.join(Concatenate, &[b, sum]);
    graph.view("tail", &[sum], last);
    Checkpoint::new(Model::new(graph, 1).unwrap(), None).to_bytes().unwrap()
});

fn built(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    description_changed(&GRAPH, |description| change(&mut description["architecture"]))
}

/// One field of the architecture replaced, by its path.
fn set(path: &str, value: Value) -> Vec<u8> {
    built(|architecture| *architecture.pointer_mut(path).unwrap() = value)
}

pub fn all() -> Vec<Case> {
    // What the cases change is all that is wrong with them.
    let same = Checkpoint::<f32>::parse("good", &built(|_| ())).unwrap().to_bytes().unwrap();
    assert_eq!(same, *GRAPH);
    [inputs(), ties(), views(), sizes()].concat()
}

fn inputs() -> Vec<Case> {
    const KNOWN: &str = "expected one of words, number, embedding1, dense1";
    vec![
        (
            "a layer fed with what is not there",
            set("/layers/2/inputs", json!(["dense1", "nowhere"])),
            &["no input or layer is named \"nowhere\"", KNOWN],
        ),
        (
            "a layer fed with a later one",
            set("/layers/2/inputs", json!(["dense2", "number"])),
            &["no input or layer is named \"dense2\"", KNOWN],
        ),
        (
            "a layer fed with itself",
            set("/layers/2/inputs", json!(["add1", "number"])),
            &["no input or layer is named \"add1\"", KNOWN],
        ),
        (
            "a layer fed with the one before, which does not fit",
            set("/layers/2/inputs", json!([])),
            &["layer add1: expected two or more inputs of one shape, found 4"],
        ),
        (
            "nine inputs of a layer",
            set("/layers/2/inputs", json!(vec!["number"; 9])),
            &["layer add1: expected 1 to 8 inputs, found 9"],
        ),
        (
            "two inputs of a layer that takes one",
            set("/layers/1/inputs", json!(["number", "number"])),
            &["layer dense1: expected one input, found 2"],
        ),
        (
            "indices as numbers",
            set("/layers/1/inputs", json!(["words"])),
            &["layer dense1: expected numbers, found 3 indices below 7"],
        ),
        (
            "numbers as indices",
            set("/layers/0/inputs", json!(["number"])),
            &["layer embedding1: expected one input of indices, found 4"],
        ),
        (
            "no inputs of the network",
            built(|architecture| {
                architecture["inputs"] = json!([]);
                architecture["layers"] = json!([{"name": "a", "layer": {"kind": "relu"}}]);
                architecture["views"] = json!([]);
            }),
            &["found no inputs: expected a network, or a view, with at least one"],
        ),
        (
            "two inputs of one name",
            set("/inputs/1/name", json!("words")),
            &["no input or layer is named \"number\""],
        ),
        (
            "two inputs of one name that fit",
            built(|architecture| {
                architecture["inputs"].as_array_mut().unwrap().push(json!({"name": "number", "shape": [4]}));
            }),
            &["two layers are named \"number\": expected every name once"],
        ),
        (
            "a layer named like an input",
            built(|architecture| {
                architecture["layers"][4]["name"] = json!("number");
                architecture["views"] = json!([]);
            }),
            &["two layers are named \"number\": expected every name once"],
        ),
        (
            "indices below nothing",
            set("/inputs/0/below", json!(0)),
            &["layer words: expected indices below at least 1, found indices below 0"],
        ),
        (
            "indices below less than nothing",
            set("/inputs/0/below", json!(-1)),
            &["a description that is damaged", "invalid value: integer `-1`, expected u32"],
        ),
        (
            "indices below 2^32",
            set("/inputs/0/below", json!(1_u64 << 32)),
            &["a description that is damaged", "expected u32"],
        ),
        (
            "a word of an input that there is not",
            set("/inputs/0", json!({"name": "words", "shape": [3], "least": 7})),
            &["a description that is damaged", "unknown field `least`"],
        ),
    ]
}

fn ties() -> Vec<Case> {
    vec![
        (
            "all tensors of nobody",
            set("/layers/3/weights", json!("nobody")),
            &[
                "tensor dense2.weight is tied to nobody.weight: expected a tensor of an earlier layer, found no such tensor",
            ],
        ),
        (
            "all tensors of a layer of another shape",
            set("/layers/3/weights", json!("dense1")),
            &["tensor dense2.weight is tied to dense1.weight: expected shape 4x4, found 6x4"],
        ),
        (
            "all tensors of itself",
            set("/layers/3/weights", json!("dense2")),
            &["tensor dense2.weight is tied to dense2.weight", "found no such tensor"],
        ),
        (
            "a tensor of another shape",
            set("/layers/3/weights", json!({"bias": "embedding1.weight"})),
            &["tensor dense2.bias is tied to embedding1.weight: expected shape 4, found 7x2"],
        ),
        (
            "a tensor that the layer has not",
            set("/layers/3/weights", json!({"scale": "dense1.bias"})),
            &["tensor dense2.scale is tied to dense1.bias", "one of [weight, bias], found none"],
        ),
        (
            "tensors of no text",
            set("/layers/3/weights", json!(7)),
            &["a description that is damaged", "WeightsOf"],
        ),
        (
            "a tensor that was tied and is not in the file",
            built(|architecture| {
                architecture["layers"][3].as_object_mut().unwrap().remove("weights");
            }),
            &["expected tensor \"parameter/dense2.bias\" of shape [4], found no such tensor"],
        ),
    ]
}

fn views() -> Vec<Case> {
    vec![
        (
            "a view that needs a value from outside",
            set("/views/0/1/from", json!(["dense2"])),
            &["view \"tail\": expected every layer to be fed from within, but add1 reads number"],
        ),
        (
            "a view from an unknown value",
            set("/views/0/1/from", json!(["nowhere"])),
            &[
                "no input or layer is named \"nowhere\": expected one of words, number, embedding1, dense1, add1",
            ],
        ),
        (
            "a view to an unknown value",
            set("/views/0/1/to", json!("nowhere")),
            &["no input or layer is named \"nowhere\""],
        ),
        (
            "a view from nothing",
            set("/views/0/1/from", json!([])),
            &["found no inputs: expected a network, or a view, with at least one"],
        ),
        (
            "a view to its own beginning",
            set("/views/0/1/to", json!("add1")),
            &["view \"tail\" has layers 4 to 4: expected a non-empty range within 5 layers"],
        ),
        (
            "a range of layers of a graph",
            set("/views/0/1", json!([2, 99])),
            &["view \"tail\" has layers 2 to 99: expected a non-empty range within 5 layers"],
        ),
        (
            "a view of another form",
            set("/views/0/1", json!({"of": "add1"})),
            &["a description that is damaged", "ViewConfig"],
        ),
    ]
}

fn sizes() -> Vec<Case> {
    vec![
        (
            "indices below more than the table has",
            set("/inputs/0/below", json!(8)),
            &["expected tensor \"parameter/embedding1.weight\" of shape [8, 2], found [7, 2] of F32"],
        ),
        (
            "a table of 2^94 numbers",
            built(|architecture| {
                architecture["inputs"][0]["below"] = json!(u32::MAX);
                architecture["layers"][0]["layer"]["width"] = json!(1_u64 << 62);
            }),
            &["the sizes overflow the address space"],
        ),
        (
            "a table of 2^50 numbers",
            built(|architecture| {
                architecture["inputs"][0]["below"] = json!(1_u32 << 30);
                architecture["layers"][0]["layer"]["width"] = json!(1 << 20);
            }),
            &["expected tensor \"parameter/embedding1.weight\" of shape [1073741824, 1048576]"],
        ),
        (
            "an input of 2^80 numbers",
            set("/inputs/1/shape", json!([1_u64 << 40, 1_u64 << 40])),
            &["layer number: the sizes overflow the address space"],
        ),
        (
            "an input of 2^60 indices",
            set("/inputs/0/shape", json!([1_u64 << 60])),
            &[
                "expected tensor \"parameter/dense1.weight\" of shape [2305843009213693952, 4], found [6, 4] of F32",
            ],
        ),
        (
            "an input of no indices",
            set("/inputs/0/shape", json!([0])),
            &["layer words: expected samples of at least one number, found samples of shape 0"],
        ),
        (
            "vectors of a negative width",
            set("/layers/0/layer/width", json!(-1)),
            &["found {\"kind\":\"embedding\",\"width\":-1}: invalid value: integer `-1`"],
        ),
        (
            "an unknown operation",
            set("/layers/2/layer", json!({"kind": "subtract"})),
            &["expected a built-in layer, found {\"kind\":\"subtract\"}"],
        ),
    ]
}
