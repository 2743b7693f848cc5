//! Axes with ticks at round numbers, and the frame they make.

use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::{fixed, superscript, trim, whole};

/// A range of values and how it is spread over a length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Axis {
    /// From the smallest to the largest of `values`; something sensible where there is no such range.
    pub(crate) fn linear(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = range(values.into_iter()).unwrap_or((0.0, 1.0));
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, high + 0.5) };
        Self { low, high, logarithmic: false }
    }

    /// From the smallest to the largest positive value, with a little room, in powers of ten.
    pub(crate) fn logarithmic(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = range(values.into_iter().filter(|&v| v > 0.0)).unwrap_or((0.1, 1.0));
        let room = (0.05 * (high.ln() - low.ln())).exp().max(1.02);
        Self {
            low: (low / room).max(f64::MIN_POSITIVE),
            high: (high * room).min(f64::MAX),
            logarithmic: true,
        }
    }

    /// The same axis with `share` of its length added at both ends.
    pub(crate) fn padded(self, share: f64) -> Self {
        let room = share * (self.high - self.low);
        Self { low: self.low - room, high: self.high + room, ..self }
    }

    /// The low and the high end.
    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end.
    pub(crate) fn position(&self, value: f64) -> f64 {
        if self.logarithmic {
            (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// About `wanted` round values with their labels.
    pub(crate) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        if self.logarithmic { self.log_ticks() } else { self.linear_ticks(wanted) }
    }

    fn linear_ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = round_step((self.high - self.low) / wanted.max(1) as f64);
        let decimals = (f64::from(u8::from(has_half(step))) - step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        let label = |value: f64| if decimals == 0 { whole(value) } else { fixed(value, decimals) };
        (0..=(last - first).clamp(0.0, 100.0) as usize)
            .map(|i| (first + i as f64) * step)
            .map(|v| (v, label(v)))
            .collect()
    }

    fn log_ticks(&self) -> Vec<(f64, String)> {
        let decades = self.high.log10() - self.low.log10();
        let multiples: &[f64] = match decades {
            d if d > 2.0 => &[1.0],
            d if d > 1.0 => &[1.0, 2.0, 5.0],
            d if d > 0.5 => &[1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0],
            _ => &[1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
        };
        let every = (decades / 8.0).ceil().max(1.0) as i32;
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        let values = (first..=last)
            .filter(|e| e.rem_euclid(every) == 0)
            .flat_map(|e| multiples.iter().map(move |m| (e, *m)));
        values
            .map(|(e, m)| (m * 10_f64.powi(e), e))
            .filter(|(v, _)| (self.low..=self.high).contains(v))
            .map(|(v, e)| {
                (v, if decades > 2.0 { format!("10{}", superscript(&e.to_string())) } else { short(v) })
            })
            .collect()
    }
}

/// The frame of a plot: where it lies and what its sides mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
}

impl Frame {
    /// The place of a pair of values.
    pub(crate) fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.left + self.width * self.x.position(x), self.top + self.height * (1.0 - self.y.position(y))]
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Grid lines, axes, ticks and labels.
    pub(crate) fn draw(&self, svg: &mut Svg, x_label: &str, y_label: &str) {
        let (left, right, top, bottom) = (self.left, self.right(), self.top, self.bottom());
        let mut grid = Path::default();
        self.x_ticks().into_iter().for_each(|(x, _)| grid.segment([x, top], [x, bottom]));
        self.y_ticks().into_iter().for_each(|(y, _)| grid.segment([left, y], [right, y]));
        svg.path("pf-grid", &grid);
        self.draw_axes(svg, x_label, y_label);
    }

    /// Axes, ticks and labels, without grid lines.
    pub(crate) fn draw_axes(&self, svg: &mut Svg, x_label: &str, y_label: &str) {
        let (left, right, top, bottom) = (self.left, self.right(), self.top, self.bottom());
        let mut axes = Path::through([[left, top], [left, bottom], [right, bottom]]);
        for (x, label) in self.x_ticks() {
            axes.segment([x, bottom], [x, bottom + 4.0]);
            svg.text("pf-muted", [x, bottom + 18.0], Anchor::Middle, 12.0, &label);
        }
        for (y, label) in self.y_ticks() {
            axes.segment([left - 4.0, y], [left, y]);
            svg.text("pf-muted", [left - 8.0, y + 4.0], Anchor::End, 12.0, &label);
        }
        svg.path("pf-axis", &axes);
        svg.text("pf-text", [left + self.width / 2.0, bottom + 40.0], Anchor::Middle, 13.0, x_label);
        svg.upward_text("pf-text", [left - 56.0, top + self.height / 2.0], 13.0, y_label);
    }

    /// A dotted line across at `value`, with its name.
    pub(crate) fn reference(&self, svg: &mut Svg, value: f64, name: &str) {
        let y = self.top + self.height * (1.0 - self.y.position(value));
        svg.path("pf-reference", &Path::through([[self.left, y], [self.right(), y]]));
        svg.text("pf-muted", [self.right(), y - 6.0], Anchor::End, 12.0, name);
    }

    fn x_ticks(&self) -> Vec<(f64, String)> {
        let ticks = self.x.ticks((self.width / 80.0) as usize).into_iter();
        ticks.map(|(value, label)| (self.left + self.width * self.x.position(value), label)).collect()
    }

    fn y_ticks(&self) -> Vec<(f64, String)> {
        let ticks = self.y.ticks((self.height / 60.0) as usize).into_iter();
        ticks.map(|(value, label)| (self.top + self.height * (1.0 - self.y.position(value)), label)).collect()
    }

    /// The curve of `values` at 1, 2, 3, …: the first, lowest, highest and last value of every pixel it crosses.
    pub(crate) fn curve(&self, values: &[f64]) -> Path {
        let chunk = values.len().div_ceil(self.width.max(1.0) as usize).max(1);
        let points = values.chunks(chunk).enumerate().flat_map(|(c, part)| {
            let mut keep: Vec<usize> = vec![0, part.len() - 1];
            keep.extend((0..part.len()).min_by(|&a, &b| part[a].total_cmp(&part[b])));
            keep.extend((0..part.len()).max_by(|&a, &b| part[a].total_cmp(&part[b])));
            keep.sort_unstable();
            keep.dedup();
            keep.into_iter()
                .map(move |i| self.place([(c * chunk + i + 1) as f64, part[i]]))
                .collect::<Vec<_>>()
        });
        Path::through(points)
    }
}

