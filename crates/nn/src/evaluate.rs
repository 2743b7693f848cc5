//! Running a model over a data set: losses, outputs, accuracy.

use std::sync::Arc;

use pellucid_compute::{Pool, Scalar};
use pellucid_data::{Batches, Column, Dataset, Element};

use crate::data_check::{check_fit, check_inputs};
use crate::error::Error;
use crate::feed::{columns_of, feed};
use crate::losses::{CrossEntropyWithLogits, Loss};
use crate::network::View;
use crate::objective::{Columns, LossMemory, Losses, Objective, TargetOf, Term, TermLosses, batch_losses};
use crate::session::{Model, Plan, Session, Weights};

/// Samples of one batch of an evaluation.
pub(crate) const BATCH: usize = 256;

/// The mean losses over a data set that was checked, in batches of at most `batch` samples in order, in memory that the
/// caller owns.
pub(crate) fn mean_losses<F: Scalar + Element>(
    session: &mut Session<F>,
    batch: usize,
    weights: Weights<'_, F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
    memory: &mut LossMemory<F>,
) -> Losses {
    let columns = Columns::new(session.plan(), objective, data);
    let count = objective.terms().len();
    let (mut sums, mut totals) = (TermLosses::zeros(count), TermLosses::zeros(count));
    let mut positions = [0_u32; BATCH];
    for range in Batches::new(data.len(), batch.min(BATCH)) {
        let positions = &mut positions[..range.len()];
        for (position, row) in positions.iter_mut().zip(range) {
            *position = row as u32;
        }
        feed(session, data, &columns.inputs, positions);
        session.forward(weights, None);
        batch_losses(session, objective, data, &columns, positions, None, memory);
        let losses = &memory.losses;
        for term in 0..count {
            sums[term] += losses.terms[term] * losses.weights[term];
            totals[term] += losses.weights[term];
        }
    }
    Losses {
        total: objective.mean_total(&sums, &totals),
        terms: Objective::<F>::means(&sums, &totals).collect(),
        weights: totals,
    }
}

/// Returns the mean loss of a model's output over a data set.
///
/// # Errors
/// Returns an error if the data set is empty or does not fit the model and the loss (see
/// [`check_data`](crate::check_data)), or if the loss is infinite or NaN.
pub fn evaluate<F: Scalar + Element>(
    model: &Model<F>,
    loss: &dyn Loss<F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<f64, Error> {
    let objective = Objective::new().with(Term::borrowed("loss", loss));
    Ok(evaluate_objective(model, &objective, data, pool)?.total)
}

/// Returns the mean losses of a model over a data set, term by term. Classes are weighed where
/// [`Objective::weigh_classes`] has found their weights.
///
/// # Errors
/// Returns an error if the data set is empty or does not fit the model and the objective, or if a loss is infinite or NaN.
pub fn evaluate_objective<F: Scalar + Element>(
    model: &Model<F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<Losses, Error> {
    check_fit(model, objective, data)?;
    let (network, batch) = (model.architecture(), BATCH.min(data.len()));
    let mut session = Session::training_for(network, &objective.values(network)?, batch, pool)?;
    let mut memory = LossMemory::new(objective, &session)?;
    let losses = mean_losses(&mut session, BATCH, model.weights(), objective, data, &mut memory);
    if losses.total.is_finite() { Ok(losses) } else { Err(Error::Loss { loss: losses.total }) }
}

/// Runs a view of a model over a data set, whose samples are its inputs, and hands
/// every batch to `visit`: the positions of its samples, their first inputs (none where these are indices), their outputs.
///
/// # Errors
/// Returns an error if the data set does not fit the view, or if `F` cannot hold a number of it.
pub fn for_each_batch<F: Scalar + Element>(
    model: &Model<F>,
    view: &View,
    data: &Dataset,
    pool: &Arc<Pool>,
    mut visit: impl FnMut(&[u32], &[F], &[F]),
) -> Result<(), Error> {
    let plan = Plan::new(model.architecture(), view, 1)?;
    check_inputs::<F>(&plan, data, "the input of these layers")?;
    let batch = BATCH.min(data.len());
    let mut session = Session::observing_view(model.architecture(), view, batch, pool)?;
    let columns: Vec<usize> = columns_of(&plan, data).collect();
    for range in Batches::new(data.len(), BATCH) {
        let positions: Vec<u32> = range.map(|row| row as u32).collect();
        feed(&mut session, data, &columns, &positions);
        session.forward(model, None);
        let x = if plan.inputs()[0].port.is_indices() { &[] } else { session.input() };
        visit(&positions, x, session.output());
    }
    Ok(())
}

/// Returns the outputs of a view for every sample of a data set, row by row.
///
/// # Errors
/// Returns an error if the data set does not fit the view.
pub fn predict<F: Scalar + Element>(
    model: &Model<F>,
    view: &View,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<Vec<F>, Error> {
    let mut outputs = Vec::new();
    for_each_batch(model, view, data, pool, |_, _, y| outputs.extend_from_slice(y))?;
    Ok(outputs)
}

/// Returns the share of samples whose largest output is that of their class.
///
/// # Errors
/// Returns an error if the data set has no classes, is empty, or does not fit the model, or if an output is infinite or NaN.
pub fn accuracy<F: Scalar + Element>(
    model: &Model<F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<f64, Error> {
    accuracy_of(model, &Term::borrowed("loss", &CrossEntropyWithLogits), data, pool)
}

/// Returns the share of samples whose largest number, of the value that a term looks at, is that of their class in the column
/// that the term compares it with.
///
/// # Errors
/// Returns an error if that is no column of classes, if the data set is empty or does not fit the model, or if a number is
/// infinite or NaN.
pub fn accuracy_of<F: Scalar + Element>(
    model: &Model<F>,
    term: &Term<'_, F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<f64, Error> {
    let column = match term.target() {
        TargetOf::Column(name) => data.column(name.as_str()),
        _ => None,
    };
    let Some(Column::Classes(classes)) = column else {
        return Err(Error::Input {
            expected: "a data set with classes".into(),
            found: "other targets".into(),
        });
    };
    let (network, value) = (model.architecture(), term.value(model.architecture())?);
    let name = network.name_of(value).unwrap_or_default();
    let compared = Term::borrowed("loss", &CrossEntropyWithLogits).of(name).against(term.target().clone());
    check_fit(model, &Objective::new().with(compared), data)?;
    let view = View { to: value, ..network.whole() };
    let (labels, mut right, mut wrong) = (classes.labels(), 0, None);
    for_each_batch(model, &view, data, pool, |positions, _, y| {
        for (&position, y) in positions.iter().zip(y.chunks_exact(y.len() / positions.len())) {
            let row = data.rows()[position as usize];
            right += usize::from(labels[row as usize] == argmax(y) as u32);
            if let Some(column) = y.iter().position(|y| !Scalar::is_finite(*y)) {
                wrong.get_or_insert(Error::Output { found: Scalar::to_f64(y[column]), row, column });
            }
        }
    })?;
    wrong.map_or(Ok(right as f64 / data.len() as f64), Err)
}

/// Returns the place of the largest number, the first of equals.
pub fn argmax<F: Scalar>(y: &[F]) -> usize {
    (1..y.len()).fold(0, |best, i| if y[i] > y[best] { i } else { best })
}
