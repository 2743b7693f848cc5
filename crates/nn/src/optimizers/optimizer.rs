//! What an optimiser is.

use std::fmt::Debug;

use pellucid_compute::{Pool, Scalar};

use super::state::StateMut;

/// A rule that moves the parameters against their gradient.
pub trait Optimizer<F: Scalar>: Debug + Send + Sync {
    /// Returns the name in the field's words.
    fn name(&self) -> &'static str;

    /// Returns the numbers kept for each parameter between steps; zero at the start.
    fn state_per_parameter(&self) -> usize;

    /// Makes one step. Each parameter is moved by itself, so that a step may be made group by group.
    fn step(&self, update: Update<'_, F>);

    /// Returns the configured weight decay, which applies to parameters whose group has none of its own. The default is 0.
    fn weight_decay(&self) -> f64 {
        0.0
    }

    /// Returns whether a weight decay w is the gradient of a penalty w/2 |theta|^2 of the loss, and not decoupled from the
    /// gradient. The default is that it is.
    fn decay_is_penalty(&self) -> bool {
        true
    }

    /// Checks the hyper-parameters.
    ///
    /// # Errors
    /// Returns an error if one is out of range, or `F` cannot tell it from 0 or infinity: names the first one.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The arguments of an optimiser's step on a group of parameters.
#[derive(Debug)]
pub struct Update<'a, F> {
    /// The threads to run on.
    pub pool: &'a Pool,
    /// The parameters of the group.
    pub parameters: &'a mut [F],
    /// The gradient of the loss with respect to them.
    pub gradients: &'a [F],
    /// A factor of the gradient, below 1 where it is clipped.
    pub gradient_scale: F,
    /// The numbers kept for them.
    pub state: StateMut<'a, F>,
    /// The number of this step; the first is 1.
    pub step: u64,
    /// The learning rate of this step and group.
    pub learning_rate: f64,
    /// The weight decay of the group, which takes the place of [`Optimizer::weight_decay`].
    pub weight_decay: f64,
}

/// Fewest parameters that are worth a second thread.
pub(super) const GRAIN: usize = 1 << 13;
