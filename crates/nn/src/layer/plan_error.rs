//! Why a network cannot be built.

/// Why a network cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A layer cannot take its input.
    #[error("layer {layer}: expected {expected}, found {found}")]
    Layer {
        /// The name of the layer.
        layer: String,
        /// What the layer expects.
        expected: String,
        /// What it was given.
        found: String,
    },
    /// The network has no layers.
    #[error("the network has no layers: expected at least one")]
    Empty,
    /// The network, or a view of it, has no inputs.
    #[error("found no inputs: expected a network, or a view, with at least one")]
    NoInput,
    /// Two layers bear one name.
    #[error("two layers are named {0:?}: expected every name once")]
    DuplicateName(String),
    /// Two tensors bear one name.
    #[error("two tensors are named {0:?}: expected every name once")]
    DuplicateTensor(String),
    /// A loss of a value that has no gradient.
    #[error("a loss looks at {0}, which is indices: expected a value of numbers")]
    LossOfIndices(String),
    /// A value that the network does not have, as one of another network.
    #[error("{user} reads value {value}: expected one of the {values} values before it")]
    UnknownValue {
        /// The layer or view that names it.
        user: String,
        /// The value's number.
        value: usize,
        /// The values that can be read.
        values: usize,
    },
    /// A view that is not there or reaches outside the network.
    #[error("no view or layer is named {name:?}: expected one of {known}")]
    UnknownView {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A name that no value bears.
    #[error("no input or layer is named {name:?}: expected one of {known}")]
    UnknownName {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A range of layers outside the network.
    #[error("view {name:?} has layers {begin} to {end}: expected a non-empty range within {layers} layers")]
    Range {
        /// The view's name.
        name: String,
        /// The first layer.
        begin: usize,
        /// One past the last layer.
        end: usize,
        /// The layers there are.
        layers: usize,
    },
    /// A view that needs values from outside.
    #[error("view {name:?}: expected every layer to be fed from within, but {layer} reads {outside}")]
    OpenView {
        /// The view's name.
        name: String,
        /// The layer that reads a value from outside.
        layer: String,
        /// That value.
        outside: String,
    },
    /// A tensor that is to be another one, which does not exist or has another shape.
    #[error("tensor {tensor} is tied to {to}: expected {expected}, found {found}")]
    Tie {
        /// The tensor; the layer's name and a star where all of its tensors are tied.
        tensor: String,
        /// The tensor that it is tied to.
        to: String,
        /// What was expected of that.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A name or a tie of a value that is no layer, or not of this network.
    #[error("{what}: expected {expected}, found {found}")]
    Misplaced {
        /// The name or the tie.
        what: String,
        /// What it is for.
        expected: &'static str,
        /// What it was given.
        found: String,
    },
    /// The memory needed exceeds what can be addressed.
    #[error("layer {0}: the sizes overflow the address space")]
    Overflow(String),
    /// The system does not have the memory.
    #[error("expected a network and batches that fit into memory, found {bytes} bytes in one piece")]
    Memory {
        /// The bytes that were asked for.
        bytes: usize,
    },
}

impl PlanError {
    /// Makes the error of a layer that cannot take its input; the network fills in the layer's name.
    pub fn input(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Layer { layer: String::new(), expected: expected.into(), found: found.into() }
    }

    /// The same error with the layer's name filled in.
    pub(crate) fn of_layer(self, name: &str) -> Self {
        match self {
            Self::Layer { expected, found, .. } => Self::Layer { layer: name.to_owned(), expected, found },
            other => other,
        }
    }
}
