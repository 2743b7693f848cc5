//! Principal component analysis.

use nalgebra::DMatrix;
use pellucid_compute::Scalar;

/// What keeps principal components from being found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PcaError {
    /// Variance needs two rows.
    #[error("expected at least 2 rows, got {rows}")]
    Rows {
        /// Rows given.
        rows: usize,
    },
    /// The data are not whole rows.
    #[error("expected whole rows of {columns} values, got {values} values")]
    Shape {
        /// Values a row.
        columns: usize,
        /// Values given.
        values: usize,
    },
    /// A value is NaN or infinite.
    #[error("expected finite values, got a NaN or an infinity in row {row}, column {column}")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// More components were asked for than there are.
    #[error("expected at most {available} components, got a request for {requested}")]
    Components {
        /// Components wanted.
        requested: usize,
        /// Components that exist.
        available: usize,
    },
}

/// The axes along which `n x d` data vary most, widest first.
///
/// The components are the eigenvectors of the covariance `C = (1/(n-1)) Σ (xᵢ - x̄)(xᵢ - x̄)ᵀ`, the explained variances
/// its eigenvalues. A component's sign is chosen so that its loading of largest magnitude is positive, as
/// scikit-learn does, so that the same data always give the same picture.
///
/// Source: K. Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
///
/// ```
/// use pellucid_eval::Pca;
/// let diagonal = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]; // three points on x = y
/// let pca = Pca::fit(&diagonal, 2)?;
/// assert!((pca.explained_variance_ratio()[0] - 1.0).abs() < 1e-12);
/// assert!((pca.component(0)[0] - 0.5_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), pellucid_eval::PcaError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    mean: Vec<f64>,
    components: Vec<f64>,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
}

impl Pca {
    /// Finds all components of `data`, row-major with `columns` values a row, in f64 whatever the type of the data.
    ///
    /// Neither a common offset nor the size of the values takes digits from the result.
    ///
    /// # Errors
    /// Returns an error for fewer than two rows, a broken row, or a value that is not finite.
    pub fn fit<F: Scalar>(data: &[F], columns: usize) -> Result<Self, PcaError> {
        check(data, columns)?;
        let d = columns;
        let rows = data.len() / d;
        if rows < 2 {
            return Err(PcaError::Rows { rows });
        }

        let mean = means(data, d);
        let scale = scale(data, &mean);
        let mut covariance = DMatrix::<f64>::zeros(d, d);
        let mut centred = vec![0.0; d];
        for row in data.chunks_exact(d) {
            for ((c, &x), m) in centred.iter_mut().zip(row).zip(&mean) {
                *c = x.to_f64() / scale - m / scale;
            }
            for j in 0..d {
                for i in j..d {
                    covariance[(i, j)] += centred[i] * centred[j]; // the lower triangle is all the solver reads
                }
            }
        }
        covariance /= (rows - 1) as f64;

        let eigen = covariance.symmetric_eigen();
        let mut order: Vec<usize> = (0..d).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let variance: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i].max(0.0)).collect();
        let total: f64 = variance.iter().sum();
        let explained_variance_ratio =
            variance.iter().map(|v| if total > 0.0 { v / total } else { 0.0 }).collect();
        let explained_variance = variance.iter().map(|v| v * scale * scale).collect();

        let mut components = Vec::with_capacity(d * d);
        for &i in &order {
            let vector = eigen.eigenvectors.column(i);
            let sign = vector[vector.iamax()].signum();
            components.extend(vector.iter().map(|v| v * sign));
        }
        Ok(Self { mean, components, explained_variance, explained_variance_ratio })
    }

    /// Returns the mean of each column.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Returns the unit vector of component `index` (0 is the widest), one loading a column.
    ///
    /// # Panics
    /// Panics if `index` is not below the number of columns.
    pub fn component(&self, index: usize) -> &[f64] {
        let d = self.mean.len();
        &self.components[index * d..(index + 1) * d]
    }

    /// Returns the variance along each component, in squared units of the data, descending.
    pub fn explained_variance(&self) -> &[f64] {
        &self.explained_variance
    }

    /// Returns the share of the total variance along each component; all 0 where the data do not vary.
    pub fn explained_variance_ratio(&self) -> &[f64] {
        &self.explained_variance_ratio
    }

    /// Returns the coordinates `(x - x̄) · cⱼ` of each row on the first `k` components: `n x k`, row-major.
    ///
    /// # Errors
    /// Returns [`PcaError::Components`] if `k` exceeds the number of columns, and as [`Pca::fit`] for broken data.
    pub fn project<F: Scalar>(&self, data: &[F], k: usize) -> Result<Vec<F>, PcaError> {
        let d = self.mean.len();
        if k > d {
            return Err(PcaError::Components { requested: k, available: d });
        }
        check(data, d)?;
        let coordinate = |row: &[F], component: &[f64]| {
            row.iter().zip(&self.mean).zip(component).map(|((&x, m), c)| (x.to_f64() - m) * c).sum::<f64>()
        };
        let rows = data.chunks_exact(d);
        Ok(rows
            .flat_map(|row| (0..k).map(move |j| F::from_f64(coordinate(row, self.component(j)))))
            .collect())
    }
}

/// The mean of each column: that of the differences from the first row, and a correction by what rounding left over.
fn means<F: Scalar>(data: &[F], columns: usize) -> Vec<f64> {
    let rows = (data.len() / columns) as f64;
    let mut mean: Vec<f64> = data[..columns].iter().map(|x| x.to_f64()).collect();
    for _ in 0..2 {
        let mut step = vec![0.0; columns];
        for row in data.chunks_exact(columns) {
            for ((s, &x), m) in step.iter_mut().zip(row).zip(&mean) {
                // Divided first, for differences at the end of f64.
                *s += x.to_f64() / rows - m / rows;
            }
        }
        mean.iter_mut().zip(step).for_each(|(m, s)| *m += s);
    }
    mean
}

/// A power of two near the largest difference from the mean, by which squares neither overflow nor vanish.
fn scale<F: Scalar>(data: &[F], mean: &[f64]) -> f64 {
    let differences = data.chunks_exact(mean.len()).flat_map(|row| row.iter().zip(mean));
    // All are finite, so that `max` hides nothing.
    let largest = differences.map(|(x, m)| (x.to_f64() / 2.0 - m / 2.0).abs()).fold(0.0, f64::max);
    if largest > 0.0 { 2.0_f64.powi(largest.log2().floor().clamp(-1000.0, 1000.0) as i32) } else { 1.0 }
}

fn check<F: Scalar>(data: &[F], columns: usize) -> Result<(), PcaError> {
    if columns == 0 || !data.len().is_multiple_of(columns) {
        return Err(PcaError::Shape { columns, values: data.len() });
    }
    match data.iter().position(|x| !x.is_finite()) {
        Some(at) => Err(PcaError::NotFinite { row: at / columns, column: at % columns }),
        None => Ok(()),
    }
}
