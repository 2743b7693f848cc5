//! Figures 1 and 4: a network as columns of units.

use super::graph_diagram::graph_diagram;
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::count;
use crate::results::evidence::{Network, NetworkLayer, Role};

/// Layers up to this width are drawn whole, with a name in every unit if all of them are.
const SMALL: usize = 6;
const MARGIN: f64 = 62.0;
const TOP: f64 = 52.0;

/// Draws the layers from left to right: names above; widths and activations below; wide layers by a few units around an
/// ellipsis, two more for every doubling of the width; brackets around encoder and decoder where there is a bottleneck.
///
/// A network that is not a row of layers is drawn as boxes in columns by depth, with arcs where a value passes layers by.
pub fn network_diagram(network: &Network, title: &str) -> Svg {
    if !network.is_row() {
        return graph_diagram(network, title);
    }
    let layers = &network.layers;
    let small = layers.iter().all(|layer| layer.width <= SMALL);
    let (radius, pitch, gap) = if small { (21.0, 60.0, 210.0) } else { (6.5, 24.0, 98.0) };
    let columns: Vec<Column> = layers.iter().map(|layer| Column::new(layer.width, pitch)).collect();
    let body = columns.iter().map(|c| c.height).fold(0.0, f64::max) + 2.0 * radius;
    let latent = layers.iter().position(|layer| layer.role == Role::Latent);
    let bracket_room = if latent.is_some() { 44.0 } else { 0.0 };
    let width = 2.0 * MARGIN + gap * layers.len().saturating_sub(1) as f64;
    let (middle, below) = (TOP + body / 2.0, TOP + body);
    let x = |index: usize| MARGIN + gap * index as f64;
    let place = |index: usize, offset: &f64| [x(index), middle + offset];

    let mut svg = Svg::new(title, width, below + 58.0 + bracket_room);
    let mut edges = Path::default();
    for (index, pair) in columns.windows(2).enumerate() {
        for from in &pair[0].units {
            pair[1].units.iter().for_each(|to| edges.segment(place(index, from), place(index + 1, to)));
        }
    }
    svg.path(if small { "pf-edge pf-weight" } else { "pf-edge" }, &edges);

    for (index, (layer, column)) in layers.iter().zip(&columns).enumerate() {
        for (unit, offset) in column.units.iter().enumerate() {
            let [x, y] = place(index, offset);
            svg.circle(layer.role.class(), [x, y], radius);
            if small {
                svg.text("pf-strong", [x, y + 5.0], Anchor::Middle, 15.0, &unit_name(layer, unit));
            }
        }
        if column.elided {
            svg.text("pf-muted", [x(index), middle + 6.0], Anchor::Middle, 18.0, "⋮");
        }
        let emphasis = if layer.role == Role::Latent { "pf-latent" } else { "pf-strong" };
        svg.text(emphasis, [x(index), TOP - 24.0], Anchor::Middle, 13.0, &layer.name);
        svg.text(emphasis, [x(index), below + 26.0], Anchor::Middle, 14.0, &count(layer.width));
        let activation =
            layer.activation.as_deref().unwrap_or(if layer.role == Role::Input { "" } else { "linear" });
        svg.text("pf-muted", [x(index), below + 44.0], Anchor::Middle, 12.0, activation);
    }
    if small {
        for (index, pair) in layers.windows(2).enumerate() {
            let label =
                format!("W{0}: {1} × {2},  b{0}: {2}", subscript(index + 1), pair[0].width, pair[1].width);
            svg.text("pf-muted", [x(index) + gap / 2.0, below + 26.0], Anchor::Middle, 12.0, &label);
        }
    }
    if let Some(latent) = latent {
        let y = below + 62.0;
        bracket(&mut svg, [x(0) - 24.0, x(latent) - 8.0], y, "Encoder");
        bracket(&mut svg, [x(latent) + 8.0, x(layers.len() - 1) + 24.0], y, "Decoder");
    }
    svg
}

/// Places of a layer's units, as offsets from the middle of the drawing.
struct Column {
    units: Vec<f64>,
    elided: bool,
    height: f64,
}

impl Column {
    fn new(width: usize, pitch: f64) -> Self {
        let elided = width > SMALL;
        let shown =
            if elided { (2 * (width.ilog2() as usize).saturating_sub(3)).clamp(4, 12) } else { width };
        let slots = shown + usize::from(elided);
        let height = pitch * slots.saturating_sub(1) as f64;
        let offset = |slot: usize| pitch * slot as f64 - height / 2.0;
        let units = (0..slots).filter(|&slot| !elided || slot != shown / 2).map(offset).collect();
        Self { units, elided, height }
    }
}

fn bracket(svg: &mut Svg, [from, to]: [f64; 2], y: f64, label: &str) {
    svg.path("pf-bracket", &Path::through([[from, y - 6.0], [from, y], [to, y], [to, y - 6.0]]));
    svg.text("pf-strong", [f64::midpoint(from, to), y + 20.0], Anchor::Middle, 13.0, label);
}

fn unit_name(layer: &NetworkLayer, unit: usize) -> String {
    let letter = match layer.role {
        Role::Input => 'x',
        Role::Hidden => 'a',
        Role::Latent => 'z',
        Role::Output => 'y',
    };
    if layer.width == 1 { letter.to_string() } else { format!("{letter}{}", subscript(unit + 1)) }
}

fn subscript(number: usize) -> String {
    number.to_string().chars().filter_map(|c| char::from_u32('₀' as u32 + c as u32 - '0' as u32)).collect()
}
