//! Values of a graph, and views from value to value.

/// A value of a [`Graph`](super::Graph): an input, or the output of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub(crate) usize);

impl Value {
    /// Returns its place among the values of its graph: inputs and nodes in the order in which they were added.
    pub fn index(self) -> usize {
        self.0
    }
}

/// A part of a graph that can be run by itself: from some values to one that is computed from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The values that it begins with.
    pub from: Vec<Value>,
    /// The value that it computes.
    pub to: Value,
}
