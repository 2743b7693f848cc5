//! The few matrix operations that one training step is made of, by plain loops in f64.

/// Numbers in rows and columns.
///
/// ```
/// use pellucid_report::Matrix;
/// let row = Matrix::new(1, 2, [0.5_f32, 1.5]); // f32 and f64 views alike
/// assert_eq!(row.values, [0.5, 1.5]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// `rows x columns` values, row-major.
    pub values: Vec<f64>,
}

impl Matrix {
    /// A matrix of `values`, row-major; [`XorStep::spell`](crate::XorStep::spell) checks that they fill the shape.
    pub fn new(rows: usize, columns: usize, values: impl IntoIterator<Item = impl Into<f64>>) -> Self {
        Self { rows, columns, values: values.into_iter().map(Into::into).collect() }
    }

    /// The value in row `i` and column `j`, from 0.
    ///
    /// # Panics
    /// Panics if the matrix has no such place.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.values[i * self.columns + j]
    }

    fn build(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        Self::new(
            rows,
            columns,
            (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| value(i, j)),
        )
    }

    /// `A B`.
    pub(crate) fn times(&self, other: &Self) -> Self {
        Self::build(self.rows, other.columns, |i, j| {
            (0..self.columns).map(|k| self.at(i, k) * other.at(k, j)).sum()
        })
    }

    /// `Aᵀ`.
    pub(crate) fn transposed(&self) -> Self {
        Self::build(self.columns, self.rows, |i, j| self.at(j, i))
    }

    /// `A + 1 b`: the row `b` added to every row.
    pub(crate) fn plus_row(&self, row: &Self) -> Self {
        Self::build(self.rows, self.columns, |i, j| self.at(i, j) + row.at(0, j))
    }

    /// `1ᵀ A`: the sum of the rows.
    pub(crate) fn summed_rows(&self) -> Self {
        Self::build(1, self.columns, |_, j| (0..self.rows).map(|i| self.at(i, j)).sum())
    }

    /// `f` of every element.
    pub(crate) fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self::new(self.rows, self.columns, self.values.iter().map(|&v| f(v)))
    }

    /// `f` of every pair of elements.
    pub(crate) fn zip(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self::new(self.rows, self.columns, self.values.iter().zip(&other.values).map(|(&a, &b)| f(a, b)))
    }

    /// The largest absolute difference of an element; infinite if a value is not a number.
    pub(crate) fn distance(&self, other: &Self) -> f64 {
        let differences = self.values.iter().zip(&other.values).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, |worst, d| if d.is_nan() { f64::INFINITY } else { d.max(worst) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_agree_with_hand_computed_values() {
        let a = Matrix::new(2, 2, [1.0, 2.0, 3.0, 4.0]);
        let b = Matrix::new(2, 1, [5.0, 6.0]);
        assert_eq!(a.times(&b), Matrix::new(2, 1, [17.0, 39.0]));
        assert_eq!(a.transposed(), Matrix::new(2, 2, [1.0, 3.0, 2.0, 4.0]));
        assert_eq!(a.plus_row(&Matrix::new(1, 2, [10.0, 20.0])), Matrix::new(2, 2, [11.0, 22.0, 13.0, 24.0]));
        assert_eq!(a.summed_rows(), Matrix::new(1, 2, [4.0, 6.0]));
        assert!((a.distance(&a.map(|v| v + 0.5)) - 0.5).abs() < 1e-15);
        assert_eq!(a.distance(&a.map(|_| f64::NAN)), f64::INFINITY);
    }
}
