//! The same seed gives the same checkpoint, byte for byte: for any number of threads, and after stopping and
//! resuming anywhere.

mod common;
#[path = "common/stop_at.rs"]
mod stop_at;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use pellucid_data::Dataset;
use pellucid_nn::*;
use stop_at::StopAt;

const ADAM: OptimizerConfig =
    OptimizerConfig::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0 });

fn pool(threads: usize) -> Arc<Pool> {
    Arc::new(Pool::new(threads))
}

fn bytes<F: Scalar + pellucid_data::Element>(trainer: &Trainer<F>) -> Vec<u8> {
    trainer.checkpoint().to_bytes().unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    // Six steps an epoch, the last of 220 samples.
    let data = common::pixels(1500, 784);
    let config = TrainConfig {
        epochs: 2,
        batch_size: 256,
        seed: 42,
        loss: LossConfig::BceWithLogits,
        optimizer: ADAM,
        schedule: Schedule::cosine(1e-3),
        ..TrainConfig::default()
    };
    let run = |threads| {
        let model = Model::new(common::autoencoder(), 42).unwrap();
        let mut trainer = Trainer::new(model, config.clone(), &pool(threads)).unwrap();
        trainer.fit(&data, Some(&data), &mut ()).unwrap();
        bytes(&trainer)
    };
    let one = run(1);
    for threads in 2..=4 {
        assert!(run(threads) == one, "{threads} threads give other bytes than one");
    }
}

/// y = x n with n fresh random numbers for every step and sample, as dropout draws them.
#[derive(Debug)]
struct Noise;

impl Layer<f32> for Noise {
    fn kind(&self) -> &'static str {
        "noise"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::json!({"kind": "noise"})
    }
    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        Ok(Need {
            saved: vec![TensorSpec::per_sample("noise", input.clone())],
            ..Need::output(input.clone(), input.len() as u64)
        })
    }
    fn forward(&self, io: Forward<'_, f32>) {
        let Some(stream) = io.mode.stream() else { return io.y.copy_from_slice(io.x) };
        let [noise] = io.saved.expect("training").get();
        stream.fill_uniform(noise, 0.5, 1.5);
        for ((y, x), n) in io.y.iter_mut().zip(io.x).zip(noise) {
            *y = x * *n;
        }
    }
    fn backward(&self, io: Backward<'_, f32>) {
        let [noise] = io.saved.get();
        for ((dx, dy), n) in io.dx.unwrap().iter_mut().zip(io.dy).zip(noise) {
            *dx = dy * n;
        }
    }
}

fn small() -> Sequential<f32> {
    Sequential::new(96)
        .with(Dense::new(40).activation(Activation::Tanh))
        .with(Noise)
        .with(Dense::new(10))
        .named("latent")
        .with(Dense::new(40).activation(Activation::Relu))
        .with(Dense::new(96))
        .view("encoder", 0..3)
        .view("decoder", 3..5)
}

/// Four epochs of five steps, the last of an epoch smaller.
fn small_run() -> (TrainConfig, Dataset, Dataset) {
    let config = TrainConfig {
        epochs: 4,
        batch_size: 64,
        seed: 7,
        loss: LossConfig::BceWithLogits,
        ..TrainConfig::default()
    };
    (config, common::pixels(300, 96), common::pixels(50, 96))
}

/// Every setting that has a state of its own.
fn settings() -> Vec<TrainConfig> {
    let (config, ..) = small_run();
    let momentum = OptimizerConfig::from(Sgd { momentum: 0.9, nesterov: true, weight_decay: 1e-4 });
    let adamw = OptimizerConfig::from(AdamW::default());
    vec![
        config.clone(),
        TrainConfig { optimizer: ADAM, schedule: Schedule::cosine(0.01).warmup(7), ..config.clone() },
        TrainConfig { optimizer: momentum, clip_norm: Some(0.05), ..config.clone() },
        TrainConfig { optimizer: adamw, schedule: Schedule::step(0.01, 1, 0.5), ..config.clone() },
        // Nothing falls by 10, so that patience ends with the third epoch, whichever is the best.
        TrainConfig {
            optimizer: ADAM,
            early_stopping: Some(EarlyStopping { patience: 2, min_delta: 10.0 }),
            ..config
        },
    ]
}

fn start(config: &TrainConfig, threads: usize) -> Trainer<f32> {
    Trainer::new(Model::new(small(), config.seed).unwrap(), config.clone(), &pool(threads)).unwrap()
}

fn resume(path: &Path, config: &TrainConfig, threads: usize) -> Trainer<f32> {
    let checkpoint = Checkpoint::read_into(path, small()).unwrap();
    Trainer::resume(checkpoint, config.clone(), &pool(threads)).unwrap()
}

