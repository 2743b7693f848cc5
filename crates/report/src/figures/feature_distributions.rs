//! Figure 11: how the most discriminative latent features are spread for each digit.

use crate::drawing::axes::{Axis, Frame};
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::fixed;
use crate::results::evidence::FeatureDistribution;

const SHOWN: usize = 3;
/// Points along a density.
const STEPS: usize = 120;
/// Height of the highest hill, in rows.
const HILL: f64 = 1.7;

/// Draws up to three features side by side, each as ten densities one above the other, 0 on top, all to one scale.
pub fn feature_distributions(features: &[FeatureDistribution]) -> Svg {
    let shown = &features[..features.len().min(SHOWN)];
    let (left, pitch) = (70.0, 320.0);
    let mut svg =
        Svg::new("Distributions of the most discriminative features", left + pitch * SHOWN as f64, 520.0);
    svg.upward_text("pf-text", [26.0, 265.0], 13.0, "digit");
    for (column, feature) in shown.iter().enumerate() {
        ridgeline(&mut svg, feature, left + pitch * column as f64, pitch - 40.0);
    }
    svg
}

fn ridgeline(svg: &mut Svg, feature: &FeatureDistribution, left: f64, width: f64) {
    let digits: Vec<Vec<f64>> = feature.values.iter().map(|values| finite(values)).collect();
    let x = Axis::linear(digits.iter().filter_map(|d| middle_range(d)).flatten()).padded(0.06);
    let frame = Frame { left, top: 84.0, width, height: 376.0, x, y: Axis::linear([0.0, 10.0]) };
    let row = frame.height / 10.0;
    let (low, high) = x.ends();
    let places: Vec<f64> = (0..=STEPS).map(|i| low + (high - low) * i as f64 / STEPS as f64).collect();
    let hills: Vec<Vec<f64>> = digits.iter().map(|values| density(values, &places)).collect();
    let highest = hills.iter().flatten().copied().fold(f64::MIN_POSITIVE, f64::max);

    let mut axes = Path::through([[left, frame.bottom()], [frame.right(), frame.bottom()]]);
    let mut grid = Path::default();
    for (value, label) in frame.x.ticks(4) {
        let at = left + width * frame.x.position(value);
        grid.segment([at, frame.top], [at, frame.bottom()]);
        axes.segment([at, frame.bottom()], [at, frame.bottom() + 4.0]);
        svg.text("pf-muted", [at, frame.bottom() + 18.0], Anchor::Middle, 12.0, &label);
    }
    svg.path("pf-grid", &grid);
    for (digit, hill) in hills.iter().enumerate() {
        let base = frame.top + row * (digit as f64 + 1.0);
        let top = |value: f64| base - HILL * row * value / highest;
        let outline =
            places.iter().zip(hill).map(|(&at, &value)| [left + width * x.position(at), top(value)]);
        let (start, end) = ([left, base], [frame.right(), base]);
        svg.path(
            &format!("pf-ridge pf-c{digit}"),
            &Path::through([start].into_iter().chain(outline).chain([end])),
        );
        svg.text("pf-text", [left - 10.0, base - 2.0], Anchor::End, 13.0, &digit.to_string());
    }
    svg.path("pf-axis", &axes);
    let title = format!("feature {}", feature.feature);
    svg.text("pf-strong", [left, 30.0], Anchor::Start, 15.0, &title);
    let variance = format!("variance of the class means {}", fixed(feature.variance, 4));
    svg.text("pf-muted", [left, 50.0], Anchor::Start, 12.0, &variance);
    svg.text("pf-text", [left + width / 2.0, frame.bottom() + 40.0], Anchor::Middle, 13.0, "value");
}

/// The finite values in order.
fn finite(values: &[f32]) -> Vec<f64> {
    let mut values: Vec<f64> = values.iter().map(|&v| f64::from(v)).filter(|v| v.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The ends of the middle 99 per cent, so that a few outliers do not squeeze the rest.
fn middle_range(sorted: &[f64]) -> Option<[f64; 2]> {
    let cut = sorted.len() / 200;
    Some([*sorted.get(cut)?, *sorted.get(sorted.len() - 1 - cut)?])
}

/// Gaussian kernel density of `sorted` at `places`, `1/(n h √2π) Σ exp(-(x - v)²/2h²)`.
///
/// Width of the kernel: B. Silverman, "Density Estimation for Statistics and Data Analysis", 1986, equation 3.31.
fn density(sorted: &[f64], places: &[f64]) -> Vec<f64> {
    let n = sorted.len() as f64;
    if sorted.is_empty() {
        return vec![0.0; places.len()];
    }
    let mean = sorted.iter().sum::<f64>() / n;
    let deviation = (sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let quartiles = sorted[3 * sorted.len() / 4] - sorted[sorted.len() / 4];
    let spread = if quartiles > 0.0 { deviation.min(quartiles / 1.34) } else { deviation };
    let step = places[1] - places[0];
    let width = (0.9 * spread * n.powf(-0.2)).max(step);
    let scale = 1.0 / (n * width * std::f64::consts::TAU.sqrt());
    let kernel = |x: f64| sorted.iter().map(|v| (-0.5 * ((x - v) / width).powi(2)).exp()).sum::<f64>();
    places.iter().map(|&x| scale * kernel(x)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_sums_to_one() {
        let values: Vec<f64> = (0..500).map(|i| (f64::from(i) / 250.0 - 1.0).powi(3)).collect();
        let places: Vec<f64> = (0..=400).map(|i| f64::from(i) / 100.0 - 2.0).collect();
        let sum: f64 = density(&values, &places).iter().sum::<f64>() * 0.01;
        assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn outliers_do_not_set_the_range() {
        let mut values: Vec<f64> = (0..1000).map(f64::from).collect();
        values[999] = 1e9;
        assert_eq!(middle_range(&values), Some([5.0, 994.0]));
        assert_eq!(middle_range(&[]), None);
    }
}
