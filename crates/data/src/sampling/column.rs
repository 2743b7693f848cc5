//! One named quantity of all samples of a data set.

use std::sync::Arc;

use crate::error::{DataError, Place};
use crate::sampling::classes::Classes;
use crate::sampling::indices::Indices;
use crate::sampling::numbers::Numbers;
use crate::sampling::targets::Targets;
use crate::sampling::weights::Weights;
use crate::sampling::window::{Series, Window};
use crate::tables::element::Element;
use crate::tables::features::Features;
use crate::tables::matrix::Matrix;

/// One named quantity of all samples, in the type it was stored in until a batch is gathered. A clone shares the memory.
///
/// What it holds is checked, and its name told, when it joins a [`Dataset`](crate::Dataset).
///
/// ```
/// use pellucid_data::{Column, Dataset, Features, Matrix};
/// let pixels = Features::U8(Matrix::new(2, 4, vec![0, 51, 102, 255, 255, 0, 0, 0])?);
/// let data = Dataset::from_columns([
///     ("image", Column::numbers(pixels).shaped(&[2, 2, 1])?),
///     ("words", Column::indices(Matrix::new(2, 3, vec![0, 7, 2, 5, 5, 1])?, 8)),
///     ("target", Column::classes(vec![2, 0], 3)),
///     ("weight", Column::weights(vec![1.0, 0.5])),
/// ])?;
/// let image = data.column("image").unwrap();
/// assert_eq!((image.shape(), image.is_index(), image.len()), (&[2, 2, 1][..], false, 2));
/// assert_eq!(data.column("words").unwrap().below(), Some(8));
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub enum Column {
    /// Numbers of one shape a sample, or pixels in bytes, which are gathered as `value / 255`.
    Numbers(Numbers),
    /// Indices below a bound, as many for each sample.
    Indices(Indices),
    /// A class a sample; gathered as an index, or as a one-hot row of numbers.
    Classes(Classes),
    /// A weight a sample.
    Weights(Weights),
    /// A window over one long sequence of indices or numbers a sample.
    Window(Window),
}

impl Column {
    /// Numbers, one row of the table a sample; takes an owned table or one that others share.
    pub fn numbers(table: impl Into<Arc<Features>>) -> Self {
        Self::Numbers(Numbers::new(table.into()))
    }

    /// Indices, one row a sample, all smaller than `below`.
    pub fn indices(rows: impl Into<Arc<Matrix<u32>>>, below: usize) -> Self {
        Self::Indices(Indices::new(rows.into(), below))
    }

    /// Classes, one a sample, all smaller than `classes`.
    pub fn classes(labels: Vec<u32>, classes: usize) -> Self {
        Self::Classes(Classes::new(Arc::new(Targets::Classes { labels, classes })))
    }

    /// Weights, one a sample, finite and not negative.
    pub fn weights(values: impl Into<Arc<[f64]>>) -> Self {
        Self::Weights(Weights::new(values.into()))
    }

    /// Returns the same with samples of this shape, such as height x width x channels.
    ///
    /// # Errors
    /// Returns an error if this is not a table of numbers of that many values a sample.
    pub fn shaped(mut self, shape: &[usize]) -> Result<Self, DataError> {
        let width = shape.iter().try_fold(1_usize, |n, &size| n.checked_mul(size));
        let own = self.width();
        match &mut self {
            Self::Numbers(numbers) if width == Some(own) => numbers.set_shape(shape),
            Self::Numbers(_) => {
                let expected = format!("a shape of {own} values, the width of the table");
                return Err(DataError::invalid("column", expected, format!("{shape:?}"), Place::Whole));
            }
            _ => {
                let expected = "a table of numbers, the only column that takes another shape";
                return Err(DataError::invalid("column", expected, self.kind(), Place::Whole));
            }
        }
        Ok(self)
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(c) => c.table().rows(),
            Self::Indices(c) => c.table().rows(),
            Self::Classes(c) => c.labels().len(),
            Self::Weights(c) => c.values().len(),
            Self::Window(c) => c.len(),
        }
    }

    /// Returns whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of values in a sample: the product of [`shape`](Self::shape).
    pub fn width(&self) -> usize {
        self.shape().iter().product()
    }

    /// Returns the sizes of a sample; `[1]` for classes and weights, the length for windows of indices, and length x channels
    /// for windows of numbers.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Numbers(c) => c.shape(),
            Self::Indices(c) => c.shape(),
            Self::Classes(_) | Self::Weights(_) => &[1],
            Self::Window(c) => c.shape(),
        }
    }

    /// Returns what the indices or classes are below, or `None` where the column holds numbers.
    pub fn below(&self) -> Option<usize> {
        match self {
            Self::Numbers(_) | Self::Weights(_) => None,
            Self::Indices(c) => Some(c.below()),
            Self::Classes(c) => Some(c.classes()),
            Self::Window(c) => c.below(),
        }
    }

    /// Returns whether the column holds indices or classes, which [`Dataset::gather_indices`](crate::Dataset::gather_indices)
    /// reads, and not numbers.
    pub fn is_index(&self) -> bool {
        self.below().is_some()
    }

    /// Returns whether the numbers are stored in double precision, so that `f32` may be too small for one of them.
    pub fn is_f64(&self) -> bool {
        match self {
            Self::Numbers(c) => matches!(c.table(), Features::F64(_)),
            Self::Weights(_) => true,
            Self::Window(c) => matches!(c.as_series(), Some(Series::F64(_))),
            Self::Indices(_) | Self::Classes(_) => false,
        }
    }

    /// What the column holds, in words.
    fn kind(&self) -> &'static str {
        match self {
            Self::Numbers(_) => "numbers",
            Self::Indices(_) => "indices",
            Self::Classes(_) => "classes",
            Self::Weights(_) => "weights",
            Self::Window(_) => "windows",
        }
    }

    /// Checks every value.
    pub(crate) fn check(&self, origin: &str) -> Result<(), DataError> {
        match self {
            Self::Numbers(c) => c.check(origin),
            Self::Indices(c) => c.check(origin),
            Self::Classes(c) => c.check(origin),
            Self::Weights(c) => c.check(origin),
            Self::Window(c) => c.check(origin),
        }
    }

    pub(crate) fn gather<E: Element>(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [E]) {
        match self {
            Self::Numbers(c) => c.gather(rows, out),
            Self::Classes(c) => c.gather(rows, out),
            Self::Weights(c) => c.gather(rows, out),
            Self::Window(c) => c.gather(rows, out),
            Self::Indices(_) => panic!("a column of indices holds no numbers"),
        }
    }

    pub(crate) fn gather_indices(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [u32]) {
        match self {
            Self::Indices(c) => c.gather(rows, out),
            Self::Classes(c) => c.gather_indices(rows, out),
            Self::Window(c) => c.gather_indices(rows, out),
            Self::Numbers(_) | Self::Weights(_) => panic!("a column of {} holds no indices", self.kind()),
        }
    }
}
