//! Features brought to mean 0 and variance 1.

use std::collections::BTreeMap;

use crate::error::DataError;
use crate::preprocessing::column_statistics::{columns, map_columns};
use crate::tables::csr::Csr;

/// Standardisation of every feature, `x' = (x - mean) / σ`, with mean and standard deviation (divisor n) of the data that
/// it was fitted to.
///
/// Entries that are not stored are zeros like any other. A feature that was constant is only centred, and one that was 0
/// throughout stays as it is, as in scikit-learn's `StandardScaler`. The result is dense in every feature whose mean is
/// not 0.
///
/// ```
/// use pellucid_data::{Csr, Standardize};
/// let x = Csr::new(1, vec![0, 1, 2], vec![0, 0], vec![3.0, 7.0])?;
/// assert_eq!(Standardize::fit(&x)?.apply(&x)?.values(), [-1.0, 1.0]);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardize {
    /// Mean and divisor of the columns that were not 0 throughout.
    features: BTreeMap<u32, (f64, f64)>,
}

impl Standardize {
    /// Finds the mean and the standard deviation of each column of `x`.
    ///
    /// # Errors
    /// Returns an error if an entry is NaN or infinite.
    pub fn fit(x: &Csr<f64>) -> Result<Self, DataError> {
        let mut features = BTreeMap::new();
        for (j, column) in columns(x)? {
            let divisor = if column.deviation > 0.0 { column.deviation } else { 1.0 };
            features.insert(j, (column.mean, divisor));
        }
        Ok(Self { features })
    }

    /// Returns the mean of a column.
    pub fn mean(&self, column: u32) -> f64 {
        self.features.get(&column).map_or(0.0, |f| f.0)
    }

    /// Returns what a column is divided by after its mean is taken off: the standard deviation, or 1 where that is 0.
    pub fn divisor(&self, column: u32) -> f64 {
        self.features.get(&column).map_or(1.0, |f| f.1)
    }

    /// Returns the standardised features, with as many columns as `x`, or more if the last feature of the fit needs them.
    ///
    /// # Errors
    /// Returns an error if the result could take more than 4 GiB, or a value does not stay finite.
    pub fn apply(&self, x: &Csr<f64>) -> Result<Csr<f64>, DataError> {
        let image = |column, v: f64| {
            let (mean, divisor) = (self.mean(column), self.divisor(column));
            let difference = v - mean;
            // Where numbers of both ends meet, their difference is beyond f64.
            if difference.is_finite() { difference / divisor } else { (v / 2.0 - mean / 2.0) / divisor * 2.0 }
        };
        let filled: Vec<_> =
            self.features.keys().map(|&j| (j, image(j, 0.0))).filter(|(_, y)| *y != 0.0).collect();
        let columns = self.features.last_key_value().map_or(0, |(&j, _)| j as usize + 1).max(x.columns());
        map_columns(x, columns, &filled, image)
    }
}
