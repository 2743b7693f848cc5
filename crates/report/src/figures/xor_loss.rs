//! Figure 2: the loss while XOR is learnt.

use crate::course::XOR_FINAL_LOSS;
use crate::drawing::axes::{Axis, Frame};
use crate::drawing::svg::Svg;
use crate::number::plain;

/// Draws the loss of each epoch with a logarithmic loss axis, and where the course report ended.
pub fn xor_loss(loss: &[f64]) -> Svg {
    let mut svg = Svg::new("Training loss of the XOR network", 680.0, 380.0);
    let x = Axis::linear([0.0, loss.len().max(1) as f64]);
    let y = Axis::logarithmic(loss.iter().copied().chain([XOR_FINAL_LOSS]));
    let frame = Frame { left: 84.0, top: 24.0, width: 566.0, height: 292.0, x, y };
    frame.draw(&mut svg, "epoch", "mean squared error");
    frame.reference(&mut svg, XOR_FINAL_LOSS, &format!("course {}", plain(XOR_FINAL_LOSS)));
    svg.path("pf-line-a", &frame.curve(loss));
    svg
}