/// The least and the greatest finite value.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((v.min(low), v.max(high))),
    })
}

/// The least of 1, 2, 2.5 and 5 times a power of ten that is no less than `step`.
pub(crate) fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let multiple =
        [1.0, 2.0, 2.5, 5.0].into_iter().find(|m| m * power >= step * (1.0 - 1e-9)).unwrap_or(10.0);
    multiple * power
}

fn has_half(step: f64) -> bool {
    let mantissa = step / 10_f64.powf(step.log10().floor());
    (mantissa - 2.5).abs() < 1e-6
}

fn short(value: f64) -> String {
    let decimals = (2.0 - value.log10().floor()).clamp(0.0, 12.0) as usize;
    trim(&fixed(value, decimals)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, wanted: usize) -> Vec<String> {
        axis.ticks(wanted).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(
            labels(Axis::linear([0.0, 5000.0]), 5),
            ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]
        );
        assert_eq!(labels(Axis::linear([-0.5, 1.5]), 4), ["−0.5", "0.0", "0.5", "1.0", "1.5"]);
        assert_eq!(labels(Axis::linear([0.0, 1.0]), 4), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(labels(Axis::linear([-4.0, 6.0]), 4), ["−2.5", "0.0", "2.5", "5.0"]);
        assert_eq!(labels(Axis::linear([0.0, 60.0]), 3), ["0", "20", "40", "60"]);
        assert_eq!(labels(Axis::logarithmic([2e-4, 0.3]), 5), ["10⁻³", "10⁻²", "10⁻¹"]);
        assert_eq!(labels(Axis::logarithmic([0.08, 0.25]), 5), ["0.08", "0.1", "0.15", "0.2"]);
    }

    #[test]
    fn broken_ranges_still_make_an_axis() {
        for axis in
            [Axis::linear([]), Axis::linear([3.0]), Axis::logarithmic([-1.0, 0.0]), Axis::linear([f64::NAN])]
        {
            assert!(!axis.ticks(5).is_empty(), "{axis:?}");
            assert!(axis.position(0.5).is_finite());
        }
    }

    #[test]
    fn a_long_curve_keeps_its_spikes() {
        let mut values = vec![1.0; 5000];
        values[2345] = 9.0;
        let axis = Axis::linear([0.0, 10.0]);
        let x = Axis::linear([1.0, 5000.0]);
        let frame = Frame { left: 0.0, top: 0.0, width: 500.0, height: 100.0, x, y: axis };
        let path = format!("{:?}", frame.curve(&values));
        assert!(path.contains(" 10L") || path.contains(" 10\""), "{path}");
    }
}
