//! A column of windows over one long sequence, of which nothing is copied until a batch is gathered.

use std::sync::Arc;

use crate::error::{DataError, Place};
use crate::sampling::indices::check_below;
use crate::tables::element::Element;
use crate::tables::gather::gather;

/// A long sequence of indices, such as the letters or words of a text, in the type that holds them.
#[derive(Clone, Debug)]
pub enum Tokens {
    /// Bytes.
    U8(Arc<[u8]>),
    /// Indices of any size.
    U32(Arc<[u32]>),
}

/// A long sequence of numbers, such as measurements in time, step after step and in a step channel after channel.
#[derive(Clone, Debug)]
pub enum Series {
    /// Single precision.
    F32(Arc<[f32]>),
    /// Double precision.
    F64(Arc<[f64]>),
}

macro_rules! sequence {
    ($($sequence:ident::$variant:ident, $t:ty);* $(;)?) => {$(
        impl From<Arc<[$t]>> for $sequence {
            fn from(values: Arc<[$t]>) -> Self {
                Self::$variant(values)
            }
        }
        impl From<Vec<$t>> for $sequence {
            fn from(values: Vec<$t>) -> Self {
                Self::$variant(values.into())
            }
        }
    )*};
}
sequence! {
    Tokens::U8, u8;
    Tokens::U32, u32;
    Series::F32, f32;
    Series::F64, f64;
}

/// What the windows lie over.
#[derive(Clone, Debug)]
enum Source {
    Tokens { values: Tokens, below: usize },
    Series { values: Series, channels: usize },
}

/// Windows of one length over a shared sequence: sample `i` is the steps from `i * stride + shift` to below
/// `i * stride + shift + length`.
///
/// A clone, or a window that is [shifted](Self::with_targets), shares the sequence. So the targets of a language model or
/// of a forecast need no memory of their own.
///
/// ```
/// use pellucid_data::{Column, Dataset, Window};
/// // Every 4 letters of a text and the 4 that follow each of them, a language model's input and target.
/// let text = b"to be or not to be".to_vec();
/// let (input, target) = Window::tokens(text, 128, 4, 1)?.with_targets(1, 4)?;
/// let data = Dataset::from_columns([("input", Column::Window(input)), ("target", Column::Window(target))])?;
/// assert_eq!(data.len(), 14);
///
/// let (mut x, mut t) = ([0_u32; 4], [0_u32; 4]);
/// data.gather_indices("input", &[3], &mut x);
/// data.gather_indices("target", &[3], &mut t);
/// assert_eq!(x.map(|c| c as u8), *b"be o");
/// assert_eq!(t.map(|c| c as u8), *b"e or");
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Window {
    source: Source,
    length: usize,
    stride: usize,
    shift: usize,
    samples: usize,
    /// Length, and the channels of a series.
    shape: [usize; 2],
}

impl Window {
    /// Windows of `length` indices, all below `below`, that begin `stride` steps apart. Every whole window is a sample.
    ///
    /// # Errors
    /// Returns an error if `length` or `stride` is 0, or the sequence is shorter than one window. That the indices are
    /// below the bound is checked when the column joins a [`Dataset`](crate::Dataset).
    pub fn tokens(
        values: impl Into<Tokens>,
        below: usize,
        length: usize,
        stride: usize,
    ) -> Result<Self, DataError> {
        let source = Source::Tokens { values: values.into(), below };
        Self { source, length, stride, shift: 0, samples: 0, shape: [length, 1] }.counted()
    }

    /// Windows of `length` steps of a series with so many channels, `values[step * channels + channel]`, that begin `stride`
    /// steps apart. Every whole window is a sample, of shape length x channels.
    ///
    /// # Errors
    /// Returns an error if `channels`, `length` or `stride` is 0, the values are no whole number of steps, or the series is
    /// shorter than one window. That the numbers are finite is checked when the column joins a [`Dataset`](crate::Dataset).
    ///
    /// ```
    /// use pellucid_data::{Column, Dataset, Window};
    /// // Two channels over 5 steps; from 2 steps the next one is to be told.
    /// let series = vec![0.0_f32, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5];
    /// let (past, future) = Window::series(series, 2, 2, 1)?.with_targets(2, 1)?;
    /// let data = Dataset::from_columns([("input", Column::Window(past)), ("target", Column::Window(future))])?;
    /// let (mut x, mut t) = ([0.0_f32; 4], [0.0_f32; 2]);
    /// data.gather_inputs(&[2], &mut x);
    /// data.gather_targets(&[2], &mut t);
    /// assert_eq!((x, t), ([2.0, 2.5, 3.0, 3.5], [4.0, 4.5]));
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn series(
        values: impl Into<Series>,
        channels: usize,
        length: usize,
        stride: usize,
    ) -> Result<Self, DataError> {
        let values = values.into();
        let count = values.len();
        if channels == 0 || !count.is_multiple_of(channels) {
            return Err(invalid(format!("whole steps of {channels} channels"), format!("{count} values")));
        }
        let source = Source::Series { values, channels };
        Self { source, length, stride, shift: 0, samples: 0, shape: [length, channels] }.counted()
    }

