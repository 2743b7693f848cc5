//! Lines of time over rows and of loss over epochs.

use super::{nothing, shown};
use crate::drawing::axes::{Axis, Frame};
use crate::drawing::svg::{Path, Svg};
use crate::performance::names::{OURS, colour, is_ours};
use crate::performance::{Performance, Row};

/// Draws seconds over rows, both on logarithmic scales.
pub(super) fn scaling(svg: &mut Svg, place: [f64; 2], p: &Performance) {
    let points = |row: &Row| -> Vec<[f64; 2]> {
        row.series("seconds").into_iter().map(|(rows, m)| [rows as f64, m.median]).collect()
    };
    let lines: Vec<(&Row, Vec<[f64; 2]>)> = ours_last(shown(p, "scaling"))
        .map(|row| (row, points(row)))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return nothing(svg, place);
    }
    let every = || lines.iter().flat_map(|(_, line)| line);
    let (x, y) = (Axis::logarithmic(every().map(|p| p[0])), Axis::logarithmic(every().map(|p| p[1])));
    let frame = frame(place, x, y);
    frame.draw(svg, "rows", "seconds");
    for (row, line) in &lines {
        let places: Vec<[f64; 2]> =
            line.iter().filter(|p| p[0] > 0.0 && p[1] > 0.0).map(|p| frame.place(*p)).collect();
        for place in &places {
            svg.circle(
                &format!("pf-who {}", colour(&row.who)),
                *place,
                if row.who == OURS { 3.2 } else { 2.4 },
            );
        }
        svg.path(&line_class(row), &Path::through(places));
    }
}

/// Draws the mean loss of the seeds after each epoch, in a band from the least to the greatest.
pub(super) fn convergence(svg: &mut Svg, place: [f64; 2], p: &Performance) {
    let lines: Vec<(&Row, Vec<[f64; 3]>)> = ours_last(shown(p, "convergence"))
        .map(|row| (row, bands(row.curves("losses"))))
        .filter(|(_, band)| !band.is_empty())
        .collect();
    if lines.is_empty() {
        return nothing(svg, place);
    }
    let epochs = lines.iter().map(|(_, band)| band.len()).max().unwrap_or(1);
    let y = Axis::linear(lines.iter().flat_map(|(_, band)| band.iter().flatten().copied())).padded(0.03);
    let frame = frame(place, Axis::linear([1.0, epochs.max(2) as f64]), y);
    frame.draw(svg, "epoch", "loss");
    let at = |band: &[[f64; 3]], which: usize| -> Vec<[f64; 2]> {
        band.iter()
            .enumerate()
            .map(|(epoch, three)| frame.place([epoch as f64 + 1.0, three[which]]))
            .collect()
    };
    for (row, band) in &lines {
        let around = at(band, 0).into_iter().chain(at(band, 2).into_iter().rev());
        svg.path(&format!("pf-who-band {}", colour(&row.who)), &Path::through(around));
    }
    for (row, band) in &lines {
        svg.path(&line_class(row), &Path::through(at(band, 1)));
    }
}

/// Least, mean and greatest loss of the seeds that got so far, epoch by epoch.
fn bands(curves: &[Vec<f64>]) -> Vec<[f64; 3]> {
    let epochs = curves.iter().map(Vec::len).max().unwrap_or(0);
    let band = |epoch: usize| {
        let losses = || curves.iter().filter_map(move |curve| curve.get(epoch).copied());
        let mean = losses().sum::<f64>() / losses().count() as f64;
        [losses().fold(f64::INFINITY, f64::min), mean, losses().fold(f64::NEG_INFINITY, f64::max)]
    };
    (0..epochs).map(band).collect()
}

/// Ours over the others.
fn ours_last<'a>(rows: impl Iterator<Item = &'a Row>) -> impl Iterator<Item = &'a Row> {
    let (ours, others): (Vec<&Row>, Vec<&Row>) = rows.partition(|row| is_ours(&row.who));
    others.into_iter().chain(ours)
}

/// Another mode of a framework is dashed.
fn line_class(row: &Row) -> String {
    let kind = match row.who.as_str() {
        OURS => "pf-who-line pf-who-ours",
        "jax_steps" | "torch_compile" | "tensorflow_jit" | "pellucid_bf16" => "pf-who-line pf-who-dashed",
        _ => "pf-who-line",
    };
    format!("{kind} {}", colour(&row.who))
}

fn frame([x, y]: [f64; 2], horizontal: Axis, vertical: Axis) -> Frame {
    Frame { left: x + 62.0, top: y + 40.0, width: 252.0, height: 192.0, x: horizontal, y: vertical }
}
