//! Weights of samples and classes: as if samples were repeated, and a sample of weight 0 as if it were not there.

use std::sync::Arc;

use pellucid_data::Dataset;
use pellucid_nn::gradient_check::GradientCheck;
use pellucid_nn::*;

use crate::two_terms::{
    CLASSES, assert_close, data, gradient, model, network, objective, places, terms, weighted,
};

const ROWS: usize = 13;

/// The samples without weights, each as often as `count` says.
fn repeated(count: impl Fn(usize) -> usize) -> Dataset {
    let times = |row: usize| std::iter::repeat_n(row as u32, count(row));
    data(ROWS).subset(&(0..ROWS).flat_map(times).collect::<Vec<u32>>()).unwrap()
}

fn class(row: usize) -> usize {
    data(ROWS).label(row).unwrap() as usize
}

fn found(class_weights: ClassWeights, data: &Dataset) -> Objective<'static, f64> {
    let mut objective = objective(Some(class_weights));
    objective.weigh_classes(data).unwrap();
    objective
}

/// Compares the losses and the gradient of weighted samples with those of repeated ones.
fn same(what: &str, weights: Objective<'static, f64>, samples: &Dataset, repeated: &Dataset) {
    let (losses, slopes) = gradient(weights, samples);
    let (expected, expected_slopes) = gradient(objective(None), repeated);
    assert_close(&losses.terms, &expected.terms, 1e-14, what);
    assert_close(&[losses.total], &[expected.total], 1e-14, what);
    assert_close(&slopes, &expected_slopes, 1e-14, what);
    assert!(slopes.iter().any(|d| d.abs() > 0.1));
}

#[test]
fn integer_weights_are_samples_repeated_and_zero_is_absence() {
    let count = |row: usize| [2, 0, 1, 3, 1][row % 5];
    let samples = weighted(ROWS, |row| count(row) as f64);
    same("samples", objective(None), &samples, &repeated(count));
    let (losses, _) = gradient(objective(None), &samples);
    let total: usize = (0..ROWS).map(count).sum();
    assert_eq!(losses.weights[..], [total as f64; 2]);
    // Only the ratios count.
    same("halves", objective(None), &weighted(ROWS, |row| 0.5 * count(row) as f64), &repeated(count));
    let absent = |row: usize| usize::from(!row.is_multiple_of(3));
    same("absence", objective(None), &weighted(ROWS, |row| absent(row) as f64), &repeated(absent));
}

#[test]
fn class_weights_are_samples_of_classes_repeated() {
    let of_class = [2, 1, 4];
    let given = ClassWeights::Given(of_class.map(|weight| weight as f64).to_vec());
    let samples = data(ROWS);
    same("classes", found(given.clone(), &samples), &samples, &repeated(|row| of_class[class(row)]));
    // Times the weights of samples.
    let samples = weighted(ROWS, |row| (row % 3) as f64);
    let count = |row: usize| row % 3 * of_class[class(row)];
    same("both", found(given, &samples), &samples, &repeated(count));
}

#[test]
fn balanced_classes_count_alike() {
    let samples = data(ROWS);
    let mut counts = [0_usize; CLASSES];
    (0..ROWS).for_each(|row| counts[class(row)] += 1);
    assert_eq!(counts, [7, 4, 2]);
    let balanced = gradient(found(ClassWeights::BALANCED, &samples), &samples);
    let weights = counts.map(|count| ROWS as f64 / (CLASSES * count) as f64);
    assert_eq!(balanced, gradient(found(ClassWeights::Given(weights.to_vec()), &samples), &samples));
    // Each class 28 times.
    let count = |row: usize| 28 / counts[class(row)];
    same("balanced", found(ClassWeights::BALANCED, &samples), &samples, &repeated(count));
}

