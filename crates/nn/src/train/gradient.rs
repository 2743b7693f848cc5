//! The gradient of a batch of a data set, in one part or in several.

use pellucid_compute::{Scalar, Stream};
use pellucid_data::{Dataset, Element};

use super::learner::Learner;
use crate::error::Error;
use crate::feed::feed;
use crate::objective::{Losses, TermLosses, batch_losses, total_weights};
use crate::session::add_to;

impl<F: Scalar + Element> Learner<F> {
    /// Returns the losses of the samples at `positions` of a data set and their gradient, as the first half of a step.
    ///
    /// # Errors
    /// Returns an error as [`Learner::step`].
    ///
    /// # Panics
    /// Panics as [`Learner::step`].
    pub fn gradient(&mut self, data: &Dataset, positions: &[u32], stream: Stream) -> Result<Losses, Error> {
        self.find_gradient(data, positions, stream)?;
        Ok(self.memory.losses)
    }

    /// Finds the gradient of the samples at `positions`; the losses are left in the memory for them.
    pub(super) fn find_gradient(
        &mut self,
        data: &Dataset,
        positions: &[u32],
        stream: Stream,
    ) -> Result<(), Error> {
        self.reserve(positions.len())?;
        if self.objective.awaits_classes() {
            self.objective.weigh_classes(data)?;
        }
        if positions.len() <= self.most {
            self.losses(data, positions, Some(stream), None);
            self.backward(false);
            self.session.remember(self.model.state_mut());
            return Ok(());
        }
        // Each part adds its share of the gradient of the whole.
        let count = self.objective.terms().len();
        let weights = self.total_weights(data, &positions.iter().copied());
        let mut losses = Losses { total: 0.0, terms: TermLosses::zeros(count), weights };
        for (number, part) in positions.chunks(self.most).enumerate() {
            let own = self.total_weights(data, &part.iter().copied());
            let share = |(&own, &all): (&f64, &f64)| if all == 0.0 { 0.0 } else { own / all };
            let shares: TermLosses = own.iter().zip(&*weights).map(share).collect();
            let stream = stream.child(number as u64);
            let of_part = self.losses(data, part, Some(stream), Some(&shares));
            losses.total += of_part.total;
            for (term, loss) in losses.terms.iter_mut().enumerate() {
                *loss += shares[term] * of_part.terms[term];
            }
            if number == 0 {
                self.backward(false);
            } else {
                self.session.backward(&self.model, &mut self.more, false);
                add_to(self.session.pool(), &mut self.gradients, &self.more);
            }
            self.session.remember(self.model.state_mut());
        }
        self.memory.losses = losses;
        Ok(())
    }

    /// The forward pass over some samples of a data set, and their losses.
    pub(super) fn losses(
        &mut self,
        data: &Dataset,
        positions: &[u32],
        stream: Option<Stream>,
        shares: Option<&[f64]>,
    ) -> &Losses {
        let (session, memory) = (&mut self.session, &mut self.memory);
        self.columns.find(session.plan(), &self.objective, data);
        feed(session, data, &self.columns.inputs, positions);
        session.forward(&self.model, stream);
        batch_losses(session, &self.objective, data, &self.columns, positions, shares, memory);
        &memory.losses
    }

    /// The weight of the samples at `positions` of a data set in each term.
    pub(super) fn total_weights(
        &mut self,
        data: &Dataset,
        positions: &(impl ExactSizeIterator<Item = u32> + Clone),
    ) -> TermLosses {
        self.columns.find(self.session.plan(), &self.objective, data);
        total_weights(&self.objective, data, &self.columns, positions, &mut self.memory)
    }
}
