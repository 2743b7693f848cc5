//! Random graphs: gradients, threads, lean memory and views.

use std::sync::Arc;

use pellucid_nn::{Activation::Tanh, *};
use proptest::prelude::*;

use crate::case::{Case, Samples};
use crate::custom::{Halve, Normalize};

/// What a random graph is made from: for each node its kind and the places of its inputs, and the places of the losses.
#[derive(Clone, Debug)]
struct Recipe {
    nodes: Vec<(u8, Vec<prop::sample::Index>)>,
    losses: Vec<prop::sample::Index>,
    batch: usize,
    seed: u64,
}

fn recipe(most: usize) -> impl Strategy<Value = Recipe> {
    let node = (0..10_u8, prop::collection::vec(any::<prop::sample::Index>(), 4));
    let nodes = prop::collection::vec(node, 1..most);
    (nodes, prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..6_usize, 0..1000_u64)
        .prop_map(|(nodes, losses, batch, seed)| Recipe { nodes, losses, batch, seed })
}

/// All values are vectors of `width` numbers, so that anything can be joined with anything.
fn build<F: Scalar>(recipe: &Recipe, width: usize) -> (Graph<F>, Vec<Value>) {
    let mut graph = Graph::new();
    let word = graph.indices("word", Vec::new(), 5);
    let mut values = vec![graph.input("a", width), graph.input("b", width)];
    // Layers of width x width whose weights others can use.
    let mut dense: Vec<Value> = Vec::new();
    for (kind, picks) in &recipe.nodes {
        let pick = |i: usize| *picks[i].get(&values);
        let x = pick(0);
        let value = match kind {
            0 => graph.join(Add, &[x, pick(1)]),
            1 => graph.join(Add, &[x, pick(1), pick(2), pick(3)]),
            2 => {
                // Bounded, so that products of products stay so.
                let (a, b) = (graph.then(x, Tanh), graph.then(pick(1), Tanh));
                graph.join(Multiply, &[a, b])
            }
            3 => {
                let wide = graph.join(Concatenate, &[x, pick(1), pick(2)]);
                graph.then(wide, Dense::new(width).activation(Tanh))
            }
            4 => graph.then(x, Softmax),
            5 => graph.within(&format!("block{}", values.len()), |graph| {
                let h = graph.then(x, Normalize);
                graph.then(h, Halve)
            }),
            6 => {
                let vector = graph.join(Embedding::new(width), &[word]);
                graph.join(Add, &[vector, x])
            }
            7 if !dense.is_empty() => {
                let y = graph.then(x, Dense::new(width).activation(Tanh));
                graph.share(y, *picks[1].get(&dense))
            }
            8 if !dense.is_empty() => {
                let y = graph.then(x, Dense::new(width).activation(Tanh));
                let of = graph.name_of(*picks[1].get(&dense)).unwrap().to_owned();
                graph.tie(y, "weight", format!("{of}.weight"))
            }
            _ => {
                let y = graph.then(x, Dense::new(width).activation(Tanh));
                dense.push(y);
                y
            }
        };
        values.push(value);
    }
    let mut losses: Vec<Value> = recipe.losses.iter().map(|loss| *loss.get(&values)).collect();
    losses.extend(values.last());
    (graph, losses)
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

/// The activations of all values of a case, by place in the graph; `None` for indices.
fn activations(case: &Case<f32>) -> Vec<Option<Vec<f32>>> {
    let mut session = Session::observing(case.network(), case.batch, &Arc::default()).unwrap();
    case.load(&mut session);
    session.forward(&case.model, case.stream);
    let mut all = vec![None; case.network().values()];
    for (number, value) in session.plan().values.iter().enumerate() {
        if !value.port.is_indices() {
            all[value.value.index()] = Some(session.value(number).to_vec());
        }
    }
    all
}

/// Runs a view in lean memory on activations that are known.
fn lean(case: &Case<f32>, view: &View, known: &[Option<Vec<f32>>]) -> Vec<u32> {
    let mut session = Session::of_view(case.network(), view, case.batch, &Arc::default()).unwrap();
    session.begin(case.batch);
    for (number, value) in session.plan().inputs().to_vec().iter().enumerate() {
        if let Some(x) = &known[value.value.index()] {
            session.numbers_mut(number).copy_from_slice(x);
        } else {
            let Samples::Indices(x) = &case.samples[0] else { unreachable!() };
            session.indices_mut(number).copy_from_slice(x);
        }
    }
    session.forward(&case.model, case.stream);
    bits(session.output())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn gradients_are_those_of_differences(recipe in recipe(9)) {
        let (graph, losses) = build::<f64>(&recipe, 3);
        let case = Case::new(graph, &losses, recipe.batch, recipe.seed);
        case.check(1e-7);
        prop_assert_eq!(case.gradients(1, true).parameters, case.gradients(1, false).parameters);
    }

    /// In lean memory every view gives the bits that a session for looking inside gives.
    #[test]
    fn lean_views_give_the_same_bits(recipe in recipe(12), cut in any::<prop::sample::Index>()) {
        let (graph, losses) = build::<f32>(&recipe, 5);
        let case = Case::new(graph, &losses, recipe.batch, recipe.seed);
        let known = activations(&case);
        let nodes: Vec<Value> = case.network().nodes().map(|(value, ..)| value).collect();
        let expected = |value: Value| bits(known[value.index()].as_ref().unwrap());
        for &to in &nodes {
            let from = case.network().whole().from;
            prop_assert_eq!(lean(&case, &View { from, to }, &known), expected(to));
            // The node alone.
            let view = case.network().find_view(case.network().name_of(to).unwrap()).unwrap();
            prop_assert_eq!(lean(&case, &view, &known), expected(to));
        }
        // From everything that is there at some place to everything after it.
        let at = cut.index(nodes.len());
        let inputs = case.network().inputs().map(|(value, ..)| value);
        let from: Vec<Value> = inputs.chain(nodes[..at].iter().copied()).collect();
        for &to in &nodes[at..] {
            prop_assert_eq!(lean(&case, &View { from: from.clone(), to }, &known), expected(to));
        }
        let whole = case.network().whole();
        let bytes = |session: Session<f32>| session.bytes();
        let pool = Arc::default();
        prop_assert!(
            bytes(Session::inference(case.network(), 64, &pool).unwrap())
                <= bytes(Session::observing_view(case.network(), &whole, 64, &pool).unwrap())
        );
    }

    #[test]
    fn descriptions_are_read_back(recipe in recipe(12)) {
        let (graph, losses) = build::<f32>(&recipe, 3);
        let config = graph.to_config();
        let text = serde_json::to_string(&config).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ArchitectureConfig>(&text).unwrap(), &config);
        if !text.contains("normalize") {
            let again = Graph::<f32>::from_config(&config).unwrap();
            prop_assert_eq!(&again.to_config(), &config);
            let (a, b) = (Case::new(graph, &losses, 2, recipe.seed), Case::new(again, &losses, 2, recipe.seed));
            prop_assert_eq!(bits(a.model.parameters()), bits(b.model.parameters()));
            prop_assert_eq!(activations(&a), activations(&b));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    /// Wide and many samples, so that the work is worth several threads.
    #[test]
    fn threads_give_the_same_bits(recipe in recipe(9)) {
        let (graph, losses) = build::<f32>(&recipe, 48);
        let case = Case::new(graph, &losses, 700, recipe.seed);
        let one = case.gradients(1, true);
        prop_assert!(one.parameters.iter().all(|d| d.is_finite()));
        for threads in 2..=4 {
            let many = case.gradients(threads, true);
            prop_assert_eq!(bits(&one.parameters), bits(&many.parameters), "{} threads", threads);
            for ((_, a), (name, b)) in one.inputs.iter().zip(&many.inputs) {
                prop_assert_eq!(bits(a), bits(b), "{} of {} threads", name, threads);
            }
        }
    }
}
