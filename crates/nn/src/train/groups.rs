//! Parameter groups: parts of the parameters with a learning rate and a weight decay of their own.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::session::{Plan, TensorPlan};

/// Parameters that are trained differently, chosen by their names.
///
/// ```
/// use pellucid_nn::{Adam, Dense, Model, ParameterGroup, Sequential, TrainConfig, Trainer};
/// let network = Sequential::<f32>::new(4).with(Dense::new(8)).named("encoder").with(Dense::new(2));
/// let config = TrainConfig {
///     optimizer: Adam::default().into(),
///     groups: vec![ParameterGroup { frozen: true, ..ParameterGroup::new("encoder.*") }],
///     ..Default::default()
/// };
/// let trainer = Trainer::new(Model::new(network, 1)?, config, &Default::default())?;
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterGroup {
    /// The names of the tensors, such as `dense1.weight`; `*` stands for any letters. A tensor belongs to the first group
    /// that names it.
    pub names: String,
    /// The factor of the learning rate.
    #[serde(default = "one")]
    pub rate: f64,
    /// The weight decay, in place of the optimiser's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// Whether the tensors stay as they are.
    #[serde(default)]
    pub frozen: bool,
}

fn one() -> f64 {
    1.0
}

impl ParameterGroup {
    /// Makes a group of the tensors of these names, trained as all others.
    pub fn new(names: impl Into<String>) -> Self {
        Self { names: names.into(), rate: 1.0, weight_decay: None, frozen: false }
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |name: &str, x: f64| {
            let message = format!("group {:?}: {name} = {x}: expected 0 or more", self.names);
            Err(Error::Config(message))
        };
        let decay = self.weight_decay.unwrap_or(0.0);
        if !(self.rate >= 0.0 && self.rate.is_finite()) {
            return wrong("rate", self.rate);
        }
        if !(decay >= 0.0 && decay.is_finite()) {
            return wrong("weight_decay", decay);
        }
        Ok(())
    }
}

/// Which parameters the optimiser's weight decay is for, unless a group says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecayOf {
    /// All parameters with a decay that is a penalty of the loss (SGD, Adam); weights only with a decoupled one (AdamW).
    #[default]
    Auto,
    /// All parameters.
    All,
    /// Weights, and neither biases nor the gains of a normalisation.
    Weights,
}

/// A contiguous part of the parameters that is trained alike.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub range: Range<usize>,
    /// The factor of the learning rate.
    pub rate: f64,
    pub weight_decay: f64,
}

/// The parts of the parameters, and those that stay as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub trained: Vec<Part>,
    pub frozen: Vec<Range<usize>>,
}

impl Parts {
    /// Finds the group of every tensor; neighbours that are trained alike are one part.
    ///
    /// # Errors
    /// Returns an error if a number of a group is out of range, or a group names no tensor.
    pub fn new(
        plan: &Plan,
        groups: &[ParameterGroup],
        weight_decay: f64,
        decays: impl Fn(&TensorPlan) -> bool,
    ) -> Result<Self, Error> {
        for group in groups {
            group.check()?;
            if !plan.tensors.iter().any(|tensor| matches(&group.names, &tensor.name)) {
                let known: Vec<&str> = plan.tensors.iter().map(|tensor| &*tensor.name).collect();
                let (names, known) = (&group.names, known.join(", "));
                return Err(Error::Config(format!("group {names:?}: expected the name of one of {known}")));
            }
        }
        let mut parts = Self::default();
        for tensor in &plan.tensors {
            let group = groups.iter().find(|group| matches(&group.names, &tensor.name));
            let range = tensor.range.clone();
            if group.is_some_and(|group| group.frozen) {
                parts.frozen.push(range);
                continue;
            }
            let own = group.and_then(|group| group.weight_decay);
            let weight_decay = own.unwrap_or(if decays(tensor) { weight_decay } else { 0.0 });
            let part = Part { range, rate: group.map_or(1.0, |group| group.rate), weight_decay };
            match parts.trained.last_mut() {
                Some(last)
                    if last.range.end == part.range.start
                        && (last.rate, last.weight_decay) == (part.rate, part.weight_decay) =>
                {
                    last.range.end = part.range.end;
                }
                _ => parts.trained.push(part),
            }
        }
        Ok(parts)
    }
}

/// Whether a name is of a pattern, in which `*` stands for any letters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(head) else { return false };
    name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_what_they_say() {
        for (pattern, name, expected) in [
            ("dense1.weight", "dense1.weight", true),
            ("dense1.*", "dense1.bias", true),
            ("dense1.*", "dense10.bias", false),
            ("*.bias", "dense1.bias", true),
            ("*.bias", "dense1.weight", false),
            ("*", "größe.weight", true),
            ("block*.dense*.weight", "block12.dense3.weight", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
