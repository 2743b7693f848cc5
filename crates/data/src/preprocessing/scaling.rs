//! Features brought to one range, as LIBSVM's `svm-scale` does.

use crate::error::{DataError, Place};
use crate::preprocessing::column_statistics::{columns, map_columns};
use crate::tables::csr::Csr;

/// A range `min..=max` that is mapped onto `lower..=upper`.
///
/// `x' = lower + (upper - lower) (x - min) / (max - min)`, with `min` and `max` themselves mapped exactly; values outside
/// of the range are mapped by the same line, beyond the bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    pub lower: f64,
    pub upper: f64,
    pub min: f64,
    pub max: f64,
}

impl Line {
    /// In the order of `svm-scale`, so that the bits are the same, where no step of it leaves the range of `f64`.
    fn map(self, x: f64) -> f64 {
        if x == self.min {
            return self.lower;
        }
        if x == self.max {
            return self.upper;
        }
        let (new, old) = (self.upper - self.lower, self.max - self.min);
        let product = new * (x - self.min);
        if product.is_finite() && old.is_finite() {
            return self.lower + product / old;
        }
        self.lower + new * ((x / 2.0 - self.min / 2.0) / (self.max / 2.0 - self.min / 2.0))
    }
}

/// Minimum and maximum of a feature in the data it was fitted to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FeatureRange {
    /// The column, from 0.
    pub column: u32,
    /// Smallest value.
    pub min: f64,
    /// Largest value, above `min`.
    pub max: f64,
}

/// Linear scaling of every feature to `[lower, upper]`, with the meaning and the file format of LIBSVM's `svm-scale`.
///
/// Column by column, `x' = lower + (upper - lower) (x - min) / (max - min)` with the minimum and maximum of the data that
/// it was fitted to; entries that are not stored are zeros like any other and count. A feature that was constant, or that
/// occurs only in other data, is dropped: it becomes 0 for every sample. Other data may go beyond the range.
///
/// ```
/// use pellucid_data::{Csr, Scaling};
/// let x = Csr::new(2, vec![0, 2, 3], vec![0, 1, 1], vec![4.0, 7.0, 7.0])?; // 4 7 / 0 7
/// let scaling = Scaling::fit(&x, -1.0, 1.0)?;
/// assert_eq!(scaling.apply(&x)?.to_dense()?.data(), [1.0, 0.0, -1.0, 0.0]);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) features: Vec<FeatureRange>,
    pub(crate) target: Option<Line>,
}

impl Scaling {
    /// Returns the scaling that maps each column of `x` onto `lower..=upper`; `svm-scale` has -1 and 1 by default.
    ///
    /// # Errors
    /// Returns an error if `lower` is not below `upper`, or an entry, a bound or their distance is not finite.
    pub fn fit(x: &Csr<f64>, lower: f64, upper: f64) -> Result<Self, DataError> {
        check_bounds("scaling", lower, upper)?;
        let columns = columns(x)?;
        let mut features = Vec::new();
        for (column, range) in columns.into_iter().filter(|(_, c)| c.min < c.max) {
            features.push(FeatureRange { column, min: range.min, max: range.max });
        }
        Ok(Self { lower, upper, features, target: None })
    }

    /// Returns the same scaling, and targets mapped from the range of `labels` onto `lower..=upper` (`svm-scale -y`).
    ///
    /// # Errors
    /// Returns an error if `lower` is not below `upper`, there is no label, or a label, a bound or their distance is
    /// not finite.
    pub fn with_target(mut self, labels: &[f64], lower: f64, upper: f64) -> Result<Self, DataError> {
        check_bounds("target scaling", lower, upper)?;
        let refuse = |found: String| {
            Err(DataError::invalid("target scaling", "finite labels, at least one", found, Place::Whole))
        };
        if let Some(label) = labels.iter().find(|label| !label.is_finite()) {
            return refuse(label.to_string());
        }
        let Some((min, max)) = labels.iter().map(|&y| (y, y)).reduce(|(a, b), (y, _)| (a.min(y), b.max(y)))
        else {
            return refuse("no label".to_owned());
        };
        self.target = Some(Line { lower, upper, min, max });
        Ok(self)
    }

    /// Returns what features are mapped onto: lower and upper bound.
    pub fn bounds(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    /// Returns the features that are kept, ascending.
    pub fn features(&self) -> &[FeatureRange] {
        &self.features
    }

    /// Returns whether targets are scaled too.
    pub fn scales_target(&self) -> bool {
        self.target.is_some()
    }

    /// Returns the scaled features, with as many columns as `x`, or more if the last feature that is kept needs them.
    ///
    /// Where 0 is not mapped to 0, a feature has an entry in every row of the result; `lower = 0` keeps data without
    /// negative values sparse.
    ///
    /// # Errors
    /// Returns an error if the result could take more than 4 GiB, or a value does not stay finite.
    pub fn apply(&self, x: &Csr<f64>) -> Result<Csr<f64>, DataError> {
        let line = |f: &FeatureRange| Line { lower: self.lower, upper: self.upper, min: f.min, max: f.max };
        let filled: Vec<_> =
            self.features.iter().map(|f| (f.column, line(f).map(0.0))).filter(|(_, y)| *y != 0.0).collect();
        let columns = self.features.last().map_or(0, |f| f.column as usize + 1).max(x.columns());
        map_columns(x, columns, &filled, |column, v| {
            let found = self.features.binary_search_by_key(&column, |f| f.column);
            found.map_or(0.0, |at| line(&self.features[at]).map(v))
        })
    }

    /// Returns the scaled target; as it is where targets are not scaled.
    ///
    /// Where all targets of the fit were equal, each becomes the lower bound (`svm-scale` makes others infinite).
    pub fn apply_target(&self, y: f64) -> f64 {
        match self.target {
            None => y,
            Some(line) if line.min == line.max => line.lower,
            Some(line) => line.map(y),
        }
    }

    /// Returns the target whose image `y` is, for predictions made on scaled targets; as it is where targets are not scaled.
    ///
    /// ```
    /// use pellucid_data::{Csr, Scaling};
    /// let x = Csr::new(0, vec![0], vec![], vec![])?;
    /// let scaling = Scaling::fit(&x, -1.0, 1.0)?.with_target(&[20.0, 30.0], 0.0, 1.0)?;
    /// assert_eq!(scaling.apply_target(25.0), 0.5);
    /// assert_eq!(scaling.restore_target(0.5), 25.0);
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn restore_target(&self, y: f64) -> f64 {
        match self.target {
            None => y,
            Some(line) => Line { lower: line.min, upper: line.max, min: line.lower, max: line.upper }.map(y),
        }
    }
}

pub(crate) fn check_bounds(origin: &str, lower: f64, upper: f64) -> Result<(), DataError> {
    if lower < upper && (upper - lower).is_finite() {
        return Ok(());
    }
    let found = format!("{lower} and {upper}");
    Err(DataError::invalid(origin, "a finite lower bound below a finite upper one", found, Place::Whole))
}
