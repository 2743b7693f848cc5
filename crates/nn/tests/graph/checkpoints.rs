//! Checkpoints of graphs: everything comes back, and what is shared is stored once.

use std::sync::Arc;

use pellucid_nn::checkpoint::parse_header;
use pellucid_nn::{Activation::Tanh, *};

use crate::custom::Normalize;

/// Two inputs, one of indices, a residual, ties of all kinds, an input declared late, views from several values.
fn network() -> Graph<f32> {
    let mut graph = Graph::new();
    let words = graph.indices("words", 3, 7);
    let vectors = graph.join(Embedding::new(2), &[words]);
    let number = graph.input("number", 6);
    let a = graph.then(vectors, Dense::new(6).activation(Tanh));
    let sum = graph.join(Add, &[a, number]);
    let (b, c) = graph.within("block", |graph| {
        let b = graph.then(sum, Dense::new(6).activation(Tanh));
        let c = graph.then(b, Dense::new(6));
        (b, c)
    });
    graph.share(b, a);
    graph.share(c, b);
    graph.tie(c, "bias", "dense1.bias");
    let d = graph.then(c, Dense::new(6));
    graph.share(d, c);
    graph.name(d, "head");
    let e = graph.then(sum, Dense::new(6));
    graph.tie(e, "weight", "head.weight");
    let product = graph.join(Multiply, &[d, e]);
    graph.join(Concatenate, &[product, number]);
    graph.view("code", &[words, number], sum);
    graph.view("decoder", &[sum], d);
    graph
}

fn rounded(model: Model<f32>) -> (Model<f32>, Vec<u8>) {
    let bytes = Checkpoint::new(model, None).to_bytes().unwrap();
    let model = Checkpoint::<f32>::parse("graph", &bytes).unwrap().into_model();
    assert_eq!(Checkpoint::new(model.clone(), None).to_bytes().unwrap(), bytes);
    (model, bytes)
}

#[test]
fn a_graph_comes_back_and_what_is_shared_is_stored_once() {
    let mut model = Model::new(network(), 5).unwrap();
    model.parameters_mut().iter_mut().enumerate().for_each(|(i, p)| *p += i as f32);
    let (read, bytes) = rounded(model.clone());
    assert_eq!(read.parameters(), model.parameters());
    assert_eq!(read.architecture().to_config(), model.architecture().to_config());
    let (_, tensors) = parse_header("graph", &bytes).unwrap();
    let names: Vec<&str> = tensors.iter().map(|tensor| &*tensor.name).collect();
    assert_eq!(
        names,
        [
            "parameter/dense1.bias",
            "parameter/dense1.weight",
            "parameter/dense3.bias",
            "parameter/embedding1.weight"
        ]
    );
    let x = [0.5; 6];
    assert_eq!(read.predict_view("decoder", &x).unwrap(), model.predict_view("decoder", &x).unwrap());
    // The description says what each node is fed with.
    let config = serde_json::to_value(model.architecture().to_config()).unwrap();
    assert_eq!(config["inputs"][0], serde_json::json!({"name": "words", "shape": [3], "below": 7}));
    assert_eq!(config["layers"][2]["inputs"], serde_json::json!(["dense1", "number"]));
    assert_eq!(config["layers"][3]["weights"], "dense1");
    assert_eq!(
        config["layers"][4]["weights"],
        serde_json::json!({"*": "block.dense1", "bias": "dense1.bias"})
    );
    assert_eq!(config["views"][0], serde_json::json!(["code", {"from": ["words", "number"], "to": "add1"}]));
}

