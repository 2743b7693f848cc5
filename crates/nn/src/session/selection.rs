//! Which nodes a view runs.

use pellucid_compute::Scalar;

use crate::layer::PlanError;
use crate::network::{Graph, Value, View};

/// For each value of a graph, whether it is computed in a view: what `view.to` and `also` need, with `view.from` given.
///
/// # Errors
/// Returns an error if there are none, or if a value from outside is needed.
pub(super) fn select<F: Scalar>(
    graph: &Graph<F>,
    view: &View,
    also: &[Value],
) -> Result<Vec<bool>, PlanError> {
    let values = graph.values();
    if graph.nodes().next().is_none() {
        return Err(PlanError::Empty);
    }
    if view.from.is_empty() {
        return Err(PlanError::NoInput);
    }
    let named = || {
        let known = graph.views().iter().find(|(_, known)| known == view);
        known.map(|(name, _)| name.clone()).unwrap_or_default()
    };
    let inside = view.to.0 < values && view.from.iter().all(|value| value.0 < values);
    let (begin, end) = (view.from.iter().map(|value| value.0).max().unwrap_or(0), view.to.0);
    if !inside || end <= begin && view.from.contains(&view.to) || view.from.len() == 1 && end <= begin {
        return Err(PlanError::Range { name: named(), begin, end, layers: graph.nodes().count() });
    }
    let mut nodes = vec![false; values];
    let mut open = vec![(view.to, view.to)];
    for &value in also {
        if value.0 >= values {
            return Err(PlanError::UnknownValue { user: "the objective".into(), value: value.0, values });
        }
        open.push((value, value));
    }
    while let Some((value, reader)) = open.pop() {
        if view.from.contains(&value) || std::mem::replace(&mut nodes[value.0], true) {
            continue;
        }
        let Some(node) = graph.node(value) else {
            let name = |value| graph.name_of(value).unwrap_or_default().to_owned();
            return Err(PlanError::OpenView { name: named(), layer: name(reader), outside: name(value) });
        };
        // A value that is not there yet is told of when its reader is planned.
        open.extend(node.inputs.iter().filter(|input| input.0 < value.0).map(|&input| (input, value)));
    }
    Ok(nodes)
}