#[test]
fn losses_of_an_epoch_and_of_an_evaluation_are_weighted_means() {
    let samples = weighted(ROWS, |row| [0.5, 2.0, 0.0, 1.25][row % 4]);
    let weights = [0.5, 1.0, 3.0];
    // A rate too small to move anything, and a last batch of a single sample.
    let config = TrainConfig {
        batch_size: 3,
        terms: terms(),
        class_weights: Some(ClassWeights::Given(weights.to_vec())),
        schedule: Schedule::constant(1e-300),
        ..Default::default()
    };
    let mut trainer = Trainer::new(model(), config, &Arc::default()).unwrap();
    trainer.fit(&samples, Some(&samples), &mut ()).unwrap();
    let (mut sums, mut total) = ([0.0; 2], 0.0);
    for row in 0..ROWS {
        let alone = data(ROWS).subset(&[row as u32]).unwrap();
        let losses = evaluate_objective(&model(), &objective(None), &alone, &Arc::default()).unwrap();
        let weight = [0.5, 2.0, 0.0, 1.25][row % 4] * weights[class(row)];
        sums.iter_mut().zip(&*losses.terms).for_each(|(sum, loss)| *sum += weight * loss);
        total += weight;
    }
    let expected = sums.map(|sum| sum / total);
    let record = &trainer.history().epochs[0];
    assert_close(&record.train_terms, &expected, 1e-14, "training");
    assert_close(&record.validation_terms, &expected, 1e-14, "validation");
    let loss = 0.7 * expected[0] + 1.5 * expected[1];
    let losses = [record.train_loss, record.validation_loss.unwrap(), trainer.evaluate(&samples).unwrap()];
    assert_close(&losses, &[loss; 3], 1e-14, "the objective");
}

#[test]
fn gradients_of_weighted_objectives_are_those_of_differences() {
    let check = |model: &Model<f64>, objective: &Objective<'_, f64>, data: &Dataset| {
        for check in GradientCheck::of("weighted", model, objective, data).run().unwrap() {
            assert!(check.passes(1e-9), "{check:?}");
        }
    };
    let samples = weighted(ROWS, |row| [0.5, 2.0, 0.0, 1.25][row % 4]);
    check(&model(), &objective(None), &samples);
    check(&model(), &found(ClassWeights::BALANCED, &samples), &samples);
    // One term, of one class a sample.
    let logits = || Objective::new().with(Term::new("loss", CrossEntropyWithLogits).times(0.5));
    check(&model(), &logits(), &samples);

    let (model, samples, weighted) = places();
    check(&model, &logits(), &samples);
    check(&model, &logits(), &weighted);
}

#[test]
fn class_weights_that_do_not_fit_are_refused() {
    let refused = |weights: ClassWeights, data: &Dataset| {
        objective(Some(weights)).weigh_classes(data).unwrap_err().to_string()
    };
    let given = |weights: &[f64]| ClassWeights::Given(weights.to_vec());
    assert_eq!(refused(given(&[1.0, 2.0]), &data(6)), "class_weights: expected 3, found 2");
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("class_weights: expected numbers of at least 0, found {wrong}");
        assert_eq!(refused(given(&[1.0, wrong, 1.0]), &data(6)), expected);
    }
    let x = data(6).column("x").unwrap().clone();
    let values = Dataset::from_columns([("x", x)]).unwrap();
    assert_eq!(
        refused(ClassWeights::BALANCED, &values),
        "class_weights: expected a data set with classes as targets"
    );
}

#[test]
fn class_weights_are_found_by_the_first_step_and_missed_in_an_evaluation_before() {
    let config = TrainConfig {
        batch_size: ROWS,
        terms: terms(),
        class_weights: Some(ClassWeights::BALANCED),
        ..Default::default()
    };
    let samples = data(ROWS);
    let mut fitted = Trainer::new(model(), config.clone(), &Arc::default()).unwrap();
    let message = fitted.evaluate(&samples).unwrap_err().to_string();
    assert_eq!(message, "class_weights: expected those of a training set, found none yet");
    fitted.fit(&samples, None, &mut ()).unwrap();
    let mut stepped = Trainer::new(model(), config, &Arc::default()).unwrap();
    stepped.step(&samples, &(0..ROWS as u32).collect::<Vec<_>>(), 1);
    assert_eq!(stepped.model().parameters(), fitted.model().parameters());
    assert_eq!(stepped.evaluate(&samples).unwrap(), fitted.evaluate(&samples).unwrap());
    assert!(Model::new(network(), 5).unwrap().parameters() != fitted.model().parameters());
}
