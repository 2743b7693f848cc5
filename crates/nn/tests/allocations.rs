//! A training step after the first does not allocate, on any thread.
//!
//! The allocator counts with atomic counters for the whole process, so the pool's workers count too. This is the
//! only test of the file: another would be counted with it.

mod common;
#[path = "graph/custom.rs"]
mod custom;
#[path = "graph/trained.rs"]
mod trained;

use std::alloc::System;
use std::sync::Arc;

use pellucid_data::{Batches, Dataset, Features, Matrix, Targets, permutation_into};
use pellucid_nn::configs::Example;
use pellucid_nn::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Calls of the allocator by all threads while `work` runs: the fewest of five times, since the test harness has a
/// thread of its own that may allocate at any moment. What allocates by itself does so each time.
fn calls(mut work: impl FnMut()) -> usize {
    let once = |_| {
        let region = Region::new(ALLOCATOR);
        work();
        let change = region.change();
        change.allocations + change.reallocations + change.deallocations
    };
    (0..5).map(once).min().unwrap_or(0)
}

/// Calls of the allocator by three epochs of steps that follow a first step.
fn calls_of_steps(
    network: impl Into<Graph<f32>>,
    data: &Dataset,
    config: &TrainConfig,
    threads: usize,
) -> usize {
    let pool = Arc::new(Pool::new(threads));
    let model = Model::new(network, 1).unwrap();
    let mut trainer = Trainer::new(model, config.clone(), &pool).unwrap();
    let mut order: Vec<u32> = (0..data.len() as u32).collect();
    // Workers allocate when they start; wait until they all have.
    pool.run(threads, |_| ());
    trainer.step(data, &order[..config.samples()], 3);
    calls(|| {
        for epoch in 0..3 {
            permutation_into(config.seed, epoch, &mut order);
            for range in Batches::new(data.len(), config.samples()) {
                let loss = trainer.step(data, &order[range], 3);
                assert!(loss.is_finite());
            }
        }
    })
}

fn xor() -> (Sequential<f32>, Dataset) {
    let inputs = Matrix::new(4, 2, vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]).unwrap();
    let targets = Features::F32(Matrix::new(4, 1, vec![0.0, 1.0, 1.0, 0.0]).unwrap());
    let network = Sequential::new(2)
        .with(Dense::new(4).activation(Activation::Tanh))
        .with(Dense::new(1).activation(Activation::Sigmoid));
    (network, Dataset::new(Features::F32(inputs), Targets::Values(targets)).unwrap())
}

/// Calls of the allocator by passes there and back over a graph: a residual, an embedding, a tensor tied twice, a value
/// three times in a sum, two losses of one value and one of an inner value.
fn calls_of_a_graph(threads: usize) -> usize {
    let mut graph = Graph::<f32>::new();
    let (x, words) = (graph.input("x", 64), graph.indices("words", [4], 50));
    let vectors = graph.join(Embedding::new(16), &[words]);
    let a = graph.then(vectors, Dense::new(64).activation(Activation::Tanh));
    let sum = graph.join(Add, &[a, x, a]);
    let b = graph.then(sum, Dense::new(64).activation(Activation::Relu));
    graph.share(b, a);
    let c = graph.then(b, Dense::new(64));
    graph.tie(c, "weight", "dense2.weight");
    let product = graph.join(Multiply, &[c, c]);
    let y = graph.join(Concatenate, &[product, sum]);
    let model = Model::new(graph, 1).unwrap();
    let pool = Arc::new(Pool::new(threads));
    let losses = [y, sum, y];
    let mut session = Session::training_for(model.architecture(), &losses, 700, &pool).unwrap();
    let mut lean = Session::inference(model.architecture(), 700, &pool).unwrap();
    let mut gradients = vec![0.0; model.parameters().len()];
    let mut work = || {
        for (batch, of_inputs) in [(700, true), (1, false), (333, false)] {
            for session in [&mut session, &mut lean] {
                session.begin(batch);
                session.numbers_mut(0).fill(0.25);
                session.indices_mut(1).fill(7);
                session.forward(&model, Some(Stream::new(3)));
            }
            for number in 0..losses.len() {
                let slices = session.slices_of(number, None);
                slices.gradient.copy_from_slice(slices.value);
                session.close_loss(number);
            }
            session.backward(&model, &mut gradients, of_inputs);
            assert!(gradients.iter().all(|d| d.is_finite()));
        }
    };
    pool.run(threads, |_| ());
    work();
    calls(work)
}

