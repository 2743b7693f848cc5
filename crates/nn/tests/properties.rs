//! Laws that hold for any input.

use std::collections::BTreeMap;
use std::sync::Arc;

use pellucid_nn::checkpoint::{CustomParts, TrainingState};
use pellucid_nn::configs::Examples;
use pellucid_nn::*;
use proptest::prelude::*;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// A batch of up to six rows of up to twenty numbers.
fn rows(range: std::ops::Range<f64>) -> impl Strategy<Value = (usize, Vec<f64>)> {
    (1_usize..6, 1_usize..20).prop_flat_map(move |(batch, width)| {
        (Just(batch), prop::collection::vec(range.clone(), batch * width))
    })
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-12 * scale.max(1.0)
}

fn softmax(x: &[f64], width: usize) -> Vec<f64> {
    Model::new(Sequential::new(width).with(Softmax), 0).unwrap().predict(x).unwrap()
}

/// The loss, and its gradient.
fn loss(loss: &dyn Loss<f64>, prediction: &[f64], target: &[f64], batch: usize) -> (f64, Vec<f64>) {
    let mut gradient = vec![f64::NAN; prediction.len()];
    let value =
        evaluate_loss(loss, &Pool::single(), prediction, target, &mut gradient, &mut vec![f64::NAN; batch]);
    (value, gradient)
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn softmax_gives_distributions_and_ignores_a_shift((batch, x) in rows(-800.0..800.0), shift in -100.0..100.0) {
        let width = x.len() / batch;
        let y = softmax(&x, width);
        let shifted = softmax(&x.iter().map(|x| x + shift).collect::<Vec<_>>(), width);
        for (y, shifted) in y.chunks(width).zip(shifted.chunks(width)) {
            prop_assert!(close(y.iter().sum(), 1.0, 1.0));
            prop_assert!(y.iter().all(|&y| (0.0..=1.0).contains(&y)));
            prop_assert!(y.iter().zip(shifted).all(|(&a, &b)| close(a, b, 1e3)));
        }
    }

    #[test]
    fn cross_entropy_ignores_a_shift_and_its_gradient_adds_up_to_nothing(
        (batch, logits) in rows(-50.0..50.0), shift in -100.0..100.0, class: prop::sample::Index,
    ) {
        let width = logits.len() / batch;
        let mut target = vec![0.0; logits.len()];
        for row in target.chunks_mut(width) {
            row[class.index(width)] = 1.0;
        }
        let (value, gradient) = loss(&CrossEntropyWithLogits, &logits, &target, batch);
        prop_assert!(value >= 0.0);
        prop_assert!(gradient.chunks(width).all(|row| close(row.iter().sum(), 0.0, 1.0)));
        let shifted: Vec<f64> = logits.iter().map(|l| l + shift).collect();
        prop_assert!(close(loss(&CrossEntropyWithLogits, &shifted, &target, batch).0, value, 1e3));
    }

    #[test]
    fn bce_is_symmetric_and_its_gradient_bounded(
        (batch, logits) in rows(-900.0..900.0), share in 0.0..=1.0,
    ) {
        let n = logits.len() as f64;
        let (target, other) = (vec![share; logits.len()], vec![1.0 - share; logits.len()]);
        let (value, gradient) = loss(&BceWithLogits, &logits, &target, batch);
        prop_assert!(value >= 0.0 && value.is_finite());
        prop_assert!(gradient.iter().all(|g| g.abs() <= 1.0 / n));
        // To tell the classes apart the other way round: -l for 1 - t.
        let negative: Vec<f64> = logits.iter().map(|l| -l).collect();
        let (mirrored, mirrored_gradient) = loss(&BceWithLogits, &negative, &other, batch);
        prop_assert!(close(mirrored, value, 1e3));
        prop_assert!(gradient.iter().zip(mirrored_gradient).all(|(a, b)| close(*a, -b, 1.0)));
    }

    #[test]
    fn squared_errors_depend_on_the_difference_and_huber_is_half_of_them_nearby(
        (batch, x) in rows(-3.0..3.0), shift in -10.0..10.0,
    ) {
        let zeros = vec![0.0; x.len()];
        let (value, gradient) = loss(&Mse, &x, &zeros, batch);
        prop_assert!(close(gradient.iter().sum(), 2.0 * x.iter().sum::<f64>() / x.len() as f64, 10.0));
        let (moved, target): (Vec<f64>, Vec<f64>) = x.iter().map(|x| (x + shift, shift)).unzip();
        prop_assert!(close(loss(&Mse, &moved, &target, batch).0, value, 1e3));
        let (huber, huber_gradient) = loss(&Huber { delta: 3.0 }, &x, &zeros, batch);
        prop_assert!(close(2.0 * huber, value, 10.0));
        prop_assert!(huber_gradient.iter().zip(gradient).all(|(h, m)| close(2.0 * h, m, 1.0)));
        // Far away it is a line, whose slope no error exceeds.
        let slope = 0.5 / x.len() as f64;
        let (_, gradient) = loss(&Huber { delta: 0.5 }, &x, &zeros, batch);
        prop_assert!(gradient.iter().all(|g| g.abs() <= slope));
    }
}

