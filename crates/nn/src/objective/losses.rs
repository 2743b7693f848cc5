//! The losses of a batch, and their gradients.

use std::sync::Arc;

use pellucid_compute::Scalar;
use pellucid_data::{Column, Dataset, Element, Targets};

use super::{LossMemory, Objective, TARGET, TargetOf, Term, TermLosses};
use crate::losses::{LossBatch, Target, TargetKind, loss_and_gradient, total_weight};
use crate::session::{LossSlices, Session};

/// The losses of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Losses {
    /// The objective: the sum of the terms by their factors.
    pub total: f64,
    /// The loss of each term.
    pub terms: TermLosses,
    /// The weight of the batch in each term: the sum of the weights of its samples, or their number.
    pub weights: TermLosses,
}

/// Where the target of a term comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// A value of the network, by number.
    Value(usize),
    /// A column of the data, by number, as indices.
    Indices(usize),
    /// A column of the data, by number, as numbers.
    Numbers(usize),
    Nothing,
}

fn source<F: Scalar>(term: &Term<'_, F>, value: Option<usize>, data: &Dataset) -> Origin {
    match &term.target {
        TargetOf::Nothing => Origin::Nothing,
        TargetOf::Value(_) => Origin::Value(value.unwrap_or(0)),
        TargetOf::Column(name) => {
            // The target of an autoencoder lies in the session already.
            if name == TARGET && matches!(**data.targets(), Targets::SameAsInput) {
                return Origin::Value(0);
            }
            let Some(number) = data.column_index(name) else { panic!("a data set that was checked") };
            let indices = data.column(number).is_some_and(Column::is_index);
            if indices && term.loss().accepts(TargetKind::Classes) {
                Origin::Indices(number)
            } else {
                Origin::Numbers(number)
            }
        }
    }
}

/// The losses of the session's last forward pass for the samples at `positions`; writes the gradients of all values.
///
/// `shares` are the shares of the batch in one that is processed in parts; all 1 otherwise.
///
/// # Panics
/// Panics if the data were not checked against the network and the objective.
pub(crate) fn batch_losses<F: Scalar + Element>(
    session: &mut Session<F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
    positions: &[u32],
    shares: Option<&[f64]>,
    memory: &mut LossMemory<F>,
) -> Losses {
    let pool = Arc::clone(session.pool());
    let batch = positions.len();
    let weighs = objective.weighs(data);
    let mut losses = Losses {
        total: 0.0,
        terms: TermLosses::zeros(objective.terms().len()),
        weights: TermLosses::zeros(objective.terms().len()),
    };
    for (number, term) in objective.terms().iter().enumerate() {
        let origin = source(term, memory.values[number], data);
        let target = if let Origin::Value(value) = origin { Some(value) } else { None };
        let places = match origin {
            Origin::Indices(column) => data.column(column).map_or(1, Column::width),
            _ => 1,
        };
        let LossSlices { value, target, gradient } = session.slices_of(number, target);
        let rows = batch * places;
        memory.rows = rows;
        let target = match origin {
            Origin::Value(_) => Target::Values(target.unwrap_or_default()),
            Origin::Indices(column) => {
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
            objective.gather_weights(data, positions, places, &mut memory.weights[..rows]);
            Some(&memory.weights[..rows])
        } else {
            None
        };
        let share = shares.map_or(1.0, |shares| shares[number]);
        let sums = &mut memory.sums[..rows];
        let factor = term.weight * share;
        let loss = LossBatch { prediction: value, target, weights, factor, gradient, sums };
        losses.terms[number] = loss_and_gradient(term.loss(), &pool, loss);
        losses.weights[number] = total_weight(weights, rows);
        losses.total += factor * losses.terms[number];
        session.close_loss(number);
    }
    losses
}

/// The weight of the samples at `positions` in each term.
pub(crate) fn total_weights<F: Scalar + Element>(
    session: &Session<F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
    positions: &(impl ExactSizeIterator<Item = u32> + Clone),
    memory: &mut LossMemory<F>,
) -> TermLosses {
    let weighs = objective.weighs(data);
    let mut totals = TermLosses::zeros(objective.terms().len());
    for (number, (term, value)) in objective.terms().iter().zip(session.losses()).enumerate() {
        let places = match source(term, memory.values[number], data) {
            Origin::Indices(_) => session.plan().values[value].port.shape.places(),
            _ => 1,
        };
        totals[number] = if weighs {
            let mut weigh = |position| {
                let weights = &mut memory.weights[..places];
                objective.gather_weights(data, &[position], places, weights);
                total_weight(Some(weights), places)
            };
            positions.clone().map(&mut weigh).sum()
        } else {
            (positions.len() * places) as f64
        };
    }
    totals
}
