//! Inference in shared memory: the same bits in fewer bytes.

use std::sync::Arc;

use pellucid_nn::{Activation::Relu, *};

/// The bytes that a session for inference took at commit 56c8d9d: every value has its own place, and the working memory is
/// that of the widest layer with an activation, in which a backward pass would have computed dL/dz.
fn bytes_before(input: usize, layers: &[(usize, bool)], batch: usize) -> usize {
    let activations: usize = input + layers.iter().map(|(units, _)| units).sum::<usize>();
    let scratch = layers.iter().filter(|(_, linear)| !linear).map(|(units, _)| *units).max().unwrap_or(0);
    (activations + scratch) * batch * size_of::<f32>()
}

#[test]
fn an_autoencoder_takes_at_most_45_percent_of_the_bytes_it_took() {
    let shallow = [(256, false), (32, true), (256, false), (784, true)];
    let deep = [
        (256, false),
        (128, false),
        (64, false),
        (32, true),
        (64, false),
        (128, false),
        (256, false),
        (784, true),
    ];
    for layers in [&shallow[..], &deep] {
        let mut network = Sequential::<f32>::new(784);
        for &(units, linear) in layers {
            network =
                network.with(if linear { Dense::new(units) } else { Dense::new(units).activation(Relu) });
        }
        let model = Model::new(network, 3).unwrap();
        for batch in [1, 256, 1024] {
            let pool = Arc::default();
            let mut lean = Session::inference(model.architecture(), batch, &pool).unwrap();
            let before = bytes_before(784, layers, batch);
            let share = lean.bytes() as f64 / before as f64;
            println!(
                "{} layers, batch {batch}: {} of {before} bytes, {share:.3}",
                layers.len(),
                lean.bytes()
            );
            assert!(share <= 0.45, "{share}");
            assert_eq!(lean.bytes(), lean.plan().session_bytes::<f32>(false));

            let mut kept = Session::observing(model.architecture(), batch, &pool).unwrap();
            let mut x = vec![0.0_f32; batch * 784];
            Stream::new(9).fill_uniform(&mut x, -1.0, 1.0);
            for session in [&mut lean, &mut kept] {
                session.input_mut(batch).copy_from_slice(&x);
                session.forward(&model, None);
            }
            let bits = |y: &[f32]| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
            assert!(bits(lean.output()) == bits(kept.output()));
            let mut y = vec![0.0; batch * 784];
            lean.predict(&model, &x, &mut y);
            assert!(bits(&y) == bits(kept.output()));
        }
    }
}

#[test]
fn of_a_session_for_inference_only_the_output_can_be_looked_at() {
    let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(3)).with(Dense::new(1)), 1).unwrap();
    let mut session = Session::inference(model.architecture(), 1, &Arc::default()).unwrap();
    session.input_mut(1).fill(1.0);
    session.forward(&model, None);
    assert!(session.activation("dense1").is_none() && session.activation("input").is_none());
    assert_eq!(session.activation("dense2").unwrap().data, session.output());
    assert!(session.gradient("dense2").is_none());
}

#[test]
fn a_session_that_observes_runs_every_node_and_predicts_the_last() {
    let mut graph = Graph::<f32>::new();
    let x = graph.input("x", 2);
    let first = graph.then(x, Dense::new(3));
    let second = graph.then(x, Dense::new(4));
    // An input may be declared late.
    graph.input("late", 1);
    let model = Model::new(graph, 1).unwrap();
    let mut session = Session::observing(model.architecture(), 1, &Arc::default()).unwrap();
    session.begin(1);
    session.numbers_mut(0).copy_from_slice(&[1.0, 2.0]);
    session.forward(&model, None);
    assert_eq!(session.output(), session.activation("dense2").unwrap().data);
    assert_eq!(
        session.activation("dense1").unwrap().data,
        model.predict_view("dense1", &[1.0, 2.0]).unwrap()
    );
    assert_eq!(model.architecture().whole().to, second);

    // A view with a loss beyond its output writes its output.
    let view = View { from: vec![x], to: first };
    let pool = Arc::default();
    let mut session = Session::training_view(model.architecture(), &view, &[second], 1, &pool).unwrap();
    let mut y = [0.0; 3];
    session.predict(&model, &[1.0, 2.0], &mut y);
    assert_eq!(y[..], model.predict_view("dense1", &[1.0, 2.0]).unwrap());
}

#[test]
fn a_summary_counts_the_gradients_written_beside() {
    let bytes = |residual: bool| {
        let mut graph = Graph::<f32>::new();
        let x = graph.input("x", 8);
        let a = graph.then(x, Dense::new(8));
        let b = graph.then(a, Dense::new(8));
        if residual {
            graph.join(Add, &[a, b]);
        } else {
            graph.then(b, Activation::Identity);
        }
        Model::new(graph, 1).unwrap().summary().training_bytes_per_sample
    };
    assert_eq!(bytes(true) - bytes(false), 8 * 4);
}
