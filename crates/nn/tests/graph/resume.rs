//! A training of everything at once: the same bytes for any number of threads and after stopping and resuming.

use std::path::Path;
use std::sync::Arc;

use pellucid_nn::*;

use crate::stop_at::StopAt;
use crate::trained::{config, data, network};

/// The bytes of a run that is stopped and read again after some steps: parameters, optimiser's and layers' state, history.
fn run(config: &TrainConfig, threads: usize, stops: &[(u64, u64)], path: &Path) -> Vec<u8> {
    let pool = Arc::new(Pool::new(threads));
    // Three steps an epoch, the last smaller.
    let (train, validation) = (data(3600), data(100));
    let mut trainer = Trainer::new(Model::new(network(), 4).unwrap(), config.clone(), &pool).unwrap();
    for &(epoch, step) in stops {
        let outcome = trainer.fit(&train, Some(&validation), &mut StopAt(epoch, step)).unwrap();
        assert_eq!(outcome, Outcome::Interrupted);
        trainer.checkpoint().write(path).unwrap();
        let checkpoint = Checkpoint::read_into(path, network()).unwrap();
        trainer = Trainer::resume(checkpoint, config.clone(), &pool).unwrap();
    }
    trainer.fit(&train, Some(&validation), &mut ()).unwrap();
    assert_eq!(trainer.history().epochs.len(), 3);
    assert_eq!(trainer.history().epochs[2].train_terms.len(), 2);
    trainer.checkpoint().to_bytes().unwrap()
}

#[test]
fn threads_and_stops_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latest.safetensors");
    for config in [config(1600, 1), config(800, 2)] {
        let alone = run(&config, 1, &[], &path);
        let names = checkpoint::parse_header("alone", &alone).unwrap().1;
        for name in ["state/normalize1.mean", "best_state"] {
            assert!(names.iter().any(|tensor| tensor.name == name), "{name}");
        }
        for threads in 2..=4 {
            assert!(run(&config, threads, &[], &path) == alone, "{threads} threads");
        }
        for stops in [&[(1, 1)][..], &[(2, 2)], &[(1, 3)], &[(2, 0)], &[(1, 2), (2, 1), (3, 2)]] {
            assert!(run(&config, 2, stops, &path) == alone, "{stops:?}");
        }
    }
}
