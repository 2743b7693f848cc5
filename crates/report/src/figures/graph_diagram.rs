//! A network that is a graph, as boxes in columns.

use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::count;
use crate::results::evidence::{Network, NetworkLayer};

const MARGIN: f64 = 24.0;
const BOX: [f64; 2] = [120.0, 50.0];
/// From one column to the next, and from one row to the next.
const PITCH: [f64; 2] = [164.0, 78.0];
/// How high an arc rises above the boxes that it passes, for each column that it spans.
const LIFT: f64 = 22.0;
/// The most characters of a name that fit a box.
const NAME: usize = 15;

/// Draws each layer as a box with its name, its width and its activation, in columns by depth: the longest way from an
/// input. Lines join neighbouring columns; what passes a column by, such as a residual connection, is an arc above the boxes.
pub(super) fn graph_diagram(network: &Network, title: &str) -> Svg {
    let layers = &network.layers;
    let edges: Vec<[usize; 2]> =
        network.edges.iter().copied().filter(|[from, to]| from < to && *to < layers.len()).collect();
    let depths = depths(layers.len(), &edges);
    let mut columns = vec![0_usize; depths.iter().max().map_or(0, |depth| depth + 1)];
    let rows: Vec<usize> = depths
        .iter()
        .map(|&depth| {
            columns[depth] += 1;
            columns[depth] - 1
        })
        .collect();
    let tallest = columns.iter().copied().max().unwrap_or(0);
    // The top left corner of a box, columns centred; the highest arc decides where they begin.
    let place = |layer: usize| {
        let above = (tallest - columns[depths[layer]]) as f64 / 2.0;
        [MARGIN + PITCH[0] * depths[layer] as f64, PITCH[1] * (rows[layer] as f64 + above)]
    };
    let arcs: Vec<([usize; 2], f64)> = edges
        .iter()
        .filter(|[from, to]| depths[*to] > depths[*from] + 1)
        .map(|&[from, to]| {
            let passed =
                (0..layers.len()).filter(|&layer| (depths[from]..=depths[to]).contains(&depths[layer]));
            let top = passed.map(|layer| place(layer)[1]).fold(f64::INFINITY, f64::min);
            // A curve rises three quarters of the way to its controls.
            ([from, to], top - LIFT * (depths[to] - depths[from]) as f64)
        })
        .collect();
    let rise = arcs.iter().map(|(_, control)| -control).fold(0.0, f64::max);
    let down = MARGIN + rise;
    let place = |layer: usize| {
        let [x, y] = place(layer);
        [x, y + down]
    };

    let span = |count: usize, pitch: f64, size: f64| pitch * count.saturating_sub(1) as f64 + size;
    let width = 2.0 * MARGIN + span(columns.len(), PITCH[0], BOX[0]);
    let mut svg = Svg::new(title, width, down + MARGIN + span(tallest, PITCH[1], BOX[1]));
    let mut lines = Path::default();
    for &[from, to] in edges.iter().filter(|[from, to]| depths[*to] == depths[*from] + 1) {
        let ([x, y], [to_x, to_y]) = (place(from), place(to));
        lines.segment([x + BOX[0], y + BOX[1] / 2.0], [to_x, to_y + BOX[1] / 2.0]);
    }
    for ([from, to], control) in arcs {
        let ([x, y], [to_x, to_y]) = (place(from), place(to));
        // It rises and falls between columns, so that no box above hides it.
        let (x, aside, control) = (x + BOX[0], (PITCH[0] - BOX[0]) / 2.0, control + down);
        let (from, to) = ([x, y + BOX[1] / 2.0], [to_x, to_y + BOX[1] / 2.0]);
        lines.curve(from, [[x + aside, control], [to_x - aside, control]], to);
    }
    svg.path("pf-edge pf-weight", &lines);
    for (number, layer) in layers.iter().enumerate() {
        draw(&mut svg, layer, place(number));
    }
    svg
}

/// For each layer the most layers that a value passes on its way to it.
fn depths(layers: usize, edges: &[[usize; 2]]) -> Vec<usize> {
    let mut depths = vec![0; layers];
    for to in 0..layers {
        let before = edges.iter().filter(|edge| edge[1] == to).map(|edge| depths[edge[0]] + 1);
        depths[to] = before.max().unwrap_or(0);
    }
    depths
}

fn draw(svg: &mut Svg, layer: &NetworkLayer, [x, y]: [f64; 2]) {
    svg.rect(layer.role.class(), [x, y], BOX);
    let middle = x + BOX[0] / 2.0;
    svg.text("pf-strong", [middle, y + 21.0], Anchor::Middle, 13.0, &shortened(&layer.name));
    let activation =
        layer.activation.as_deref().map_or(String::new(), |name| format!(", {}", shortened(name)));
    let detail = format!("{}{activation}", count(layer.width));
    svg.text("pf-muted", [middle, y + 39.0], Anchor::Middle, 12.0, &detail);
}

/// The end of a long name, which tells most: `encoder.block3.add1`.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME {
        return name.to_owned();
    }
    std::iter::once('…').chain(name.chars().skip(length - NAME + 1)).collect()
}
