//! What a loss asks of its targets, and a type of its numbers: said once, when data meet the network, with row and column.

use std::sync::Arc;

use pellucid_data::{Column, Dataset, Features, Matrix, Targets};
use pellucid_nn::*;

fn values(width: usize, numbers: &[f64]) -> Features {
    Features::F64(Matrix::new(numbers.len() / width, width, numbers.to_vec()).unwrap())
}

fn trainer<F: Scalar + pellucid_data::Element>(inputs: usize, units: usize, loss: LossConfig) -> Trainer<F> {
    let network = Sequential::new(inputs).with(Dense::new(units));
    let config = TrainConfig { loss, ..TrainConfig::default() };
    Trainer::new(Model::new(network, 0).unwrap(), config, &Arc::default()).unwrap()
}

/// The refusal of a data set by all that compare it with outputs, which is the same.
fn refusal(loss: LossConfig, units: usize, data: &Dataset) -> String {
    let mut trainer = trainer::<f32>(data.input_width(), units, loss);
    let model = trainer.model().clone();
    let messages = [
        check_data(&model, &*loss.build(), data).unwrap_err(),
        evaluate(&model, &*loss.build(), data, &Arc::default()).unwrap_err(),
        trainer.evaluate(data).unwrap_err(),
        trainer.fit(data, None, &mut ()).unwrap_err(),
    ]
    .map(|error| error.to_string());
    assert!(messages.iter().all(|message| *message == messages[0]), "{messages:?}");
    assert!(trainer.history().epochs.is_empty());
    let [message, ..] = messages;
    message
}

/// Cases 1 and 6 (oracle: the losses' definitions).
#[test]
fn targets_that_a_loss_is_not_defined_for() {
    let irises = Dataset::new(values(2, &[5.1, 3.5, 4.9, 3.0, 7.0, 3.2]), Targets::SameAsInput).unwrap();
    assert_eq!(
        refusal(LossConfig::BceWithLogits, 2, &irises),
        "expected targets in [0, 1], found 5.1 in row 0, column 0 (counted from 0)"
    );
    let signed = Targets::Values(values(2, &[0.0, 1.0, 0.5, -0.25]));
    let signed = Dataset::new(values(1, &[1.0, 2.0]), signed).unwrap();
    for loss in [LossConfig::BceWithLogits, LossConfig::CrossEntropyWithLogits] {
        let expected = if loss == LossConfig::BceWithLogits { "in [0, 1]" } else { "of at least 0" };
        assert_eq!(
            refusal(loss, 2, &signed),
            format!("expected targets {expected}, found -0.25 in row 1, column 1 (counted from 0)")
        );
    }
    // The place is that of the table, in its order, however a part is shuffled.
    let shuffled = irises.subset(&[2, 1]).unwrap();
    assert!(refusal(LossConfig::BceWithLogits, 2, &shuffled).contains("found 4.9 in row 1, column 0"));
    // Any target will do for a distance; positive ones for a cross-entropy.
    for loss in [LossConfig::Mse, LossConfig::from(Huber { delta: 1.0 }), LossConfig::CrossEntropyWithLogits]
    {
        trainer::<f32>(2, 2, loss).fit(&irises, None, &mut ()).unwrap();
    }
}

/// Case 1: rows that are no distributions are learned by a cross-entropy as PyTorch learns them (oracle: 5.80).
#[test]
fn a_cross_entropy_of_any_rows_is_minimised() {
    let irises = Dataset::new(values(2, &[5.1, 3.5, 4.9, 3.0, 7.0, 3.2]), Targets::SameAsInput).unwrap();
    let config = TrainConfig {
        epochs: 200,
        batch_size: 4,
        loss: LossConfig::CrossEntropyWithLogits,
        optimizer: Adam::default().into(),
        schedule: Schedule::constant(0.1),
        ..TrainConfig::default()
    };
    let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(2)), 0).unwrap();
    let mut trainer = Trainer::new(model, config, &Arc::default()).unwrap();
    trainer.fit(&irises, None, &mut ()).unwrap();
    let loss = trainer.history().epochs[199].train_loss;
    assert!((loss - 5.80).abs() < 0.005, "{loss}");
}

