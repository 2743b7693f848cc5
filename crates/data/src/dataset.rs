//! Samples with their targets; parts of a data set share its memory.

use std::sync::Arc;

use crate::{DataError, Element, Features, Place};

/// What a model is to predict for each sample.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// The sample itself (autoencoder).
    SameAsInput,
    /// A row of values a sample (regression).
    Values(Features),
    /// One class a sample (classification).
    Classes {
        /// Class of each sample, `< classes`.
        labels: Vec<u32>,
        /// Number of classes.
        classes: usize,
    },
}

/// Samples with targets: shared tables and the list of the rows that belong to this part.
///
/// A clone or a [`subset`](Self::subset) copies row indices only, never samples. *Positions* count the samples
/// of this part (`0..len`); *rows* count those of the shared table.
///
/// ```
/// use pellucid_data::{Dataset, Features, Matrix, Targets};
/// let features = Features::F32(Matrix::new(3, 1, vec![10.0, 11.0, 12.0])?);
/// let data = Dataset::new(features, Targets::Classes { labels: vec![0, 1, 1], classes: 2 })?;
/// let part = data.subset(&[2, 0])?;
/// let (mut x, mut t) = ([0.0_f32; 2], [0.0_f32; 4]);
/// part.gather_inputs(&[0, 1], &mut x);
/// part.gather_targets(&[0, 1], &mut t);
/// assert_eq!(x, [12.0, 10.0]);
/// assert_eq!(t, [0.0, 1.0, 1.0, 0.0]); // one-hot
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Dataset {
    features: Arc<Features>,
    targets: Arc<Targets>,
    rows: Arc<[u32]>,
}

impl Dataset {
    /// All rows of `features`, with their targets. Takes owned values or `Arc`s that others share.
    ///
    /// # Errors
    /// If the row counts differ, a label is not below `classes`, a number is NaN or infinite (named by its row and
    /// column, since training would only say later that it diverged), or there are 2^32 rows or more.
    pub fn new(
        features: impl Into<Arc<Features>>,
        targets: impl Into<Arc<Targets>>,
    ) -> Result<Self, DataError> {
        let (features, targets) = (features.into(), targets.into());
        let n = features.rows();
        let count = u32::try_from(n).map_err(|_| {
            DataError::invalid("dataset", "fewer than 2^32 rows", format!("{n} rows"), Place::Whole)
        })?;
        features.check_finite("inputs")?;
        let target_rows = match &*targets {
            Targets::SameAsInput => n,
            Targets::Values(v) => {
                v.check_finite("targets")?;
                v.rows()
            }
            Targets::Classes { labels, classes } => {
                check_labels(labels, *classes)?;
                labels.len()
            }
        };
        if target_rows != n {
            return Err(DataError::invalid(
                "dataset",
                format!("{n} targets, one for each sample"),
                format!("{target_rows} targets"),
                Place::Whole,
            ));
        }
        Ok(Self { features, targets, rows: (0..count).collect() })
    }

    /// The samples at these positions of this part, in this order; shares all memory with `self`.
    ///
    /// # Errors
    /// If a position is not below `len()`.
    pub fn subset(&self, positions: &[u32]) -> Result<Self, DataError> {
        if let Some(k) = positions.iter().position(|&p| p as usize >= self.len()) {
            return Err(DataError::invalid(
                "subset",
                format!("a position below {}", self.len()),
                positions[k].to_string(),
                Place::Index(k),
            ));
        }
        let rows = positions.iter().map(|&p| self.rows[p as usize]).collect();
        Ok(Self { features: self.features.clone(), targets: self.targets.clone(), rows })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of values in a sample.
    pub fn input_width(&self) -> usize {
        self.features.columns()
    }

    /// Number of values in a target as [`gather_targets`](Self::gather_targets) writes it.
    pub fn target_width(&self) -> usize {
        match &*self.targets {
            Targets::SameAsInput => self.features.columns(),
            Targets::Values(v) => v.columns(),
            Targets::Classes { classes, .. } => *classes,
        }
    }

    /// The shared table of samples, of which [`rows`](Self::rows) belong to this part.
    pub fn features(&self) -> &Arc<Features> {
        &self.features
    }

    /// The shared table of targets, indexed by row as the features are.
    pub fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }

    /// Row in the shared table of each sample of this part.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Class of the sample at `position`, or `None` where targets are not classes.
    ///
    /// # Panics
    /// If `position >= len()`.
    pub fn label(&self, position: usize) -> Option<u32> {
        let row = self.rows[position] as usize;
        match &*self.targets {
            Targets::Classes { labels, .. } => Some(labels[row]),
            _ => None,
        }
    }

    /// Writes the samples at `positions` as floats, `[positions.len(), input_width()]`, without allocating.
    ///
    /// # Panics
    /// If `out` has another length or a position is out of range.
    pub fn gather_inputs<E: Element>(&self, positions: &[u32], out: &mut [E]) {
        self.features.gather_rows(self.rows_at(positions), out);
    }

    /// Writes the targets at `positions` as floats, `[positions.len(), target_width()]`, without allocating.
    /// Classes are written one-hot, in rows as wide as `out` makes them: a network may have more outputs than the
    /// data have classes.
    ///
    /// # Panics
    /// If `out` has another length, a class lies beyond its row, or a position is out of range.
    pub fn gather_targets<E: Element>(&self, positions: &[u32], out: &mut [E]) {
        match &*self.targets {
            Targets::SameAsInput => self.gather_inputs(positions, out),
            Targets::Values(v) => v.gather_numbers(self.rows_at(positions), out),
            Targets::Classes { labels, .. } => {
                let width = out.len() / positions.len().max(1);
                assert_eq!(out.len(), positions.len() * width, "rows of one width");
                out.fill(E::default());
                for (k, row) in self.rows_at(positions).enumerate() {
                    out[k * width..(k + 1) * width][labels[row] as usize] = E::from_u8_unit(u8::MAX);
                }
            }
        }
    }

    fn rows_at<'a>(&'a self, positions: &'a [u32]) -> impl ExactSizeIterator<Item = usize> + 'a {
        positions.iter().map(|&p| self.rows[p as usize] as usize)
    }
}

fn check_labels(labels: &[u32], classes: usize) -> Result<(), DataError> {
    match labels.iter().position(|&l| l as usize >= classes) {
        None => Ok(()),
        Some(i) => Err(DataError::invalid(
            "labels",
            format!("a class below {classes}"),
            labels[i].to_string(),
            Place::Index(i),
        )),
    }
}
