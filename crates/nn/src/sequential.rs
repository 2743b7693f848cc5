//! The architecture of a network: layers in a row, with names and views.

use std::collections::HashMap;
use std::ops::Range;

use pellucid_compute::Scalar;
use serde::{Deserialize, Serialize};

use crate::{Layer, LayerConfig, LayerConfigError, PlanError, Shape};

/// Layers in a row, each fed with the output of the one before. A description only: no numbers.
///
/// Layers are named by kind and number (`dense1`, `dense2`, `softmax1`) unless named otherwise. A *view* is a
/// named range of layers, such as the encoder of an autoencoder, which can be run by itself on the parameters of
/// the whole model.
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
    input: Shape,
    layers: Vec<Named<F>>,
    views: Vec<(String, Range<usize>)>,
    /// How many layers there are of each kind.
    kinds: HashMap<&'static str, usize>,
}

#[derive(Debug)]
struct Named<F> {
    name: String,
    layer: Box<dyn Layer<F>>,
}

impl<F: Scalar> Sequential<F> {
    /// A network without layers for samples of shape `input`.
    pub fn new(input: impl Into<Shape>) -> Self {
        Self { input: input.into(), layers: Vec::new(), views: Vec::new(), kinds: HashMap::new() }
    }

    /// Adds a layer at the end.
    #[must_use]
    pub fn with(self, layer: impl Layer<F> + 'static) -> Self {
        self.with_boxed(Box::new(layer))
    }

    /// Adds a layer at the end.
    #[must_use]
    pub fn with_boxed(mut self, layer: Box<dyn Layer<F>>) -> Self {
        self.push(layer, None);
        self
    }

    /// Adds a layer at the end, named by its kind and number unless it has a name.
    fn push(&mut self, layer: Box<dyn Layer<F>>, name: Option<String>) {
        let number = self.kinds.entry(layer.kind()).or_default();
        *number += 1;
        let name = name.unwrap_or_else(|| format!("{}{number}", layer.kind()));
        self.layers.push(Named { name, layer });
    }

    /// Names the layer added last.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        if let Some(last) = self.layers.last_mut() {
            last.name = name.into();
        }
        self
    }

    /// Names a range of layers.
    #[must_use]
    pub fn view(mut self, name: impl Into<String>, layers: Range<usize>) -> Self {
        self.views.push((name.into(), layers));
        self
    }

    /// The shape of an input sample.
    pub fn input(&self) -> &Shape {
        &self.input
    }

    /// The names of the layers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|named| named.name.as_str())
    }

    /// The layers with their names.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = (&str, &dyn Layer<F>)> {
        self.layers.iter().map(|named| (named.name.as_str(), &*named.layer))
    }

    /// The layer at a place.
    pub(crate) fn layer(&self, index: usize) -> &dyn Layer<F> {
        &*self.layers[index].layer
    }

    /// The views with their ranges of layers.
    pub fn views(&self) -> &[(String, Range<usize>)] {
        &self.views
    }

    /// All layers.
    pub fn whole(&self) -> Range<usize> {
        0..self.layers.len()
    }

    /// The layers of a view, or the one layer of that name.
    ///
    /// # Errors
    /// Where there is neither; says which there are.
    pub fn find_view(&self, name: &str) -> Result<Range<usize>, PlanError> {
        let view = self.views.iter().find(|(view, _)| view == name).map(|(_, layers)| layers.clone());
        let layer = || self.names().position(|layer| layer == name).map(|index| index..index + 1);
        view.or_else(layer).ok_or_else(|| PlanError::UnknownView {
            name: name.to_owned(),
            known: self
                .views
                .iter()
                .map(|(view, _)| view.as_str())
                .chain(self.names())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// The architecture as data.
    pub fn to_config(&self) -> ArchitectureConfig {
        let layers =
            self.layers().map(|(name, layer)| NamedLayer { name: name.to_owned(), layer: layer.config() });
        let views = self.views.iter().map(|(name, layers)| (name.clone(), [layers.start, layers.end]));
        ArchitectureConfig { input: self.input.clone(), layers: layers.collect(), views: views.collect() }
    }

    /// The architecture that `config` describes; its layers must be built-in ones.
    ///
    /// # Errors
    /// Where one is not.
    pub fn from_config(config: &ArchitectureConfig) -> Result<Self, LayerConfigError> {
        let mut network = Self::new(config.input.clone());
        for named in &config.layers {
            let layer = LayerConfig::from_json(&named.layer)?.build();
            network.push(layer, Some(named.name.clone()));
        }
        for (name, [begin, end]) in &config.views {
            network = network.view(name, *begin..*end);
        }
        Ok(network)
    }
}

/// An architecture as a checkpoint stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArchitectureConfig {
    /// The shape of an input sample.
    pub input: Shape,
    /// The layers in order.
    pub layers: Vec<NamedLayer>,
    /// The views: a name, the first layer, and one past the last.
    pub views: Vec<(String, [usize; 2])>,
}

/// A layer as a checkpoint stores it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedLayer {
    /// The layer's name.
    pub name: String,
    /// What [`Layer::config`] says.
    pub layer: serde_json::Value,
}
