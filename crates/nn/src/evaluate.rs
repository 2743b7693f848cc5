//! Running a model over a data set: losses, outputs, accuracy.

use std::sync::Arc;

use pellucid_compute::{Pool, Rows, Scalar};
use pellucid_data::{Batches, Dataset, Element, Targets};

use crate::data_check::{check_data, check_inputs, check_widths};
use crate::error::Error;
use crate::losses::{Loss, evaluate_loss};
use crate::network::View;
use crate::session::{Model, Plan, Session, Weights};

/// Samples of one batch of an evaluation.
pub(crate) const BATCH: usize = 256;

/// Fewest samples that are worth a second thread.
const GRAIN: usize = 32;

/// Copies the inputs of the samples at `positions` into the session, as floats.
pub(crate) fn load_inputs<F: Scalar + Element>(session: &mut Session<F>, data: &Dataset, positions: &[u32]) {
    let pool = Arc::clone(session.pool());
    let x = Rows(session.input_mut(positions.len()), data.input_width());
    pool.split(positions.len(), GRAIN, (x, positions), |(x, positions)| data.gather_inputs(positions, x.0));
}

/// The loss of the session's last forward pass, for the samples at `positions`; writes dL/d output.
pub(crate) fn batch_loss<F: Scalar + Element>(
    session: &mut Session<F>,
    loss: &dyn Loss<F>,
    data: &Dataset,
    positions: &[u32],
    targets: &mut [F],
    sums: &mut [f64],
) -> f64 {
    let pool = Arc::clone(session.pool());
    let (input, output, gradient) = session.loss_slices();
    let sums = &mut sums[..positions.len()];
    if matches!(**data.targets(), Targets::SameAsInput) {
        return evaluate_loss(loss, &pool, output, input, gradient, sums);
    }
    let targets = &mut targets[..output.len()];
    data.gather_targets(positions, targets);
    evaluate_loss(loss, &pool, output, targets, gradient, sums)
}

/// The mean loss over a data set, in batches of at most `batch` samples in order, in memory that the caller owns.
pub(crate) fn mean_loss<F: Scalar + Element>(
    session: &mut Session<F>,
    batch: usize,
    weights: Weights<'_, F>,
    loss: &dyn Loss<F>,
    data: &Dataset,
    (targets, sums): (&mut [F], &mut [f64]),
) -> f64 {
    let mut total = 0.0;
    let mut positions = [0_u32; BATCH];
    for range in Batches::new(data.len(), batch.min(BATCH)) {
        let positions = &mut positions[..range.len()];
        for (position, row) in positions.iter_mut().zip(range) {
            *position = row as u32;
        }
        load_inputs(session, data, positions);
        session.forward(weights, None);
        total += batch_loss(session, loss, data, positions, targets, sums) * positions.len() as f64;
    }
    total / data.len() as f64
}

/// The mean loss of a model over a data set.
///
/// # Errors
/// Where the data set is empty or does not fit the model and the loss (see [`check_data`]), or where the loss is infinite
/// or NaN.
pub fn evaluate<F: Scalar + Element>(
    model: &Model<F>,
    loss: &dyn Loss<F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<f64, Error> {
    check_data(model, loss, data)?;
    let batch = BATCH.min(data.len());
    let mut session = Session::training(model.architecture(), batch, pool)?;
    let mut targets = vec![F::ZERO; batch * model.plan().output().len()];
    let mut sums = vec![0.0; batch];
    let loss = mean_loss(&mut session, BATCH, model.weights(), loss, data, (&mut targets, &mut sums));
    if loss.is_finite() { Ok(loss) } else { Err(Error::Loss { loss }) }
}

/// Runs a view of a model over a data set, whose samples are its inputs, and hands
/// every batch to `visit`: the positions of its samples, their inputs, their outputs.
///
/// # Errors
/// Where the data set does not fit the layers, or `F` cannot hold a number of it.
pub fn for_each_batch<F: Scalar + Element>(
    model: &Model<F>,
    view: &View,
    data: &Dataset,
    pool: &Arc<Pool>,
    mut visit: impl FnMut(&[u32], &[F], &[F]),
) -> Result<(), Error> {
    let input = Plan::new(model.architecture(), view, 1)?.input().clone();
    if data.input_width() != input.len() {
        return Err(Error::Input {
            expected: format!("samples of {input} numbers, the input of these layers"),
            found: format!("samples of {}", data.input_width()),
        });
    }
    check_inputs::<F>(data)?;
    let mut session = Session::observing_view(model.architecture(), view, BATCH.min(data.len()), pool)?;
    for range in Batches::new(data.len(), BATCH) {
        let positions: Vec<u32> = range.map(|row| row as u32).collect();
        load_inputs(&mut session, data, &positions);
        session.forward(model, None);
        visit(&positions, session.input(), session.output());
    }
    Ok(())
}

/// The outputs of a view for every sample of a data set, row by row.
///
/// # Errors
/// Where the data set does not fit the layers.
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

/// The share of samples whose largest output is that of their class.
///
/// # Errors
/// Where the data set has no classes, is empty, or does not fit the model, or where an output is infinite or NaN.
pub fn accuracy<F: Scalar + Element>(
    model: &Model<F>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<f64, Error> {
    check_widths(model, data)?;
    if !matches!(**data.targets(), Targets::Classes { .. }) {
        return Err(Error::Input {
            expected: "a data set with classes".into(),
            found: "other targets".into(),
        });
    }
    let width = model.plan().output().len();
    let (mut right, mut wrong) = (0, None);
    for_each_batch(model, &model.architecture().whole(), data, pool, |positions, _, y| {
        for (&position, y) in positions.iter().zip(y.chunks_exact(width)) {
            right += usize::from(data.label(position as usize) == Some(argmax(y) as u32));
            if let Some(column) = y.iter().position(|y| !Scalar::is_finite(*y)) {
                let (row, found) = (data.rows()[position as usize], Scalar::to_f64(y[column]));
                wrong.get_or_insert(Error::Output { found, row, column });
            }
        }
    })?;
    wrong.map_or(Ok(right as f64 / data.len() as f64), Err)
}

/// The place of the largest number, the first of equals.
pub fn argmax<F: Scalar>(y: &[F]) -> usize {
    (1..y.len()).fold(0, |best, i| if y[i] > y[best] { i } else { best })
}
