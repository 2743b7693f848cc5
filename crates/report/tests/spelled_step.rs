//! The spelled-out step checks its own numbers.

mod common;

use pellucid_report::*;

fn step() -> XorStep {
    common::sample(None).1.xor.unwrap().step.unwrap()
}

#[test]
fn a_true_step_agrees_with_its_equations() {
    let spelled = step().spell().unwrap();
    assert_eq!(spelled.stages.len(), 14);
    for stage in &spelled.stages {
        assert!(stage.discrepancy.is_none_or(|d| d < 1e-15), "{}: {:?}", stage.title, stage.discrepancy);
        assert!(!stage.equation.contains("merror") && !stage.worked.contains("merror"), "{}", stage.title);
        assert!(stage.matrices.iter().all(|named| !named.symbol.contains("merror")));
    }
    let named: usize = spelled.stages.iter().map(|stage| stage.matrices.len()).sum();
    assert_eq!(named, 23); // every matrix of the step, and the loss
}

#[test]
fn a_wrong_number_shows_in_its_stage() {
    let mut wrong = step();
    wrong.dw1.values[3] *= 1.001;
    let spelled = wrong.spell().unwrap();
    let off: Vec<&str> = spelled
        .stages
        .iter()
        .filter(|s| s.discrepancy.is_some_and(|d| d > 1e-7))
        .map(|s| s.title.as_str())
        .collect();
    assert_eq!(off, ["Backward: the hidden layer’s parameters", "The update"]);
}

#[test]
fn a_matrix_that_does_not_fit_is_named() {
    let mut wrong = step();
    wrong.da1 = Matrix::new(4, 3, [0.0; 12]);
    let message = wrong.spell().unwrap_err().to_string();
    assert_eq!(message, "expected dL/dA1 of the training step to be 4 x 4, got 4 x 3 with 12 values");
    let mut short = step();
    short.x.values.pop();
    assert!(short.spell().unwrap_err().to_string().contains("4 x 2 with 7 values"));
    let mut empty = step();
    empty.x = Matrix::default();
    assert!(empty.spell().is_err());
}
