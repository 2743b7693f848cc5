//! What the figures show beyond the numbers in [`Results`](crate::Results); it is drawn, not stored.

use crate::step::XorStep;

/// What each part of a run leaves to be drawn.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The XOR problem.
    pub xor: Option<XorEvidence>,
    /// The autoencoder.
    pub autoencoder: Option<AutoencoderEvidence>,
    /// The support vector machines.
    pub svm: Option<SvmEvidence>,
}

/// What training XOR left to be drawn.
#[derive(Clone, Debug)]
pub struct XorEvidence {
    /// The network.
    pub network: Network,
    /// Training loss of each epoch.
    pub loss: Vec<f64>,
    /// Outputs over the plane of inputs.
    pub surface: Surface,
    /// The first training step, if it was recorded.
    pub step: Option<XorStep>,
}

/// A function of two inputs on a square grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// Smallest coordinate, on both axes.
    pub low: f64,
    /// Largest coordinate, on both axes.
    pub high: f64,
    /// Grid points along one axis.
    pub side: usize,
    /// `side x side` values; the first input runs fastest.
    pub values: Vec<f64>,
}

impl Surface {
    /// The grid's inputs `[x₁, x₂]` in the order that [`Surface::values`] keeps.
    ///
    /// ```
    /// let points = pellucid_report::Surface::points(0.0, 1.0, 2);
    /// assert_eq!(points, [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
    /// ```
    pub fn points(low: f64, high: f64, side: usize) -> Vec<[f64; 2]> {
        let at = |i: usize| low + (high - low) * i as f64 / side.saturating_sub(1).max(1) as f64;
        (0..side).flat_map(|j| (0..side).map(move |i| [at(i), at(j)])).collect()
    }
}

/// The layers of a network, inputs first, and what each is fed with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Its layers, each behind those that it is fed with.
    pub layers: Vec<NetworkLayer>,
    /// Pairs of layers, by number, of which the second is fed with the first; empty where each is fed with the one before.
    pub edges: Vec<[usize; 2]>,
}

impl Network {
    /// Whether each layer but the first is fed with the one before, and with nothing else.
    pub(crate) fn is_row(&self) -> bool {
        let mut edges = self.edges.clone();
        edges.sort_unstable();
        self.edges.is_empty() || edges.iter().copied().eq((1..self.layers.len()).map(|to| [to - 1, to]))
    }
}

/// One column of a network diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkLayer {
    /// Its name, `Hidden`.
    pub name: String,
    /// Number of units.
    pub width: usize,
    /// Activation; none for the input and for linear layers.
    pub activation: Option<String>,
    /// Its place in the network.
    pub role: Role,
}

/// A layer's place in its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Where the data come in.
    Input,
    /// Between input and output.
    Hidden,
    /// The bottleneck of an autoencoder.
    Latent,
    /// Where the result comes out.
    Output,
}

impl Role {
    /// The class of its style.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Input => "pf-node-input",
            Self::Hidden => "pf-node",
            Self::Latent => "pf-node-latent",
            Self::Output => "pf-node-output",
        }
    }
}

/// What training the autoencoder left to be drawn.
#[derive(Clone, Debug)]
pub struct AutoencoderEvidence {
    /// The network.
    pub network: Network,
    /// Digits before and after; the first ten are drawn.
    pub digits: Vec<DigitPair>,
    /// Mean squared error of each test sample.
    pub sample_errors: Vec<f32>,
    /// The test set's latent vectors on their first two principal components.
    pub latent: LatentPlane,
}

/// A digit and what the autoencoder made of it: square images, row-major, 0 is paper and 1 is ink.
#[derive(Clone, Debug, PartialEq)]
pub struct DigitPair {
    /// The digit.
    pub label: u8,
    /// Its pixels.
    pub original: Vec<f32>,
    /// The reconstruction's pixels, after the sigmoid.
    pub reconstruction: Vec<f32>,
}

/// A cloud of latent vectors seen from its widest side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatentPlane {
    /// One point a sample.
    pub points: Vec<LatentPoint>,
    /// Share of the variance along x and along y.
    pub explained: [f64; 2],
    /// Dimensions of the latent space.
    pub dimensions: usize,
}

/// One sample's place on the latent plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatentPoint {
    /// Coordinate on the first principal component.
    pub x: f64,
    /// Coordinate on the second.
    pub y: f64,
    /// The digit.
    pub label: u8,
}

/// What the support vector machines leave to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SvmEvidence {
    /// The test set's latent vectors on their first two principal components.
    pub plane: LatentPlane,
    /// The most discriminative latent features; the first three are drawn.
    pub distributions: Vec<FeatureDistribution>,
}

/// The values of one latent feature, apart by digit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureDistribution {
    /// Its index, from 0.
    pub feature: usize,
    /// Variance of its ten class means.
    pub variance: f64,
    /// Its values for each digit.
    pub values: [Vec<f32>; 10],
}
