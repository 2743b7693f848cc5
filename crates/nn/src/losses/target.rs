//! What a prediction is compared with.

use std::fmt;

use pellucid_compute::{Rows, Split};

/// What a loss compares the predictions of some rows with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target<'a, F> {
    /// Numbers, as many a row as the prediction has.
    Values(&'a [F]),
    /// The index of the right class, one a row.
    Classes(&'a [u32]),
    /// Nothing: the loss is a penalty on the prediction.
    None,
}

/// The kind of a [`Target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// [`Target::Values`].
    Values,
    /// [`Target::Classes`].
    Classes,
    /// [`Target::None`].
    None,
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Values => "numbers as targets",
            Self::Classes => "class indices as targets",
            Self::None => "no targets",
        })
    }
}

impl<'a, F> Target<'a, F> {
    /// Returns the kind.
    pub fn kind(&self) -> TargetKind {
        match self {
            Self::Values(_) => TargetKind::Values,
            Self::Classes(_) => TargetKind::Classes,
            Self::None => TargetKind::None,
        }
    }

    /// Returns the numbers; empty for a target of another kind.
    #[inline]
    pub fn values(&self) -> &'a [F] {
        match self {
            Self::Values(values) => values,
            _ => &[],
        }
    }

    /// Whether it has `batch` rows, for predictions of `width` numbers.
    pub(super) fn fits(&self, batch: usize, width: usize) -> bool {
        match self {
            Self::Values(values) => values.len() == batch * width,
            Self::Classes(classes) => classes.len() == batch,
            Self::None => true,
        }
    }

    /// Row `i`, for predictions of `width` numbers.
    pub(super) fn row(&self, i: usize, width: usize) -> Self {
        match self {
            Self::Values(values) => Self::Values(&values[i * width..(i + 1) * width]),
            Self::Classes(classes) => Self::Classes(&classes[i..=i]),
            Self::None => Self::None,
        }
    }
}

/// A target seen as rows, for predictions of a fixed width.
#[derive(Clone, Copy)]
pub(super) struct TargetRows<'a, F>(pub Target<'a, F>, pub usize);

impl<F> Split for TargetRows<'_, F> {
    fn split_at(self, mid: usize) -> (Self, Self) {
        let Self(target, width) = self;
        let (head, tail) = match target {
            Target::Values(values) => {
                let (head, tail) = Rows(values, width).split_at(mid);
                (Target::Values(head.0), Target::Values(tail.0))
            }
            Target::Classes(classes) => {
                let (head, tail) = classes.split_at(mid);
                (Target::Classes(head), Target::Classes(tail))
            }
            Target::None => (Target::None, Target::None),
        };
        (Self(head, width), Self(tail, width))
    }
}
