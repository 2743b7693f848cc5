//! Layers, operations, losses, optimisers, schedules and whole trainings held against what PyTorch computed: see
//! `pytorch/record.py`, which recorded `pytorch/recorded.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use pellucid_data::{Dataset, Element, Features, Matrix, Targets};
use pellucid_nn::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// The largest relative error of an element in either precision; the recorded inputs are exact in both.
fn rtol<F: Scalar>() -> f64 {
    if F::NAME == "F64" { 1e-12 } else { 1e-5 }
}

#[derive(Deserialize)]
struct LayerCase {
    config: Json,
    batch: usize,
    /// The tensors whose elements are sums.
    adds: Vec<String>,
    inputs: Vec<Input>,
    parameters: Vec<Vec<f64>>,
    y: Vec<f64>,
    dy: Vec<f64>,
    dx: Vec<Vec<f64>>,
    dparameters: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Input {
    shape: Vec<usize>,
    values: Vec<f64>,
    below: Option<u32>,
}

#[derive(Deserialize)]
struct LossCase {
    config: LossConfig,
    batch: usize,
    prediction: Vec<f64>,
    target: Option<Vec<f64>>,
    classes: Option<Vec<u32>>,
    weights: Option<Vec<f64>>,
    value: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct OptimizerCase {
    config: OptimizerConfig,
    learning_rate: f64,
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
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

/// The recorded cases whose names begin with `group` and a slash.
fn recorded<T: DeserializeOwned>(group: &str) -> Vec<(String, T)> {
    let all: BTreeMap<String, Json> = serde_json::from_str(include_str!("pytorch/recorded.json")).unwrap();
    let cases = all.into_iter().filter(|(name, _)| name.split('/').next() == Some(group));
    let cases: Vec<(String, T)> =
        cases.map(|(name, case)| (name, serde_json::from_value(case).unwrap())).collect();
    assert!(!cases.is_empty(), "no case of {group}");
    cases
}

fn numbers<F: Scalar>(x: &[f64]) -> Vec<F> {
    x.iter().map(|&x| F::from_f64(x)).collect()
}

fn floats<F: Scalar>(x: &[F]) -> Vec<f64> {
    x.iter().map(|&x| x.to_f64()).collect()
}

/// Holds a tensor against the recorded one, element by element: |ours - recorded| <= rtol |recorded| + atol. So that tails
/// such as sigmoid(-30) = 9.4e-14 are seen, atol is 0 but where numbers of another size were added up; then it is their
/// rounding. The smallest normal number stands for what `F` cannot hold.
#[derive(Default)]
struct Worst(f64);

impl Worst {
    fn compare<F: Scalar>(
        &mut self,
        what: &str,
        ours: &[F],
        recorded: &[f64],
        rtol: f64,
        atol: impl Fn(usize) -> f64,
    ) {
        assert_eq!(ours.len(), recorded.len(), "{what}");
        for (i, (ours, recorded)) in ours.iter().map(|x| x.to_f64()).zip(recorded).enumerate() {
            let error = (ours - recorded).abs();
            let allowed = rtol * recorded.abs() + atol(i) + F::MIN_POSITIVE.to_f64();
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

/// The rounding of a number.
fn rounding<F: Scalar>(x: f64) -> f64 {
    4.0 * F::EPSILON.to_f64() * x.abs()
}

/// The largest absolute value.
fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |a: f64, b| a.max(b.abs()))
}

/// Runs a comparison in both precisions.
macro_rules! in_both_precisions {
    ($name:ident, $compare:ident) => {
        #[test]
        fn $name() {
            let worst = [$compare::<f64>(), $compare::<f32>()];
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

/// The layer or operation of a configuration, behind inputs named 0, 1, ...
fn graph<F: Scalar>(case: &LayerCase) -> Graph<F> {
    let mut graph = Graph::new();
    let mut inputs = Vec::new();
    for (i, Input { shape, below, .. }) in case.inputs.iter().enumerate() {
        let port = Port { shape: shape.clone().into(), below: *below };
        inputs.push(graph.port(i.to_string(), port));
    }
    match OperationConfig::deserialize(&case.config) {
        Ok(operation) => graph.join_boxed(operation.build(), &inputs),
        Err(_) => graph.then_boxed(inputs[0], LayerConfig::from_json(&case.config).unwrap().build()),
    };
    graph
}

fn compare_layers<F: Scalar>() -> f64 {
    let mut worst = Worst::default();
    for (name, case) in recorded::<LayerCase>("layer") {
        let network = Arc::new(graph::<F>(&case));
        let mut session = Session::training(&network, case.batch, &Arc::default()).unwrap();
        let parameters = numbers::<F>(&case.parameters.concat());
        let mut dparameters = vec![F::from_f64(f64::NAN); parameters.len()];
        session.begin(case.batch);
        for (i, input) in case.inputs.iter().enumerate() {
            if input.below.is_some() {
                let indices = input.values.iter().map(|&x| x as u32).collect::<Vec<_>>();
                session.indices_mut(i).copy_from_slice(&indices);
            } else {
                session.numbers_mut(i).copy_from_slice(&numbers::<F>(&input.values));
            }
        }
        session.forward(&parameters[..], None);
        session.loss_slices().2.copy_from_slice(&numbers::<F>(&case.dy));
        session.backward(&parameters[..], &mut dparameters, true);

        let adds = |tensor: &str| case.adds.iter().any(|adds| adds == tensor);
        let rtol = rtol::<F>();
        let atol = if adds("y") { rounding::<F>(largest(&case.y)) } else { 0.0 };
        worst.compare(&format!("y of {name}"), session.output(), &case.y, rtol, |_| atol);
        for (i, recorded) in case.dx.iter().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            let dx = session.gradient(&i.to_string()).unwrap();
            let all = rounding::<F>(largest(recorded).max(largest(&case.dy)));
            // 1 - y of a y near 1 has the rounding of 1.
            let element = |i: usize| case.dy.get(i).map_or(0.0, |dy| rounding::<F>(*dy));
            let exact = recorded.len() != case.dy.len();
            let atol = |i| {
                if adds("dx") {
                    all
                } else if exact {
                    0.0
                } else {
                    element(i)
                }
            };
            worst.compare(&format!("dx of {name}"), dx.data, recorded, rtol, atol);
        }
        let recorded = case.dparameters.concat();
        let atol = if adds("dparameters") { rounding::<F>(largest(&recorded)) } else { 0.0 };
        worst.compare(&format!("dparameters of {name}"), &dparameters, &recorded, rtol, |_| atol);
        // Left of 0 nothing cancels in y (1 - y): all digits of the gradient's tail.
        if name == "layer/sigmoid" {
            let dx = session.gradient("0").unwrap();
            let left = |i: usize| if case.inputs[0].values[i] < 0.0 { 0.0 } else { 1.0 };
            worst.compare("sigmoid's dx on the left", dx.data, &case.dx[0], rtol, left);
        }
    }
    worst.0
}

fn compare_losses<F: Scalar>() -> f64 {
    let mut worst = Worst::default();
    for (name, case) in recorded::<LossCase>("loss") {
        let prediction = numbers::<F>(&case.prediction);
        let target = case.target.as_deref().map(numbers::<F>);
        let weights = case.weights.as_deref().map(numbers::<F>);
        let (mut gradient, mut sums) =
            (vec![F::from_f64(f64::NAN); prediction.len()], vec![f64::NAN; case.batch]);
        let batch = LossBatch {
            prediction: &prediction,
            target: match (&target, &case.classes) {
                (Some(values), _) => Target::Values(values),
                (None, Some(classes)) => Target::Classes(classes),
                (None, None) => Target::None,
            },
            weights: weights.as_deref(),
            factor: 1.0,
            gradient: &mut gradient,
            sums: &mut sums,
        };
        let value = loss_and_gradient(&*case.config.build::<F>(), &Pool::single(), batch);
        worst.compare(&name, &[value], &[case.value], rtol::<F>(), |_| 0.0);
        // A gradient is a difference of prediction and target, which cancels for a target between 0 and 1; PyTorch's, in
        // f64, for one of 1 too.
        let scale = largest(&case.gradient);
        let atol = |i: usize| {
            let share = case.target.as_ref().map_or(0.0, |target| target[i].min(1.0 - target[i]).max(0.0));
            scale * (rounding::<F>(2.0 * share) + rounding::<f64>(1.0))
        };
        // Where no target is near, the recorded digits all count.
        let far = |i: usize| case.target.as_ref().is_some_and(|target| target[i] == 0.0);
        let atol = |i: usize| if far(i) { 0.0 } else { atol(i) };
        worst.compare(&format!("gradient of {name}"), &gradient, &case.gradient, rtol::<F>(), atol);
    }
    worst.0
}

/// Compares how far the parameters have moved, which is stricter than where they are.
fn compare_optimizers<F: Scalar>() -> f64 {
    let mut worst = Worst::default();
    for (name, case) in recorded::<OptimizerCase>("optimizer") {
        let moved =
            |after: &[f64]| -> Vec<f64> { after.iter().zip(&case.start).map(|(a, b)| a - b).collect() };
        let optimizer = case.config.build::<F>();
        let mut parameters = numbers::<F>(&case.start);
        let mut state = vec![F::ZERO; optimizer.state_per_parameter() * parameters.len()];
        assert_eq!(case.after.len(), 10);
        for (step, (gradients, after)) in (1..).zip(case.gradients.iter().zip(&case.after)) {
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
            let atol = rounding::<F>(largest(&case.start));
            let (what, ours) = (format!("step {step} of {name}"), moved(&floats(&parameters)));
            worst.compare(&what, &ours, &moved(after), rtol::<F>(), |_| atol);
        }
    }
    worst.0
}

#[test]
fn schedules_agree() {
    let mut worst = Worst::default();
    for (name, ScheduleCase { config, steps_per_epoch, rates }) in recorded("schedule") {
        let total = rates.len() as u64;
        let ours: Vec<f64> = (0..total).map(|step| config.rate(step, total, steps_per_epoch)).collect();
        worst.compare(&name, &ours, &rates, 1e-12, |_| 1e-16);
    }
    println!("schedules_agree: at worst {:.2} of what is allowed", worst.0);
}

/// Trains with the recorded batches, in full-batch epochs through `fit` where every batch is the whole set.
fn compare_trainings<F: Scalar + Element>() -> f64 {
    let mut worst = Worst::default();
    for (name, case) in recorded::<Training>("training") {
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
        worst.compare(&format!("losses of {name}"), &losses, &case.losses, rtol::<F>(), |_| 0.0);

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
        let atol = 4.0 * rounding::<F>(largest(&case.start));
        let ours = moved(&floats(trainer.model().parameters()));
        worst.compare(&format!("steps of {name}"), &ours, &theirs, bound, |_| atol);
    }
    worst.0
}

/// A configuration's kind, with that of the activation behind it.
fn kind(config: &Json) -> String {
    let activation = match &config["activation"] {
        Json::Object(activation) => activation.keys().next().cloned(),
        Json::String(name) => Some(name.clone()),
        _ => None,
    };
    [config["kind"].as_str().map(str::to_owned), activation]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" + ")
}

fn json<K: serde::Serialize>(example: &configs::Example<K>) -> Json {
    serde_json::to_value(&example.config).unwrap()
}

/// Every kind in the lists, and every activation in a dense layer, has a recorded case.
#[test]
fn every_kind_is_recorded() {
    let mut missing = Vec::new();
    let mut look = |group: &str, configs: Vec<Json>| {
        let known: Vec<String> =
            recorded::<Json>(group).iter().map(|(_, case)| kind(&case["config"])).collect();
        missing.extend(configs.iter().map(kind).filter(|kind| !known.contains(kind)));
    };
    look("layer", LayerConfig::examples().iter().map(json).collect());
    look("layer", OperationConfig::examples().iter().map(json).collect());
    look("loss", LossConfig::examples().iter().map(json).collect());
    look("optimizer", OptimizerConfig::examples().iter().map(json).collect());
    assert!(missing.is_empty(), "no recorded case of {missing:?}: add a line to record.py and run it");
}
