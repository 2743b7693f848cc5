//! The figures, numbered as in the course report.

mod confusion_matrix;
mod decision_boundary;
mod error_histogram;
mod feature_distributions;
mod graph_diagram;
mod latent_space;
mod network_diagram;
mod performance;
mod reconstructions;
mod svm_results;
mod training_progress;
mod xor_loss;

use crate::course;
use crate::drawing::svg::Svg;
use crate::number::{count, fixed, percent, plain};
use crate::performance::Performance;
use crate::results::evidence::{AutoencoderEvidence, Evidence, SvmEvidence, XorEvidence};
use crate::results::svm::SvmResults;
use crate::results::{AutoencoderResults, Results, XorResults};

pub use confusion_matrix::confusion_matrix;
pub use decision_boundary::decision_boundary;
pub use error_histogram::error_histogram;
pub use feature_distributions::feature_distributions;
pub use latent_space::latent_space;
pub use network_diagram::network_diagram;
pub use performance::performance_panels;
pub use reconstructions::reconstructions;
pub use svm_results::svm_results;
pub use training_progress::training_progress;
pub use xor_loss::xor_loss;

/// A drawing with its number and what it shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its number, as in the course report.
    pub number: u8,
    /// Its file name without extension, `figure-1-xor-network`.
    pub name: String,
    /// What it shows.
    pub caption: String,
    /// The drawing.
    pub svg: Svg,
}

impl Figure {
    fn new(number: u8, name: &str, caption: impl Into<String>, svg: Svg) -> Self {
        Self { number, name: format!("figure-{number}-{name}"), caption: caption.into(), svg }
    }
}

/// All figures that the parts of a run allow, in the order of their numbers.
pub fn figures(results: &Results, evidence: &Evidence) -> Vec<Figure> {
    let xor = results.xor.iter().zip(&evidence.xor).flat_map(|(run, seen)| of_xor(run, seen));
    let autoencoder = results.autoencoder.iter().zip(&evidence.autoencoder);
    let svm = results.svm.iter().zip(&evidence.svm).flat_map(|(run, seen)| of_svm(run, seen));
    let performance = results.performance.iter().map(of_performance);
    let autoencoder = autoencoder.flat_map(|(run, seen)| of_autoencoder(run, seen));
    xor.chain(autoencoder).chain(svm).chain(performance).collect()
}

fn of_xor(run: &XorResults, seen: &XorEvidence) -> [Figure; 3] {
    let diagram = format!(
        "The XOR network, {}. Every line is a weight; the bend in the hidden layer’s activation is what lets it draw \
         more than one straight boundary.",
        run.hyperparameters.architecture
    );
    let loss = format!(
        "Training loss over {} epochs, on a logarithmic scale: from {} to {}. Dotted: where the course report ends.",
        count(seen.loss.len()),
        fixed(run.initial_loss, 4),
        plain_loss(run.final_loss)
    );
    let boundary = "Output of the trained network over the plane of inputs. The black line is where it says 1/2; the \
                    squares should be 1, the circles 0.";
    [
        Figure::new(1, "xor-network", diagram, network_diagram(&seen.network, "XOR network")),
        Figure::new(2, "xor-loss", loss, xor_loss(&seen.loss)),
        Figure::new(3, "xor-decision-boundary", boundary, decision_boundary(&seen.surface, &run.predictions)),
    ]
}

fn of_autoencoder(run: &AutoencoderResults, seen: &AutoencoderEvidence) -> [Figure; 5] {
    let latent = seen.latent.dimensions;
    let diagram = format!(
        "The autoencoder, {}. The encoder squeezes an image into {latent} numbers, from which the decoder draws it \
         again. Wide layers are shown by a few of their units.",
        run.hyperparameters.architecture
    );
    let progress = format!(
        "Training over {} epochs. Left: training and validation loss (binary cross-entropy). Right: mean squared error \
         of the reconstructed validation images. Dotted: what the course report ends with after {} epochs.",
        count(run.epochs),
        course::AUTOENCODER.epochs
    );
    let digits = "Test images before and after, with each one’s mean squared error. The last row is the difference: \
                  red where ink was added, blue where it was lost, full colour from one half on.";
    let errors =
        format!("Mean squared error of each of the {} test images.", count(seen.sample_errors.len()));
    let plane = format!(
        "The {latent}-dimensional latent vectors of the test images on their first two principal components, which \
         hold {} of the variance.",
        percent(seen.latent.explained.iter().sum())
    );
    [
        Figure::new(4, "autoencoder-network", diagram, network_diagram(&seen.network, "Autoencoder network")),
        Figure::new(5, "training-progress", progress, training_progress(run)),
        Figure::new(6, "reconstructions", digits, reconstructions(&seen.digits)),
        Figure::new(7, "error-histogram", errors, error_histogram(&seen.sample_errors)),
        Figure::new(8, "latent-space", plane, latent_space(&seen.latent)),
    ]
}

fn of_svm(run: &SvmResults, seen: &SvmEvidence) -> [Figure; 3] {
    let (rows, tests) = (count(run.latent.train_rows), count(run.latent.test_rows));
    let overview = format!(
        "Classification by support vector machines. Top left: accuracy by what the machine is given; dotted, the \
         course report’s two values. Top right: confusion matrix of the machine on latent vectors with {rows} training rows, \
         shaded by the share of the true digit. Bottom left: its F1 for each digit; dotted, the course report’s mean. Bottom \
         right: the latent vectors on two principal components."
    );
    let matrix = format!(
        "Confusion matrix of the machine on latent vectors: {tests} test images, true digits in rows, decisions in \
         columns. The shade is the share of the true digit on a logarithmic scale, so that rare confusions show; \
         an empty cell is zero."
    );
    let shown: Vec<String> = seen.distributions.iter().take(3).map(|f| f.feature.to_string()).collect();
    let spread = format!(
        "Distribution of the most discriminative latent features (indices from 0: {}) for each digit, as smoothed \
         densities. The farther the ten hills lie apart, the more the feature says about the digit.",
        shown.join(", ")
    );
    [
        Figure::new(9, "svm-results", overview, svm_results(run, &seen.plane)),
        Figure::new(10, "svm-confusion-matrix", matrix, confusion_matrix(&run.confusion)),
        Figure::new(11, "discriminative-features", spread, feature_distributions(&seen.distributions)),
    ]
}

fn of_performance(performance: &Performance) -> Figure {
    let caption = format!(
        "Pellucid and other frameworks at the same work on {}, medians of {} rounds; thin lines reach from the least to \
         the greatest run. Bars are sorted, the best first; where nothing else is said, less is better. In the last \
         panel a bar has the colour of the winner, and the best other is named.",
        performance.machine.cpu, performance.rounds
    );
    Figure::new(12, "performance", caption, performance_panels(performance))
}

fn plain_loss(loss: f64) -> String {
    if loss < 1e-4 { plain(loss) } else { fixed(loss, 6) }
}
