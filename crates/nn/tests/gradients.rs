//! Every derivative is checked, and a planted error of 0.1 % in any one backward is caught.

use pellucid_nn::gradient_check::{
    Check, GradientCheck, check_layer, check_layers, check_losses, check_operations,
};
use pellucid_nn::*;

/// The bound for components that are smooth and shallow, and for those with kinks.
const TIGHT: f64 = 1e-9;
const BOUND: f64 = 1e-7;

fn assert_within(checks: &[Check], bound: f64) {
    for check in checks {
        assert!(check.passes(bound), "{check:?}");
        assert!(check.analytic_norm > 0.0, "zeros were compared: {check:?}");
    }
}

/// The bound for an example.
fn bound<K>(example: &configs::Example<K>) -> f64 {
    if example.kinked { BOUND } else { TIGHT }
}

#[test]
fn every_layer_and_loss_passes() {
    let mut bounds: Vec<(String, f64)> = Vec::new();
    bounds.extend(LayerConfig::examples().iter().map(|example| (example.name.clone(), bound(example))));
    bounds.extend(OperationConfig::examples().iter().map(|example| (example.name.clone(), bound(example))));
    bounds.extend(LossConfig::examples().iter().map(|example| (example.name.clone(), bound(example))));
    for seed in 0..5 {
        let checks =
            [check_layers(seed).unwrap(), check_operations(seed).unwrap(), check_losses(seed).unwrap()]
                .concat();
        for check in &checks {
            println!("{:25} {:10} {:.1e}", check.component, check.parameter, check.relative_error);
            let name = check.component.split(',').next().unwrap();
            let bound = bounds.iter().find(|(example, _)| example == name).expect("an example").1;
            assert_within(std::slice::from_ref(check), bound);
        }
        let classes = "CrossEntropyWithLogits, classes";
        for name in bounds.iter().map(|(name, _)| &**name).chain([classes]) {
            assert!(checks.iter().any(|check| check.component.starts_with(name)), "{name} is not checked");
        }
    }
}

fn unit(len: usize, seed: u64) -> Vec<f64> {
    let mut x = vec![0.0; len];
    Stream::new(seed).fill_uniform(&mut x, 0.0, 1.0);
    x
}

#[test]
fn a_deep_relu_autoencoder_passes_in_every_parameter() {
    let relu = |units| Dense::new(units).activation(Activation::Relu).init(Init::HeNormal);
    let network = Sequential::new(20)
        .with(relu(16))
        .with(relu(8))
        .with(Dense::new(4).init(Init::HeNormal))
        .with(relu(8))
        .with(relu(16))
        .with(Dense::new(20));
    let model = Model::new(network, 3).unwrap();
    let x = unit(6 * 20, 1);
    assert_within(&GradientCheck::new("autoencoder", &model, &BceWithLogits, &x, &x).run().unwrap(), BOUND);
}

/// A layer whose backward is wrong by 0.1 % in one of the tensors it computes.
#[derive(Debug)]
struct Planted {
    layer: Box<dyn Layer<f64>>,
    /// 0 for dx, i for the parameter tensor i - 1.
    tensor: usize,
}

impl Layer<f64> for Planted {
    fn kind(&self) -> &'static str {
        "planted"
    }
    fn config(&self) -> serde_json::Value {
        self.layer.config()
    }
    fn plan(&self, input: &Shape, max_batch: usize) -> Result<Need, PlanError> {
        self.layer.plan(input, max_batch)
    }
    fn init(&self, parameters: TensorsMut<'_, f64>, input: &Shape, stream: Stream) {
        self.layer.init(parameters, input, stream);
    }
    fn forward(&self, io: Forward<'_, f64>) {
        self.layer.forward(io);
    }
    fn backward(&self, mut io: Backward<'_, f64>) {
        self.layer.backward(Backward {
            dx: io.dx.as_deref_mut(),
            dparameters: io.dparameters.reborrow(),
            scratch: &mut *io.scratch,
            ..io
        });
        let wrong = if self.tensor == 0 { io.dx.unwrap() } else { io.dparameters.tensor(self.tensor - 1) };
        for x in wrong {
            *x *= 1.001;
        }
    }
}

