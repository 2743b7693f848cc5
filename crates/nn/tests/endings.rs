//! How runs end, go on, and are written down: what is best, what diverges, what a batch costs, what may be asked of a
//! checkpoint.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::*;

/// `rows` samples of y = 2 x, x from 0.
fn line(rows: usize) -> Dataset {
    let x: Vec<f64> = (0..rows).map(|i| i as f64 / 20.0).collect();
    let y = x.iter().map(|x| 2.0 * x).collect();
    let column = |numbers| Features::F64(Matrix::new(rows, 1, numbers).unwrap());
    Dataset::new(column(x), Targets::Values(column(y))).unwrap()
}

fn config(epochs: u64, learning_rate: f64) -> TrainConfig {
    TrainConfig {
        epochs,
        batch_size: 4,
        schedule: Schedule::constant(learning_rate),
        ..TrainConfig::default()
    }
}

fn trainer<F: Scalar + pellucid_data::Element>(config: TrainConfig) -> Trainer<F> {
    let network = Sequential::new(1).with(Dense::new(1));
    Trainer::new(Model::new(network, 0).unwrap(), config, &Arc::default()).unwrap()
}

fn bytes<F: Scalar + pellucid_data::Element>(trainer: &Trainer<F>) -> Vec<u8> {
    trainer.checkpoint().to_bytes().unwrap()
}

/// Keeps the parameters of every epoch, and stops after one.
struct Keep(Vec<Vec<f32>>, usize);