    /// These windows and, for each of them, the `length` steps that begin `shift` steps after it: what is to be predicted
    /// from it. Both have as many samples as there are of the latter.
    ///
    /// # Errors
    /// Returns an error if `length` is 0 or the sequence ends before the first of them does.
    pub fn with_targets(self, shift: usize, length: usize) -> Result<(Self, Self), DataError> {
        let targets = Self {
            length,
            shift: self.shift.saturating_add(shift),
            shape: [length, self.shape[1]],
            ..self.clone()
        };
        let targets = targets.counted()?;
        let samples = self.samples.min(targets.samples);
        Ok((self.first(samples), targets.first(samples)))
    }

    /// Returns the first `samples` of these windows, or all where there are fewer.
    #[must_use]
    pub fn first(self, samples: usize) -> Self {
        Self { samples: self.samples.min(samples), ..self }
    }

    /// Returns the number of windows.
    pub fn len(&self) -> usize {
        self.samples
    }

    /// Returns whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// Returns the number of steps of a window.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Returns the number of steps from the beginning of one window to that of the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Returns the step at which the first window begins.
    pub fn shift(&self) -> usize {
        self.shift
    }

    /// Returns the indices that the windows lie over, or `None` where they are numbers.
    pub fn as_tokens(&self) -> Option<&Tokens> {
        match &self.source {
            Source::Tokens { values, .. } => Some(values),
            Source::Series { .. } => None,
        }
    }

    /// Returns the numbers that the windows lie over, or `None` where they are indices.
    pub fn as_series(&self) -> Option<&Series> {
        match &self.source {
            Source::Tokens { .. } => None,
            Source::Series { values, .. } => Some(values),
        }
    }

    /// Returns what the indices are below, or `None` where the windows are over numbers.
    pub fn below(&self) -> Option<usize> {
        match self.source {
            Source::Tokens { below, .. } => Some(below),
            Source::Series { .. } => None,
        }
    }

    /// Length, and for a series length x channels.
    pub(crate) fn shape(&self) -> &[usize] {
        match self.source {
            Source::Tokens { .. } => &self.shape[..1],
            Source::Series { .. } => &self.shape,
        }
    }

    /// The window with all its samples.
    fn counted(self) -> Result<Self, DataError> {
        if self.length == 0 || self.stride == 0 {
            let found = format!("{} and {}", self.length, self.stride);
            return Err(invalid("a length and a stride of at least 1".into(), found));
        }
        let steps = match &self.source {
            Source::Tokens { values, .. } => values.len(),
            Source::Series { values, channels } => values.len() / channels,
        };
        let least = self.shift.saturating_add(self.length);
        let Some(room) = steps.checked_sub(least) else {
            return Err(invalid(format!("a sequence of at least {least} steps"), format!("{steps}")));
        };
        Ok(Self { samples: room / self.stride + 1, ..self })
    }

    pub(crate) fn check(&self, origin: &str) -> Result<(), DataError> {
        match &self.source {
            // No byte is above 255.
            Source::Tokens { values: Tokens::U8(_), below: 256.. } => Ok(()),
            Source::Tokens { values: Tokens::U8(v), below } => {
                check_below(v, *below, origin, "an index", Place::Index)
            }
            Source::Tokens { values: Tokens::U32(v), below } => {
                check_below(v, *below, origin, "an index", Place::Index)
            }
            Source::Series { values, channels } => match values.not_finite() {
                None => Ok(()),
                Some((i, found)) => {
                    let place = Place::Entry { row: i / channels, column: i % channels };
                    Err(DataError::invalid(origin, "a finite number", found, place))
                }
            },
        }
    }

    pub(crate) fn gather<E: Element>(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [E]) {
        match &self.source {
            Source::Series { values: Series::F32(v), .. } => self.gather_from(v, rows, out, E::from_f32),
            Source::Series { values: Series::F64(v), .. } => self.gather_from(v, rows, out, E::from_f64),
            Source::Tokens { .. } => panic!("windows of indices are no numbers"),
        }
    }

    pub(crate) fn gather_indices(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [u32]) {
        match &self.source {
            Source::Tokens { values: Tokens::U8(v), .. } => self.gather_from(v, rows, out, u32::from),
            Source::Tokens { values: Tokens::U32(v), .. } => self.gather_from(v, rows, out, |index| index),
            Source::Series { .. } => panic!("windows of numbers are no indices"),
        }
    }

    fn gather_from<T: Copy, E>(
        &self,
        values: &[T],
        rows: impl ExactSizeIterator<Item = usize>,
        out: &mut [E],
        convert: impl Fn(T) -> E,
    ) {
        let [length, channels] = self.shape;
        let width = length * channels;
        let window = |row: usize| {
            let start = (row * self.stride + self.shift) * channels;
            &values[start..start + width]
        };
        gather(width, rows.map(window), out, convert);
    }
}

impl Tokens {
    fn len(&self) -> usize {
        match self {
            Self::U8(v) => v.len(),
            Self::U32(v) => v.len(),
        }
    }
}

impl Series {
    fn len(&self) -> usize {
        match self {
            Self::F32(v) => v.len(),
            Self::F64(v) => v.len(),
        }
    }

    /// The first number that is NaN or infinite, in words.
    fn not_finite(&self) -> Option<(usize, String)> {
        match self {
            Self::F32(v) => v.iter().position(|x| !x.is_finite()).map(|i| (i, v[i].to_string())),
            Self::F64(v) => v.iter().position(|x| !x.is_finite()).map(|i| (i, v[i].to_string())),
        }
    }
}

fn invalid(expected: String, found: String) -> DataError {
    DataError::invalid("window", expected, found, Place::Whole)
}
