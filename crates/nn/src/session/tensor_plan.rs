//! Where the tensors of the parameters and of the state lie, each once.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pellucid_compute::Scalar;

use crate::layer::{Need, PlanError, TensorSpec};
use crate::network::{Node, Shape};

/// A tensor of the parameters or of the state.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorPlan {
    /// Its full name: `dense1.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Its part of the flat vector.
    pub range: Range<usize>,
    /// Whether weight decay is meant for it.
    pub decays: bool,
    /// The number that all its elements begin with; of state only.
    pub start: f64,
}

/// Lays out a tensor at the end of a flat vector; its number.
pub(super) fn add_tensor(
    tensors: &mut Vec<TensorPlan>,
    len: &mut usize,
    node: &str,
    spec: &TensorSpec,
) -> Result<usize, PlanError> {
    let end = len.checked_add(spec.shape.len()).filter(|_| spec.shape.is_countable());
    let range = *len..end.ok_or_else(|| PlanError::Overflow(node.to_owned()))?;
    *len = range.end;
    let name = format!("{node}.{}", spec.name);
    let (shape, decays, start) = (spec.shape.clone(), spec.decays, spec.start);
    tensors.push(TensorPlan { name, shape, range, decays, start });
    Ok(tensors.len() - 1)
}

/// Every name stands once: a node `a` with a tensor `b.c` and a node `a.b` with a tensor `c` would have one name.
pub(super) fn check_names(tensors: &[TensorPlan]) -> Result<(), PlanError> {
    let mut names = HashSet::new();
    match tensors.iter().find(|tensor| !names.insert(&tensor.name)) {
        Some(tensor) => Err(PlanError::DuplicateTensor(tensor.name.clone())),
        None => Ok(()),
    }
}

/// The tensors of other nodes that a node uses: by the name within the node, the number of the tensor.
pub(super) fn ties<F: Scalar>(
    tensors: &[TensorPlan],
    names: &HashMap<String, usize>,
    name: &str,
    node: &Node<F>,
    need: &Need,
) -> Result<HashMap<String, usize>, PlanError> {
    let mut ties = HashMap::new();
    for tie in &node.ties {
        let own: Vec<&TensorSpec> = match &tie.own {
            Some(own) => need.parameters.iter().filter(|spec| spec.name == **own).collect(),
            None => need.parameters.iter().collect(),
        };
        let error = |tensor: &str, to: String, expected: String, found: String| PlanError::Tie {
            tensor: format!("{name}.{tensor}"),
            to,
            expected,
            found,
        };
        if own.is_empty() {
            let tensor = tie.own.as_deref().unwrap_or("*");
            let own: Vec<&str> = need.parameters.iter().map(|spec| &*spec.name).collect();
            let expected = format!("a tensor of the layer: one of [{}]", own.join(", "));
            return Err(error(tensor, tie.to.clone(), expected, "none".into()));
        }
        for spec in own {
            let to = if tie.own.is_some() { tie.to.clone() } else { format!("{}.{}", tie.to, spec.name) };
            let Some(&number) = names.get(&to) else {
                let expected = "a tensor of an earlier layer".to_owned();
                return Err(error(&spec.name, to, expected, "no such tensor".into()));
            };
            let found = &tensors[number].shape;
            if *found != spec.shape {
                return Err(error(&spec.name, to, format!("shape {}", spec.shape), found.to_string()));
            }
            ties.insert(spec.name.to_string(), number);
        }
    }
    Ok(ties)
}
