//! Everything that a network can be refused for, with the message.

use std::sync::Arc;

use pellucid_nn::*;

use crate::custom::Normalize;

/// The message of the model of a graph with input x of 3 numbers.
fn refused<T>(build: impl FnOnce(&mut Graph<f32>, Value) -> T) -> String {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    build(&mut graph, x);
    Model::new(graph, 1).unwrap_err().to_string()
}

/// A layer that asks for tensors of given names.
#[derive(Debug)]
struct Asks(Vec<&'static str>);

impl Layer<f32> for Asks {
    fn kind(&self) -> &'static str {
        "asks"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        let specs: Vec<TensorSpec> = self.0.iter().map(|name| TensorSpec::new(*name, 1)).collect();
        Ok(Need { parameters: specs.clone(), state: specs, ..Need::output(input.clone(), 0) })
    }
    fn forward(&self, io: Forward<'_, f32>) {
        io.y.copy_from_slice(io.x);
    }
    fn backward(&self, _io: Backward<'_, f32>) {}
}

#[test]
fn inputs_that_an_operation_cannot_take() {
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Dense::new(4));
            graph.join(Add, &[x, h]);
        }),
        "layer add1: expected two or more inputs of one shape, found 3 and 4"
    );
    assert_eq!(
        refused(|graph, x| graph.join(Add, &[x])),
        "layer add1: expected two or more inputs of one shape, found 3"
    );
    assert_eq!(
        refused(|graph, x| graph.join(Multiply, &[x, x, x])),
        "layer multiply1: expected two inputs, found 3"
    );
    assert_eq!(
        refused(|graph, x| {
            let image = graph.input("image", [2, 3]);
            graph.join(Concatenate, &[x, image]);
        }),
        "layer concatenate1: expected two or more inputs that differ in the last dimension only, found 3 and 2x3"
    );
    assert_eq!(
        refused(|graph, x| graph.join(Embedding::new(2), &[x])),
        "layer embedding1: expected one input of indices, found 3"
    );
    assert_eq!(
        refused(|graph, _| {
            let words = graph.indices("words", 4, 9);
            graph.then(words, Dense::new(2));
        }),
        "layer dense1: expected numbers, found 4 indices below 9"
    );
    assert_eq!(
        refused(|graph, _| {
            let words = graph.indices("words", 4, 9);
            graph.join(Add, &[words, words]);
        }),
        "layer add1: expected two or more inputs of one shape, found 4 indices below 9 and 4 indices below 9"
    );
    assert_eq!(
        refused(|graph, _| {
            let words = graph.indices("words", 4, 9);
            graph.join(Embedding::new(0), &[words]);
        }),
        "layer embedding1: expected vectors of at least one number, found width 0"
    );
    assert_eq!(
        refused(|graph, x| graph.join_boxed(Box::new(Add), &[x; 9])),
        "layer add1: expected 1 to 8 inputs, found 9"
    );
    assert_eq!(refused(|graph, _| graph.join(Add, &[])), "layer add1: expected 1 to 8 inputs, found 0");
    assert_eq!(
        refused(|graph, _| {
            let words = graph.indices("words", 4, 0);
            graph.join(Embedding::new(2), &[words]);
        }),
        "layer words: expected indices below at least 1, found indices below 0"
    );
    assert_eq!(
        refused(|graph, _| graph.input("none", [2, 0])),
        "the network has no layers: expected at least one"
    );
    assert_eq!(
        refused(|graph, x| {
            graph.input("none", [2, 0]);
            graph.then(x, Dense::new(1));
        }),
        "layer none: expected samples of at least one number, found samples of shape 2x0"
    );
}

#[test]
fn a_network_without_layers_or_inputs() {
    let message = |graph: Graph<f32>| Model::new(graph, 1).unwrap_err().to_string();
    assert_eq!(message(Graph::new()), "the network has no layers: expected at least one");
    let mut other = Graph::<f32>::new();
    let x = other.input("x", 3);
    let mut graph = Graph::new();
    graph.then(x, Dense::new(2));
    assert_eq!(message(graph), "found no inputs: expected a network, or a view, with at least one");
    let chain = Sequential::<f32>::new(3).with(Dense::new(2));
    let model = Model::new(chain, 1).unwrap();
    let view = View { from: vec![], to: model.architecture().whole().to };
    let error = Session::of_view(model.architecture(), &view, 1, &Arc::default()).unwrap_err();
    assert_eq!(error, PlanError::NoInput);
}