/// Every activation in the list, and slopes of any size.
fn activation() -> impl Strategy<Value = Activation> {
    let listed: Vec<Activation> = Activation::examples().into_iter().map(|example| example.config).collect();
    prop_oneof![4 => prop::sample::select(listed), 1 => (1e-3..2.0).prop_map(Activation::LeakyRelu)]
}

/// Every layer in the list that takes a row of numbers.
fn layer() -> impl Strategy<Value = LayerConfig> {
    let takes_rows = |config: &LayerConfig| config.build::<f32>().plan(&Shape::from(5), 1).is_ok();
    let listed: Vec<LayerConfig> =
        LayerConfig::examples().into_iter().map(|example| example.config).filter(takes_rows).collect();
    let init = prop_oneof![Just(Init::XavierNormal), Just(Init::HeUniform)];
    let dense =
        (1_usize..9, activation(), init, any::<bool>()).prop_map(|(units, activation, init, transposed)| {
            LayerConfig::from(Dense { units, activation, init, transposed })
        });
    prop_oneof![3 => dense, 1 => activation().prop_map(LayerConfig::from), 1 => prop::sample::select(listed)]
}

/// An architecture with a view of its first layers and one of the rest.
fn network() -> impl Strategy<Value = ArchitectureConfig> {
    (1_usize..9, prop::collection::vec(layer(), 1..7), any::<prop::sample::Index>()).prop_map(
        |(input, layers, cut)| {
            let (end, cut) = (layers.len(), cut.index(layers.len()));
            let layers = layers
                .into_iter()
                .fold(Sequential::<f32>::new(input), |network, config| network.with_boxed(config.build()));
            let views =
                if cut == 0 { vec![("rest", 0..end)] } else { vec![("first", 0..cut), ("rest", cut..end)] };
            views
                .into_iter()
                .fold(layers, |network, (name, range)| network.view(name, range))
                .into_graph()
                .to_config()
        },
    )
}

fn build<F: Scalar>(config: &ArchitectureConfig) -> Graph<F> {
    Graph::from_config(config).unwrap()
}

