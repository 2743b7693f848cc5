//! Layers, losses, optimisers, schedules and whole trainings held against what PyTorch computed: see
//! `pytorch/record.py`, which recorded `pytorch/recorded.json`.

use std::sync::Arc;

use pellucid_data::{Dataset, Element, Features, Matrix, Targets};
use pellucid_nn::*;
use serde::Deserialize;

/// The largest relative error in either precision; the recorded inputs are exact in both.
fn bound<F: Scalar>() -> f64 {
    if F::NAME == "F64" { 1e-12 } else { 1e-5 }
}

#[derive(Deserialize)]
struct Recorded {
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    layers: Vec<LayerCase>,
    losses: Vec<LossCase>,
    optimizers: Vec<OptimizerCase>,
    schedules: Vec<ScheduleCase>,
    trainings: Vec<Training>,
}

#[derive(Deserialize)]
struct LayerCase {
    config: LayerConfig,
    batch: usize,
    x: Vec<f64>,
    parameters: Vec<f64>,
    y: Vec<f64>,
    dy: Vec<f64>,
    dx: Vec<f64>,
    dparameters: Vec<f64>,
}

#[derive(Deserialize)]
struct LossCase {
    name: String,
    config: LossConfig,
    batch: usize,
    prediction: Vec<f64>,
    target: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct OptimizerCase {
    config: OptimizerConfig,
    learning_rate: f64,
    after: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct ScheduleCase {
    config: Schedule,
    steps_per_epoch: u64,
    rates: Vec<f64>,
}

#[derive(Deserialize)]
struct Training {
    optimizer: OptimizerConfig,
    schedule: Schedule,
    clip_norm: Option<f64>,
    norms: Vec<f64>,
    widths: Vec<usize>,
    data: Vec<f64>,
    batches: Vec<Vec<u32>>,
    start: Vec<f64>,
    losses: Vec<f64>,
    end: Vec<f64>,
}

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("pytorch/recorded.json")).unwrap()
}

fn numbers<F: Scalar>(x: &[f64]) -> Vec<F> {
    x.iter().map(|&x| F::from_f64(x)).collect()
}

fn floats<F: Scalar>(x: &[F]) -> Vec<f64> {
    x.iter().map(|&x| x.to_f64()).collect()
}

/// Holds a tensor against the recorded one: the norm of the difference over the norm, and 0 for 0.
#[derive(Default)]
struct Worst(f64);

impl Worst {
    fn compare<F: Scalar>(&mut self, what: &str, ours: &[F], recorded: &[f64], bound: f64) {
        assert_eq!(ours.len(), recorded.len(), "{what}");
        let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
        let difference = norm(&mut ours.iter().zip(recorded).map(|(a, b)| a.to_f64() - b));
        let size = norm(&mut recorded.iter().copied());
        let error = if difference == 0.0 { 0.0 } else { difference / size };
        assert!(
            error <= bound,
            "{what} in {}: {error:.1e}\nours     {ours:?}\nrecorded {recorded:?}",
            F::NAME
        );
        self.0 = self.0.max(error);
    }
}

/// Runs a comparison in both precisions.
macro_rules! in_both_precisions {
    ($name:ident, $compare:ident) => {
        #[test]
        fn $name() {
            let worst = [$compare::<f64>(&recorded()), $compare::<f32>(&recorded())];
            println!(
                "{}: worst relative error {:.1e} in f64, {:.1e} in f32",
                stringify!($name),
                worst[0],
                worst[1]
            );
        }
    };
}
in_both_precisions!(layers_agree, compare_layers);
in_both_precisions!(losses_agree, compare_losses);
in_both_precisions!(optimizers_agree, compare_optimizers);
in_both_precisions!(trainings_agree, compare_trainings);

fn compare_layers<F: Scalar>(recorded: &Recorded) -> f64 {
    let mut worst = Worst::default();
    for case in &recorded.layers {
        let network = Sequential::<F>::new(case.x.len() / case.batch).with_boxed(case.config.build());
        let mut session = Session::training(&Arc::new(network), case.batch, &Arc::default()).unwrap();
        let parameters = numbers::<F>(&case.parameters);
        let mut dparameters = vec![F::from_f64(f64::NAN); parameters.len()];
        session.input_mut(case.batch).copy_from_slice(&numbers::<F>(&case.x));
        session.forward(&parameters, None);
        session.loss_slices().2.copy_from_slice(&numbers::<F>(&case.dy));
        session.backward(&parameters, &mut dparameters, true);

        let dx = session.gradient("input").unwrap();
        for (what, ours, recorded) in [
            ("y", session.output(), &case.y),
            ("dx", dx.data, &case.dx),
            ("dparameters", &dparameters, &case.dparameters),
        ] {
            worst.compare(&format!("{what} of {:?}", case.config), ours, recorded, bound::<F>());
        }
    }
    worst.0
}

