//! The trainer: what it reaches, when it stops, what it reports and what it refuses.

use std::ops::ControlFlow;
use std::sync::Arc;

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::*;

const PLAIN: OptimizerConfig =
    OptimizerConfig::Sgd(Sgd { momentum: 0.0, nesterov: false, weight_decay: 0.0 });

fn values<T>(width: usize, numbers: Vec<T>) -> Matrix<T> {
    Matrix::new(numbers.len() / width, width, numbers).unwrap()
}

fn xor() -> Dataset {
    let inputs = Features::F32(values(2, vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]));
    let targets = Features::F32(values(1, vec![0.0, 1.0, 1.0, 0.0]));
    Dataset::new(inputs, Targets::Values(targets)).unwrap()
}

fn xor_network<F: Scalar>() -> Sequential<F> {
    Sequential::new(2)
        .with(Dense::new(4).activation(Activation::Tanh))
        .with(Dense::new(1).activation(Activation::Sigmoid))
}

fn xor_config(epochs: u64) -> TrainConfig {
    TrainConfig { epochs, batch_size: 4, schedule: Schedule::constant(0.5), ..TrainConfig::default() }
}

fn trainer<F: Scalar + pellucid_data::Element>(network: Sequential<F>, config: TrainConfig) -> Trainer<F> {
    Trainer::new(Model::new(network, config.seed).unwrap(), config, &Arc::default()).unwrap()
}

#[test]
fn xor_is_solved_for_every_one_of_100_seeds() {
    let data = xor();
    let mut worst = (0.0, 0);
    for seed in 0..100 {
        let mut trainer = trainer::<f32>(xor_network(), TrainConfig { seed, ..xor_config(5000) });
        assert_eq!(trainer.fit(&data, None, &mut ()).unwrap(), Outcome::Finished);
        let outputs = trainer.model().predict(&[0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]).unwrap();
        assert_eq!(
            outputs.iter().map(|&y| y > 0.5).collect::<Vec<_>>(),
            [false, true, true, false],
            "seed {seed}"
        );
        let loss = trainer.evaluate(&data).unwrap();
        assert!(loss <= 5e-4, "seed {seed}: {loss}");
        worst = if loss > worst.0 { (loss, seed) } else { worst };
    }
    println!("XOR: 100 of 100 seeds; the worst final loss is {:.3e}, of seed {}", worst.0, worst.1);
}

/// Uniform numbers: eight samples of three inputs, and targets that have nothing to do with them.
fn noise(seed: u64) -> Dataset {
    let draw = |tag, len| {
        let mut x = vec![0.0_f64; len];
        Stream::new(seed).child(tag).fill_uniform(&mut x, -1.0, 1.0);
        x
    };
    Dataset::new(
        Features::F64(values(3, draw(1, 24))),
        Targets::Values(Features::F64(values(2, draw(2, 16)))),
    )
    .unwrap()
}

fn wide() -> Sequential<f64> {
    Sequential::new(3).with(Dense::new(30).activation(Activation::Tanh)).with(Dense::new(2))
}

/// Keeps the parameters of every epoch.
#[derive(Default)]
struct Keep(Vec<Vec<f64>>);

impl Observer<f64> for Keep {
    fn epoch(&mut self, record: &EpochRecord, model: &Model<f64>) -> ControlFlow<()> {
        assert_eq!(record.epoch as usize, self.0.len() + 1);
        self.0.push(model.parameters().to_vec());
        ControlFlow::Continue(())
    }
}

#[test]
fn early_stopping_waits_and_restores_the_best_epoch() {
    let (train, validation) = (noise(1), noise(2));
    for patience in [1, 5] {
        let config = TrainConfig {
            epochs: 500,
            batch_size: 4,
            schedule: Schedule::constant(0.05),
            early_stopping: Some(EarlyStopping { patience, min_delta: 1e-4 }),
            ..TrainConfig::default()
        };
        let mut trainer = trainer(wide(), config);
        let mut kept = Keep::default();
        assert_eq!(trainer.fit(&train, Some(&validation), &mut kept).unwrap(), Outcome::StoppedEarly);

        let losses = trainer.history().validation_losses();
        let (best_epoch, best) = trainer.history().best.unwrap();
        let (since, fallen) = trainer.progress().patient_since.unwrap();
        assert_eq!(
            losses.len() as u64,
            since + patience,
            "stops {patience} epochs after the last fall of 1e-4"
        );
        assert_eq!(losses[since as usize - 1], fallen);
        assert!(losses[since as usize..].iter().all(|&loss| loss >= fallen - 1e-4));
        assert_eq!(losses[best_epoch as usize - 1], best);
        assert!(losses.iter().all(|&loss| loss >= best), "the best is the least");
        assert_eq!(trainer.model().parameters(), kept.0[best_epoch as usize - 1]);
        assert_eq!(trainer.evaluate(&validation).unwrap(), best);
    }
}

