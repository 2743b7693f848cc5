//! Where the samples of each value lie: one after the other, or sharing memory by liveness.

use std::cmp::Reverse;

use super::plan::Plan;
use crate::layer::{PlanError, Source};

/// How activations share memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each value has its own, so that it can be looked at and gone back through.
    Kept,
    /// A value takes the place of one that nobody reads any more.
    Shared,
}

/// Values begin on multiples of so many elements where they share memory: a cache line of `f32`.
const LINE: usize = 16;

/// Places all values of a plan, then tells every node where it finds them.
pub(super) fn place(plan: &mut Plan, layout: Layout) -> Result<(), PlanError> {
    let overflow = |plan: &Plan, number: usize| PlanError::Overflow(plan.values[number].name.clone());
    let mut sizes = Vec::with_capacity(plan.values.len());
    for (number, value) in plan.values.iter().enumerate() {
        let size = value.port.shape.len().checked_mul(plan.max_batch);
        sizes.push(size.ok_or_else(|| overflow(plan, number))?);
    }
    for (number, &size) in sizes.iter().enumerate() {
        if plan.values[number].port.is_indices() {
            plan.values[number].begin = plan.indices;
            let end = plan.indices.checked_add(size);
            plan.indices = end.ok_or_else(|| overflow(plan, number))?;
        }
    }
    match layout {
        Layout::Kept => {
            for (number, &size) in sizes.iter().enumerate() {
                if !plan.values[number].port.is_indices() {
                    plan.values[number].begin = plan.activations;
                    let end = plan.activations.checked_add(size);
                    plan.activations = end.ok_or_else(|| overflow(plan, number))?;
                }
            }
        }
        Layout::Shared => share(plan, &sizes)?,
    }
    let inputs = plan.values.len() - plan.nodes.len();
    for (place, node) in plan.nodes.iter_mut().enumerate() {
        let source = |&number: &usize| {
            let value = &plan.values[number];
            Source { begin: value.begin, len: value.port.shape.len(), first: number == 0 }
        };
        node.sources = node.inputs.iter().map(source).collect();
        node.y = plan.values[inputs + place].begin;
    }
    Ok(())
}

/// Places the largest values first, each at the lowest place that no value in use at the same time has.
///
/// Source: Pisarchyk and Lee, *Efficient memory management for deep neural net inference* (2020), greedy by size.
fn share(plan: &mut Plan, sizes: &[usize]) -> Result<(), PlanError> {
    let inputs = plan.values.len() - plan.nodes.len();
    // When a value is written and when it is read last: inputs before the first node, the output to the end.
    let mut lives: Vec<(usize, usize)> =
        (0..sizes.len()).map(|number| (number + 1).saturating_sub(inputs)).map(|time| (time, time)).collect();
    for (place, node) in plan.nodes.iter().enumerate() {
        for &input in &node.inputs {
            lives[input].1 = lives[input].1.max(place + 1);
        }
    }
    lives[plan.output].1 = usize::MAX;
    let mut order: Vec<usize> = (0..sizes.len()).filter(|&n| !plan.values[n].port.is_indices()).collect();
    order.sort_by_key(|&number| (Reverse(sizes[number]), number));
    let mut placed: Vec<usize> = Vec::new();
    for number in order {
        let meets = |&&other: &&usize| lives[other].0 <= lives[number].1 && lives[number].0 <= lives[other].1;
        let mut taken: Vec<(usize, usize)> = placed
            .iter()
            .filter(meets)
            .map(|&n| (plan.values[n].begin, plan.values[n].begin + sizes[n]))
            .collect();
        taken.sort_unstable();
        let mut begin = 0_usize;
        let fits = |begin: usize| begin.checked_add(sizes[number]);
        for (from, to) in taken {
            if fits(begin).is_some_and(|end| end <= from) {
                break;
            }
            begin = begin.max(to.checked_next_multiple_of(LINE).unwrap_or(usize::MAX));
        }
        let end = fits(begin).ok_or_else(|| PlanError::Overflow(plan.values[number].name.clone()))?;
        plan.values[number].begin = begin;
        plan.activations = plan.activations.max(end);
        placed.push(number);
    }
    Ok(())
}
