//! How the values of a model become probabilities.

/// What LIBSVM's `-b 1` adds to a model, by which decision values become probabilities.
#[derive(Clone, Debug, PartialEq)]
pub enum Probability {
    /// Of a classifier: the probability of the first class of each pair, at decision value f, is 1 / (1 + exp(a f + b)).
    PairwiseSigmoids {
        /// The slope of each pair; below zero if large values speak for the first class.
        a: Vec<f64>,
        /// The offset of each pair.
        b: Vec<f64>,
    },
    /// Of a regression: the scale of the Laplace distribution of its errors, in the unit of the targets.
    Laplace {
        /// The scale.
        scale: f64,
    },
    /// Of a one-class SVM: ten decision values that divide the training samples by density.
    DensityMarks(Vec<f64>),
}
