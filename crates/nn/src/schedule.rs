//! How the learning rate changes from step to step.

use serde::{Deserialize, Serialize};

/// The learning rate as a function of the step, with an optional linear warm-up.
///
/// With base rate eta, step t of T (the first is 0) and W warm-up steps, for t < W the rate is eta (t + 1) / W;
/// from then on, with u = (t - W) / (T - W),
///
/// | decay | rate |
/// |---|---|
/// | `Constant` | eta |
/// | `Step` | eta factor^floor(epoch / every) |
/// | `Cosine` | floor + (eta - floor) (1 + cos(pi u)) / 2 |
///
/// Source of the cosine: Loshchilov and Hutter, *SGDR* (2017).
///
/// ```
/// use pellucid_nn::Schedule;
/// let schedule = Schedule::cosine(0.1).warmup(10);
/// assert_eq!(schedule.rate(4, 110, 11), 0.05);
/// assert!((schedule.rate(60, 110, 11) - 0.05).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The base rate eta.
    pub learning_rate: f64,
    /// How the rate falls after the warm-up.
    #[serde(default)]
    pub decay: Decay,
    /// The number W of warm-up steps.
    #[serde(default)]
    pub warmup_steps: u64,
}

/// How the rate falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Decay {
    /// It stays as it is.
    #[default]
    Constant,
    /// By a factor every few epochs.
    Step {
        /// Epochs between two falls.
        every: u64,
        /// The factor of a fall.
        factor: f64,
    },
    /// Along half a cosine to `floor` at the end.
    Cosine {
        /// The rate at the end.
        #[serde(default)]
        floor: f64,
    },
}

impl Schedule {
    /// Makes a constant rate.
    pub fn constant(learning_rate: f64) -> Self {
        Self { learning_rate, decay: Decay::Constant, warmup_steps: 0 }
    }

    /// Makes a rate that falls to zero along half a cosine.
    pub fn cosine(learning_rate: f64) -> Self {
        Self { decay: Decay::Cosine { floor: 0.0 }, ..Self::constant(learning_rate) }
    }

    /// Makes a rate that falls by `factor` every `every` epochs.
    pub fn step(learning_rate: f64, every: u64, factor: f64) -> Self {
        Self { decay: Decay::Step { every, factor }, ..Self::constant(learning_rate) }
    }

    /// Rises linearly over the first `steps` steps.
    #[must_use]
    pub fn warmup(self, steps: u64) -> Self {
        Self { warmup_steps: steps, ..self }
    }

    /// Returns the rate of step `step` (from 0) of `total`, with `steps_per_epoch` steps an epoch.
    pub fn rate(&self, step: u64, total: u64, steps_per_epoch: u64) -> f64 {
        if step < self.warmup_steps {
            return self.learning_rate * (step + 1) as f64 / self.warmup_steps as f64;
        }
        match self.decay {
            Decay::Constant => self.learning_rate,
            Decay::Step { every, factor } => {
                let falls = step / steps_per_epoch.max(1) / every.max(1);
                self.learning_rate * factor.powf(falls as f64)
            }
            Decay::Cosine { floor } => {
                let length = total.saturating_sub(self.warmup_steps).max(1) as f64;
                let u = ((step - self.warmup_steps) as f64 / length).min(1.0);
                floor + (self.learning_rate - floor) * 0.5 * (1.0 + (std::f64::consts::PI * u).cos())
            }
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// Returns an error if one is out of range: names the first one, with the range.
    pub fn check(&self) -> Result<(), String> {
        let bad = |name: &str, x: f64, expected: &str| Err(format!("{name} = {x}: expected {expected}"));
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            return bad("learning_rate", self.learning_rate, "a positive number");
        }
        match self.decay {
            Decay::Step { every: 0, .. } => bad("every", 0.0, "at least one epoch"),
            Decay::Step { factor, .. } if !(factor > 0.0 && factor <= 1.0) => {
                bad("factor", factor, "0 < factor <= 1")
            }
            Decay::Cosine { floor } if !(0.0..=self.learning_rate).contains(&floor) => {
                bad("floor", floor, "a rate between 0 and the learning rate")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_begin_and_end_where_they_should() {
        let total = 1000;
        assert_eq!(Schedule::constant(0.3).rate(999, total, 10), 0.3);
        let cosine = Schedule { decay: Decay::Cosine { floor: 0.01 }, ..Schedule::constant(0.1) };
        assert_eq!(cosine.rate(0, total, 10), 0.1);
        assert!((cosine.rate(total, total, 10) - 0.01).abs() < 1e-15);
        let rates: Vec<f64> = (0..total).map(|t| cosine.rate(t, total, 10)).collect();
        assert!(rates.windows(2).all(|pair| pair[1] <= pair[0]));
        let step = Schedule::step(1.0, 3, 0.5);
        assert_eq!([0, 29, 30, 59, 60].map(|t| step.rate(t, total, 10)), [1.0, 1.0, 0.5, 0.5, 0.25]);
        let warm = Schedule::constant(1.0).warmup(4);
        assert_eq!([0, 1, 2, 3, 4].map(|t| warm.rate(t, total, 10)), [0.25, 0.5, 0.75, 1.0, 1.0]);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        for (schedule, name) in [
            (Schedule::constant(-1.0), "learning_rate"),
            (Schedule::constant(f64::NAN), "learning_rate"),
            (Schedule::step(0.1, 0, 0.5), "every"),
            (Schedule::step(0.1, 1, 1.5), "factor"),
            (Schedule { decay: Decay::Cosine { floor: 1.0 }, ..Schedule::constant(0.1) }, "floor"),
        ] {
            assert!(schedule.check().is_err_and(|message| message.starts_with(name)), "{schedule:?}");
        }
    }
}
