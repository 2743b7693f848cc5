//! The figures, numbered as in the seed's report.

mod decision_boundary;
mod error_histogram;
mod latent_space;
mod network_diagram;
mod reconstructions;
mod training_progress;
mod xor_loss;

use crate::number::{count, fixed, percent, plain};
use crate::seed_values as seed;
use crate::{Evidence, Results, Svg};

pub use decision_boundary::decision_boundary;
pub use error_histogram::error_histogram;
pub use latent_space::latent_space;
pub use network_diagram::network_diagram;
pub use reconstructions::reconstructions;
pub use training_progress::training_progress;
pub use xor_loss::xor_loss;

/// A drawing with its number and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its number, as in the seed's report.
    pub number: u8,
    /// Its file name without extension, `figure-1-xor-network`.
    pub name: String,
    /// What it shows.
    pub caption: String,
    /// The drawing.
    pub svg: Svg,
}

/// All figures that the parts of a run allow, in the order of their numbers.
pub fn figures(results: &Results, evidence: &Evidence) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut add = |number: u8, name: &str, caption: String, svg: Svg| {
        figures.push(Figure { number, name: format!("figure-{number}-{name}"), caption, svg });
    };
    if let (Some(xor), Some(seen)) = (&results.xor, &evidence.xor) {
        let epochs = count(seen.loss.len());
        add(
            1,
            "xor-network",
            format!(
                "The XOR network, {}. Every line is a weight; the bend in the hidden layer’s activation is what lets \
                 it draw more than one straight boundary.",
                xor.hyperparameters.architecture
            ),
            network_diagram(&seen.network, "XOR network"),
        );
        add(
            2,
            "xor-loss",
            format!(
                "Training loss over {epochs} epochs, on a logarithmic scale: from {} to {}. Dotted: where the seed’s \
                 report ends.",
                fixed(xor.initial_loss, 4),
                plain_loss(xor.final_loss)
            ),
            xor_loss(&seen.loss),
        );
        add(
            3,
            "xor-decision-boundary",
            "Output of the trained network over the plane of inputs. The black line is where it says 1/2; the \
             squares should be 1, the circles 0."
                .into(),
            decision_boundary(&seen.surface, &xor.predictions),
        );
    }
    if let (Some(run), Some(seen)) = (&results.autoencoder, &evidence.autoencoder) {
        let latent = seen.latent.dimensions;
        add(
            4,
            "autoencoder-network",
            format!(
                "The autoencoder, {}. The encoder squeezes an image into {latent} numbers, from which the decoder \
                 draws it again. Wide layers are shown by a few of their units.",
                run.hyperparameters.architecture
            ),
            network_diagram(&seen.network, "Autoencoder network"),
        );
        add(
            5,
            "training-progress",
            format!(
                "Training over {} epochs. Left: training and validation loss (binary cross-entropy). Right: mean \
                 squared error of the reconstructed validation images. Dotted: what the seed’s report ends with after \
                 {} epochs.",
                count(run.epochs),
                seed::AUTOENCODER.epochs
            ),
            training_progress(run),
        );
        add(
            6,
            "reconstructions",
            "Test images before and after, with each one’s mean squared error. The last row is the difference: red \
             where ink was added, blue where it was lost, full colour from one half on."
                .into(),
            reconstructions(&seen.digits),
        );
        add(
            7,
            "error-histogram",
            format!("Mean squared error of each of the {} test images.", count(seen.sample_errors.len())),
            error_histogram(&seen.sample_errors),
        );
        add(
            8,
            "latent-space",
            format!(
                "The {latent}-dimensional latent vectors of the test images on their first two principal components, \
                 which hold {} of the variance.",
                percent(seen.latent.explained.iter().sum())
            ),
            latent_space(&seen.latent),
        );
    }
    figures
}

fn plain_loss(loss: f64) -> String {
    if loss < 1e-4 { plain(loss) } else { fixed(loss, 6) }
}
