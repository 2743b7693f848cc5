//! A training of everything at once: a residual, a tied tensor, state, random numbers, two losses, weights of samples and
//! classes, groups.

use pellucid_data::{Column, Dataset, Features, Matrix};
use pellucid_nn::{Activation::Tanh, *};

use crate::custom::{Halve, Normalize};

pub const WIDTH: usize = 48;
pub const CLASSES: usize = 5;

pub fn network() -> Graph<f32> {
    let mut graph = Graph::new();
    let x = graph.input("x", WIDTH);
    let a = graph.then(x, Dense::new(WIDTH).activation(Tanh));
    let n = graph.then(a, Normalize);
    let d = graph.then(n, Halve);
    let b = graph.then(d, Dense::new(WIDTH).activation(Tanh));
    graph.tie(b, "weight", "dense1.weight");
    let sum = graph.join(Add, &[a, b]);
    let image = graph.then(sum, Dense::new(WIDTH));
    graph.name(image, "image");
    graph.then(sum, Dense::new(CLASSES));
    graph
}

/// Images with a class, and every third with another weight.
pub fn data(rows: usize) -> Dataset {
    let pixels = (0..rows * WIDTH).map(|i| ((i * i * 31 + i) % 251) as u8).collect();
    let classes = (0..rows).map(|i| (i * i % CLASSES) as u32).collect();
    let weights: Vec<f64> = (0..rows).map(|i| if i % 3 == 0 { 0.25 * (i % 7) as f64 } else { 1.0 }).collect();
    Dataset::from_columns([
        ("x", Column::numbers(Features::U8(Matrix::new(rows, WIDTH, pixels).unwrap()))),
        ("target", Column::classes(classes, CLASSES)),
        ("weight", Column::weights(weights)),
    ])
    .unwrap()
}

/// Steps on `parts` times `batch_size` samples.
pub fn config(batch_size: usize, parts: usize) -> TrainConfig {
    let image = TermConfig {
        name: "image".into(),
        loss: LossConfig::Mse,
        of: Some("image".into()),
        target: TargetOf::Value("x".into()),
        weight: 0.5,
    };
    let class = TermConfig {
        name: "class".into(),
        loss: CrossEntropyWithLogits.into(),
        of: None,
        target: TargetOf::default(),
        weight: 1.0,
    };
    TrainConfig {
        epochs: 3,
        batch_size,
        accumulate: parts,
        terms: vec![image, class],
        class_weights: Some(ClassWeights::BALANCED),
        optimizer: AdamW::default().into(),
        groups: vec![
            ParameterGroup { rate: 0.5, ..ParameterGroup::new("dense1.*") },
            ParameterGroup { frozen: true, ..ParameterGroup::new("image.bias") },
        ],
        schedule: Schedule::cosine(0.01),
        clip_norm: Some(0.5),
        early_stopping: Some(EarlyStopping { patience: 3, min_delta: 0.0 }),
        ..TrainConfig::default()
    }
}
