//! The losses of a batch, and their gradients.

use pellucid_compute::Scalar;
use pellucid_data::{Dataset, Element};

use super::columns::{Columns, Origin};
use super::{LossMemory, Objective, TermLosses};
use crate::losses::{LossBatch, Target, loss_and_gradient, total_weight};
use crate::session::{LossSlices, Session};

/// The losses of the session's last forward pass for the samples at `positions`, left in `memory`; writes the gradients of
/// all values.
///
/// `shares` are the shares of the batch in one that is processed in parts; all 1 otherwise.
///
/// # Panics
/// Panics if the data were not checked against the network and the objective.
pub(crate) fn batch_losses<F: Scalar + Element>(
    session: &mut Session<F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
    columns: &Columns,
    positions: &[u32],
    shares: Option<&[f64]>,
    memory: &mut LossMemory<F>,
) {
    let batch = positions.len();
    let weighs = objective.weighs(columns);
    memory.losses.total = 0.0;
    for (number, (term, &origin)) in objective.terms().iter().zip(&columns.targets).enumerate() {
        let target = if let Origin::Value(value) = origin { Some(value) } else { None };
        let (places, rows) = (origin.places(), batch * origin.places());
        memory.rows = rows;
        let LossSlices { value, target, gradient, pool } = session.slices_of(number, target);
        let target = match origin {
            Origin::Value(_) => Target::Values(target.unwrap_or_default()),
            Origin::Indices { column, .. } => {
                let classes = &mut memory.classes[..rows];
                data.gather_indices(column, positions, classes);
                Target::Classes(classes)
            }
            Origin::Numbers(column) => {
                let targets = &mut memory.targets[..value.len()];
                data.gather(column, positions, targets);
                Target::Values(targets)
            }
            Origin::Nothing => Target::None,
        };
        let weights = if weighs {
            objective.gather_weights(data, columns, positions, places, &mut memory.weights[..rows]);
            Some(&memory.weights[..rows])
        } else {
            None
        };
        let factor = term.weight() * shares.map_or(1.0, |shares| shares[number]);
        let sums = &mut memory.sums[..rows];
        let batch = LossBatch { prediction: value, target, weights, factor, gradient, sums };
        let loss = loss_and_gradient(term.loss(), pool, batch);
        memory.losses.terms[number] = loss;
        memory.losses.weights[number] = total_weight(weights, rows);
        memory.losses.total += factor * loss;
        session.close_loss(number);
    }
}

/// The weight of the samples at `positions` in each term.
pub(crate) fn total_weights<F: Scalar + Element>(
    objective: &Objective<'_, F>,
    data: &Dataset,
    columns: &Columns,
    positions: &(impl ExactSizeIterator<Item = u32> + Clone),
    memory: &mut LossMemory<F>,
) -> TermLosses {
    let weighs = objective.weighs(columns);
    let total = |origin: &Origin| {
        let places = origin.places();
        if !weighs {
            return (positions.len() * places) as f64;
        }
        let mut weigh = |position| {
            let weights = &mut memory.weights[..places];
            objective.gather_weights(data, columns, &[position], places, weights);
            total_weight(Some(weights), places)
        };
        positions.clone().map(&mut weigh).sum()
    };
    columns.targets.iter().map(total).collect()
}

/// sum / total, 0 of nothing.
fn mean((sum, total): (&f64, &f64)) -> f64 {
    if *total == 0.0 { 0.0 } else { sum / total }
}

impl<F: Scalar> Objective<'_, F> {
    /// The mean of each term whose weighted sum over the samples is one of `sums`, and whose weights add up to one of `totals`.
    pub(crate) fn means(sums: &[f64], totals: &[f64]) -> impl Iterator<Item = f64> {
        sums.iter().zip(totals).map(mean)
    }

    /// The objective of those means: their sum by the factors of the terms.
    pub(crate) fn mean_total(&self, sums: &[f64], totals: &[f64]) -> f64 {
        self.terms().iter().zip(Self::means(sums, totals)).map(|(term, loss)| term.weight() * loss).sum()
    }
}
