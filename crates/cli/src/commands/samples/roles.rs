//! What a network and its objective ask of the columns of a data set.

use anyhow::Result;
use pellucid::nn::{LossConfig, Plan, Port, TermConfig};
use pellucid::prelude::*;
use pellucid_terminal::failure;

use crate::column_file::ColumnFile;

/// The column that a table becomes, the one that its labels or targets become, and the one that weighs samples.
pub const INPUT: &str = "input";
pub const TARGET: &str = "target";
pub const WEIGHT: &str = "weight";

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// An input of numbers.
    Numbers,
    /// An input of indices, or targets that are indices.
    Indices(u32),
    /// The targets of a loss that takes classes.
    Classes,
    /// The targets of any other loss.
    Targets,
    Weights,
}

/// What a network and its objective ask of the columns of a data set.
#[derive(Debug)]
pub struct Roles {
    inputs: Vec<(String, Port)>,
    /// The terms that are to be evaluated.
    terms: Vec<TermConfig>,
    /// Columns that are something, though not to this command.
    ignored: Vec<String>,
}

impl Roles {
    /// The roles in the training of a network with the inputs of `plan`.
    pub fn of_training(plan: &Plan, config: &TrainConfig) -> Self {
        Self { inputs: inputs(plan), terms: terms(config), ignored: Vec::new() }
    }

    /// The roles in a prediction by a model that `config` has trained.
    pub fn of_prediction(plan: &Plan, config: Option<&TrainConfig>) -> Self {
        let targets =
            config.map(terms).unwrap_or_default().into_iter().filter_map(|term| match term.target {
                TargetOf::Column(name) => Some(name),
                _ => None,
            });
        let ignored = targets.chain([WEIGHT.to_owned()]).collect();
        Self { inputs: inputs(plan), terms: Vec::new(), ignored }
    }

    /// Whether there are terms to evaluate.
    pub fn evaluates(&self) -> bool {
        !self.terms.is_empty()
    }

    /// The loss that the labels or targets of a table are for.
    pub fn loss(&self) -> Option<LossConfig> {
        let of_table = |term: &&TermConfig| term.target == TargetOf::Column(TARGET.into());
        self.terms.iter().find(of_table).map(|term| term.loss)
    }

    /// What the numbers of a table are below, where it feeds an input of indices.
    pub fn below(&self) -> Option<u32> {
        match &self.inputs[..] {
            [(_, port)] => port.below,
            inputs => inputs.iter().find(|(name, _)| name == INPUT).and_then(|(_, port)| port.below),
        }
    }

    /// What a column is for, if anything; a name that is nothing to the network or its training is an error.
    pub fn role(&self, file: &ColumnFile) -> Result<Option<Role>> {
        let ColumnFile { name, .. } = file;
        if name == WEIGHT {
            return Ok((!self.ignored.contains(name)).then_some(Role::Weights));
        }
        let only = self.inputs.len() == 1 && name == INPUT;
        if let Some((_, port)) = self.inputs.iter().find(|(input, _)| input == name || only) {
            return Ok(Some(port.below.map_or(Role::Numbers, Role::Indices)));
        }
        if self.ignored.contains(name) {
            return Ok(None);
        }
        let target = TargetOf::Column(name.clone());
        let Some(term) = self.terms.iter().find(|term| term.target == target) else {
            let inputs: Vec<&str> = self.inputs.iter().map(|(name, _)| &**name).collect();
            let expected = format!("expected an input of the network ({})", inputs.join(", "));
            let message = format!("column {name:?}: {expected}, the target of a term, or \"weight\"");
            return Err(failure::usage(message));
        };
        Ok(Some(match (file.below, term.loss) {
            (Some(below), _) => Role::Indices(below),
            (None, loss) if loss.takes_classes() => Role::Classes,
            (None, _) => Role::Targets,
        }))
    }

    /// Checks that a data set has all columns that are needed; `option` says how one is given.
    pub fn check(&self, data: &Dataset, option: &str) -> Result<()> {
        let names = || data.names().collect::<Vec<_>>().join(", ");
        let missing = |what: String, name: &str| {
            let expected = format!("expected a column {name:?}, {what} ({option})");
            Err(failure::usage(format!("{expected}, found columns {}", names())))
        };
        for (name, port) in &self.inputs {
            let only = self.inputs.len() == 1 && data.column_index(INPUT).is_some();
            if data.column_index(name).is_none() && !only {
                let kind = if port.is_indices() { "" } else { " numbers" };
                return missing(format!("the network's input of {port}{kind}"), name);
            }
        }
        for TermConfig { name: term, target, .. } in &self.terms {
            let TargetOf::Column(name) = target else { continue };
            if data.column_index(name).is_none() && (name != TARGET || data.column_index(INPUT).is_none()) {
                return missing(format!("the targets of the term {term:?}"), name);
            }
            // The input is its own target only where it is clear which.
            let clear = self.inputs.first().is_some_and(|(first, port)| {
                !port.is_indices() && (self.inputs.len() == 1 || first == INPUT)
            });
            if name == TARGET && matches!(**data.targets(), Targets::SameAsInput) && !clear {
                let expected = "expected labels, targets or a column \"target\"";
                return Err(failure::usage(format!(
                    "the term {term:?}: {expected}, or another target such as {{ value = \"NAME\" }}"
                )));
            }
        }
        Ok(())
    }
}

fn inputs(plan: &Plan) -> Vec<(String, Port)> {
    plan.inputs().iter().map(|input| (input.name.clone(), input.port.clone())).collect()
}

/// The terms of an objective, also where it is one loss.
pub fn terms(config: &TrainConfig) -> Vec<TermConfig> {
    if config.terms.is_empty() {
        let loss = TermConfig {
            name: "loss".into(),
            loss: config.loss,
            of: None,
            target: TargetOf::default(),
            weight: 1.0,
        };
        return vec![loss];
    }
    config.terms.clone()
}