/// Case 31: a number beyond f32 is named; in f64 it is one like any other.
#[test]
fn numbers_beyond_the_type_are_named() {
    let outlier = values(2, &[0.5, 0.25, 0.125, 1e300]);
    let inputs = Dataset::new(outlier.clone(), Targets::SameAsInput).unwrap();
    let told = "f32 can hold, up to 3.4028235e38 (or precision = \"f64\"), found 1e300 in row 1, column 1";
    let message = refusal(LossConfig::Mse, 2, &inputs);
    assert!(message.contains(&format!("inputs that {told}")), "{message}");
    let targets = Dataset::new(values(1, &[1.0, 2.0]), Targets::Values(outlier)).unwrap();
    for loss in [LossConfig::Mse, LossConfig::CrossEntropyWithLogits] {
        let message = refusal(loss, 2, &targets);
        assert!(message.contains(&format!("targets that {told}")), "{message}");
    }
    let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(2)), 0).unwrap();
    let message =
        predict(&model, &model.architecture().whole(), &inputs, &Arc::default()).unwrap_err().to_string();
    assert!(message.contains("found 1e300 in row 1"), "{message}");
    check_data(&Model::<f64>::new(Sequential::new(1).with(Dense::new(2)), 0).unwrap(), &Mse, &targets)
        .unwrap();
}

/// Cases 4 and 25: classes come from the network, and messages speak of labels.
#[test]
fn labels_and_outputs() {
    let data = |labels: &[u32]| {
        let rows = values(1, &vec![0.5; labels.len()]);
        Dataset::new(rows, Targets::Classes { labels: labels.to_vec(), classes: 100 }).unwrap()
    };
    let loss = LossConfig::CrossEntropyWithLogits;
    for (labels, message) in [
        (
            &[1, 2, 3][..],
            "labels 1 to 3 need 4 outputs; subtract 1 or use units = 4 (the network has 3; the first label beyond is in row 2, counted from 0)",
        ),
        (
            &[0, 7, 1],
            "labels 0 to 7 need 8 outputs; use units = 8 (the network has 3; the first label beyond is in row 1, counted from 0)",
        ),
        (
            &[10, 12],
            "labels 10 to 12 need 13 outputs; subtract 10 or use units = 13 (the network has 3; the first label beyond is in row 0, counted from 0)",
        ),
    ] {
        assert_eq!(refusal(loss, 3, &data(labels)), message);
    }
    // Fewer classes than outputs are no reason to refuse; a part counts for itself.
    for units in [4, 10] {
        let mut trainer = trainer::<f64>(1, units, loss);
        trainer.fit(&data(&[1, 2, 3, 3]), Some(&data(&[0])), &mut ()).unwrap();
        assert!(accuracy(trainer.model(), &data(&[3, 3]), &Arc::default()).unwrap() >= 0.0);
    }
    let part = data(&[0, 1, 9]).subset(&[0, 1]).unwrap();
    trainer::<f32>(1, 2, loss).fit(&part, None, &mut ()).unwrap();
}

/// A2: what a network answers is finite, or an error with its row.
#[test]
fn outputs_that_are_not_finite_are_no_answers() {
    let mut model = Model::<f32>::new(Sequential::new(1).with(Dense::new(2)), 0).unwrap();
    model.parameters_mut()[0] = f32::NAN;
    let targets = Targets::Classes { labels: vec![0, 1], classes: 2 };
    let data = Dataset::new(values(1, &[1.0, 2.0]), targets).unwrap();
    let message = accuracy(&model, &data, &Arc::default()).unwrap_err().to_string();
    assert_eq!(message, "expected finite outputs, found NaN in row 0, column 0 (counted from 0)");
    let message = evaluate(&model, &CrossEntropyWithLogits, &data, &Arc::default()).unwrap_err().to_string();
    assert!(message.starts_with("the loss is NaN"), "{message}");
}

/// It was compared with the network's first input.
#[test]
fn an_input_that_is_its_own_target_may_stand_anywhere() {
    let mut graph = Graph::<f64>::new();
    let inputs = [graph.input("other", 1), graph.input("input", 1)];
    graph.join(Add, &inputs);
    let model = Model::new(graph, 0).unwrap();
    let column = |numbers: &[f64]| Column::numbers(values(1, numbers));
    let data =
        Dataset::from_columns([("other", column(&[10.0, 20.0])), ("input", column(&[1.0, 2.0]))]).unwrap();
    let objective = Objective::new().with(Term::new("loss", Mse));
    let losses = evaluate_objective(&model, &objective, &data, &Arc::default()).unwrap();
    // y - input = other
    assert_eq!(losses.total, f64::midpoint(10.0 * 10.0, 20.0 * 20.0));
}