/// Numbers of any kind that JSON can hold.
fn number() -> impl Strategy<Value = f64> {
    use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

fn history() -> impl Strategy<Value = History> {
    let epoch = (number(), prop::option::of(number()), prop::option::of(number()), number()).prop_map(
        |(train_loss, regularised_loss, validation_loss, learning_rate)| EpochRecord {
            epoch: 1,
            train_loss,
            regularised_loss,
            validation_loss,
            learning_rate,
            train_terms: vec![],
            validation_terms: vec![],
        },
    );
    (prop::collection::vec(epoch, 0..5), prop::option::of((any::<u64>(), number())))
        .prop_map(|(epochs, best)| History { epochs, best, terms: vec![] })
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn a_network_is_its_views_one_after_the_other(config in network(), seed: u64, batch in 1_usize..5) {
        let model = Model::<f64>::new(build(&config), seed).unwrap();
        let mut x = vec![0.0; batch * model.plan().input().len()];
        Stream::new(seed).child(9).fill_normal(&mut x, 0.0, 1.0);
        let code = if config.views.len() == 2 { model.predict_view("first", &x).unwrap() } else { x.clone() };
        prop_assert_eq!(model.predict_view("rest", &code).unwrap(), model.predict(&x).unwrap());
    }

    /// A sample's output does not depend on what else is in its batch.
    #[test]
    fn a_batch_is_its_samples_one_by_one(config in network(), seed: u64, batch in 1_usize..70) {
        let model = Model::<f64>::new(build(&config), seed).unwrap();
        let width = model.plan().input().len();
        let mut x = vec![0.0; batch * width];
        Stream::new(seed).child(9).fill_normal(&mut x, 0.0, 1.0);
        let alone: Vec<f64> = x.chunks(width).flat_map(|x| model.predict(x).unwrap()).collect();
        let together = model.predict(&x).unwrap();
        prop_assert!(alone.iter().zip(together).all(|(&a, b)| close(a, b, 10.0)));
    }

    #[test]
    fn a_plan_gives_everything_a_place_of_its_own(config in network(), max_batch in 1_usize..50) {
        let network = build::<f32>(&config);
        let plan = Plan::new(&network, &network.whole(), max_batch).unwrap();
        // Parameters and saved elements follow each other without a gap.
        let (mut parameters, mut saved) = (0, 0);
        for node in &plan.nodes {
            for (&number, slot) in node.tensors.iter().zip(&node.parameters) {
                let TensorPlan { name, shape, range, .. } = &plan.tensors[number];
                prop_assert!(name.starts_with(&node.name));
                prop_assert_eq!((range.start, range.len()), (parameters, shape.len()));
                prop_assert_eq!(slot.range(1), range.clone());
                parameters = range.end;
            }
            for slot in &node.saved {
                prop_assert_eq!(slot.begin, saved);
                saved = slot.range(max_batch).end;
            }
            prop_assert!(node.scratch <= plan.scratch);
        }
        prop_assert_eq!((plan.parameters, plan.saved), (parameters, saved));
        // So do activations: the input, then each output, which is the next layer's input.
        let (mut x, mut y) = (0, max_batch * plan.input().len());
        for node in &plan.nodes {
            prop_assert_eq!((node.sources[0].begin, node.y), (x, y));
            (x, y) = (y, y + max_batch * node.output.len());
        }
        prop_assert_eq!(plan.activations, y);
        // A view has the whole's parameters in the whole's places.
        for (name, view) in network.views() {
            let begin = view.from[0].index();
            let view = Plan::new(&network, &network.find_view(name).unwrap(), max_batch).unwrap();
            prop_assert_eq!(view.parameters, plan.parameters);
            for (ours, whole) in view.nodes.iter().zip(&plan.nodes[begin..]) {
                prop_assert_eq!((&ours.parameters, &ours.output), (&whole.parameters, &whole.output));
            }
        }
    }

    /// Parameters of any bits, NaN too, and every digit of a history.
    #[test]
    fn a_checkpoint_reads_back_as_it_was_written(
        config in network(),
        bits in prop::collection::vec(any::<u32>(), 40),
        history in history(),
        adam: bool,
        (step, loss_sum, learning_rate) in (0_u64..1 << 53, number(), number()),
        notes in prop::collection::btree_map(any::<String>(), any::<String>(), 0..4),
    ) {
        let mut model = Model::<f32>::new(build(&config), 0).unwrap();
        for (parameter, &bits) in model.parameters_mut().iter_mut().zip(&bits) {
            *parameter = f32::from_bits(bits);
        }
        let optimizer = if adam {
            OptimizerConfig::from(Adam { weight_decay: learning_rate, ..Default::default() })
        } else {
            OptimizerConfig::from(Sgd { momentum: 0.9, nesterov: true, weight_decay: learning_rate })
        };
        let count = model.parameters().len();
        let state = TrainingState {
            config: TrainConfig {
                optimizer,
                schedule: Schedule::constant(learning_rate),
                early_stopping: adam.then_some(EarlyStopping { patience: 2, min_delta: loss_sum }),
                ..TrainConfig::default()
            },
            progress: Progress { epoch: 3, step_in_epoch: 1, step, loss_sum, term_sums: TermLosses::default(), stopped: adam, patient_since: adam.then_some((2, 0.1 + loss_sum)) },
            history,
            custom: CustomParts::default(),
            optimizer_state: bits.iter().map(|&b| f32::from_bits(b)).cycle().take(count * (1 + usize::from(adam))).collect(),
            best_parameters: vec![0.5; if adam { count } else { 0 }],
            best_state: vec![],
        };
        let checkpoint = Checkpoint::new(model, Some(state.clone()));
        let checkpoint = notes.iter().fold(checkpoint, |checkpoint, (key, value)| checkpoint.describe_as(key, value));
        let bytes = checkpoint.to_bytes().unwrap();
        let read = Checkpoint::<f32>::parse("memory", &bytes).unwrap();

        let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(read.model().parameters()), bits(checkpoint.model().parameters()));
        prop_assert_eq!(read.model().architecture().to_config(), config);
        let training = read.training().unwrap();
        prop_assert_eq!(&training.config, &state.config);
        prop_assert_eq!(training.progress, state.progress);
        prop_assert_eq!(&training.history, &state.history);
        prop_assert_eq!(bits(&training.optimizer_state), bits(&state.optimizer_state));
        prop_assert_eq!(bits(&training.best_parameters), bits(&state.best_parameters));
        prop_assert_eq!(read.metadata(), &notes.into_iter().collect::<BTreeMap<_, _>>());
        prop_assert_eq!(read.to_bytes().unwrap(), bytes);
    }
}

#[test]
fn a_session_shows_every_activation_and_gradient_by_name() {
    let network = Sequential::<f64>::new(3).with(Dense::new(2)).with(Softmax);
    let model = Model::new(network, 1).unwrap();
    let mut session = Session::training(model.architecture(), 4, &Arc::default()).unwrap();
    session.input_mut(2).fill(0.5);
    session.forward(model.parameters(), None);
    session.loss_slices().2.fill(1.0);
    session.backward(model.parameters(), &mut [0.0; 8], true);
    for (name, shape) in [("input", [2, 3]), ("dense1", [2, 2]), ("softmax1", [2, 2])] {
        assert_eq!(session.activation(name).unwrap().shape, shape);
        assert_eq!(session.gradient(name).unwrap().shape, shape);
    }
    assert!(session.activation("dense2").is_none() && session.gradient("dense2").is_none());
}
