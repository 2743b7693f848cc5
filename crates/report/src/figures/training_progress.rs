//! Figure 5: loss and reconstruction quality while the autoencoder is trained.

use crate::course;
use crate::drawing::axes::{Axis, Frame};
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::fixed;
use crate::results::AutoencoderResults;

/// Draws training and validation loss on the left and, where it was measured, validation MSE on the right.
pub fn training_progress(run: &AutoencoderResults) -> Svg {
    let both = !run.validation_mse.is_empty();
    let (total, width) = if both { (1000.0, 380.0) } else { (680.0, 566.0) };
    let mut svg = Svg::new("Training progress of the autoencoder", total, 400.0);
    let epochs = run.train_loss.len().max(run.validation_loss.len()).max(2);
    let losses = run.train_loss.iter().chain(&run.validation_loss).copied();

    let left = Frame {
        left: 84.0,
        top: 34.0,
        width,
        height: 300.0,
        x: Axis::linear([1.0, epochs as f64]),
        y: Axis::logarithmic(losses.chain([course::FINAL_VALIDATION_LOSS])),
    };
    left.draw(&mut svg, "epoch", "binary cross-entropy");
    left.reference(
        &mut svg,
        course::FINAL_VALIDATION_LOSS,
        &format!("course {}", fixed(course::FINAL_VALIDATION_LOSS, 4)),
    );
    svg.path("pf-line-a", &left.curve(&run.train_loss));
    svg.path("pf-line-b", &left.curve(&run.validation_loss));
    key(&mut svg, &left, 0, "pf-line-a", "training");
    key(&mut svg, &left, 1, "pf-line-b", "validation");

    if both {
        let right = Frame {
            left: 588.0,
            y: Axis::logarithmic(run.validation_mse.iter().copied().chain([course::TEST_MSE])),
            x: Axis::linear([1.0, run.validation_mse.len().max(2) as f64]),
            ..left
        };
        right.draw(&mut svg, "epoch", "mean squared error");
        right.reference(&mut svg, course::TEST_MSE, &format!("course {}", fixed(course::TEST_MSE, 6)));
        svg.path("pf-line-c", &right.curve(&run.validation_mse));
        key(&mut svg, &right, 0, "pf-line-c", "validation");
    }
    svg
}

fn key(svg: &mut Svg, frame: &Frame, row: usize, class: &str, label: &str) {
    let (x, y) = (frame.right() - 110.0, frame.top + 14.0 + 20.0 * row as f64);
    svg.path(class, &Path::through([[x, y], [x + 30.0, y]]));
    svg.text("pf-text", [x + 38.0, y + 4.5], Anchor::Start, 13.0, label);
}
