//! A column of classes.

use std::sync::Arc;

use crate::error::{DataError, Place};
use crate::sampling::indices::check_below;
use crate::sampling::targets::Targets;
use crate::tables::element::Element;

/// The class of each sample, below the number of classes.
#[derive(Clone, Debug)]
pub struct Classes {
    /// [`Targets::Classes`], which a data set may share.
    targets: Arc<Targets>,
}

impl Classes {
    pub(crate) fn new(targets: Arc<Targets>) -> Self {
        Self { targets }
    }

    pub(crate) fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }

    /// Returns the class of each sample.
    pub fn labels(&self) -> &[u32] {
        match &*self.targets {
            Targets::Classes { labels, .. } => labels,
            _ => &[],
        }
    }

    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        match *self.targets {
            Targets::Classes { classes, .. } => classes,
            _ => 0,
        }
    }

    pub(crate) fn check(&self, origin: &str) -> Result<(), DataError> {
        check_below(self.labels(), self.classes(), origin, "a class", Place::Index)
    }

    /// One-hot rows, as wide as `out` makes them.
    pub(crate) fn gather<E: Element>(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [E]) {
        let (labels, count) = (self.labels(), rows.len());
        let width = out.len() / count.max(1);
        assert_eq!(out.len(), count * width, "rows of one width");
        out.fill(E::default());
        for (k, row) in rows.enumerate() {
            out[k * width..(k + 1) * width][labels[row] as usize] = E::from_u8_unit(u8::MAX);
        }
    }

    pub(crate) fn gather_indices(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [u32]) {
        assert_eq!(out.len(), rows.len(), "one class for each sample");
        let labels = self.labels();
        for (to, row) in out.iter_mut().zip(rows) {
            *to = labels[row];
        }
    }
}
