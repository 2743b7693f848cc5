//! Random samples for a model and its objective.

use std::collections::BTreeMap;

use anyhow::Result;
use pellucid::data::Column;
use pellucid::nn::{Plan, Port, TermConfig};
use pellucid::prelude::*;

use super::roles::TARGET;

/// `count` samples with a column for each input of a plan and each target of some terms. Numbers lie between 0 and 1, where
/// every loss takes targets; classes and indices are drawn below their bounds, `classes` where there are so many.
pub fn random_samples(
    count: usize,
    plan: &Plan,
    terms: &[TermConfig],
    classes: Option<usize>,
    seed: u64,
) -> Result<Dataset> {
    let stream = Stream::new(seed);
    let inputs = plan.inputs().iter().map(|input| (input.name.clone(), input.port.clone()));
    let mut columns: BTreeMap<String, Column> = BTreeMap::new();
    for (number, (name, port)) in inputs.enumerate() {
        columns.insert(name, column(count, &port, stream.child(1).child(number as u64))?);
    }
    for (number, term) in terms.iter().enumerate() {
        let TargetOf::Column(name) = &term.target else { continue };
        if columns.contains_key(name) {
            continue;
        }
        let value = match &term.of {
            Some(of) => plan.values.iter().find(|value| value.name == *of),
            None => plan.values.get(plan.output),
        };
        let Some(value) = value else { continue };
        let (stream, shape) = (stream.child(2).child(number as u64), &value.port.shape);
        let classes = classes.filter(|_| name == TARGET);
        let column = if term.loss.takes_classes() || classes.is_some() {
            let places = shape.places();
            let classes = classes.unwrap_or(shape.len() / places.max(1));
            let port = Port::indices(places, u32::try_from(classes)?);
            match column(count, &port, stream)? {
                Column::Indices(indices) if places == 1 => {
                    Column::classes(indices.table().data().to_vec(), classes)
                }
                column => column,
            }
        } else {
            column(count, &Port::numbers(shape.len()), stream)?
        };
        columns.insert(name.clone(), column);
    }
    Ok(Dataset::from_columns(columns)?)
}

/// Random numbers or indices.
fn column(count: usize, port: &Port, stream: Stream) -> Result<Column> {
    let width = port.shape.len();
    let mut numbers = vec![0.0_f64; count * width];
    stream.fill_uniform(&mut numbers, 0.0, 1.0);
    Ok(match port.below {
        None => Column::numbers(Features::F64(Matrix::new(count, width, numbers)?)),
        Some(below) => {
            let indices = numbers.iter().map(|x| (x * f64::from(below)) as u32).collect();
            Column::indices(Matrix::new(count, width, indices)?, below as usize)
        }
    })
}
