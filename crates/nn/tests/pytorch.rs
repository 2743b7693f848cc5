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

/// Holds a tensor against the recorded one, element by element: |ours - recorded| <= rtol |recorded| + atol. So that tails
/// such as sigmoid(-30) = 9.4e-14 are seen, atol is 0 but where numbers of another size were added up; then it is the rounding of
/// the largest. The smallest normal number stands for what `F` cannot hold.
#[derive(Default)]
struct Worst(f64);

impl Worst {
    fn compare<F: Scalar>(&mut self, what: &str, ours: &[F], recorded: &[f64], rtol: f64, atol: f64) {
        assert_eq!(ours.len(), recorded.len(), "{what}");
        for (i, (ours, recorded)) in ours.iter().map(|x| x.to_f64()).zip(recorded).enumerate() {
            let error = (ours - recorded).abs();
            let allowed = rtol * recorded.abs() + atol + F::MIN_POSITIVE.to_f64();
            // Written so that NaN fails.
            assert!(
                error <= allowed,
                "{what}, element {i} in {}: ours {ours:e}, recorded {recorded:e}, off by {error:.1e}, allowed {allowed:.1e}",
                F::NAME
            );
            self.0 = self.0.max(error / allowed);
        }
    }
}

/// The rounding of sums of numbers as large as the largest of `x`.
fn rounding<F: Scalar>(x: &[f64]) -> f64 {
    4.0 * F::EPSILON.to_f64() * x.iter().fold(0.0, |a: f64, b| a.max(b.abs()))
}

/// Runs a comparison in both precisions.
macro_rules! in_both_precisions {
    ($name:ident, $compare:ident) => {
        #[test]
        fn $name() {
            let worst = [$compare::<f64>(&recorded()), $compare::<f32>(&recorded())];
            println!(
                "{}: at worst {:.2} of what is allowed in f64, {:.2} in f32",
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
        let mut session = Session::training(&Arc::new(network.into()), case.batch, &Arc::default()).unwrap();
        let parameters = numbers::<F>(&case.parameters);
        let mut dparameters = vec![F::from_f64(f64::NAN); parameters.len()];
        session.input_mut(case.batch).copy_from_slice(&numbers::<F>(&case.x));
        session.forward(&parameters, None);
        session.loss_slices().2.copy_from_slice(&numbers::<F>(&case.dy));
        session.backward(&parameters, &mut dparameters, true);

        let dx = session.gradient("input").unwrap();
        // A dense layer adds up, and so does the softmax's derivative; 1 - y of a y near 1 has the rounding of 1.
        let dense = matches!(case.config, LayerConfig::Dense(_));
        let atol = rounding::<F>;
        for (what, ours, recorded, atol) in [
            ("y", session.output(), &case.y, if dense { atol(&case.y) } else { 0.0 }),
            ("dx", dx.data, &case.dx, atol(&case.dx).max(atol(&case.dy))),
            ("dparameters", &dparameters, &case.dparameters, atol(&case.dparameters)),
        ] {
            worst.compare(&format!("{what} of {:?}", case.config), ours, recorded, bound::<F>(), atol);
        }
        // Left of 0 nothing cancels in y (1 - y) and 1 - y^2 but near y^2 = 1: all digits of the gradient's tail.
        if case.config == LayerConfig::Sigmoid {
            for ((ours, recorded), x) in dx.data.iter().zip(&case.dx).zip(&case.x).filter(|(_, x)| **x < 0.0)
            {
                worst.compare(&format!("sigmoid's dx at {x}"), &[*ours], &[*recorded], bound::<F>(), 0.0);
            }
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
        worst.compare(&case.name, &[value], &[case.value], bound::<F>(), 0.0);
        // A gradient is a difference of prediction and target.
        let atol = rounding::<F>(&case.gradient);
        worst.compare(&format!("gradient of {}", case.name), &gradient, &case.gradient, bound::<F>(), atol);
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
            let state = StateMut::whole(&mut state, parameters.len());
            optimizer.step(Update {
                pool: &Pool::single(),
                parameters: &mut parameters,
                gradients: &numbers(gradients),
                gradient_scale: F::ONE,
                state,
                step,
                learning_rate: case.learning_rate,
                weight_decay: optimizer.weight_decay(),
            });
            // A step bears the rounding of the parameters, which are larger.
            worst.compare(
                &format!("step {step} of {:?}", case.config),
                &moved(&floats(&parameters)),
                &moved(after),
                bound::<F>(),
                rounding::<F>(&recorded.start),
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
            worst.compare(&format!("step {step} of {config:?}"), &[*ours], &[*recorded], 1e-12, 1e-16);
        }
    }
    println!("schedules_agree: at worst {:.2} of what is allowed", worst.0);
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
        worst.compare(&format!("losses of {what}"), &losses, &case.losses, bound::<F>(), 0.0);

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
        let atol = 4.0 * rounding::<F>(&case.start);
        worst.compare(
            &format!("steps of {what}"),
            &moved(&floats(trainer.model().parameters())),
            &theirs,
            bound,
            atol,
        );
    }
    worst.0
}
