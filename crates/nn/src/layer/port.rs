//! What flows between nodes: numbers, or indices.

use std::fmt;

use crate::network::Shape;

/// The shape of a value's samples, and whether they are numbers or indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The shape of a sample.
    pub shape: Shape,
    /// `Some(n)` for indices, all smaller than n; `None` for numbers.
    pub below: Option<u32>,
}

impl Port {
    /// Makes a port of samples of numbers.
    pub fn numbers(shape: impl Into<Shape>) -> Self {
        Self { shape: shape.into(), below: None }
    }

    /// Makes a port of samples of indices smaller than `below`.
    pub fn indices(shape: impl Into<Shape>, below: u32) -> Self {
        Self { shape: shape.into(), below: Some(below) }
    }

    /// Returns whether the samples are indices.
    pub fn is_indices(&self) -> bool {
        self.below.is_some()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.below {
            None => write!(f, "{}", self.shape),
            Some(below) => write!(f, "{} indices below {below}", self.shape),
        }
    }
}
