//! A column of numbers: a shared table, one row a sample.

use std::sync::Arc;

use crate::error::DataError;
use crate::sampling::targets::Targets;
use crate::tables::element::Element;
use crate::tables::features::Features;
use crate::tables::matrix::Matrix;

/// A sample without values, for the tables that are not there.
static NOTHING: Features = Features::F64(Matrix::EMPTY);

/// Numbers of one shape a sample, in a shared table.
#[derive(Clone, Debug)]
pub struct Numbers {
    source: Source,
    shape: Vec<usize>,
}

/// Who else holds the table.
#[derive(Clone, Debug)]
enum Source {
    Features(Arc<Features>),
    /// [`Targets::Values`], whose bytes are no pixels.
    Targets(Arc<Targets>),
}

impl Numbers {
    pub(crate) fn new(table: Arc<Features>) -> Self {
        Self { shape: vec![table.columns()], source: Source::Features(table) }
    }

    /// The numbers of [`Targets::Values`].
    pub(crate) fn of_targets(targets: Arc<Targets>) -> Self {
        let source = Source::Targets(targets);
        let mut numbers = Self { source, shape: Vec::new() };
        numbers.shape = vec![numbers.table().columns()];
        numbers
    }

    /// Returns the table, one row a sample.
    pub fn table(&self) -> &Features {
        match &self.source {
            Source::Features(table) => table,
            Source::Targets(targets) => match &**targets {
                Targets::Values(table) => table,
                _ => &NOTHING,
            },
        }
    }

    /// The table where it is shared as such.
    pub(crate) fn shared(&self) -> Option<&Arc<Features>> {
        match &self.source {
            Source::Features(table) => Some(table),
            Source::Targets(_) => None,
        }
    }

    /// Returns the sizes of a sample; their product is the width of the table.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(crate) fn set_shape(&mut self, shape: &[usize]) {
        self.shape = shape.to_vec();
    }

    pub(crate) fn check(&self, origin: &str) -> Result<(), DataError> {
        self.table().check_finite(origin)
    }

    pub(crate) fn gather<E: Element>(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [E]) {
        match &self.source {
            Source::Features(table) => table.gather_rows(rows, out),
            Source::Targets(_) => self.table().gather_numbers(rows, out),
        }
    }
}
