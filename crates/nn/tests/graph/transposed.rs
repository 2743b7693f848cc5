//! Dense layers whose weight lies the other way.

use std::sync::Arc;

use pellucid_nn::{Activation::Tanh, *};

use crate::case::Case;

/// An autoencoder whose decoder uses the encoder's weights.
fn tied<F: Scalar>(widths: [usize; 3]) -> (Graph<F>, Value) {
    let mut graph = Graph::new();
    let x = graph.input("input", widths[0]);
    let a = graph.then(x, Dense::new(widths[1]).activation(Tanh));
    let code = graph.then(a, Dense::new(widths[2]));
    let b = graph.then(code, Dense::new(widths[1]).activation(Tanh).transposed());
    graph.tie(b, "weight", "dense2.weight");
    let y = graph.then(b, Dense::new(widths[0]).transposed());
    graph.tie(y, "weight", "dense1.weight");
    (graph, y)
}

#[test]
fn a_decoder_with_the_weights_of_its_encoder() {
    let (graph, y) = tied::<f64>([6, 4, 2]);
    let case = Case::new(graph, &[y], 5, 3);
    assert_eq!(case.model.parameters().len(), 6 * 4 + 4 + 4 * 2 + 2 + 4 + 6);
    case.check(1e-9);
}

#[test]
fn threads_give_the_same_bits() {
    let (graph, y) = tied::<f32>([96, 64, 20]);
    let case = Case::new(graph, &[y], 300, 3);
    let one = case.gradients(1, true);
    for threads in 2..=4 {
        let many = case.gradients(threads, true);
        assert!(one.parameters.iter().zip(&many.parameters).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

#[test]
fn the_same_function_as_a_layer_with_the_transpose_of_the_weight() {
    let mut plain = Model::<f32>::new(Sequential::new(7).with(Dense::new(5).activation(Tanh)), 1).unwrap();
    let network = Sequential::new(7).with(Dense::new(5).activation(Tanh).transposed());
    let transposed = Model::<f32>::new(network, 1).unwrap();
    assert_eq!(transposed.parameter("dense1.weight").unwrap().shape, [5, 7]);
    for row in 0..5 {
        for column in 0..7 {
            plain.parameters_mut()[5 * column + row] = transposed.parameters()[7 * row + column];
        }
    }
    let x: Vec<f32> = (0..21).map(|i| i as f32 / 10.0 - 1.0).collect();
    let close = |a: &[f32], b: &[f32], by: f32| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= by);
    let y = transposed.predict(&x).unwrap();
    assert!(close(&y, &plain.predict(&x).unwrap(), 1e-6));
    let mut in_bf16 = vec![0.0; y.len()];
    Bf16Model::new(&transposed, &Arc::default()).unwrap().predict(&x, &mut in_bf16).unwrap();
    assert!(close(&y, &in_bf16, 0.01));
}

#[test]
fn variances_are_those_of_the_function() {
    let model = |layer: Dense| Model::<f64>::new(Sequential::new(400).with(layer), 1).unwrap();
    let variance = |model: Model<f64>| {
        let weight = model.parameter("dense1.weight").unwrap().data;
        weight.iter().map(|w| w * w).sum::<f64>() / weight.len() as f64
    };
    let expected = 2.0 / 400.0;
    let found = variance(model(Dense::new(100).init(Init::HeNormal).transposed()));
    assert!((found / expected - 1.0).abs() < 0.03, "{found}, expected {expected}");
}

#[test]
fn files_say_it_where_it_is_so_only() {
    let told = |dense: Dense| serde_json::to_string(&dense).unwrap();
    assert_eq!(told(Dense::new(3)), r#"{"units":3,"activation":"identity","init":"xavier_normal"}"#);
    assert!(told(Dense::new(3).transposed()).ends_with(r#","transposed":true}"#));
    let read: LayerConfig =
        serde_json::from_str(r#"{"kind": "dense", "units": 3, "transposed": true}"#).unwrap();
    assert_eq!(read, LayerConfig::Dense(Dense::new(3).transposed()));
}