#[test]
fn names_that_stand_twice() {
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Dense::new(4));
            graph.name(h, "x");
        }),
        "two layers are named \"x\": expected every name once"
    );
    assert_eq!(
        refused(|graph, x| {
            graph.within("block", |graph| graph.then(x, Dense::new(4)));
            graph.within("block", |graph| graph.then(x, Dense::new(4)));
        }),
        "two layers are named \"block.dense1\": expected every name once"
    );
    assert_eq!(
        refused(|graph, x| graph.then(x, Asks(vec!["a", "a"]))),
        "two tensors are named \"asks1.a\": expected every name once"
    );
    // Names with dots could make one name of two.
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Asks(vec!["b.c"]));
            let h = graph.name(h, "a");
            let h = graph.then(h, Asks(vec!["c"]));
            graph.name(h, "a.b");
        }),
        "two tensors are named \"a.b.c\": expected every name once"
    );
}

#[test]
fn values_of_another_network() {
    let mut other = Graph::<f32>::new();
    let mut far = other.input("x", 3);
    for _ in 0..5 {
        far = other.then(far, Dense::new(3));
    }
    assert_eq!(
        refused(|graph, _| graph.then(far, Dense::new(2))),
        "layer dense1 reads value 5: expected one of the 1 values before it"
    );
    let model = Model::new(Sequential::<f32>::new(3).with(Dense::new(2)), 1).unwrap();
    let error = Session::training_for(model.architecture(), &[far], 1, &Arc::default()).unwrap_err();
    assert_eq!(error.to_string(), "the objective reads value 5: expected one of the 2 values before it");
}

#[test]
fn names_and_ties_of_what_is_no_layer() {
    let mut other = Graph::<f32>::new();
    let far = (0..4).map(|i| other.input(format!("x{i}"), 3)).last().unwrap();
    let mistaken = |mistake: &dyn Fn(&mut Graph<f32>, Value, Value)| {
        refused(|graph, x| {
            let h = graph.then(x, Dense::new(3));
            mistake(graph, x, h);
        })
    };
    let layer = "expected a layer of the network, found";
    let value = "expected a value of the network, found value 3 of 2";
    let tie = |graph: &mut Graph<f32>, value| {
        graph.tie(value, "weight", "dense1.weight");
    };
    assert_eq!(
        mistaken(&|graph, _, _| {
            graph.name(far, "h");
        }),
        format!("the name \"h\": {value}")
    );
    assert_eq!(
        mistaken(&|graph, _, _| tie(graph, far)),
        format!("a tie of weight to dense1.weight: {layer} value 3 of 2")
    );
    assert_eq!(
        mistaken(&|graph, x, _| tie(graph, x)),
        format!("a tie of weight to dense1.weight: {layer} the input x")
    );
    assert_eq!(
        mistaken(&|graph, x, h| {
            graph.share(x, h);
        }),
        format!("a tie of all parameters to dense1: {layer} the input x")
    );
    assert_eq!(
        mistaken(&|graph, _, h| {
            graph.share(h, far);
        }),
        "shared parameters: expected those of a layer of the network, found value 3 of 2"
    );
    // The first mistake is told.
    let two = mistaken(&|graph, x, _| {
        graph.name(far, "a");
        tie(graph, x);
    });
    assert_eq!(two, format!("the name \"a\": {value}"));
    let unnamed = Sequential::<f32>::new(3).named("first").with(Dense::new(2));
    assert_eq!(
        Model::new(unnamed, 1).unwrap_err().to_string(),
        "the name \"first\": expected a layer before it, found the input input"
    );
}

#[test]
fn names_that_nothing_bears() {
    let mut graph = Graph::<f32>::new();
    let x = graph.input("x", 3);
    let y = graph.then(x, Dense::new(2));
    graph.view("half", &[x], y);
    assert_eq!(
        graph.find("y").unwrap_err().to_string(),
        "no input or layer is named \"y\": expected one of x, dense1"
    );
    assert_eq!(
        graph.find_view("x").unwrap_err().to_string(),
        "no view or layer is named \"x\": expected one of half, dense1"
    );
}