fn compare_losses<F: Scalar>(recorded: &Recorded) -> f64 {
    let mut worst = Worst::default();
    for case in &recorded.losses {
        let (prediction, target) = (numbers::<F>(&case.prediction), numbers::<F>(&case.target));
        let mut gradient = vec![F::from_f64(f64::NAN); prediction.len()];
        let mut sums = vec![f64::NAN; case.batch];
        let loss = case.config.build::<F>();
        let value = evaluate_loss(&*loss, &Pool::single(), &prediction, &target, &mut gradient, &mut sums);
        worst.compare(&case.name, &[value], &[case.value], bound::<F>());
        worst.compare(&format!("gradient of {}", case.name), &gradient, &case.gradient, bound::<F>());
    }
    worst.0
}

/// Compares how far the parameters have moved, which is stricter than where they are.
fn compare_optimizers<F: Scalar>(recorded: &Recorded) -> f64 {
    let moved =
        |after: &[f64]| -> Vec<f64> { after.iter().zip(&recorded.start).map(|(a, b)| a - b).collect() };
    let mut worst = Worst::default();
    for case in &recorded.optimizers {
        let optimizer = case.config.build::<F>();
        let mut parameters = numbers::<F>(&recorded.start);
        let mut state = vec![F::ZERO; optimizer.state_per_parameter() * parameters.len()];
        assert_eq!(case.after.len(), 10);
        for (step, (gradients, after)) in (1..).zip(recorded.gradients.iter().zip(&case.after)) {
            optimizer.step(Update {
                pool: &Pool::single(),
                parameters: &mut parameters,
                gradients: &numbers(gradients),
                gradient_scale: F::ONE,
                state: &mut state,
                step,
                learning_rate: case.learning_rate,
            });
            // The first step is small beside the parameters, whose rounding in f32 it bears.
            let bound = if step == 1 { 5.0 * bound::<F>() } else { bound::<F>() };
            worst.compare(
                &format!("step {step} of {:?}", case.config),
                &moved(&floats(&parameters)),
                &moved(after),
                bound,
            );
        }
    }
    worst.0
}

#[test]
fn schedules_agree() {
    let mut worst = Worst::default();
    for ScheduleCase { config, steps_per_epoch, rates } in recorded().schedules {
        let total = rates.len() as u64;
        let ours: Vec<f64> = (0..total).map(|step| config.rate(step, total, steps_per_epoch)).collect();
        for (step, (ours, recorded)) in ours.iter().zip(&rates).enumerate() {
            worst.compare(&format!("step {step} of {config:?}"), &[*ours], &[*recorded], 1e-12);
        }
    }
    println!("schedules_agree: worst relative error {:.1e}", worst.0);
}

/// Trains with the recorded batches, in full-batch epochs through `fit` where every batch is the whole set.
fn compare_trainings<F: Scalar + Element>(recorded: &Recorded) -> f64 {
    let mut worst = Worst::default();
    for case in &recorded.trainings {
        let mut network = Sequential::<F>::new(case.widths[0]);
        for (i, &units) in case.widths.iter().enumerate().skip(1) {
            let last = i + 1 == case.widths.len();
            let activation = if last { Activation::Identity } else { Activation::Relu };
            network = network.with(Dense::new(units).activation(activation));
        }
        let mut model = Model::new(network, 0).unwrap();
        model.parameters_mut().copy_from_slice(&numbers::<F>(&case.start));
        let samples = case.data.len() / case.widths[0];
        let features = Features::F64(Matrix::new(samples, case.widths[0], case.data.clone()).unwrap());
        let data = Dataset::new(features, Targets::SameAsInput).unwrap();
        let config = TrainConfig {
            epochs: case.batches.len() as u64,
            batch_size: samples,
            loss: LossConfig::BceWithLogits,
            optimizer: case.optimizer,
            schedule: case.schedule,
            clip_norm: case.clip_norm,
            ..TrainConfig::default()
        };
        let mut trainer = Trainer::new(model, config, &Arc::new(Pool::new(2))).unwrap();
        let losses = if case.batches.iter().all(|batch| batch.len() == samples) {
            trainer.fit(&data, None, &mut ()).unwrap();
            trainer.history().train_losses()
        } else {
            case.batches.iter().map(|batch| trainer.step(&data, batch, 1)).collect()
        };
        let what = format!("{:?}, clipped to {:?}", case.optimizer, case.clip_norm);
        worst.compare(&format!("losses of {what}"), &losses, &case.losses, bound::<F>());

        let moved = |to: &[f64]| -> Vec<f64> { to.iter().zip(&case.start).map(|(a, b)| a - b).collect() };
        let mut theirs = moved(&case.end);
        if let (Some(limit), [norm]) = (case.clip_norm, &*case.norms)
            && *norm > limit
        {
            // PyTorch scales by limit / (norm + 1e-6), which does not quite reach the limit; we scale by limit / norm.
            theirs = theirs.iter().map(|x| x * (norm + 1e-6) / norm).collect();
        }
        // Differences of parameters after a few small steps: their rounding in f32 counts.
        let bound = if F::NAME == "F64" { 1e-11 } else { 5e-4 };
        worst.compare(
            &format!("steps of {what}"),
            &moved(&floats(trainer.model().parameters())),
            &theirs,
            bound,
        );
    }
    worst.0
}
