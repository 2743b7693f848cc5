//! Every figure is well-formed, finite and safe to put beside the others.

mod common;

use std::collections::HashSet;

use pellucid_report::*;
use proptest::prelude::*;

fn assert_sound(svg: &Svg) {
    for text in [svg.inline(), svg.file()] {
        let document = roxmltree::Document::parse(&text).expect("well-formed XML");
        assert_eq!(document.root_element().tag_name().name(), "svg");
        let numbers = common::without_images(&text);
        assert!(!numbers.contains("NaN") && !numbers.contains("inf"), "{numbers}");
    }
}

#[test]
fn all_twelve_are_drawn_and_sound() {
    let (results, evidence) = common::sample(None);
    let drawn = figures(&results, &evidence);
    assert_eq!(drawn.iter().map(|f| f.number).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    for figure in &drawn {
        assert_sound(&figure.svg);
        assert!(figure.name.starts_with(&format!("figure-{}-", figure.number)));
        assert!(figure.svg.file().len() < 150_000, "{} is large", figure.name);
    }
}

#[test]
fn ids_are_unique_over_all_figures() {
    let (results, evidence) = common::sample(None);
    let page: String = figures(&results, &evidence).iter().map(|f| f.svg.inline()).collect();
    let page = format!("<page>{page}</page>");
    let document = roxmltree::Document::parse(&page).unwrap();
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
}

#[test]
fn every_class_has_a_style() {
    let (results, evidence) = common::sample(None);
    for figure in figures(&results, &evidence) {
        let text = figure.svg.file();
        let document = roxmltree::Document::parse(&text).unwrap();
        for class in
            document.descendants().filter_map(|n| n.attribute("class")).flat_map(str::split_whitespace)
        {
            assert!(
                class == "pf-clip" || text.contains(&format!(".{class}{{")),
                "{class} in {}",
                figure.name
            );
        }
    }
}

#[test]
fn the_diagram_names_units_and_elides_wide_layers() {
    let (_, evidence) = common::sample(None);
    let small = network_diagram(&evidence.xor.unwrap().network, "XOR").inline();
    assert!(
        small.contains(">x₂<") && small.contains(">a₄<") && small.contains(">tanh<") && !small.contains('⋮')
    );
    assert_eq!(small.matches("<circle").count(), 7);
    let large = network_diagram(&evidence.autoencoder.unwrap().network, "Autoencoder").inline();
    assert_eq!(large.matches('⋮').count(), 9);
    assert!(large.contains(">784<") && large.contains(">Encoder<") && large.contains("pf-node-latent"));
}

/// Two inputs, a residual connection over two layers, two outputs.
fn graph() -> Network {
    let layer = |name: &str, width, activation: Option<&str>, role| NetworkLayer {
        name: name.into(),
        width,
        activation: activation.map(str::to_owned),
        role,
    };
    let layers = vec![
        layer("image", 784, None, Role::Input),
        layer("age", 1, None, Role::Input),
        layer("dense1", 64, Some("relu"), Role::Hidden),
        layer("block1.with_a_long_name.dense1", 64, Some("relu"), Role::Hidden),
        layer("dense3", 64, None, Role::Latent),
        layer("add1", 64, None, Role::Hidden),
        layer("digit", 10, None, Role::Output),
        layer("years", 1, None, Role::Output),
    ];
    let edges = vec![[0, 2], [2, 3], [3, 4], [4, 5], [2, 5], [5, 6], [5, 7], [1, 7]];
    Network { layers, edges }
}

#[test]
fn a_graph_is_drawn_in_columns_with_arcs_over_what_is_passed_by() {
    let svg = network_diagram(&graph(), "A graph");
    assert_sound(&svg);
    let text = svg.inline();
    let document = roxmltree::Document::parse(&text).unwrap();
    let places: Vec<[f64; 2]> = document
        .descendants()
        .filter(|node| node.has_tag_name("rect"))
        .map(|rect| ["x", "y"].map(|name| rect.attribute(name).unwrap().parse().unwrap()))
        .collect();
    let columns: Vec<f64> = places.iter().map(|place| (place[0] - 24.0) / 164.0).collect();
    assert_eq!(columns, [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 5.0]);
    let mut apart = places.iter().map(|place| place.map(f64::to_bits)).collect::<Vec<_>>();
    apart.sort_unstable();
    apart.dedup();
    assert_eq!(apart.len(), 8, "boxes lie on each other");
    // Two arcs: the residual, and the age on its way to the years; everything lies within the drawing.
    let path = document.descendants().find(|node| node.has_tag_name("path")).unwrap();
    let path = path.attribute("d").unwrap();
    assert_eq!((path.matches('C').count(), path.matches('L').count()), (2, 6));
    let numbers = path.split(|c: char| " MLC".contains(c)).filter(|n| !n.is_empty());
    assert!(numbers.map(|n| n.parse::<f64>().unwrap()).all(|n| (0.0..1100.0).contains(&n)));
    for name in ["image", "784", "64, relu", "…ng_name.dense1", "digit"] {
        assert!(text.contains(&format!(">{name}<")), "{name} is not in {text}");
    }
}

#[test]
fn a_row_is_drawn_as_it_always_was_and_edges_that_are_none_are_left_out() {
    let (_, evidence) = common::sample(None);
    let row = evidence.autoencoder.unwrap().network;
    let edges = (1..row.layers.len()).rev().map(|to| [to - 1, to]).collect();
    let told = Network { edges, ..row.clone() };
    assert_eq!(network_diagram(&row, "Autoencoder"), network_diagram(&told, "Autoencoder"));

    let mut odd = graph();
    odd.edges.extend([[3, 3], [5, 2], [0, 99], [99, 0]]);
    assert_eq!(network_diagram(&odd, "A graph"), network_diagram(&graph(), "A graph"));
    let unconnected = Network { edges: vec![[0, 0]], ..row };
    assert_sound(&network_diagram(&unconnected, "unconnected"));
    assert_sound(&network_diagram(&Network { layers: vec![], edges: vec![[0, 1]] }, "none"));
}

#[test]
fn the_confusion_matrix_shows_every_count_and_the_margins() {
    let (results, _) = common::sample(None);
    let svm = results.svm.unwrap();
    let drawn = confusion_matrix(&svm.confusion).inline();
    assert_eq!(drawn.matches("class=\"pf-heat ").count(), 100 + 9); // and the key
    for n in svm.confusion.iter().flatten().filter(|&&n| n > 0) {
        assert!(drawn.contains(&format!(">{n}<")), "{n}");
    }
    let mut perfect = [[0; 10]; 10];
    (0..10).for_each(|digit| perfect[digit][digit] = 5);
    let drawn = confusion_matrix(&perfect).inline();
    assert_eq!(drawn.matches(">100.0 %<").count(), 21); // ten recalls, ten precisions, the accuracy
}

#[test]
fn the_results_show_every_run_and_the_course() {
    let (results, evidence) = common::sample(None);
    let (mut svm, plane) = (results.svm.unwrap(), evidence.svm.unwrap().plane);
    let drawn = svm_results(&svm, &plane).inline();
    for text in [
        "Raw pixels",
        "95.1 %",
        "73.6 %",
        "course, latent 75.2 %",
        "course, raw pixels 92.5 %",
        "course, mean 0.747",
    ] {
        assert!(drawn.contains(text), "{text}");
    }
    (svm.raw, svm.latent_linear) = (None, None);
    let drawn = svm_results(&svm, &plane).inline();
    assert!(!drawn.contains("Raw pixels") && !drawn.contains("linear"));
}

#[test]
fn a_feature_is_ten_hills() {
    let (_, evidence) = common::sample(None);
    let drawn = feature_distributions(&evidence.svm.unwrap().distributions).inline();
    assert_eq!(drawn.matches("class=\"pf-ridge ").count(), 30);
    assert!(drawn.contains(">feature 17<") && drawn.contains("1.3481"));
}

#[test]
fn empty_input_draws_an_empty_figure() {
    let nothing = Surface { low: 0.0, high: 1.0, side: 0, values: vec![] };
    let digit = DigitPair { label: 0, original: vec![], reconstruction: vec![] };
    for svg in [
        network_diagram(&Network::default(), "none"),
        xor_loss(&[]),
        decision_boundary(&nothing, &[0.0; 4]),
        training_progress(&AutoencoderResults::default()),
        reconstructions(&[]),
        reconstructions(&[digit]),
        error_histogram(&[]),
        error_histogram(&[0.25; 3]),
        latent_space(&LatentPlane::default()),
        svm_results(&SvmResults::default(), &LatentPlane::default()),
        confusion_matrix(&[[0; 10]; 10]),
        confusion_matrix(&[[u64::MAX; 10]; 10]),
        feature_distributions(&[]),
        feature_distributions(&[FeatureDistribution::default()]),
        performance_panels(&Performance::default()),
    ] {
        assert_sound(&svg);
    }
}

/// Numbers as a run that went wrong might leave them.
fn wild() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e3..1e3,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(f64::MAX),
        1 => Just(f64::MIN_POSITIVE),
        1 => Just(-0.0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn numbers_out_of_this_world_do_not_break_a_figure(
        values in prop::collection::vec(wild(), 0..40),
        label in any::<u8>(),
    ) {
        let narrow: Vec<f32> = values.iter().map(|&v| v as f32).collect();
        let four = std::array::from_fn(|i| values.get(i).copied().unwrap_or(f64::NAN));
        let side = values.len().isqrt();
        let surface = Surface { low: four[0], high: four[1], side, values: values[..side * side].to_vec() };
        let run = AutoencoderResults {
            train_loss: values.clone(),
            validation_loss: values.iter().rev().copied().collect(),
            validation_mse: values.clone(),
            ..AutoencoderResults::default()
        };
        let points = values.windows(2).map(|w| LatentPoint { x: w[0], y: w[1], label }).collect();
        let svm = SvmResults {
            latent: SvmRun { accuracy: four[0], ..SvmRun::default() },
            per_class_f1: std::array::from_fn(|i| four[i % 4]),
            ..SvmResults::default()
        };
        let feature = FeatureDistribution {
            feature: 0,
            variance: four[1],
            values: std::array::from_fn(|i| narrow[..narrow.len() * i / 10].to_vec()),
        };
        let digit = DigitPair { label, original: narrow.clone(), reconstruction: narrow.iter().rev().copied().collect() };
        let measured = || {
            let [median, low, high, _] = four;
            Quantity::Measured(Measured { median, low, high, runs: values.clone() })
        };
        let series = [("500", measured()), ("3000", measured())].into_iter().filter_map(|(rows, quantity)| {
            let Quantity::Measured(measured) = quantity else { return None };
            Some((rows.to_owned(), measured))
        });
        let fields = [
            ("epoch_seconds", measured()),
            ("single_seconds", measured()),
            ("fit_seconds", measured()),
            ("losses", Quantity::Curves(vec![values.clone(), vec![]])),
            ("seconds", Quantity::Series(series.collect())),
        ];
        let fields = fields.map(|(field, quantity)| (field.to_owned(), quantity));
        let row = |who: &str| Row { who: who.into(), values: fields.clone().into(), ..Row::default() };
        let jobs = ["autoencoder", "inference", "svm_5000x32", "convergence", "scaling"];
        let performance = Performance {
            jobs: jobs.map(|job| (job.to_owned(), vec![row("pellucid"), row("jax")])).into(),
            ..Performance::default()
        };
        let results = Results { performance: Some(performance.clone()), ..Results::default() };
        prop_assert_eq!(tables(&results).len(), 10);
        for svg in [
            performance_panels(&performance),
            xor_loss(&values),
            decision_boundary(&surface, &four),
            training_progress(&run),
            reconstructions(&[digit]),
            error_histogram(&narrow),
            svm_results(&svm, &LatentPlane::default()),
            feature_distributions(&[feature]),
            latent_space(&LatentPlane { points, explained: [four[0], four[1]], dimensions: 2 }),
        ] {
            assert_sound(&svg);
        }
    }
}
