//! The memory in which losses are computed.

use pellucid_compute::{Buffer, Scalar};

use super::{Losses, Objective, TermLosses};
use crate::error::Error;
use crate::losses::TargetKind;
use crate::session::{Session, zeroed, zeros};

/// The memory for targets, weights and sums of the largest batch of a session, and the losses of the last batch.
#[derive(Debug)]
pub(crate) struct LossMemory<F> {
    pub targets: Buffer<F>,
    pub classes: Vec<u32>,
    pub weights: Buffer<F>,
    pub sums: Buffer<f64>,
    /// The rows of the term that was computed last: samples, or their places where each has a class.
    pub rows: usize,
    /// The losses of the last batch.
    pub losses: Losses,
}

impl<F: Scalar> LossMemory<F> {
    /// Returns the memory for the losses of a session that was made for the values of an objective.
    pub fn new(objective: &Objective<'_, F>, session: &Session<F>) -> Result<Self, Error> {
        let plan = session.plan();
        let (mut width, mut classes) = (0, 1);
        for (term, value) in objective.terms().iter().zip(session.losses()) {
            let shape = &plan.values[value].port.shape;
            width = width.max(shape.len());
            if term.loss().accepts(TargetKind::Classes) {
                classes = classes.max(shape.places());
            }
        }
        let zeros_of_terms = TermLosses::zeros(objective.terms().len());
        let (rows, samples) = (plan.max_batch.saturating_mul(classes), plan.max_batch);
        Ok(Self {
            targets: zeros(samples.saturating_mul(width))?,
            classes: zeroed(rows)?,
            weights: zeros(rows)?,
            sums: zeros(rows)?,
            rows: 0,
            losses: Losses { total: 0.0, terms: zeros_of_terms, weights: zeros_of_terms },
        })
    }
}