#[test]
fn early_stopping_without_a_validation_set_is_refused() {
    let early_stopping = Some(EarlyStopping { patience: 3, min_delta: 0.0 });
    let mut trainer = trainer(wide(), TrainConfig { early_stopping, ..TrainConfig::default() });
    let message = trainer.fit(&noise(1), None, &mut ()).unwrap_err().to_string();
    assert_eq!(message, "early_stopping: expected a validation set");
}

#[test]
fn the_best_checkpoint_is_that_of_the_least_validation_loss() {
    let folder = tempfile::tempdir().unwrap();
    let best = folder.path().join("best.safetensors");
    let config = TrainConfig { epochs: 40, schedule: Schedule::constant(0.3), ..TrainConfig::default() };
    let policy = CheckpointPolicy { best: Some(best.clone()), ..CheckpointPolicy::default() };
    let mut trainer = trainer(wide(), config).checkpoints(policy);
    let mut kept = Keep::default();
    trainer.fit(&noise(1), Some(&noise(2)), &mut kept).unwrap();

    let losses = trainer.history().validation_losses();
    let least = (0..40).min_by(|&a, &b| losses[a].total_cmp(&losses[b])).unwrap();
    assert!((1..39).contains(&least), "the best epoch is inside the run: {least}");
    let read = Checkpoint::<f64>::read(&best).unwrap();
    assert_eq!(read.model().parameters(), kept.0[least]);
    let history = &read.training().unwrap().history;
    assert_eq!(history.best, Some((least as u64 + 1, losses[least])));
    assert_eq!(history.epochs[..], trainer.history().epochs[..=least]);
}

/// The Euclidean length of the first step with learning rate 1.
fn first_step(clip_norm: Option<f64>) -> f64 {
    let config = TrainConfig {
        batch_size: 8,
        schedule: Schedule::constant(1.0),
        clip_norm,
        optimizer: PLAIN,
        ..TrainConfig::default()
    };
    let mut trainer = trainer(wide(), config);
    let before = trainer.model().parameters().to_vec();
    trainer.fit(&noise(1), None, &mut ()).unwrap();
    before.iter().zip(trainer.model().parameters()).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn clipping_limits_a_long_step_and_leaves_a_short_one() {
    let free = first_step(None);
    assert!(free > 0.1, "{free}");
    for limit in [free / 2.0, free / 100.0] {
        assert!((first_step(Some(limit)) / limit - 1.0).abs() < 1e-12);
    }
    assert_eq!(first_step(Some(2.0 * free)), free);
}

#[test]
fn divergence_is_an_error_that_names_the_step() {
    let config = TrainConfig {
        epochs: 100,
        batch_size: 4,
        schedule: Schedule::constant(1e6),
        ..TrainConfig::default()
    };
    let mut diverging = trainer(wide(), config.clone());
    let error = diverging.fit(&noise(1), None, &mut ()).unwrap_err();
    let Error::Diverged { epoch, step, loss } = error else { panic!("{error}") };
    assert!(epoch > 1 && (1..=2).contains(&step) && !loss.is_finite());
    let message = error.to_string();
    for part in [&format!("in epoch {epoch}, step {step}"), "training diverged", "learning rate"] {
        assert!(message.contains(part), "{part:?} is not in {message}");
    }
    assert_eq!(diverging.history().epochs.len() as u64, epoch - 1);

    // A step that spoils the model at the end of an epoch shows in the validation loss.
    let config = TrainConfig { epochs: 1, schedule: Schedule::constant(1e300), ..config };
    let error = trainer(wide(), config).fit(&noise(1), Some(&noise(2)), &mut ()).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 1, .. }), "{error}");
}

#[test]
fn weight_decay_is_reported_in_the_regularised_loss() {
    let fit = |optimizer| {
        let config = TrainConfig { epochs: 3, optimizer, ..TrainConfig::default() };
        let mut trainer = trainer(wide(), config);
        let mut kept = Keep::default();
        trainer.fit(&noise(1), None, &mut kept).unwrap();
        (trainer.history().clone(), kept.0)
    };
    let decaying = [
        OptimizerConfig::from(Sgd { weight_decay: 0.02, ..Default::default() }),
        OptimizerConfig::from(Adam { weight_decay: 0.02, ..Default::default() }),
    ];
    for optimizer in decaying {
        let (history, parameters) = fit(optimizer);
        for (record, parameters) in history.epochs.iter().zip(parameters) {
            let penalty = 0.01 * parameters.iter().map(|x| x * x).sum::<f64>();
            let expected = record.train_loss + penalty;
            assert!((record.regularised_loss.unwrap() / expected - 1.0).abs() < 1e-12);
        }
    }
    // Decoupled decay is the gradient of no penalty.
    let adamw = OptimizerConfig::from(AdamW { weight_decay: 0.02, ..Default::default() });
    for optimizer in [PLAIN, adamw] {
        assert!(fit(optimizer).0.epochs.iter().all(|record| record.regularised_loss.is_none()));
    }
}

