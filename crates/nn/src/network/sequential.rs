//! A row of layers, the short spelling of a chain.

use std::ops::Range;

use pellucid_compute::Scalar;

use super::{Graph, Shape, Value};
use crate::layer::Layer;

/// Layers in a row, each fed with the output of the one before: the short spelling of a [`Graph`] that is a chain.
///
/// A *view* is a named range of layers, such as the encoder of an autoencoder, which can be run by itself on the
/// parameters of the whole model.
///
/// ```
/// use pellucid_nn::{Activation::Relu, Dense, Sequential};
/// let autoencoder = Sequential::<f32>::new(784)
///     .with(Dense::new(256).activation(Relu))
///     .with(Dense::new(32))
///     .named("latent")
///     .with(Dense::new(256).activation(Relu))
///     .with(Dense::new(784))
///     .view("encoder", 0..2)
///     .view("decoder", 2..4);
/// assert_eq!(autoencoder.names().collect::<Vec<_>>(), ["dense1", "latent", "dense3", "dense4"]);
/// ```
#[derive(Debug)]
pub struct Sequential<F> {
    graph: Graph<F>,
    last: Value,
}

impl<F: Scalar> Sequential<F> {
    /// Makes a network without layers for samples of shape `input`.
    pub fn new(input: impl Into<Shape>) -> Self {
        let mut graph = Graph::new();
        let last = graph.input("input", input);
        Self { graph, last }
    }

    /// Adds a layer at the end.
    #[must_use]
    pub fn with(self, layer: impl Layer<F> + 'static) -> Self {
        self.with_boxed(Box::new(layer))
    }

    /// Adds a layer at the end.
    #[must_use]
    pub fn with_boxed(mut self, layer: Box<dyn Layer<F>>) -> Self {
        self.last = self.graph.then_boxed(self.last, layer);
        self
    }

    /// Names the layer added last.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        if self.last.0 > 0 {
            self.graph.name(self.last, name);
        } else {
            let what = format!("the name {:?}", name.into());
            self.graph.misplaced(what, "a layer before it", self.last);
        }
        self
    }

    /// Names a range of layers.
    #[must_use]
    pub fn view(mut self, name: impl Into<String>, layers: Range<usize>) -> Self {
        // The input is value 0 and layer i is value i + 1, so that layer i is fed with value i.
        self.graph.view(name, &[Value(layers.start)], Value(layers.end));
        self
    }

    /// Returns the shape of an input sample.
    pub fn input(&self) -> &Shape {
        match self.graph.inputs().next() {
            Some((.., port)) => &port.shape,
            None => unreachable!("a chain has an input"),
        }
    }

    /// Returns the graph that this is the short spelling of.
    pub fn into_graph(self) -> Graph<F> {
        self.graph
    }

    /// Returns the names of the layers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.graph.names()
    }
}

impl<F> From<Sequential<F>> for Graph<F> {
    fn from(chain: Sequential<F>) -> Self {
        chain.graph
    }
}
