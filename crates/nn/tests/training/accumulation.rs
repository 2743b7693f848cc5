//! Gradients accumulated over parts of a batch: the same as those of the whole, to rounding.

use std::sync::Arc;

use pellucid_data::Dataset;
use pellucid_nn::*;

use crate::two_terms::{assert_close, data, gradient_in_parts, model, objective, places, terms, weighted};

fn run(
    data: &Dataset,
    class_weights: Option<ClassWeights>,
    batch_size: usize,
    accumulate: usize,
) -> Trainer<f64> {
    let config = TrainConfig {
        epochs: 3,
        batch_size,
        accumulate,
        terms: terms(),
        class_weights,
        optimizer: Adam { weight_decay: 0.01, ..Default::default() }.into(),
        schedule: Schedule::cosine(0.05),
        clip_norm: Some(0.5),
        ..Default::default()
    };
    let mut trainer = Trainer::new(model(), config, &Arc::default()).unwrap();
    trainer.fit(data, Some(data), &mut ()).unwrap();
    trainer
}

#[test]
fn accumulated_parts_are_one_large_batch() {
    // Steps of 6, 6 and 5 samples: of the last, the last part has fewer than the others.
    let cases = [
        ("plain", data(17), None),
        ("weights", weighted(17, |row| [0.5, 2.0, 0.0, 1.25][row % 4]), None),
        // Whole parts of weight 0.
        ("few weights", weighted(17, |row| if row % 5 == 0 { 1.0 } else { 0.0 }), None),
        ("classes", weighted(17, |row| 1.0 + row as f64), Some(ClassWeights::BALANCED)),
    ];
    for (what, data, class_weights) in cases {
        let whole = run(&data, class_weights.clone(), 6, 1);
        for (batch_size, parts) in [(1, 6), (2, 3), (3, 2)] {
            let accumulated = run(&data, class_weights.clone(), batch_size, parts);
            let what = format!("{what} in {parts} parts");
            let (ours, theirs) = (accumulated.model().parameters(), whole.model().parameters());
            assert_close(ours, theirs, 1e-11, &what);
            for (a, b) in accumulated.history().epochs.iter().zip(&whole.history().epochs) {
                assert_close(&a.train_terms, &b.train_terms, 1e-11, &what);
                assert_close(&a.validation_terms, &b.validation_terms, 1e-11, &what);
                assert_close(&[a.train_loss], &[b.train_loss], 1e-11, &what);
            }
        }
    }
}

#[test]
fn a_gradient_in_parts_is_that_of_the_whole() {
    let logits = || Objective::new().with(Term::new("loss", CrossEntropyWithLogits).times(0.5));
    let same = |model: Model<f64>, objective: &dyn Fn() -> Objective<'static, f64>, data: &Dataset| {
        let parts = |most| gradient_in_parts(model.clone(), objective(), data, most);
        let (losses, expected) = parts(usize::MAX);
        for most in [1, 2, 3, 4, 5, 16, 17, 100] {
            let (of_parts, gradient) = parts(most);
            assert_close(&gradient, &expected, 1e-14, "gradient");
            assert_close(&of_parts.terms, &losses.terms, 1e-14, "terms");
            assert_close(&of_parts.weights, &losses.weights, 1e-12, "weights");
            assert_close(&[of_parts.total], &[losses.total], 1e-14, "total");
        }
    };
    same(model(), &|| objective(None), &weighted(17, |row| [0.5, 2.0, 0.0, 1.25][row % 4]));
    let (model, samples, weighted) = places();
    same(model.clone(), &logits, &samples);
    same(model, &logits, &weighted);
}