/// Calls of the allocator by passes there and back over every built-in layer and operation, by its examples.
fn calls_of_examples(threads: usize) -> Vec<(String, usize)> {
    let mut graphs: Vec<(String, Graph<f32>)> = Vec::new();
    let with_inputs = |inputs: &[Port]| {
        let mut graph = Graph::new();
        let named = inputs.iter().enumerate();
        let x: Vec<Value> = named.map(|(i, port)| graph.port(format!("x{i}"), port.clone())).collect();
        (graph, x)
    };
    for Example { name, config, inputs, .. } in LayerConfig::examples() {
        let (mut graph, x) = with_inputs(&inputs);
        graph.then_boxed(x[0], config.build());
        graphs.push((name, graph));
    }
    for Example { name, config, inputs, .. } in OperationConfig::examples() {
        let (mut graph, x) = with_inputs(&inputs);
        graph.join_boxed(config.build(), &x);
        graphs.push((name, graph));
    }
    let pool = Arc::new(Pool::new(threads));
    pool.run(threads, |_| ());
    let count = |(name, graph): (String, Graph<f32>)| {
        let model = Model::new(graph, 1).unwrap();
        let mut session = Session::training(model.architecture(), 9000, &pool).unwrap();
        let mut gradients = vec![0.0; model.parameters().len()];
        let mut work = || {
            session.begin(9000);
            for number in 0..session.plan().inputs().len() {
                if !session.plan().inputs()[number].port.is_indices() {
                    session.numbers_mut(number).fill(0.25);
                }
            }
            session.forward(&model, Some(Stream::new(3)));
            let slices = session.slices_of(0, None);
            slices.gradient.copy_from_slice(slices.value);
            session.backward(&model, &mut gradients, true);
        };
        work();
        (name, calls(work))
    };
    graphs.into_iter().map(count).collect()
}

#[test]
fn a_training_step_after_the_first_does_not_allocate() {
    let on_another_thread = calls(|| {
        std::thread::scope(|scope| {
            scope.spawn(|| drop(std::hint::black_box(vec![1_u8; 1000]))).join().unwrap();
        });
    });
    assert!(on_another_thread >= 2, "the allocator does not count other threads");

    let adam = OptimizerConfig::from(Adam::default());
    let deep = TrainConfig {
        batch_size: 256,
        loss: LossConfig::BceWithLogits,
        optimizer: adam,
        schedule: Schedule::cosine(1e-3),
        clip_norm: Some(1.0),
        ..TrainConfig::default()
    };
    // Two whole batches and a last one of 88 samples.
    let images = common::pixels(600, 784);
    let small = TrainConfig { batch_size: 4, schedule: Schedule::constant(0.5), ..TrainConfig::default() };
    let (_, truth_table) = xor();
    for threads in [1, 2] {
        let autoencoder = calls_of_steps(common::autoencoder(), &images, &deep, threads);
        let xor = calls_of_steps(xor().0, &truth_table, &small, threads);
        println!("{threads} threads: {autoencoder} calls of the allocator by the autoencoder, {xor} by XOR");
        assert_eq!((autoencoder, xor), (0, 0), "calls of the allocator on {threads} threads");
        // Two losses, weights, groups; whole batches, and batches in three parts of which the last is smaller.
        for parts in [1, 3] {
            let config = trained::config(400 / parts, parts);
            let calls = calls_of_steps(trained::network(), &trained::data(600), &config, threads);
            assert_eq!(calls, 0, "calls of the allocator by {parts} parts on {threads} threads");
        }
        for (name, calls) in calls_of_examples(threads) {
            assert_eq!(calls, 0, "calls of the allocator by {name} on {threads} threads");
        }
        assert_eq!(calls_of_a_graph(threads), 0, "calls of the allocator by a graph on {threads} threads");
    }

    // Nor does any loss or optimiser.
    let pool = Arc::new(Pool::new(2));
    pool.run(2, |_| ());
    let (mut gradient, mut sums, weights) = (vec![0.0_f32; 4000 * 5], vec![0.0; 4000], vec![0.5; 4000]);
    let (prediction, classes, values) = (vec![0.3; 4000 * 5], vec![3; 4000], vec![0.2; 4000 * 5]);
    for example in LossConfig::examples() {
        let loss = example.config.build::<f32>();
        for target in [Target::Values(&values[..]), Target::Classes(&classes)] {
            if loss.accepts(target.kind()) {
                for weights in [None, Some(&weights[..])] {
                    let by_loss = calls(|| {
                        loss_and_gradient(
                            &*loss,
                            &pool,
                            LossBatch {
                                prediction: &prediction,
                                target,
                                weights,
                                factor: 1.0,
                                gradient: &mut gradient,
                                sums: &mut sums,
                            },
                        );
                    });
                    assert_eq!(by_loss, 0, "calls of the allocator by {}", example.name);
                }
            }
        }
    }
    let mut parameters = vec![0.1; gradient.len()];
    for example in OptimizerConfig::examples() {
        let optimizer = example.config.build::<f32>();
        let mut state = vec![0.0; optimizer.state_per_parameter() * parameters.len()];
        let by_step = calls(|| {
            let state = StateMut::whole(&mut state, parameters.len());
            optimizer.step(Update {
                pool: &pool,
                parameters: &mut parameters,
                gradients: &gradient,
                gradient_scale: 1.0,
                state,
                step: 1,
                learning_rate: 0.1,
                weight_decay: 0.1,
            });
        });
        assert_eq!(by_step, 0, "calls of the allocator by {}", example.name);
    }

    // Nor does an epoch: a run of more epochs only takes a larger history at its start.
    let fit = |epochs| {
        let run = || {
            let model = Model::new(xor().0, 1).unwrap();
            let config = TrainConfig { epochs, ..small.clone() };
            let mut trainer = Trainer::new(model, config, &Arc::default()).unwrap();
            assert_eq!(trainer.fit(&truth_table, None, &mut ()).unwrap(), Outcome::Finished);
        };
        calls(run)
    };
    assert_eq!(fit(10), fit(1000), "calls of the allocator grow with the epochs");
}
