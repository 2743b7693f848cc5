//! Bars beside each other, with their values and the range of the runs.

use super::{PANEL, nothing};
use crate::drawing::svg::{Anchor, Path, Svg};

/// Where bars begin and end, from the panel's top.
const INSIDE: [f64; 2] = [40.0, 258.0];

/// One bar.
pub(super) struct Bar {
    pub(super) label: String,
    /// Class of its colour.
    pub(super) class: &'static str,
    pub(super) ours: bool,
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// The value in words.
    pub(super) text: String,
}

/// Draws bars from nothing, or on a logarithmic scale where they differ a great deal; `missing` are named below.
pub(super) fn draw(svg: &mut Svg, place: [f64; 2], bars: &[Bar], missing: &[String]) {
    let [x, y] = place;
    if bars.is_empty() {
        return nothing(svg, place);
    }
    let values = || bars.iter().map(|bar| bar.value);
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let logarithmic = least > 0.0 && most / least > 60.0;
    let names = 112.0;
    let width = PANEL[0] - names - 70.0;
    let highest = bars.iter().map(|bar| bar.high).fold(most, f64::max);
    let along = |value: f64| {
        let share = if logarithmic {
            (value / (least / 2.5)).ln() / (highest / (least / 2.5)).ln()
        } else {
            value / highest
        };
        if share.is_finite() { width * share.clamp(0.0, 1.0) } else { 0.0 }
    };
    if logarithmic {
        let mut grid = Path::default();
        for power in (least.log10().floor() as i32..=highest.log10().ceil() as i32).map(|e| 10_f64.powi(e)) {
            let at = x + names + along(power);
            if power > least / 2.5 && power < highest {
                grid.segment([at, y + INSIDE[0]], [at, y + bottom(bars)]);
            }
        }
        svg.path("pf-grid", &grid);
    }
    rows(svg, place, names, bars, along);
    let mut remarks = Vec::new();
    if logarithmic {
        remarks.push("logarithmic: ten times from line to line".to_owned());
    }
    if !missing.is_empty() {
        let names = missing.join(", ");
        let names = if names.len() > 34 { format!("{} implementations", missing.len()) } else { names };
        remarks.push(format!("not measured: {names}"));
    }
    if !remarks.is_empty() {
        svg.text("pf-muted", [x, y + bottom(bars) + 15.0], Anchor::Start, 11.0, &remarks.join("; "));
    }
}

/// Draws ratios with a line at 1.
pub(super) fn draw_ratios(svg: &mut Svg, place: [f64; 2], bars: &[Bar]) {
    let [x, y] = place;
    if bars.is_empty() {
        return nothing(svg, place);
    }
    let highest = bars.iter().map(|bar| bar.high.max(bar.value)).fold(1.0, f64::max);
    let names = 128.0;
    let width = PANEL[0] - names - 112.0;
    let along = |value: f64| if value.is_finite() { width * (value / highest).clamp(0.0, 1.0) } else { 0.0 };
    let at = x + names + along(1.0);
    svg.path("pf-reference", &Path::through([[at, y + INSIDE[0]], [at, y + bottom(bars) + 4.0]]));
    rows(svg, place, names, bars, along);
}

/// The distance from one bar to the next.
fn pitch(bars: &[Bar]) -> f64 {
    ((INSIDE[1] - INSIDE[0]) / bars.len() as f64).min(26.0)
}

/// Where the last bar ends, from the panel's top.
fn bottom(bars: &[Bar]) -> f64 {
    INSIDE[0] + pitch(bars) * bars.len() as f64
}

/// Draws the bars with their names, in `names` pixels, and values.
fn rows(svg: &mut Svg, [x, y]: [f64; 2], names: f64, bars: &[Bar], along: impl Fn(f64) -> f64) {
    let pitch = pitch(bars);
    let size = (0.62 * pitch).clamp(7.0, 11.5);
    let left = x + names;
    for (row, bar) in bars.iter().enumerate() {
        let middle = y + INSIDE[0] + pitch * (row as f64 + 0.5);
        let half = 0.36 * pitch;
        let [start, end] = [bar.low, bar.high].map(|value| left + along(value));
        let class = if bar.ours { "pf-strong" } else { "pf-text" };
        svg.text(class, [left - 6.0, middle + 0.35 * size], Anchor::End, size, &bar.label);
        svg.rect(&format!("pf-who {}", bar.class), [left, middle - half], [along(bar.value), 2.0 * half]);
        if end - start > 0.5 {
            svg.path("pf-spread", &Path::through([[start, middle], [end, middle]]));
        }
        let beyond = end.max(left + along(bar.value)) + 5.0;
        svg.text(class, [beyond, middle + 0.35 * size], Anchor::Start, size, &bar.text);
    }
    svg.path("pf-axis", &Path::through([[left, y + INSIDE[0]], [left, y + bottom(bars)]]));
}
