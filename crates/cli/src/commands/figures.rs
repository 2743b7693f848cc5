//! What is measured of a model under an objective, by name.

use std::sync::Arc;

use anyhow::Result;
use pellucid::data::{Column, Element};
use pellucid::nn::{Losses, accuracy_of};
use pellucid::prelude::*;

/// A figure of a term: its name alone where there is one term only.
pub fn name(figure: &str, term: &str, terms: usize) -> String {
    if terms > 1 { format!("{figure} of {term}") } else { figure.to_owned() }
}

/// The width of the names of figures in a table.
pub fn width<'a>(names: impl Iterator<Item = &'a String>) -> usize {
    names.map(|name| name.chars().count()).fold(20, usize::max)
}

/// The loss, and the loss of each term where there are several.
pub fn losses<F: Scalar>(figure: &str, objective: &Objective<'_, F>, losses: &Losses) -> Vec<(String, f64)> {
    let count = objective.terms().len();
    let terms = objective.names().zip(&*losses.terms).filter(|_| count > 1);
    let terms = terms.map(|(term, &loss)| (name(figure, term, count), loss));
    std::iter::once((figure.to_owned(), losses.total)).chain(terms).collect()
}

/// The share of right answers in each term whose targets are classes.
pub fn accuracies<F: Scalar + Element>(
    figure: &str,
    model: &Model<F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<Vec<(String, f64)>> {
    let terms = objective.terms();
    let classes = terms.iter().filter(|term| match term.target() {
        TargetOf::Column(name) => matches!(data.column(name.as_str()), Some(Column::Classes(_))),
        _ => false,
    });
    let figures = classes.map(|term| {
        let accuracy = accuracy_of(model, term, data, pool)?;
        Ok((name(figure, term.name(), terms.len()), accuracy))
    });
    figures.collect()
}
