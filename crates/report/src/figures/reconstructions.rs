//! Figure 6: digits before and after.

use crate::drawing::raster::{Rgb, blue_to_red, data_uri, ink};
use crate::drawing::svg::{Anchor, Svg};
use crate::number::fixed;
use crate::results::evidence::DigitPair;

const SHOWN: usize = 10;
const TILE: f64 = 84.0;
const GAP: f64 = 8.0;
const LEFT: f64 = 108.0;
const TOP: f64 = 14.0;

/// Draws up to ten pairs in columns: original, reconstruction, difference, and the mean squared error of each.
pub fn reconstructions(digits: &[DigitPair]) -> Svg {
    let shown = &digits[..digits.len().min(SHOWN)];
    let (column, row) = (|c: usize| LEFT + (TILE + GAP) * c as f64, |r: usize| TOP + (TILE + GAP) * r as f64);
    let mut svg = Svg::new("Original and reconstructed digits", column(SHOWN) + 6.0, row(3) + 26.0);
    for (r, label) in ["original", "reconstructed", "difference"].into_iter().enumerate() {
        svg.text("pf-text", [LEFT - 12.0, row(r) + TILE / 2.0 + 4.0], Anchor::End, 13.0, label);
    }
    svg.text("pf-muted", [LEFT - 12.0, row(3) + 10.0], Anchor::End, 12.0, "MSE");
    for (c, digit) in shown.iter().enumerate() {
        let (before, after) = (&digit.original, &digit.reconstruction);
        let pairs = || before.iter().zip(after).map(|(&b, &a)| (f64::from(b), f64::from(a)));
        let error = pairs().map(|(b, a)| (a - b).powi(2)).sum::<f64>() / before.len().max(1) as f64;
        let images: [Vec<Rgb>; 3] = [
            pairs().map(|(b, _)| ink(b)).collect(),
            pairs().map(|(_, a)| ink(a)).collect(),
            pairs().map(|(b, a)| blue_to_red(0.5 + a - b)).collect(),
        ];
        for (r, image) in images.iter().enumerate() {
            let (place, size) = ([column(c), row(r)], [TILE, TILE]);
            let side = image.len().isqrt();
            svg.image(&data_uri(side, side, image), place, size, false);
            svg.rect("pf-tile", place, size);
        }
        svg.text("pf-muted", [column(c) + TILE / 2.0, row(3) + 10.0], Anchor::Middle, 12.0, &fixed(error, 4));
    }
    svg
}
