//! The order in which gradients are written and added on the way back.

use std::ops::Range;

use super::plan::Plan;
use crate::layer::{MAX_INPUTS, Slot};

/// What a backward pass does at each node, decided once: layers overwrite, and this plan alone knows where a value or a
/// tensor has several users.
///
/// Losses come first, in the order of their terms, then the nodes from the last to the first. Of all users of a value the
/// first in this order writes its gradient, a later one writes beside it and the session adds: nothing is zeroed, and the
/// order of every sum is fixed, so that results do not depend on threads. The same for a tensor that two nodes use.
#[derive(Clone, Debug)]
pub(super) struct BackwardPlan {
    /// For each loss, the value that it looks at and whether it is the first to write its gradient.
    pub losses: Vec<(usize, bool)>,
    /// For each node of the plan, from the last to the first, what is to be done; nodes that no loss needs are left out.
    pub steps: Vec<Step>,
    /// Elements beside the gradients, for the largest batch.
    pub beside: usize,
    /// Elements beside the tensors' gradients.
    pub tensors_beside: usize,
    /// Parts of the parameters that no loss depends on.
    pub untouched: Vec<Range<usize>>,
}

/// One node on the way back.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Its number in the plan.
    pub node: usize,
    /// For each input, how its gradient is written.
    pub edges: Vec<Edge>,
    /// Where some of its tensors have been written before: where it writes all of them beside, and which of them are
    /// added.
    pub tied: Option<Tied>,
}

/// How a node writes the gradient of one of its inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    place: Place,
    /// Whether it is an input of the network too, whose gradient is written where it is asked for only.
    of_input: bool,
}

/// Where a node writes the gradient of one of its inputs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Indices have none.
    Nowhere,
    /// The first to write it: in its own place.
    Own,
    /// A later one: beside, from this element on, then added.
    Beside(usize),
}

impl Edge {
    /// Where the gradient is written in a backward pass that computes those of the network's inputs, or does not.
    #[inline]
    pub fn place(self, input_gradient: bool) -> Place {
        if self.of_input && !input_gradient { Place::Nowhere } else { self.place }
    }
}

/// A node with tensors that were written before.
#[derive(Clone, Debug)]
pub(super) struct Tied {
    /// Where it writes all of its tensors.
    pub slots: Vec<Slot>,
    /// For each tensor, whether it is added to what is there, or replaces it.
    pub adds: Vec<bool>,
}

impl BackwardPlan {
    /// Returns the way back from the values `losses` of a plan, by number.
    pub fn new(plan: &Plan, losses: &[usize]) -> Self {
        let inputs = plan.inputs().len();
        let mut written = vec![false; plan.values.len()];
        let mut tensor_written = vec![false; plan.tensors.len()];
        let mut write = |&value: &usize| (value, !std::mem::replace(&mut written[value], true));
        let losses: Vec<(usize, bool)> = losses.iter().map(&mut write).collect();
        let (mut steps, mut beside, mut tensors_beside) = (Vec::new(), 0_usize, 0_usize);
        // A second loss of a value is written beside too.
        let sizes = |value: usize| plan.values[value].port.shape.len().saturating_mul(plan.max_batch);
        for &(value, _) in losses.iter().filter(|(_, first)| !first) {
            beside = beside.max(sizes(value));
        }
        for (number, node) in plan.nodes.iter().enumerate().rev() {
            if !written[inputs + number] {
                continue;
            }
            let mut taken = 0_usize;
            let mut edges = Vec::with_capacity(node.inputs.len());
            for &input in &node.inputs {
                let place = if plan.values[input].port.is_indices() {
                    Place::Nowhere
                } else if !std::mem::replace(&mut written[input], true) {
                    Place::Own
                } else {
                    let begin = taken;
                    taken = taken.saturating_add(sizes(input));
                    Place::Beside(begin)
                };
                edges.push(Edge { place, of_input: input < inputs });
            }
            debug_assert!(edges.len() <= MAX_INPUTS, "the plan refuses more inputs");
            beside = beside.max(taken);
            let adds: Vec<bool> = node
                .tensors
                .iter()
                .map(|&tensor| std::mem::replace(&mut tensor_written[tensor], true))
                .collect();
            let tied = adds.contains(&true).then(|| {
                let (slots, len) = Slot::packed(&node.parameters);
                tensors_beside = tensors_beside.max(len);
                Tied { slots, adds }
            });
            steps.push(Step { node: number, edges, tied });
        }
        let untouched = tensor_written.iter().zip(&plan.tensors).filter(|(written, _)| !**written);
        let untouched = untouched.map(|(_, tensor)| tensor.range.clone()).collect();
        Self { losses, steps, beside, tensors_beside, untouched }
    }
}
