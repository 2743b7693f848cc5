//! State that only `remember` changes, and what forward saves, looked at by name.

use std::sync::Arc;

use pellucid_nn::{Activation::Tanh, *};

use crate::case::Case;
use crate::custom::{Halve, Normalize};

fn network() -> (Graph<f64>, Value) {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let h = graph.then(x, Dense::new(4).activation(Tanh));
    let n = graph.then(h, Normalize);
    let n = graph.name(n, "block.norm");
    let y = graph.then(n, Halve);
    (graph, y)
}

#[test]
fn state_begins_as_declared_is_left_alone_by_forward_and_changed_once_by_remember() {
    let (graph, y) = network();
    let mut case = Case::new(graph, &[y], 6, 2);
    let names: Vec<&str> = case.model.plan().states.iter().map(|tensor| &*tensor.name).collect();
    assert_eq!(names, ["block.norm.mean", "block.norm.variance"]);
    assert_eq!(case.model.state(), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);

    let mut session = case.session(1);
    case.load(&mut session);
    session.forward(&case.model, case.stream);
    session.forward(&case.model, case.stream);
    let hidden = session.activation("dense1").unwrap().data.to_vec();
    let mut state = case.model.state().to_vec();
    session.remember(&mut state);
    for column in 0..4 {
        let mean = (0..6).map(|row| hidden[4 * row + column]).sum::<f64>() / 6.0;
        let variance = (0..6).map(|row| (hidden[4 * row + column] - mean).powi(2)).sum::<f64>() / 6.0;
        assert!((state[column] - 0.1 * mean).abs() < 1e-15);
        assert!((state[4 + column] - (0.9 + 0.1 * variance)).abs() < 1e-15);
        // What was saved has a name.
        assert!((session.saved("block.norm.mean").unwrap().data[column] - mean).abs() < 1e-15);
    }
    let normal = session.saved("block.norm.normal").unwrap();
    assert_eq!((normal.name, normal.shape), ("normal", vec![6, 4]));
    assert_eq!(session.saved("block.norm.variance").unwrap().shape, [4]);
    for unknown in ["block.norm", "block.norm.nothing", "block", "normal", "", "dense1.mean"] {
        assert_eq!(session.saved(unknown), None, "{unknown}");
    }
    assert_eq!(case.model.state(), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0], "forward reads only");

    // Evaluation is computed from the state.
    case.model.state_mut().copy_from_slice(&state);
    assert_eq!(case.model.state_tensor("block.norm.variance").unwrap().data, &state[4..]);
    let factor = case.model.parameter("block.norm.factor").unwrap().data.to_vec();
    let crate::case::Samples::Numbers(x) = &case.samples[0] else { unreachable!() };
    let y = case.model.predict(x).unwrap();
    for (i, y) in y.iter().enumerate() {
        let c = i % 4;
        let expected = factor[c] * (hidden[i] - state[c]) / (state[4 + c] + 0.1).sqrt();
        assert!((y - expected).abs() < 1e-14);
    }
}

#[test]
fn a_shared_layer_keeps_its_own_state() {
    let mut graph = Graph::<f64>::new();
    let x = graph.input("x", 3);
    let a = graph.then(x, Normalize);
    let b = graph.then(a, Normalize);
    graph.share(b, a);
    let model = Model::new(graph, 1).unwrap();
    assert_eq!((model.parameters().len(), model.state().len()), (3, 12));
}

#[test]
fn in_evaluation_nothing_is_saved() {
    let (graph, _) = network();
    let model = Model::new(graph, 1).unwrap();
    let mut session = Session::observing(model.architecture(), 2, &Arc::default()).unwrap();
    session.input_mut(2).copy_from_slice(&[0.5, 1.0, -1.0, 0.0, 2.0, 1.0]);
    session.forward(&model, None);
    assert_eq!(session.saved("block.norm.mean"), None);
    // A random layer may be run by itself too, as for an average over dropout.
    session.forward(&model, Some(Stream::new(4)));
    let zeros = session.output().iter().filter(|y| **y == 0.0).count();
    assert!((1..8).contains(&zeros), "{:?}", session.output());
}

#[test]
fn state_depends_on_no_optimiser_and_is_kept_beside_the_parameters() {
    let (graph, _) = network();
    let model = Model::new(graph, 1).unwrap();
    assert_eq!(model.parameters().len(), 3 * 4 + 4 + 4);
    assert!(!model.plan().tensors[2].decays && model.plan().tensors[0].decays);
}
