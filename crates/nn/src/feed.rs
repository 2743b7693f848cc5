//! Batches of a data set as the inputs of a session.

use pellucid_compute::{Rows, Scalar};
use pellucid_data::{Dataset, Element};

use crate::session::{Plan, Session};

/// The column of a data set that feeds a network of one input, whatever the input is called.
pub(crate) const INPUT: &str = "input";

/// Fewest samples that are worth a second thread.
const GRAIN: usize = 32;

/// The column that feeds an input of a plan: the one of its name, or for the only input the column `input`.
pub(crate) fn column_of(plan: &Plan, input: usize, data: &Dataset) -> Option<usize> {
    let inputs = plan.inputs();
    let only = || if inputs.len() == 1 { data.column_index(INPUT) } else { None };
    data.column_index(&inputs[input].name).or_else(only)
}

/// The columns that feed the inputs of a plan.
///
/// # Panics
/// Panics if the data were not checked against the network.
pub(crate) fn columns_of(plan: &Plan, data: &Dataset) -> impl Iterator<Item = usize> {
    (0..plan.inputs().len()).map(|input| match column_of(plan, input, data) {
        Some(column) => column,
        None => panic!("a data set that was checked"),
    })
}

/// Copies the samples at `positions` of the `columns` that feed its inputs into a session, as floats and indices.
///
/// # Panics
/// Panics if the data were not checked against the network.
pub(crate) fn feed<F: Scalar + Element>(
    session: &mut Session<F>,
    data: &Dataset,
    columns: &[usize],
    positions: &[u32],
) {
    session.begin(positions.len());
    for (input, &column) in columns.iter().enumerate() {
        if session.plan().inputs()[input].port.is_indices() {
            data.gather_indices(column, positions, session.indices_mut(input));
            continue;
        }
        let width = session.plan().inputs()[input].port.shape.len();
        let (x, pool) = session.numbers_and_pool(input);
        let x = Rows(x, width);
        pool.split(positions.len(), GRAIN, (x, positions), |(x, positions)| {
            data.gather(column, positions, x.0);
        });
    }
}
