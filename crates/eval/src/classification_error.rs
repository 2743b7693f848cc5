//! What makes a classifier's output impossible to measure.

use crate::weights::WeightError;

/// What makes a classifier's output impossible to measure; rows and columns count from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClassificationError {
    /// There is nothing to compare.
    #[error("expected at least one prediction, got none")]
    Empty,
    /// Predictions and labels do not pair up.
    #[error("expected as many predictions as labels, got {predicted} predictions and {actual} labels")]
    Length {
        /// Number of predictions (rows of scores or probabilities).
        predicted: usize,
        /// Number of labels.
        actual: usize,
    },
    /// A class lies outside the stated range.
    #[error("expected classes from 0 to below {classes}, got {class} in row {row}")]
    Class {
        /// The class found.
        class: i64,
        /// Its position.
        row: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A multi-class measure was asked for fewer than two classes.
    #[error("expected at least 2 classes, got {classes}")]
    Classes {
        /// The number of classes stated.
        classes: usize,
    },
    /// A confusion matrix would take too much memory.
    #[error("expected at most {most} classes in a confusion matrix, got {classes}")]
    TooManyClasses {
        /// The most that are counted.
        most: usize,
        /// The number of classes stated.
        classes: usize,
    },
    /// Scores or probabilities are not whole rows.
    #[error("expected whole rows of {classes} values, one a class, got {values} values")]
    Shape {
        /// Values a row.
        classes: usize,
        /// Values given.
        values: usize,
    },
    /// A score is NaN.
    #[error("expected scores that can be ordered, got NaN in row {row}, column {column}")]
    NotANumber {
        /// Row.
        row: usize,
        /// Column; 0 for a single score a row.
        column: usize,
    },
    /// A probability is NaN or lies outside [0, 1].
    #[error("expected a probability from 0 to 1, got {value} in row {row}, column {column}")]
    Probability {
        /// The value found.
        value: f64,
        /// Row.
        row: usize,
        /// Column; 0 for a single probability a row.
        column: usize,
    },
    /// The probabilities of a row do not add up to 1.
    #[error("expected probabilities that add up to 1, got a sum of {sum} in row {row}")]
    Sum {
        /// The sum found.
        sum: f64,
        /// Row.
        row: usize,
    },
    /// A ranking needs both sides of a class.
    #[error("expected rows inside and outside of class {class}, got {inside} of {rows} inside")]
    OneClass {
        /// The class; 1 is the positive class of two.
        class: usize,
        /// Rows of that class.
        inside: usize,
        /// All rows.
        rows: usize,
    },
    /// There is not one name for each class.
    #[error("expected {classes} names, one a class, got {names}")]
    Names {
        /// The number of classes.
        classes: usize,
        /// Names given.
        names: usize,
    },
    /// The weights of the samples are of no use.
    #[error(transparent)]
    Weights(#[from] WeightError),
}
