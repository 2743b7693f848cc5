//! Where a network and an objective find their numbers in a data set.

use pellucid_compute::Scalar;
use pellucid_data::{Column, Dataset, Targets};

use super::{Objective, TARGET, TargetOf, WEIGHT};
use crate::feed::{INPUT, columns_of};
use crate::losses::TargetKind;
use crate::session::Plan;

/// The columns of a data set that feed a network and its objective, by number: found once, when they meet.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// The identity of the data set's columns; 0 before the first.
    of: u64,
    /// The column of each input of the network.
    pub inputs: Vec<usize>,
    /// Where the target of each term comes from.
    pub targets: Vec<Origin>,
    /// The column of the weights of samples.
    pub weight: Option<usize>,
}

/// Where the target of a term comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    /// A value of the network, by number.
    Value(usize),
    /// A column of the data, as indices, so many a sample.
    Indices { column: usize, places: usize },
    /// A column of the data, as numbers.
    Numbers(usize),
    /// Nowhere: the loss looks at the value alone.
    Nothing,
}

impl Origin {
    /// The number of targets of a sample, each with a loss of its own.
    pub fn places(self) -> usize {
        if let Self::Indices { places, .. } = self { places } else { 1 }
    }
}

impl Columns {
    /// The columns of a data set that was checked.
    ///
    /// # Panics
    /// Panics if the data were not checked against the network and the objective.
    pub fn new<F: Scalar>(plan: &Plan, objective: &Objective<'_, F>, data: &Dataset) -> Self {
        let mut columns = Self::default();
        columns.find(plan, objective, data);
        columns
    }

    /// Finds the columns of `data`, unless they are at hand; allocates for the first data set only.
    ///
    /// # Panics
    /// Panics if the data were not checked against the network and the objective.
    #[inline]
    pub fn find<F: Scalar>(&mut self, plan: &Plan, objective: &Objective<'_, F>, data: &Dataset) {
        if self.of != data.columns_id() {
            self.find_anew(plan, objective, data);
        }
    }

    fn find_anew<F: Scalar>(&mut self, plan: &Plan, objective: &Objective<'_, F>, data: &Dataset) {
        self.inputs.clear();
        self.inputs.extend(columns_of(plan, data));
        self.targets.clear();
        self.targets.extend(objective.terms().iter().map(|term| match term.target() {
            TargetOf::Nothing => Origin::Nothing,
            TargetOf::Value(name) => Origin::Value(plan.number(name).unwrap_or(0)),
            TargetOf::Column(name) => {
                let of_input = name == TARGET && matches!(**data.targets(), Targets::SameAsInput);
                let column = data.column_index(if of_input { INPUT } else { name });
                let Some(column) = column else { panic!("a data set that was checked") };
                let places = data.column(column).filter(|column| column.is_index()).map(Column::width);
                match (places, self.inputs.iter().position(|&input| input == column)) {
                    (Some(places), _) if term.loss().accepts(TargetKind::Classes) => {
                        Origin::Indices { column, places }
                    }
                    // The target of an autoencoder lies in the session already.
                    (None, Some(input)) if of_input => Origin::Value(input),
                    _ => Origin::Numbers(column),
                }
            }
        }));
        self.weight = data.column_index(WEIGHT);
        self.of = data.columns_id();
    }
}