#[test]
fn losses_of_an_epoch_are_weighted_by_samples() {
    // A rate too small to move anything: the epoch's loss is then that of the whole set, though the last batch of
    // two samples is smaller than the others of three.
    let config = TrainConfig {
        batch_size: 3,
        schedule: Schedule::constant(1e-300),
        seed: 3,
        ..TrainConfig::default()
    };
    let mut trainer = trainer(wide(), config);
    let whole = trainer.evaluate(&noise(1)).unwrap();
    trainer.fit(&noise(1), None, &mut ()).unwrap();
    assert!((trainer.history().epochs[0].train_loss / whole - 1.0).abs() < 1e-12);
}

#[test]
fn an_interruption_at_the_only_step_of_an_epoch_counts() {
    struct Stop;
    impl Observer<f32> for Stop {
        fn step(&mut self, report: &StepReport) -> ControlFlow<()> {
            if report.epoch == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    let mut trainer = trainer::<f32>(xor_network(), xor_config(10));
    assert_eq!(trainer.fit(&xor(), None, &mut Stop).unwrap(), Outcome::Interrupted);
    assert_eq!(trainer.history().epochs.len(), 3);
    assert_eq!(trainer.fit(&xor(), None, &mut ()).unwrap(), Outcome::Finished);
    assert_eq!(trainer.history().epochs.len(), 10);
}

#[test]
fn data_that_cannot_be_trained_on_are_refused_with_the_place() {
    let mut inputs = vec![0.5_f32; 12];
    inputs[7] = f32::NAN;
    let message =
        Dataset::new(Features::F32(values(3, inputs)), Targets::SameAsInput).unwrap_err().to_string();
    assert_eq!(message, "inputs: expected a finite number, found NaN (at row 2, column 1, counted from 0)");

    let targets = Targets::Values(Features::F64(values(1, vec![0.0, 1.0, f64::INFINITY, 0.0])));
    let inputs = Features::F32(values(3, vec![0.5_f32; 12]));
    let message = Dataset::new(inputs.clone(), targets).unwrap_err().to_string();
    assert_eq!(message, "targets: expected a finite number, found inf (at row 2, column 0, counted from 0)");

    let mut trainer = trainer::<f32>(xor_network(), xor_config(1));
    let mut refusal = |data: &Dataset| trainer.fit(data, None, &mut ()).unwrap_err().to_string();
    let wide = Dataset::new(inputs, Targets::SameAsInput).unwrap();
    assert_eq!(refusal(&wide), "expected samples of 2 numbers, the network's input, found samples of 3");
    let inputs = Features::F32(values(2, vec![0.5_f32; 8]));
    let pairs = Dataset::new(inputs, Targets::SameAsInput).unwrap();
    assert_eq!(refusal(&pairs), "expected targets of 1 numbers, the network's output, found targets of 2");
    assert_eq!(refusal(&pairs.subset(&[]).unwrap()), "expected at least one sample, found an empty data set");
}

#[test]
fn settings_out_of_range_are_named() {
    let good = TrainConfig::default();
    let sgd = |momentum, nesterov, weight_decay| TrainConfig {
        optimizer: Sgd { momentum, nesterov, weight_decay }.into(),
        ..TrainConfig::default()
    };
    let early = |patience, min_delta| TrainConfig {
        early_stopping: Some(EarlyStopping { patience, min_delta }),
        ..TrainConfig::default()
    };
    let cases = [
        (TrainConfig { batch_size: 0, ..good.clone() }, "batch_size = 0: expected at least 1"),
        (TrainConfig { clip_norm: Some(-1.0), ..good.clone() }, "clip_norm = -1: expected a positive number"),
        (TrainConfig { loss: LossConfig::from(Huber { delta: f64::NAN }), ..good.clone() }, "delta = NaN"),
        (TrainConfig { schedule: Schedule::constant(0.0), ..good }, "learning_rate = 0"),
        (sgd(1.0, false, 0.0), "momentum = 1: expected 0 <= momentum < 1"),
        (sgd(0.0, true, 0.0), "expected a momentum"),
        (sgd(0.0, false, -0.1), "weight_decay = -0.1: expected 0 or more"),
        (early(0, 0.0), "patience = 0"),
        (early(1, f64::INFINITY), "min_delta = inf"),
    ];
    for (config, expected) in cases {
        let model = Model::<f32>::new(xor_network(), 0).unwrap();
        let message = Trainer::new(model, config, &Arc::default()).unwrap_err().to_string();
        assert!(message.contains(expected), "{expected:?} is not in {message}");
    }
}
