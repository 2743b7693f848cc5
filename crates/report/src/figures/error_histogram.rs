//! Figure 7: how the reconstruction errors are spread.

use crate::drawing::axes::{Axis, Frame, round_step};
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::fixed;

/// Draws a histogram of the samples' errors with their mean and median; values that are not finite are left out.
pub fn error_histogram(errors: &[f32]) -> Svg {
    let mut sorted: Vec<f64> = errors.iter().map(|&e| f64::from(e)).filter(|e| e.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(1.0));
    let bin = round_step(((high - low) / 80.0).max(1e-9));
    let start = (low / bin).floor() * bin;
    let mut counts = vec![0_usize; ((high - start) / bin) as usize + 1];
    for error in &sorted {
        counts[((error - start) / bin) as usize] += 1;
    }
    let end = start + bin * counts.len() as f64;

    let mut svg = Svg::new("Histogram of reconstruction errors", 680.0, 390.0);
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let (x, y) = (Axis::linear([start.min(0.0), end]), Axis::linear([0.0, most * 1.05]));
    let frame = Frame { left: 84.0, top: 24.0, width: 566.0, height: 302.0, x, y };
    frame.draw(&mut svg, "mean squared error of an image", "test images");
    for (index, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
        let left = start + bin * index as f64;
        let ([x0, y0], [x1, y1]) = (frame.place([left, count as f64]), frame.place([left + bin, 0.0]));
        svg.rect("pf-bar", [x0 + 0.4, y0], [(x1 - x0 - 0.8).max(0.4), y1 - y0]);
    }

    let n = sorted.len();
    if n > 0 {
        let mean = sorted.iter().sum::<f64>() / n as f64;
        let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
        for (row, (class, name, value)) in
            [("pf-median", "median", median), ("pf-mean", "mean", mean)].into_iter().enumerate()
        {
            svg.path(class, &Path::through([frame.place([value, 0.0]), frame.place([value, most * 1.05])]));
            let (x, y) = (frame.right() - 170.0, frame.top + 16.0 + 20.0 * row as f64);
            svg.path(class, &Path::through([[x, y], [x + 30.0, y]]));
            svg.text(
                "pf-text",
                [x + 38.0, y + 4.5],
                Anchor::Start,
                13.0,
                &format!("{name} {}", fixed(value, 6)),
            );
        }
    }
    svg
}