#[test]
fn an_interrupted_run_ends_with_the_bytes_of_one_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latest.safetensors");
    let (_, train, validation) = small_run();
    for config in settings() {
        let mut alone = start(&config, 1);
        let outcome = alone.fit(&train, Some(&validation), &mut ()).unwrap();
        let early = config.early_stopping.is_some();
        assert_eq!(outcome, if early { Outcome::StoppedEarly } else { Outcome::Finished });
        assert_eq!(alone.history().epochs.len(), if early { 3 } else { 4 });

        // One by one, then one after the other; 5 is the last step of an epoch.
        let places = [(1, 1), (1, 5), (2, 3), (2, 0), (3, 1), (3, 4)];
        let mut cases: Vec<&[(u64, u64)]> = places.chunks(1).collect();
        cases.push(&places);
        for stops in cases {
            let policy = CheckpointPolicy { latest: Some(path.clone()), ..CheckpointPolicy::default() };
            let mut trainer = start(&config, 2).checkpoints(policy.clone());
            for (threads, &(epoch, step)) in (1..).zip(stops) {
                let outcome = trainer.fit(&train, Some(&validation), &mut StopAt(epoch, step)).unwrap();
                assert_eq!(outcome, Outcome::Interrupted, "at {epoch}, {step}");
                let progress = trainer.progress();
                let ended = step == 0 || step == 5;
                let expected = if ended { (epoch, 0) } else { (epoch - 1, step) };
                assert_eq!((progress.epoch, progress.step_in_epoch), expected);
                assert!(std::fs::read(&path).unwrap() == bytes(&trainer), "the file is the state");
                trainer = resume(&path, &config, 1 + threads % 2).checkpoints(policy.clone());
            }
            assert_eq!(trainer.fit(&train, Some(&validation), &mut ()).unwrap(), outcome);
            assert!(bytes(&trainer) == bytes(&alone), "{stops:?} with {config:?}");

            // A run that has ended is resumed to no effect.
            let mut again = resume(&path, &config, 1);
            assert_eq!(again.fit(&train, Some(&validation), &mut ()).unwrap(), outcome);
            assert!(bytes(&again) == bytes(&alone));
        }
    }
}

/// Copies a file at a step, as a run that is killed there leaves it.
struct KilledAt<'a>(u64, u64, &'a Path, &'a Path);

impl Observer<f32> for KilledAt<'_> {
    fn step(&mut self, report: &StepReport) -> ControlFlow<()> {
        if (report.epoch, report.step) == (self.0, self.1) {
            std::fs::copy(self.2, self.3).unwrap();
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn a_killed_run_resumes_from_its_last_periodic_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let (latest, left) = (folder.path().join("latest"), folder.path().join("left"));
    let (config, train, validation) = small_run();
    let config = TrainConfig { optimizer: ADAM, ..config };
    let policy = CheckpointPolicy { latest: Some(latest.clone()), every: 2, ..CheckpointPolicy::default() };
    let mut alone = start(&config, 2).checkpoints(policy);
    alone.fit(&train, Some(&validation), &mut KilledAt(4, 2, &latest, &left)).unwrap();

    let mut resumed = resume(&left, &config, 1);
    assert_eq!((resumed.progress().epoch, resumed.progress().step_in_epoch), (2, 0));
    resumed.fit(&train, Some(&validation), &mut ()).unwrap();
    assert!(bytes(&resumed) == bytes(&alone));
    assert!(bytes(&resumed) == std::fs::read(&latest).unwrap());
}

#[test]
fn resuming_with_other_settings_is_refused() {
    let (config, train, _) = small_run();
    let mut trainer = start(&config, 1);
    trainer.fit(&train, None, &mut StopAt(2, 2)).unwrap();

    let other = TrainConfig { schedule: Schedule::constant(0.25), ..config.clone() };
    let message = Trainer::resume(trainer.checkpoint(), other, &pool(1)).unwrap_err().to_string();
    for part in [
        "expected a checkpoint of a run with the same settings",
        "found schedule.learning_rate = 0.1 there, 0.25 here",
    ] {
        assert!(message.contains(part), "{part:?} is not in {message}");
    }

    let alone = Checkpoint::new(trainer.model().clone(), None);
    let message = Trainer::resume(alone, config, &pool(1)).unwrap_err().to_string();
    assert!(message.contains("found a model alone"), "{message}");
}

/// In the course project this library goes back to, the encoder was a copy of the trained network's first layers,
/// and so never learned.
#[test]
fn training_the_whole_trains_its_views() {
    let (config, train, _) = small_run();
    let mut trainer = start(&config, 1);
    let mut x = vec![0.0; 20 * 96];
    train.gather_inputs(&(0..20).collect::<Vec<_>>(), &mut x);
    let code = |trainer: &Trainer<f32>| trainer.model().predict_view("encoder", &x).unwrap();
    let before = code(&trainer);
    trainer.fit(&train, None, &mut ()).unwrap();
    let after = code(&trainer);
    let distance = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(distance > 0.01, "the encoder has moved by {distance} only");

    let model = trainer.model();
    let mut session = Session::observing(model.architecture(), 20, &pool(1)).unwrap();
    session.input_mut(20).copy_from_slice(&x);
    session.forward(model.parameters(), None);
    assert_eq!(session.activation("latent").unwrap().data, after, "the view and the whole");
    assert_eq!(model.predict_view("decoder", &after).unwrap(), session.output());
}
