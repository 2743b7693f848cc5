//! The shape of one sample.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The dimensions of one sample, the batch left out: `784`, or `28x28x1`.
///
/// ```
/// use pellucid_nn::Shape;
/// assert_eq!(Shape::from([28, 28]).len(), 784);
/// assert_eq!(Shape::from(784).to_string(), "784");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(Vec<usize>);

impl Shape {
    /// The number of elements: the product of the dimensions.
    #[allow(clippy::len_without_is_empty)] // A shape is not a container.
    pub fn len(&self) -> usize {
        // Most samples are vectors, and every layer of every step asks.
        if let [len] = self.0[..] { len } else { self.0.iter().product() }
    }

    /// The dimensions.
    pub fn dims(&self) -> &[usize] {
        &self.0
    }
}

impl From<usize> for Shape {
    fn from(width: usize) -> Self {
        Self(vec![width])
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Self(dims.to_vec())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&dims.join("x"))
    }
}
