//! The terms of an objective as data: how a checkpoint and a configuration file write them.

use serde::{Deserialize, Serialize};

use crate::losses::LossConfig;

/// The column of a data set that a loss is compared with unless it says otherwise.
pub(crate) const TARGET: &str = "target";

/// The column of a data set that weighs its samples.
pub(crate) const WEIGHT: &str = "weight";

/// A term of an objective with a built-in loss.
///
/// ```
/// use pellucid_nn::{TargetOf, TermConfig};
/// let json = r#"{"name": "digit", "loss": {"kind": "mse"}, "of": "head", "target": {"column": "digit"}, "weight": 0.5}"#;
/// let term: TermConfig = serde_json::from_str(json)?;
/// assert_eq!(term.target, TargetOf::Column("digit".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermConfig {
    /// Its name, by which the history shows it.
    pub name: String,
    /// The loss.
    pub loss: LossConfig,
    /// The value of the network that it looks at, by name; the output where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What that is compared with.
    #[serde(default)]
    pub target: TargetOf,
    /// Its factor in the objective.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// What a loss compares a value with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetOf {
    /// A column of the data.
    Column(String),
    /// A value of the network, such as its input.
    Value(String),
    /// Nothing: the loss is a penalty.
    Nothing,
}

impl Default for TargetOf {
    fn default() -> Self {
        Self::Column(TARGET.into())
    }
}

/// How much the samples of each class count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClassWeights {
    /// A weight for each class.
    Given(Vec<f64>),
    /// By a rule.
    Rule(ClassWeightRule),
}

/// A rule for the weights of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeightRule {
    /// n / (k n_c) for a class with n_c of n samples, of k classes: all classes count alike.
    Balanced,
}

impl ClassWeights {
    /// All classes count alike.
    pub const BALANCED: Self = Self::Rule(ClassWeightRule::Balanced);
}
