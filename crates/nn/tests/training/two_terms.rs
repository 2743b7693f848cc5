//! A small network with two losses in `f64`, and samples for it.

use std::sync::Arc;

use pellucid_data::{Column, Dataset, Features, Matrix};
use pellucid_nn::{Activation::Tanh, *};

pub const CLASSES: usize = 3;

/// Three numbers; a value of two numbers, and an output of three logits.
pub fn network() -> Graph<f64> {
    let mut graph = Graph::new();
    let x = graph.input("x", 3);
    let hidden = graph.then(x, Dense::new(5).activation(Tanh));
    let values = graph.then(hidden, Dense::new(2));
    graph.name(values, "values");
    let logits = graph.then(hidden, Dense::new(CLASSES));
    graph.name(logits, "logits");
    graph
}

pub fn model() -> Model<f64> {
    Model::new(network(), 5).unwrap()
}

fn term(name: &str, loss: impl Into<LossConfig>, target: &str, weight: f64) -> TermConfig {
    let target = TargetOf::Column(target.into());
    TermConfig { name: name.into(), loss: loss.into(), of: Some(name.into()), target, weight }
}

pub fn terms() -> Vec<TermConfig> {
    vec![
        term("values", LossConfig::Mse, "values", 0.7),
        term("logits", CrossEntropyWithLogits, "target", 1.5),
    ]
}

pub fn objective(class_weights: Option<ClassWeights>) -> Objective<'static, f64> {
    Objective::from_config(LossConfig::Mse, &terms()).class_weights(class_weights)
}

/// Random samples of classes 0, 0, 0, 1, 2, 1, and so on in turn.
pub fn data(rows: usize) -> Dataset {
    let draw = |tag, width| {
        let mut numbers = vec![0.0; rows * width];
        Stream::new(3).child(tag).fill_normal(&mut numbers, 0.0, 1.0);
        Column::numbers(Features::F64(Matrix::new(rows, width, numbers).unwrap()))
    };
    let classes = (0..rows).map(|row| [0, 0, 0, 1, 2, 1][row % 6]).collect();
    let columns = [("x", draw(1, 3)), ("values", draw(2, 2)), ("target", Column::classes(classes, CLASSES))];
    Dataset::from_columns(columns).unwrap()
}

pub fn weighted(rows: usize, weight: impl Fn(usize) -> f64) -> Dataset {
    let weights: Vec<f64> = (0..rows).map(weight).collect();
    data(rows).with_column("weight", Column::weights(weights)).unwrap()
}

/// A network with one class for each of three places of a sample, and samples for it, without weights and with.
pub fn places() -> (Model<f64>, Dataset, Dataset) {
    let mut graph = Graph::new();
    let words = graph.indices("words", 3, 6);
    graph.join(Embedding::new(4), &[words]);
    let indices = |below: usize, factor: usize| {
        let numbers = (0..15).map(|i| (i * factor % below) as u32).collect();
        Column::indices(Matrix::new(5, 3, numbers).unwrap(), below)
    };
    let samples = Dataset::from_columns([("words", indices(6, 7)), ("target", indices(4, 5))]).unwrap();
    let weights = Column::weights(vec![1.0, 0.5, 0.0, 2.0, 3.0]);
    (Model::new(graph, 3).unwrap(), samples.clone(), samples.with_column("weight", weights).unwrap())
}

/// Losses and gradient of all samples at once.
pub fn gradient(objective: Objective<'static, f64>, data: &Dataset) -> (Losses, Vec<f64>) {
    gradient_in_parts(model(), objective, data, usize::MAX)
}

/// Losses and gradient of all samples, at most `most` at a time.
pub fn gradient_in_parts(
    model: Model<f64>,
    objective: Objective<'static, f64>,
    data: &Dataset,
    most: usize,
) -> (Losses, Vec<f64>) {
    let learner = Learner::new(model, objective, Box::new(Sgd::default()), &Arc::default());
    let mut learner = learner.unwrap().with_accumulation(most).unwrap();
    let all: Vec<u32> = (0..data.len() as u32).collect();
    let losses = learner.gradient(data, &all, Stream::new(1)).unwrap();
    assert!(learner.session().plan().max_batch <= most);
    (losses, learner.gradients().to_vec())
}

pub fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{what}, element {i}: {found}, expected {expected}");
    }
}
