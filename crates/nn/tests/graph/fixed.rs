//! Gradients of networks made for a purpose, in f64 to 1e-9.

use pellucid_nn::{Activation::Tanh, *};

use crate::case::Case;
use crate::custom::{Halve, Normalize};

const TOLERANCE: f64 = 1e-9;

fn check(graph: Graph<f64>, losses: &[Value]) {
    Case::new(graph, losses, 5, 3).check(TOLERANCE);
}

#[test]
fn a_residual_connection() {
    let mut graph = Graph::new();
    let x = graph.input("x", 4);
    let h = graph.then(x, Dense::new(4).activation(Tanh));
    let h = graph.then(h, Dense::new(4));
    let y = graph.join(Add, &[x, h]);
    let h = graph.then(y, Dense::new(4).activation(Tanh));
    let y = graph.join(Add, &[y, h]);
    check(graph, &[y]);
}

#[test]
fn a_value_used_three_times_and_one_that_is_added_to_itself() {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let h = graph.then(x, Dense::new(4).activation(Tanh));
    let a = graph.then(h, Dense::new(4));
    let b = graph.then(h, Tanh);
    let c = graph.then(h, Softmax);
    let y = graph.join(Add, &[a, b, c]);
    let y = graph.join(Add, &[y, y, h]);
    check(graph, &[y]);
}

#[test]
fn the_same_value_twice_in_a_product() {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let square = graph.join(Multiply, &[x, x]);
    let h = graph.then(square, Dense::new(3).activation(Tanh));
    let y = graph.join(Multiply, &[h, h]);
    let y = graph.join(Concatenate, &[y, h, y]);
    check(graph, &[y]);
}

#[test]
fn two_inputs_and_an_embedding_of_indices() {
    let mut graph = Graph::new();
    let image = graph.input("image", [2, 3]);
    let words = graph.indices("words", 4, 5);
    let age = graph.input("age", 2);
    let vectors = graph.join(Embedding::new(3), &[words]);
    // Along the last dimension, as channels.
    let twice = graph.join(Concatenate, &[vectors, vectors]);
    let h = graph.then(twice, Dense::new(4).activation(Tanh));
    let k = graph.then(image, Dense::new(4));
    let gated = graph.join(Multiply, &[h, k]);
    let y = graph.join(Concatenate, &[gated, age]);
    check(graph, &[y]);
}

#[test]
fn a_layer_shared_as_a_whole() {
    let mut graph = Graph::new();
    let (a, b) = (graph.input("a", 3), graph.input("b", 3));
    let left = graph.then(a, Dense::new(3).activation(Tanh));
    let right = graph.then(b, Dense::new(3).activation(Tanh));
    graph.share(right, left);
    let y = graph.join(Multiply, &[left, right]);
    // A recurrence: each step shares the one before.
    let again = graph.then(y, Dense::new(3).activation(Tanh));
    graph.share(again, right);
    let case = Case::new(graph, &[again], 5, 3);
    assert_eq!(case.model.parameters().len(), 12);
    case.check(TOLERANCE);
}

#[test]
fn one_tensor_tied() {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let a = graph.then(x, Dense::new(3).activation(Tanh));
    let b = graph.then(a, Dense::new(3).activation(Tanh));
    graph.tie(b, "weight", "dense1.weight");
    let c = graph.then(b, Dense::new(3));
    graph.share(c, a);
    graph.tie(c, "bias", "dense2.bias");
    let case = Case::new(graph, &[c], 5, 3);
    let names: Vec<&str> = case.model.plan().tensors.iter().map(|tensor| &*tensor.name).collect();
    assert_eq!(names, ["dense1.weight", "dense1.bias", "dense2.bias"]);
    assert_eq!(case.model.parameter("dense3.bias"), case.model.parameter("dense2.bias"));
    assert_eq!(case.model.parameter("dense3.weight"), case.model.parameter("dense1.weight"));
    case.check(TOLERANCE);
}

#[test]
fn two_losses_of_one_value_of_an_inner_one_and_of_an_input() {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let h = graph.then(x, Dense::new(4).activation(Tanh));
    let y = graph.then(h, Dense::new(2));
    let z = graph.then(h, Dense::new(3));
    check(graph, &[y, h, z, y, x, h, y]);
}

#[test]
fn nodes_that_no_loss_needs_have_no_gradient() {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let idle = graph.input("idle", 2);
    let h = graph.then(x, Dense::new(4).activation(Tanh));
    let y = graph.then(h, Dense::new(2));
    let aside = graph.then(h, Dense::new(2));
    let end = graph.join(Add, &[aside, idle]);
    graph.then(end, Normalize);
    let case = Case::new(graph, &[y], 5, 3);
    case.check(TOLERANCE);
    let gradients = case.gradients(1, true);
    for tensor in &case.model.plan().tensors {
        let part = &gradients.parameters[tensor.range.clone()];
        let unused = tensor.name.starts_with("dense3") || tensor.name.starts_with("normalize");
        assert_eq!(part.iter().all(|&d| d == 0.0), unused, "{}", tensor.name);
    }
    assert_eq!(gradients.inputs[1], ("idle".to_owned(), vec![0.0; 10]));
}

#[test]
fn gradients_are_the_same_bits_whether_those_of_inputs_are_asked_for_or_not() {
    let mut graph = Graph::new();
    let (a, b) = (graph.input("a", 3), graph.input("b", 3));
    let sum = graph.join(Add, &[a, b, a]);
    let product = graph.join(Multiply, &[a, sum]);
    let h = graph.then(a, Dense::new(3));
    let y = graph.join(Concatenate, &[product, a, h]);
    let y = graph.then(y, Dense::new(2));
    let case = Case::new(graph, &[y, sum, b], 5, 3);
    case.check(TOLERANCE);
    assert_eq!(case.gradients(1, true).parameters, case.gradients(1, false).parameters);
}

#[test]
fn normalisation_and_dropout_in_training_and_in_evaluation() {
    for mode in ["training", "evaluation"] {
        let mut graph = Graph::new();
        let x = graph.input("x", 3);
        let h = graph.then(x, Dense::new(4).activation(Tanh));
        let n = graph.then(h, Normalize);
        let d = graph.then(n, Halve);
        let n = graph.then(d, Normalize);
        let y = graph.join(Add, &[n, h]);
        let mut case = Case::new(graph, &[y], 5, 3);
        if mode == "evaluation" {
            case.stream = None;
            case.model.state_mut().iter_mut().enumerate().for_each(|(i, s)| *s = 0.5 + i as f64 / 7.0);
        }
        case.check(TOLERANCE);
    }
}

#[test]
fn an_embedding_worth_several_threads_gives_the_same_bits() {
    let mut graph = Graph::<f32>::new();
    let words = graph.indices("words", 8, 2000);
    let vectors = graph.join(Embedding::new(24), &[words]);
    let case = Case::new(graph, &[vectors], 300, 3);
    let one = case.gradients(1, false).parameters;
    // Rows that do not occur are zero.
    let rows = one.chunks_exact(24).filter(|row| row.iter().all(|&d| d == 0.0)).count();
    assert!((1..2000).contains(&rows));
    for threads in 2..=4 {
        let many = case.gradients(threads, false).parameters;
        assert!(one.iter().zip(&many).all(|(a, b)| a.to_bits() == b.to_bits()), "{threads} threads");
    }
}
