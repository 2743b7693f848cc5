//! Equations: written as LaTeX here, shown as `MathML` by the browser.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::mathml::push_mathml;
use pulldown_latex::{Parser, RenderConfig, Storage};

/// `latex` as a `MathML` block of its own line.
pub(crate) fn block(latex: &str) -> String {
    mathml(latex, DisplayMode::Block)
}

/// `latex` as `MathML` within a line.
pub(crate) fn inline(latex: &str) -> String {
    mathml(latex, DisplayMode::Inline)
}

/// A mistake in `latex` is shown in place, as `<merror>`; a test makes sure that none is left.
fn mathml(latex: &str, display_mode: DisplayMode) -> String {
    let storage = Storage::new();
    let mut text = String::new();
    let parser = Parser::new(latex.trim(), &storage);
    match push_mathml(&mut text, parser, RenderConfig { display_mode, ..RenderConfig::default() }) {
        Ok(()) => text
            .replace("&nbsp;", "\u{a0}")
            .replace("<mo>></mo>", "<mo>&gt;</mo>")
            .replace("<mo><</mo>", "<mo>&lt;</mo>"),
        Err(error) => format!("<merror>{}</merror>", crate::drawing::svg::escape(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn equations_are_well_formed_and_errors_show() {
        let good =
            super::block(r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}");
        roxmltree::Document::parse(&good).unwrap();
        assert!(!good.contains("merror"));
        assert!(super::inline(r"\frac{").contains("merror"));
    }
}