#[test]
fn a_planted_error_in_any_layer_is_caught() {
    for example in LayerConfig::examples() {
        let (name, shape) = (&example.name, &example.inputs[0].shape);
        let tensors = 1 + example.config.build::<f64>().plan(shape, 1).unwrap().parameters.len();
        for tensor in 0..tensors {
            let layer = Planted { layer: example.config.build(), tensor };
            let checks = check_layer("planted", layer, shape.clone(), 3, 9).unwrap();
            assert_eq!(checks.len(), tensors);
            for (i, check) in checks.iter().enumerate() {
                if i == tensor {
                    assert!((0.5e-3..2e-3).contains(&check.relative_error), "{name}: {check:?}");
                } else {
                    assert!(check.passes(BOUND), "{name}: {check:?}");
                }
            }
        }
    }
}

/// A loss whose gradient is wrong by 0.1 %.
#[derive(Debug)]
struct PlantedLoss(Box<dyn Loss<f64>>);

impl Loss<f64> for PlantedLoss {
    fn name(&self) -> &'static str {
        "planted"
    }
    fn terms(&self, batch: usize, width: usize) -> usize {
        self.0.terms(batch, width)
    }
    fn rows(&self, io: LossRows<'_, f64>) {
        let scale = io.scale * 1.001;
        self.0.rows(LossRows { scale, ..io });
    }
}

#[test]
fn a_planted_error_in_any_loss_is_caught() {
    let targets = [0.0, 1.0, 0.0, 1.0, 0.0, 0.0];
    for example in LossConfig::examples() {
        let loss = PlantedLoss(example.config.build());
        let checks = gradient_check::check_loss("planted", &loss, 2, &targets, 4).unwrap();
        assert!((0.5e-3..2e-3).contains(&checks[0].relative_error), "{}: {checks:?}", example.name);
    }
}

/// A layer that gives NaN, and one that is a step everywhere: neither passes.
#[derive(Debug)]
struct Broken(fn(f64) -> f64);

impl Layer<f64> for Broken {
    fn kind(&self) -> &'static str {
        "broken"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        Ok(Need::output(input.clone(), 0))
    }
    fn forward(&self, io: Forward<'_, f64>) {
        for (y, x) in io.y.iter_mut().zip(io.x) {
            *y = (self.0)(*x);
        }
    }
    fn backward(&self, io: Backward<'_, f64>) {
        io.dx.unwrap().copy_from_slice(io.dy);
    }
}

#[test]
fn nan_and_nothing_but_kinks_are_refused() {
    let check = |f| check_layer("broken", Broken(f), 5, 4, 2).unwrap().remove(0);
    assert!(check(|x| x).passes(TIGHT));
    let nan = check(|x| if x > 0.0 { f64::NAN } else { x });
    assert!(nan.relative_error.is_nan() && !nan.passes(f64::INFINITY), "{nan:?}");
    // Nowhere is there a derivative, at whatever step.
    let jagged = check(|x| (x * 1e9).sin().abs());
    assert!(jagged.kinks > 0 && jagged.kinks + jagged.elements == jagged.of, "{jagged:?}");
    assert!(!jagged.passes(f64::INFINITY), "{jagged:?}");
    assert!(gradient_check::largest_error(&[nan]).is_nan());
}

/// y = x n with n fresh random numbers for every step, as dropout draws them.
#[derive(Debug)]
struct Noise;

impl Layer<f64> for Noise {
    fn kind(&self) -> &'static str {
        "noise"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
    fn plan(&self, input: &Shape, _max_batch: usize) -> Result<Need, PlanError> {
        Ok(Need {
            saved: vec![TensorSpec::per_sample("noise", input.clone())],
            ..Need::output(input.clone(), input.len() as u64)
        })
    }
    fn forward(&self, io: Forward<'_, f64>) {
        let Some(stream) = io.mode.stream() else { return io.y.copy_from_slice(io.x) };
        let [noise] = io.saved.expect("training").get();
        stream.fill_uniform(noise, 0.5, 1.5);
        for ((y, x), n) in io.y.iter_mut().zip(io.x).zip(noise) {
            *y = x * *n;
        }
    }
    fn backward(&self, io: Backward<'_, f64>) {
        let [noise] = io.saved.get();
        for ((dx, dy), n) in io.dx.unwrap().iter_mut().zip(io.dy).zip(noise) {
            *dx = dy * n;
        }
    }
}

#[test]
fn the_random_stream_is_held_fixed() {
    assert_within(&check_layer("noise", Noise, 5, 4, 2).unwrap(), BOUND);
}