#[test]
fn initial_parameters_depend_on_the_names_not_on_the_places() {
    let mut graph = Graph::<f32>::new();
    let x = graph.input("x", 4);
    let first = graph.then(x, Dense::new(4));
    graph.name(first, "other");
    let second = graph.then(first, Dense::new(4));
    graph.name(second, "head");
    let alone = Sequential::<f32>::new(4).with(Dense::new(4)).named("head");
    let (a, b) = (Model::new(graph, 3).unwrap(), Model::new(alone, 3).unwrap());
    assert_eq!(a.parameter("head.weight").unwrap().data, b.parameter("head.weight").unwrap().data);
    assert_ne!(a.parameter("other.weight").unwrap().data, b.parameter("head.weight").unwrap().data);
}

#[test]
fn a_chain_is_described_as_it_always_was() {
    let chain = Sequential::<f32>::new(3).with(Dense::new(2)).with(Tanh).view("half", 0..1);
    let config = serde_json::to_value(Graph::from(chain).to_config()).unwrap();
    let expected = serde_json::json!({
        "input": [3],
        "layers": [
            {"name": "dense1", "layer": {"kind": "dense", "units": 2, "activation": "identity", "init": "xavier_normal"}},
            {"name": "tanh1", "layer": {"kind": "tanh"}},
        ],
        "views": [["half", [0, 1]]],
    });
    assert_eq!(config, expected);
    // Of a chain with another name of its input, inputs are told by name.
    let mut graph = Graph::<f32>::new();
    let x = graph.input("image", 3);
    graph.then(x, Tanh);
    let config = serde_json::to_value(graph.to_config()).unwrap();
    assert_eq!(config["inputs"], serde_json::json!([{"name": "image", "shape": [3]}]));
    assert!(config.get("input").is_none());
}

#[test]
fn state_is_stored_and_an_architecture_of_custom_layers_is_read_into() {
    let build = || {
        let mut graph = Graph::<f32>::new();
        let x = graph.input("x", 3);
        let n = graph.then(x, Normalize);
        graph.join(Add, &[n, x]);
        graph
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let mut model = Model::new(build(), 5).unwrap();
    model.state_mut().copy_from_slice(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    Checkpoint::new(model.clone(), None).write(&path).unwrap();
    let message = Checkpoint::<f32>::read(&path).unwrap_err().to_string();
    assert!(message.contains("expected a built-in layer, found {\"kind\":\"normalize\"}"), "{message}");
    let read = Checkpoint::read_into(&path, build()).unwrap().into_model();
    assert_eq!((read.state(), read.parameters()), (model.state(), model.parameters()));
    assert_eq!(read.predict(&[0.5; 6]).unwrap(), model.predict(&[0.5; 6]).unwrap());

    let mut other = Graph::<f32>::new();
    let x = other.input("x", 3);
    let n = other.then(x, Normalize);
    other.join(Add, &[n, n]);
    let message = Checkpoint::read_into(&path, other).unwrap_err().to_string();
    assert!(message.contains("expected a checkpoint of this architecture: add1 {\"kind\":\"add\"} from normalize1, normalize1, found add1 {\"kind\":\"add\"} from normalize1, x"), "{message}");
}

#[test]
fn weights_in_bf16_run_graphs_too() {
    let mut graph = Graph::<f32>::new();
    let x = graph.input("x", 20);
    let a = graph.then(x, Dense::new(20).activation(Tanh));
    let b = graph.then(a, Dense::new(20));
    graph.tie(b, "weight", "dense1.weight");
    let sum = graph.join(Add, &[a, b, x]);
    graph.then(sum, Softmax);
    let model = Model::new(graph, 2).unwrap();
    let mut small = Bf16Model::new(&model, &Arc::default()).unwrap();
    for rows in [1, 5] {
        let x: Vec<f32> = (0..rows * 20).map(|i| (i % 13) as f32 / 13.0 - 0.5).collect();
        let mut y = vec![0.0; x.len()];
        small.predict(&x, &mut y).unwrap();
        let expected = model.predict(&x).unwrap();
        assert!(y.iter().zip(&expected).all(|(y, e)| (y - e).abs() < 0.01), "{y:?} {expected:?}");
    }
}
