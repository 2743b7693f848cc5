//! A small SVG writer: shapes with classes, so that one stylesheet colours every figure for light, dark and print.

use std::fmt::Write;

const LIGHT: &str = include_str!("../../templates/figure.css");
const DARK: &str = include_str!("../../templates/figure-dark.css");
const FONT: &str =
    "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', Arial, sans-serif";

/// A drawing, to be put on the page ([`Svg::inline`]) or into a file of its own ([`Svg::file`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Svg {
    title: String,
    width: f64,
    height: f64,
    body: String,
}

/// Where a text begins, seen from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    pub(crate) fn new(title: &str, width: f64, height: f64) -> Self {
        Self { title: title.into(), width, height, body: String::new() }
    }

    /// The `<svg>` element for a page that holds the figures' stylesheet; it takes the page's width where that is smaller.
    pub fn inline(&self) -> String {
        let (w, h) = (coordinate(self.width), coordinate(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {w} {h}\" \
             width=\"{w}\" height=\"{h}\" font-family=\"{FONT}\">{}</svg>",
            escape(&self.title),
            self.body
        )
    }

    /// A file that stands alone: its own card as background, light or dark as the viewer prefers.
    pub fn file(&self) -> String {
        self.document(&page_style())
    }

    /// The light figure alone, as renderers without media queries need it.
    #[cfg(any(feature = "pdf", feature = "png"))]
    pub(crate) fn light_file(&self) -> String {
        self.document(LIGHT)
    }

    /// Its width in pixels.
    #[cfg(feature = "pdf")]
    pub(crate) fn width(&self) -> f64 {
        self.width
    }

    fn document(&self, style: &str) -> String {
        let (w, h) = (coordinate(self.width), coordinate(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-family=\"{FONT}\">\n<title>{}</title>\n<style>\n{style}</style>\n\
             <rect class=\"pf-card\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>\n{}</svg>\n",
            escape(&self.title),
            self.body
        )
    }

    pub(crate) fn rect(&mut self, class: &str, [x, y]: [f64; 2], [width, height]: [f64; 2]) {
        let [x, y, width, height] = [x, y, width, height].map(coordinate);
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    pub(crate) fn circle(&mut self, class: &str, [x, y]: [f64; 2], radius: f64) {
        let [x, y, radius] = [x, y, radius].map(coordinate);
        let _ = writeln!(self.body, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>");
    }

    pub(crate) fn text(&mut self, class: &str, place: [f64; 2], anchor: Anchor, size: f64, text: &str) {
        self.text_with(class, place, anchor, size, "", text);
    }

    /// Text that reads upwards.
    pub(crate) fn upward_text(&mut self, class: &str, place: [f64; 2], size: f64, text: &str) {
        let [x, y] = place.map(coordinate);
        self.text_with(
            class,
            place,
            Anchor::Middle,
            size,
            &format!(" transform=\"rotate(-90 {x} {y})\""),
            text,
        );
    }

    fn text_with(
        &mut self,
        class: &str,
        place: [f64; 2],
        anchor: Anchor,
        size: f64,
        extra: &str,
        text: &str,
    ) {
        let [x, y] = place.map(coordinate);
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{extra}>{}</text>",
            escape(text)
        );
    }

    pub(crate) fn path(&mut self, class: &str, path: &Path) {
        if !path.0.is_empty() {
            let _ = writeln!(self.body, "<path class=\"{class}\" d=\"{}\"/>", path.0);
        }
    }

    /// An image stretched over a rectangle: its pixels as squares, or blended where it is `smooth`.
    pub(crate) fn image(
        &mut self,
        data_uri: &str,
        [x, y]: [f64; 2],
        [width, height]: [f64; 2],
        smooth: bool,
    ) {
        let [x, y, width, height] = [x, y, width, height].map(coordinate);
        let rendering = if smooth { "auto" } else { "pixelated" };
        let _ = writeln!(
            self.body,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             image-rendering=\"{rendering}\" href=\"{data_uri}\"/>"
        );
    }

    /// Draws with everything outside a rectangle cut off; `id` must be the page's only one.
    pub(crate) fn clipped(
        &mut self,
        id: &str,
        place: [f64; 2],
        size: [f64; 2],
        draw: impl FnOnce(&mut Self),
    ) {
        let _ = writeln!(self.body, "<clipPath id=\"{id}\">");
        self.rect("pf-clip", place, size);
        let _ = writeln!(self.body, "</clipPath>\n<g clip-path=\"url(#{id})\">");
        draw(self);
        self.body.push_str("</g>\n");
    }
}

/// The stylesheet of all figures, for the page that holds them.
pub(crate) fn page_style() -> String {
    format!("{LIGHT}@media screen and (prefers-color-scheme: dark){{\n{DARK}}}\n")
}

/// The data of a `<path>`; points that are not finite are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path(String);

impl Path {
    /// A line through all points.
    pub(crate) fn through(points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        let mut path = Self::default();
        let mut command = 'M';
        for point in points.into_iter().filter(|p| p.iter().all(|c| c.is_finite())) {
            path.push(command, point);
            command = 'L';
        }
        path
    }

    /// Adds a line from `from` to `to`.
    pub(crate) fn segment(&mut self, from: [f64; 2], to: [f64; 2]) {
        if from.iter().chain(&to).all(|c| c.is_finite()) {
            self.push('M', from);
            self.push('L', to);
        }
    }

    /// Adds a curve from `from` to `to`, which leaves towards the first of `controls` and comes from the second (cubic Bezier).
    pub(crate) fn curve(&mut self, from: [f64; 2], controls: [[f64; 2]; 2], to: [f64; 2]) {
        if [from, controls[0], controls[1], to].iter().flatten().all(|c| c.is_finite()) {
            self.push('M', from);
            self.push('C', controls[0]);
            self.push(' ', controls[1]);
            self.push(' ', to);
        }
    }

    /// Adds a dot, as wide as the stroke.
    pub(crate) fn dot(&mut self, at: [f64; 2]) {
        if at.iter().all(|c| c.is_finite()) {
            self.push('M', at);
            self.0.push_str("h.01"); // renderers may leave out a path of no size
        }
    }

    fn push(&mut self, command: char, [x, y]: [f64; 2]) {
        let _ = write!(self.0, "{command}{} {}", coordinate(x), coordinate(y));
    }
}

/// A length with at most two decimals; a backstop keeps "NaN" out of the file.
pub(crate) fn coordinate(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.is_finite() { format!("{}", rounded + 0.0) } else { "0".into() }
}

/// Text with the characters that mean something in XML and HTML replaced.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
