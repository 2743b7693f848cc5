//! Figure 8: the latent space from its widest side.

use crate::drawing::axes::{Axis, Frame};
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::percent;
use crate::results::evidence::{LatentPlane, LatentPoint};

/// More points than this say no more and make the file large.
const SHOWN: usize = 3000;
/// Points are drawn in turns, so that no digit covers the others.
const TURNS: usize = 6;

/// Draws about 3,000 points, evenly picked from each digit, in ten colours that colour-blind readers can tell apart (M.
/// Petroff, "Accessible Color Sequences for Data Visualization", 2021), each digit named at the middle of its points.
pub fn latent_space(plane: &LatentPlane) -> Svg {
    let mut svg = Svg::new("Latent space on two principal components", 680.0, 560.0);
    draw_plane(&mut svg, plane, [84.0, 20.0], [500.0, 476.0]);
    svg
}

/// The plane in a frame at `place`, with its key on the right.
pub(super) fn draw_plane(
    svg: &mut Svg,
    plane: &LatentPlane,
    [left, top]: [f64; 2],
    [width, height]: [f64; 2],
) {
    let finite = || plane.points.iter().filter(|p| p.x.is_finite() && p.y.is_finite());
    let every = finite().count().div_ceil(SHOWN).max(1);
    let digits: Vec<Vec<&LatentPoint>> =
        (0..10).map(|d| finite().filter(|p| p.label == d).collect()).collect();

    let (x, y) =
        (Axis::linear(finite().map(|p| p.x)).padded(0.03), Axis::linear(finite().map(|p| p.y)).padded(0.03));
    let frame = Frame { left, top, width, height, x, y };
    let label =
        |order: &str, share: f64| format!("{order} principal component ({} of the variance)", percent(share));
    frame.draw(svg, &label("first", plane.explained[0]), &label("second", plane.explained[1]));
    for turn in 0..TURNS {
        for (digit, points) in digits.iter().enumerate() {
            let mut dots = Path::default();
            let in_turn = points.iter().step_by(every).skip(turn).step_by(TURNS);
            in_turn.for_each(|p| dots.dot(frame.place([p.x, p.y])));
            svg.path(&format!("pf-cloud pf-c{digit}"), &dots);
        }
    }
    for (digit, points) in digits.iter().enumerate() {
        let y = frame.top + 22.0 + 26.0 * digit as f64;
        let mut key = Path::default();
        key.dot([frame.right() + 34.0, y]);
        svg.path(&format!("pf-key pf-c{digit}"), &key);
        svg.text("pf-text", [frame.right() + 48.0, y + 5.0], Anchor::Start, 14.0, &digit.to_string());
        if let (Some(x), Some(y)) = (median(points.iter().map(|p| p.x)), median(points.iter().map(|p| p.y))) {
            let [x, y] = frame.place([x, y]);
            svg.text("pf-halo", [x, y + 6.0], Anchor::Middle, 18.0, &digit.to_string());
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
