//! Figure 3: what the XOR network answers over the plane of its inputs.

use crate::drawing::axes::{Axis, Frame};
use crate::drawing::raster::{blue_to_red, data_uri};
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::fixed;
use crate::results::evidence::Surface;

const CASES: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

/// Draws the surface from blue (0) to red (1) with the line where it is 1/2, and the four cases with their
/// `predictions`.
pub fn decision_boundary(surface: &Surface, predictions: &[f64; 4]) -> Svg {
    let mut svg = Svg::new("Decision boundary of the XOR network", 600.0, 500.0);
    let axis = Axis::linear([surface.low, surface.high]);
    let frame = Frame { left: 84.0, top: 24.0, width: 410.0, height: 410.0, x: axis, y: axis };
    let side = surface.side;
    if side >= 2 && surface.values.len() == side * side {
        let pixels: Vec<_> =
            surface.values.chunks(side).rev().flatten().map(|&value| blue_to_red(value)).collect();
        // A grid point is the middle of its pixel, so the image reaches half a pixel over the frame.
        let cell = frame.width / (side - 1) as f64;
        let (place, size) = ([frame.left - cell / 2.0, frame.top - cell / 2.0], [cell * side as f64; 2]);
        svg.clipped(
            "xor-decision-boundary-clip",
            [frame.left, frame.top],
            [frame.width, frame.height],
            |svg| {
                svg.image(&data_uri(side, side, &pixels), place, size, true);
                svg.path("pf-contour", &contour(surface, 0.5, &frame));
            },
        );
    }
    frame.draw_axes(&mut svg, "x₁", "x₂");
    for (case, prediction) in CASES.iter().zip(predictions) {
        let [x, y] = frame.place(*case);
        if case[0] == case[1] {
            svg.circle("pf-zero", [x, y], 8.0);
        } else {
            svg.rect("pf-one", [x - 7.5, y - 7.5], [15.0, 15.0]);
        }
        svg.text("pf-on-map", [x, y - 16.0], Anchor::Middle, 14.0, &fixed(*prediction, 4));
    }
    colour_bar(&mut svg, &frame);
    svg
}

fn colour_bar(svg: &mut Svg, frame: &Frame) {
    let (x, steps) = (frame.right() + 24.0, 64);
    let pixels: Vec<_> = (0..steps).rev().map(|i| blue_to_red(f64::from(i) / f64::from(steps - 1))).collect();
    svg.image(&data_uri(1, pixels.len(), &pixels), [x, frame.top], [14.0, frame.height], true);
    for (share, label) in [(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")] {
        let y = frame.top + frame.height * (1.0 - share);
        svg.text("pf-muted", [x + 20.0, y + 4.0], Anchor::Start, 12.0, label);
    }
    svg.text("pf-text", [x + 7.0, frame.bottom() + 40.0], Anchor::Middle, 13.0, "output");
}

/// The line on which the surface has `level`, cell by cell (marching squares).
///
/// Source: W. Lorensen and H. Cline, "Marching cubes", 1987, in two dimensions.
fn contour(surface: &Surface, level: f64, frame: &Frame) -> Path {
    let side = surface.side;
    let at = |i: usize| surface.low + (surface.high - surface.low) * i as f64 / (side - 1) as f64;
    let corner = |i: usize, j: usize| ([at(i), at(j)], surface.values[j * side + i] - level);
    let mut path = Path::default();
    for j in 0..side - 1 {
        for i in 0..side - 1 {
            let round = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
            let crossings: Vec<[f64; 2]> = (0..4)
                .filter_map(|k| {
                    let ((p, u), (q, v)) = (round[k], round[(k + 1) % 4]);
                    ((u < 0.0) != (v < 0.0)).then(|| {
                        let share = u / (u - v);
                        frame.place([p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])])
                    })
                })
                .collect();
            crossings.chunks_exact(2).for_each(|ends| path.segment(ends[0], ends[1]));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contour_of_a_plane_is_a_straight_line() {
        let values = Surface::points(0.0, 1.0, 3).into_iter().map(|[x, _]| x).collect();
        let surface = Surface { low: 0.0, high: 1.0, side: 3, values };
        let axis = Axis::linear([0.0, 1.0]);
        let frame = Frame { left: 0.0, top: 0.0, width: 100.0, height: 100.0, x: axis, y: axis };
        let path = format!("{:?}", contour(&surface, 0.25, &frame));
        assert_eq!(path, r#"Path("M25 100L25 50M25 50L25 0")"#);
    }
}
