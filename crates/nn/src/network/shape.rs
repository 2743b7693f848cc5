//! The shape of one sample.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The dimensions of one sample, the batch left out: `784`, or `28x28x1`.
///
/// The number of elements is counted when a shape is made; where it exceeds what can be addressed, the shape is not
/// [countable](Self::is_countable) and a network refuses it.
///
/// ```
/// use pellucid_nn::Shape;
/// assert_eq!(Shape::from([28, 28]).len(), 784);
/// assert_eq!(Shape::from(784).to_string(), "784");
/// assert!(!Shape::from([usize::MAX, 2]).is_countable());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<usize>", into = "Vec<usize>")]
pub struct Shape {
    dims: Vec<usize>,
    /// `usize::MAX` where it cannot be counted.
    len: usize,
}

impl Shape {
    /// Returns the number of elements: the product of the dimensions.
    #[allow(clippy::len_without_is_empty)] // A shape is not a container.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns the dimensions.
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Returns the product of all dimensions but the last: the places of a sample that each have a row of the last one, such
    /// as the classes of each step of a sequence. 1 for a vector.
    pub fn places(&self) -> usize {
        self.dims.split_last().map_or(1, |(_, outer)| outer.iter().product())
    }

    /// Returns whether the number of elements fits the address space.
    pub fn is_countable(&self) -> bool {
        self.len < usize::MAX
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Self {
        let len = dims.iter().try_fold(1_usize, |len, &dim| len.checked_mul(dim)).unwrap_or(usize::MAX);
        Self { dims, len }
    }
}

impl From<Shape> for Vec<usize> {
    fn from(shape: Shape) -> Self {
        shape.dims
    }
}

impl From<usize> for Shape {
    fn from(width: usize) -> Self {
        vec![width].into()
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        dims.to_vec().into()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.dims.iter().map(usize::to_string).collect();
        f.write_str(&dims.join("x"))
    }
}