#[test]
fn views_that_are_none() {
    let view = |from: &[usize], to: usize| {
        refused(|graph, x| {
            let z = graph.input("z", 3);
            let h = graph.then(x, Dense::new(3));
            let k = graph.join(Add, &[h, z]);
            let all = [x, z, h, k];
            let from: Vec<Value> = from.iter().map(|&i| all[i]).collect();
            graph.view("part", &from, all[to]);
        })
    };
    assert_eq!(view(&[2], 3), "view \"part\": expected every layer to be fed from within, but add1 reads z");
    assert_eq!(
        view(&[1], 2),
        "view \"part\": expected every layer to be fed from within, but dense1 reads x"
    );
    let range = |begin, end| {
        format!("view \"part\" has layers {begin} to {end}: expected a non-empty range within 2 layers")
    };
    assert_eq!(view(&[3], 2), range(3, 2));
    assert_eq!(view(&[0, 1], 1), range(1, 1));
    assert_eq!(view(&[0, 2], 2), range(2, 2));
}

#[test]
fn ties_to_nothing_or_to_another_shape() {
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Dense::new(4));
            let y = graph.then(h, Dense::new(2));
            graph.tie(y, "weight", "dense1.weight");
        }),
        "tensor dense2.weight is tied to dense1.weight: expected shape 4x2, found 3x4"
    );
    for to in ["dense1.nothing", "dense2.weight", "dense3.weight", ""] {
        assert_eq!(
            refused(|graph, x| {
                let h = graph.then(x, Dense::new(3));
                let y = graph.then(h, Dense::new(3));
                graph.tie(y, "weight", to);
                graph.then(y, Dense::new(3));
            }),
            format!(
                "tensor dense2.weight is tied to {to}: expected a tensor of an earlier layer, found no such tensor"
            )
        );
    }
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Dense::new(3));
            let y = graph.then(h, Dense::new(3));
            graph.tie(y, "scale", "dense1.weight");
        }),
        "tensor dense2.scale is tied to dense1.weight: expected a tensor of the layer: one of [weight, bias], found none"
    );
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Dense::new(3));
            let y = graph.then(h, Softmax);
            graph.share(y, h);
        }),
        "tensor softmax1.* is tied to dense1: expected a tensor of the layer: one of [], found none"
    );
    // State is no parameter.
    assert_eq!(
        refused(|graph, x| {
            let h = graph.then(x, Normalize);
            let y = graph.then(h, Normalize);
            graph.tie(y, "factor", "normalize1.mean");
        }),
        "tensor normalize2.factor is tied to normalize1.mean: expected a tensor of an earlier layer, found no such tensor"
    );
}

#[test]
fn losses_of_indices() {
    let mut graph = Graph::<f32>::new();
    let words = graph.indices("words", 4, 9);
    graph.join(Embedding::new(2), &[words]);
    let model = Model::new(graph, 1).unwrap();
    let error = Session::training_for(model.architecture(), &[words], 1, &Arc::default()).unwrap_err();
    assert_eq!(error.to_string(), "a loss looks at words, which is indices: expected a value of numbers");
}

#[test]
fn sizes_beyond_the_address_space_and_the_memory() {
    assert_eq!(
        refused(|graph, x| graph.then(x, Dense::new(usize::MAX))),
        "layer dense1: the sizes overflow the address space"
    );
    assert_eq!(
        refused(|graph, _| {
            let huge = graph.input("huge", usize::MAX - 1);
            graph.join(Concatenate, &[huge, huge]);
        }),
        "layer concatenate1: the sizes overflow the address space"
    );
    // A model of huge samples has no parameters; its batches cannot be had.
    for len in [1_usize << 52, (usize::MAX / 8) - 3] {
        let mut graph = Graph::<f32>::new();
        let huge = graph.input("huge", len);
        let twice = graph.join(Add, &[huge, huge, huge]);
        graph.join(Multiply, &[twice, twice]);
        let model = Model::new(graph, 1).unwrap();
        for batch in [1, 2, 1024, usize::MAX] {
            let pool = Arc::default();
            let all = [
                Session::inference(model.architecture(), batch, &pool).unwrap_err(),
                Session::observing(model.architecture(), batch, &pool).unwrap_err(),
                Session::training(model.architecture(), batch, &pool).unwrap_err(),
            ];
            for error in all {
                let message = error.to_string();
                assert!(
                    message.contains("the sizes overflow the address space")
                        || message.starts_with("expected a network and batches that fit into memory, found "),
                    "{message}"
                );
            }
        }
    }
}