impl Observer<f32> for Keep {
    fn epoch(&mut self, _record: &EpochRecord, model: &Model<f32>) -> ControlFlow<()> {
        self.0.push(model.parameters().to_vec());
        if self.0.len() == self.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Case 8 (oracle: the documents of `History::best`, `EarlyStopping` and `CheckpointPolicy::best`; keras#20323): a large
/// `min_delta` ends the run early, and does not make a worse epoch the best.
#[test]
fn min_delta_decides_patience_only() {
    let folder = tempfile::tempdir().unwrap();
    let best = folder.path().join("best");
    let early_stopping = Some(EarlyStopping { patience: 3, min_delta: 1000.0 });
    let policy = CheckpointPolicy { best: Some(best.clone()), ..CheckpointPolicy::default() };
    let config = TrainConfig { early_stopping, ..config(50, 0.001) };
    let mut trainer = trainer::<f32>(config.clone()).checkpoints(policy);
    let mut kept = Keep(vec![], 0);
    assert_eq!(trainer.fit(&line(16), Some(&line(4)), &mut kept).unwrap(), Outcome::StoppedEarly);
    let losses = trainer.history().validation_losses();
    assert!(losses.len() == 4 && losses.is_sorted_by(|a, b| a > b), "{losses:?}");
    assert_eq!(trainer.history().best, Some((4, losses[3])));
    assert_eq!(trainer.model().parameters(), kept.0[3]);
    assert_eq!(Checkpoint::<f32>::read(&best).unwrap().model().parameters(), kept.0[3]);

    // A checkpoint of version 0.1 has no place to count from but its best epoch.
    let mut old = self::trainer::<f32>(config.clone());
    old.fit(&line(16), Some(&line(4)), &mut Keep(vec![], 1)).unwrap();
    let text = String::from_utf8_lossy(&bytes(&old)).into_owned();
    assert!(text.contains(r#"\"patient_since\":[1,"#), "{text}");
    let mut file = bytes(&old);
    let place = file.windows(15).position(|part| part == br#"\"patient_since"#).unwrap();
    file[place + 2] = b'P';
    let resumed = Checkpoint::<f32>::parse("old", &file).unwrap();
    assert_eq!(resumed.training().unwrap().progress.patient_since, None);
    let mut resumed = Trainer::resume(resumed, config, &Arc::default()).unwrap();
    assert_eq!(resumed.fit(&line(16), Some(&line(4)), &mut ()).unwrap(), Outcome::StoppedEarly);
    assert!(bytes(&resumed) == bytes(&trainer));
}

/// Case 9 (right: an error, and nothing written over a good file): the loss is looked at before a step, so that the last step
/// of a run must be looked at by itself.
#[test]
fn a_last_step_that_diverges_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (latest, best) = (folder.path().join("latest"), folder.path().join("best"));
    let policy = CheckpointPolicy {
        latest: Some(latest.clone()),
        best: Some(best.clone()),
        every: 1,
        ..CheckpointPolicy::default()
    };
    trainer::<f32>(config(50, 0.1)).checkpoints(policy.clone()).fit(&line(8), None, &mut ()).unwrap();
    let good = [&latest, &best].map(|path| std::fs::read(path).unwrap());
    let adam = |rate| TrainConfig { optimizer: Adam::default().into(), ..config(1, rate) };
    let clipped = |rate| TrainConfig { clip_norm: Some(1.0), ..config(1, rate) };
    for rate in [1e25, 1e30, 1e38] {
        for config in
            [config(1, rate), TrainConfig { batch_size: 20, ..config(1, rate) }, adam(rate), clipped(rate)]
        {
            let mut bad = trainer::<f32>(config).checkpoints(policy.clone());
            let message = bad.fit(&line(8), None, &mut ()).unwrap_err().to_string();
            assert!(message.starts_with("training diverged"), "{rate:e}: {message}");
            assert!(
                [&latest, &best].map(|path| std::fs::read(path).unwrap()) == good,
                "{rate:e}: files changed"
            );
        }
    }
    // A rate that is infinite in the type is told before anything is done.
    let network = Sequential::<f32>::new(1).with(Dense::new(1));
    let error = Trainer::new(Model::new(network, 0).unwrap(), config(1, 1e39), &Arc::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "training diverged: learning_rate = 1e39 is infinite in f32, which ends at 3.4028234663852886e38"
    );
    trainer::<f64>(config(1, 1e-300)).fit(&line(8), None, &mut ()).unwrap();
}

/// A loss of data that the model was not trained on is looked at too.
#[test]
fn an_infinite_loss_is_an_error() {
    let mut trainer = trainer::<f32>(config(1, 0.1));
    trainer.fit(&line(8), None, &mut ()).unwrap();
    let far = Features::F64(Matrix::new(1, 1, vec![3e38]).unwrap());
    let target = Targets::Values(Features::F64(Matrix::new(1, 1, vec![-3e38]).unwrap()));
    let error = trainer.evaluate(&Dataset::new(far, target).unwrap()).unwrap_err();
    assert!(matches!(error, Error::Diverged { epoch: 1, .. }), "{error}");
}

/// Hyper-parameters that the type would take for 0 or infinity.
#[test]
fn settings_that_f32_cannot_hold_are_named() {
    let adam = |beta1, beta2, epsilon, weight_decay| TrainConfig {
        optimizer: Adam { beta1, beta2, epsilon, weight_decay }.into(),
        ..TrainConfig::default()
    };
    let cases = [
        (config(1, 1e-50), "learning_rate = 1e-50"),
        (TrainConfig { loss: LossConfig::from(Huber { delta: 1e-50 }), ..config(1, 0.1) }, "delta = 1e-50"),
        (TrainConfig { loss: LossConfig::from(Huber { delta: 1e50 }), ..config(1, 0.1) }, "delta = 1e50"),
        (adam(0.9, 0.999, 1e-50, 0.0), "epsilon = 1e-50"),
        (adam(0.9, 0.999, 1e-8, 1e40), "weight_decay = 1e40"),
    ];
    for (config, expected) in cases {
        config.check().unwrap();
        config.check_for::<f64>().unwrap();
        let message = config.check_for::<f32>().unwrap_err().to_string();
        assert_eq!(message, format!("{expected}: expected a number that f32 can tell from 0 and infinity"));
    }
    adam(0.9, 0.999_999_999_9, 1e-30, 0.0).check_for::<f32>().unwrap();
    let steep = Sequential::<f32>::new(1).with(Activation::LeakyRelu(1e-50));
    assert!(Model::new(steep, 0).is_err());
}

/// Case 10 (oracle: scikit-learn, which takes min(batch_size, n)): a batch beyond the data is all of them.
#[test]
fn a_batch_costs_what_the_data_cost() {
    let run = |batch_size| {
        let mut trainer = trainer::<f32>(TrainConfig { batch_size, ..config(5, 0.1) });
        trainer.fit(&line(6), Some(&line(3)), &mut ()).unwrap();
        assert!(trainer.session().plan().max_batch <= 6);
        assert_eq!(trainer.checkpoint().training().unwrap().config.batch_size, batch_size);
        (trainer.model().parameters().to_vec(), trainer.history().clone())
    };
    let whole = run(6);
    for batch_size in [7, 10_000_000, 1_000_000_000, usize::MAX / 2, usize::MAX] {
        assert_eq!(run(batch_size), whole, "{batch_size}");
    }
}

/// A finished run that goes on for more epochs is the run of so many from the beginning; fewer are refused, by name.
#[test]
fn more_epochs_may_be_asked_for() {
    let mut short = trainer::<f32>(config(4, 0.1));
    short.fit(&line(8), None, &mut ()).unwrap();
    let mut long = trainer::<f32>(config(9, 0.1));
    long.fit(&line(8), None, &mut ()).unwrap();
    let mut more = Trainer::resume(short.checkpoint(), config(9, 0.1), &Arc::default()).unwrap();
    assert_eq!(more.fit(&line(8), None, &mut ()).unwrap(), Outcome::Finished);
    assert!(bytes(&more) == bytes(&long));

    let refused = |config: TrainConfig| {
        Trainer::resume(more.checkpoint(), config, &Arc::default()).unwrap_err().to_string()
    };
    let begin = "expected a checkpoint of a run with the same settings, found";
    assert_eq!(refused(config(8, 0.1)), format!("{begin} epochs = 9 there, 8 here"));
    assert_eq!(refused(config(20, 0.2)), format!("{begin} schedule.learning_rate = 0.1 there, 0.2 here"));
    let clipped = TrainConfig { clip_norm: Some(2.0), seed: 3, ..config(9, 0.1) };
    assert_eq!(refused(clipped), format!("{begin} clip_norm = none there, 2.0 here; seed = 0 there, 3 here"));
}

/// A run of no epochs leaves the model it began with.
#[test]
fn no_epochs_leave_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let latest = folder.path().join("latest");
    let policy = CheckpointPolicy { latest: Some(latest.clone()), ..CheckpointPolicy::default() };
    let mut trainer = trainer::<f32>(config(0, 0.1)).checkpoints(policy);
    assert_eq!(trainer.fit(&line(8), None, &mut ()).unwrap(), Outcome::Finished);
    assert!(std::fs::read(latest).unwrap() == bytes(&trainer));
}

/// Counts the epochs after which a file is another.
struct Writings {
    file: std::path::PathBuf,
    last: Vec<u8>,
    epochs: Vec<u64>,
}

impl Observer<f32> for Writings {
    fn epoch(&mut self, record: &EpochRecord, _model: &Model<f32>) -> ControlFlow<()> {
        let now = std::fs::read(&self.file).unwrap_or_default();
        if now != self.last {
            self.epochs.push(record.epoch - 1);
            self.last = now;
        }
        ControlFlow::Continue(())
    }
}

/// Case X2: the clock decides how often a run is written down, not its epochs; and a file always holds a state of the run.
#[test]
fn small_networks_do_not_wait_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (latest, best) = (folder.path().join("latest"), folder.path().join("best"));
    let policy = CheckpointPolicy {
        latest: Some(latest.clone()),
        best: Some(best.clone()),
        every: 1,
        ..CheckpointPolicy::default()
    };
    let run = |policy: CheckpointPolicy, file: &std::path::Path| {
        let mut writings = Writings { file: file.to_owned(), last: vec![], epochs: vec![] };
        let mut trainer = trainer::<f32>(config(30, 0.01)).checkpoints(policy);
        trainer.fit(&line(8), None, &mut writings).unwrap();
        assert!(std::fs::read(&latest).unwrap() == bytes(&trainer), "the end is written");
        let read = Checkpoint::<f32>::read(&best).unwrap();
        assert_eq!(read.training().unwrap().history.best, trainer.history().best);
        std::fs::remove_file(&latest).unwrap();
        std::fs::remove_file(&best).unwrap();
        writings.epochs
    };
    // Without a clock, every epoch or every tenth, and each that is better.
    assert_eq!(run(policy.clone(), &latest), (1..30).collect::<Vec<_>>());
    assert_eq!(run(CheckpointPolicy { every: 10, ..policy.clone() }, &latest), [10, 20]);
    assert_eq!(run(policy.clone(), &best), (1..30).collect::<Vec<_>>());
    // By the clock, a run of milliseconds only at its end.
    assert!(run(policy.clone().by_the_clock(), &latest).is_empty());
    assert!(run(policy.clone().by_the_clock(), &best).is_empty());
    // No more lost than asked for, whatever `every` says: written after steps.
    let most = Some(Duration::ZERO);
    let steps = CheckpointPolicy { every: 0, least: Duration::from_secs(1000), most, ..policy };
    assert!(run(steps, &latest).len() > 3);
}
