//! The page: templates filled with figures, tables and numbers.

use std::collections::HashMap;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};

use crate::drawing::svg::{coordinate, escape, page_style};
use crate::equation::{block, inline};
use crate::error::ReportError;
use crate::figures::Figure;
use crate::number;
use crate::performance::prose::sentences;
use crate::results::Results;
use crate::results::evidence::Evidence;
use crate::step::{NamedMatrix, SpelledStep};
use crate::tables::{glance::glance, tables};

const PAGE: &str = include_str!("../templates/index.html");
const STYLE: &str = include_str!("../templates/page.css");

/// A section of the page; it is shown if its condition holds. A further section is one template and one line here.
struct Section {
    id: &'static str,
    title: &'static str,
    template: &'static str,
    shown: fn(&Results) -> bool,
}

const SECTIONS: [Section; 8] = [
    Section {
        id: "summary",
        title: "At a glance",
        template: include_str!("../templates/sections/summary.html"),
        shown: |_| true,
    },
    Section {
        id: "design",
        title: "Design and equations",
        template: include_str!("../templates/sections/design.html"),
        shown: |_| true,
    },
    Section {
        id: "gradients",
        title: "Gradient checks",
        template: include_str!("../templates/sections/gradients.html"),
        shown: |results| results.gradcheck.is_some(),
    },
    Section {
        id: "xor",
        title: "The XOR problem",
        template: include_str!("../templates/sections/xor.html"),
        shown: |results| results.xor.is_some(),
    },
    Section {
        id: "autoencoder",
        title: "The autoencoder",
        template: include_str!("../templates/sections/autoencoder.html"),
        shown: |results| results.autoencoder.is_some(),
    },
    Section {
        id: "svm",
        title: "Classification",
        template: include_str!("../templates/sections/svm.html"),
        shown: |results| results.svm.is_some(),
    },
    Section {
        id: "performance",
        title: "Performance",
        template: include_str!("../templates/sections/performance.html"),
        shown: |_| true,
    },
    Section {
        id: "reproduce",
        title: "Reproducing this page",
        template: include_str!("../templates/sections/reproduce.html"),
        shown: |_| true,
    },
];

/// The whole page as one HTML text.
pub(crate) fn render(
    results: &Results,
    evidence: &Evidence,
    figures: &[Figure],
) -> Result<String, ReportError> {
    let step =
        evidence.xor.as_ref().and_then(|xor| xor.step.as_ref()).map(crate::XorStep::spell).transpose()?;
    let shown = SECTIONS.iter().filter(|section| (section.shown)(results));
    let mut environment = environment(results, figures);
    let mut sections = Vec::new();
    for section in shown {
        environment.add_template(section.id, section.template)?;
        sections.push(context! { id => section.id, title => section.title });
    }
    environment.add_template("page", PAGE)?;
    let page = environment.get_template("page")?.render(context! {
        run => Serde(results),
        style => Value::from_safe_string(format!("{STYLE}{}", page_style())),
        sections => sections,
        stages => step.as_ref().map(stages),
        worst_step => step.as_ref().map(worst),
        said => results.performance.as_ref().map(sentences),
    })?;
    Ok(page)
}

fn environment(results: &Results, figures: &[Figure]) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);

    let drawn: HashMap<u8, String> =
        figures.iter().map(|figure| (figure.number, figure_html(figure))).collect();
    environment
        .add_function("figure", move |number: u8| safe(drawn.get(&number).cloned().unwrap_or_default()));
    let set = tables(results).into_iter().chain([glance(results)]);
    let set: HashMap<String, String> = set.map(|table| (table.label.clone(), table.html())).collect();
    environment.add_function("table", move |label: &str| safe(set.get(label).cloned().unwrap_or_default()));

    environment
        .add_filter("eq", |latex: &str| safe(format!("<div class=\"equation\">{}</div>", block(latex))));
    environment.add_filter("tex", |latex: &str| safe(inline(latex)));
    environment.add_filter("fixed", number::fixed);
    environment.add_filter("scientific", number::scientific);
    environment.add_filter("percent", number::percent);
    environment.add_filter("count", number::count);
    environment.add_filter("duration", number::duration);
    environment.add_filter("whole", number::whole);
    environment
}

fn safe(html: String) -> Value {
    Value::from_safe_string(html)
}

fn figure_html(figure: &Figure) -> String {
    format!(
        "<figure id=\"figure-{0}\"><div class=\"drawing\">{1}</div><figcaption><b>Figure {0}.</b> {2}</figcaption></figure>",
        figure.number,
        figure.svg.inline(),
        escape(&figure.caption)
    )
}

fn stages(step: &SpelledStep) -> Vec<Value> {
    let stage = |stage: &crate::step::Stage| {
        context! {
            title => stage.title.clone(),
            text => stage.text.clone(),
            equation => safe(stage.equation.clone()),
            worked => safe(stage.worked.clone()),
            matrices => stage.matrices.iter().map(|m| safe(matrix_html(m))).collect::<Vec<_>>(),
            discrepancy => stage.discrepancy,
        }
    };
    step.stages.iter().map(stage).collect()
}

/// The largest discrepancy of all stages.
fn worst(step: &SpelledStep) -> f64 {
    step.stages.iter().filter_map(|stage| stage.discrepancy).fold(0.0, f64::max)
}

fn matrix_html(NamedMatrix { symbol, matrix }: &NamedMatrix) -> String {
    let row = |i| {
        format!(
            "<tr>{}</tr>",
            (0..matrix.columns).map(|j| cell(matrix.at(i, j))).collect::<Vec<_>>().concat()
        )
    };
    let rows = (0..matrix.rows).map(row).collect::<Vec<_>>().concat();
    format!(
        "<div class=\"matrix\"><span>{symbol}<i>=</i></span><table aria-label=\"{} by {} matrix\"><tbody>{rows}\
         </tbody></table></div>",
        matrix.rows, matrix.columns
    )
}

/// A whole number as it is, another with six decimals.
fn cell(value: f64) -> String {
    let text =
        if value.fract() == 0.0 { coordinate(value).replace('-', "−") } else { number::fixed(value, 6) };
    format!("<td>{text}</td>")
}
