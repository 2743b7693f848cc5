//! A graph with a residual, a tied tensor, dropout and state, trained: the same bytes for any number of threads and after
//! stopping and resuming.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::{Activation::Tanh, *};

use crate::custom::{Halve, Normalize};

fn network() -> Graph<f32> {
    let mut graph = Graph::new();
    let x = graph.input("x", 24);
    let a = graph.then(x, Dense::new(24).activation(Tanh));
    let n = graph.then(a, Normalize);
    let d = graph.then(n, Halve);
    let b = graph.then(d, Dense::new(24).activation(Tanh));
    graph.tie(b, "weight", "dense1.weight");
    let sum = graph.join(Add, &[a, b]);
    graph.then(sum, Dense::new(24));
    graph
}

fn data(rows: usize) -> Dataset {
    let pixels = (0..rows * 24).map(|i| ((i * i * 31 + i) % 251) as u8).collect();
    Dataset::new(Features::U8(Matrix::new(rows, 24, pixels).unwrap()), Targets::SameAsInput).unwrap()
}

struct StopAt(u64, u64);

impl Observer<f32> for StopAt {
    fn step(&mut self, report: &StepReport) -> ControlFlow<()> {
        if (report.epoch, report.step) == (self.0, self.1) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

fn config() -> TrainConfig {
    TrainConfig {
        epochs: 3,
        batch_size: 400,
        early_stopping: Some(EarlyStopping { patience: 3, min_delta: 0.0 }),
        optimizer: serde_json::from_str(r#"{"kind": "adam"}"#).unwrap(),
        ..TrainConfig::default()
    }
}

/// The bytes of a run that is stopped and read again after some steps.
fn run(threads: usize, stops: &[(u64, u64)], path: &Path) -> Vec<u8> {
    let pool = Arc::new(Pool::new(threads));
    let (train, validation) = (data(1000), data(100));
    let mut trainer = Trainer::new(Model::new(network(), 4).unwrap(), config(), &pool).unwrap();
    for &(epoch, step) in stops {
        let outcome = trainer.fit(&train, Some(&validation), &mut StopAt(epoch, step)).unwrap();
        assert_eq!(outcome, Outcome::Interrupted);
        trainer.checkpoint().write(path).unwrap();
        trainer = Trainer::resume(Checkpoint::read_into(path, network()).unwrap(), config(), &pool).unwrap();
    }
    trainer.fit(&train, Some(&validation), &mut ()).unwrap();
    trainer.checkpoint().to_bytes().unwrap()
}

#[test]
fn threads_and_stops_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latest.safetensors");
    let alone = run(1, &[], &path);
    let names = checkpoint::parse_header("alone", &alone).unwrap().1;
    for name in ["state/normalize1.mean", "best_state"] {
        assert!(names.iter().any(|tensor| tensor.name == name), "{name}");
    }
    for threads in 2..=4 {
        assert!(run(threads, &[], &path) == alone, "{threads} threads");
    }
    for stops in [&[(1, 1)][..], &[(2, 2)], &[(1, 3)], &[(1, 2), (2, 1), (3, 2)]] {
        assert!(run(2, stops, &path) == alone, "{stops:?}");
    }
}
