//! A sparse matrix in compressed rows.

use crate::error::{DataError, Place};
use crate::memory::reserve;
use crate::tables::element::Element;
use crate::tables::matrix::Matrix;

/// The most memory that [`Csr::to_dense`] and the scalings take, in bytes: 4 GiB.
pub(crate) const DENSE_LIMIT: u64 = 1 << 32;

/// A matrix that stores only its nonzero entries, row after row.
///
/// The entries of row `i` are those from `row_starts[i]` to below `row_starts[i + 1]`; `indices` holds their columns,
/// from 0 and ascending, and `values` their values. An entry that is stored may also be 0.
///
/// ```
/// use pellucid_data::Csr;
/// // 0 5 0
/// // 7 0 9
/// let m = Csr::new(3, vec![0, 1, 3], vec![1, 0, 2], vec![5.0, 7.0, 9.0])?;
/// assert_eq!((m.rows(), m.columns(), m.nonzeros()), (2, 3, 3));
/// assert_eq!(m.row(1), (&[0, 2][..], &[7.0, 9.0][..]));
/// assert_eq!(m.to_dense()?.row(0), [0.0, 5.0, 0.0]);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Csr<F> {
    columns: usize,
    row_starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<F>,
}

impl<F> Csr<F> {
    /// Makes a matrix over these parts, which it takes without copying; it has `row_starts.len() - 1` rows.
    ///
    /// # Errors
    /// Returns an error if `row_starts` does not begin with 0, descends, or does not end with the number of indices; if
    /// there are not as many values as indices; or if the indices of a row do not ascend or reach `columns`.
    pub fn new(
        columns: usize,
        row_starts: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<F>,
    ) -> Result<Self, DataError> {
        let invalid = |expected: String, found: String, place| {
            Err(DataError::invalid("sparse matrix", expected, found, place))
        };
        if indices.len() != values.len() {
            let (expected, found) = (format!("{} values, one for each index", indices.len()), values.len());
            return invalid(expected, found.to_string(), Place::Whole);
        }
        let ends = (row_starts.first().copied(), row_starts.last().copied());
        if ends != (Some(0), Some(indices.len())) {
            let expected = format!("row starts from 0 to {}, the number of indices", indices.len());
            return invalid(expected, format!("{ends:?}"), Place::Whole);
        }
        if let Some(row) = row_starts.windows(2).position(|w| w[0] > w[1]) {
            let found = format!("{} after {}", row_starts[row + 1], row_starts[row]);
            return invalid("ascending row starts".into(), found, Place::Index(row + 1));
        }
        for (row, w) in row_starts.windows(2).enumerate() {
            let own = &indices[w[0]..w[1]];
            if let Some(k) = own.windows(2).position(|pair| pair[0] >= pair[1]) {
                let found = format!("{} after {} in row {row}", own[k + 1], own[k]);
                return invalid("ascending indices in a row".into(), found, Place::Index(w[0] + k + 1));
            }
            if let Some(&last) = own.last().filter(|&&last| last as usize >= columns) {
                let found = format!("{last} in row {row}");
                return invalid(format!("an index below {columns}"), found, Place::Index(w[1] - 1));
            }
        }
        Ok(Self { columns, row_starts, indices, values })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.row_starts.len() - 1
    }

    /// Returns the number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the columns and the values of the entries of row `i`.
    ///
    /// # Panics
    /// Panics if `i >= rows`.
    pub fn row(&self, i: usize) -> (&[u32], &[F]) {
        assert!(i < self.rows(), "row {i} of a matrix with {} rows", self.rows());
        let entries = self.row_starts[i]..self.row_starts[i + 1];
        (&self.indices[entries.clone()], &self.values[entries])
    }

    /// Returns the number of stored entries.
    pub fn nonzeros(&self) -> usize {
        self.values.len()
    }

    /// Returns where each row starts in [`indices`](Self::indices) and [`values`](Self::values), and after them their length.
    pub fn row_starts(&self) -> &[usize] {
        &self.row_starts
    }

    /// Returns the column of every entry, row after row.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// Returns the value of every entry, row after row.
    pub fn values(&self) -> &[F] {
        &self.values
    }

    /// Returns the matrix of the images of all stored entries, for example in another precision.
    ///
    /// ```
    /// use pellucid_data::Csr;
    /// let m = Csr::new(1, vec![0, 1], vec![0], vec![0.1_f64])?;
    /// assert_eq!(m.map(|v| v as f32).values(), [0.1_f32]);
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn map<G>(&self, image: impl FnMut(F) -> G) -> Csr<G>
    where
        F: Copy,
    {
        Csr {
            columns: self.columns,
            row_starts: self.row_starts.clone(),
            indices: self.indices.clone(),
            values: self.values.iter().copied().map(image).collect(),
        }
    }
}

impl<F: Element> Csr<F> {
    /// Returns all entries, the zeros written out.
    ///
    /// # Errors
    /// Returns an error if that would take more than 4 GiB: a single index in a small file can make a matrix of
    /// billions of columns.
    pub fn to_dense(&self) -> Result<Matrix<F>, DataError> {
        let (rows, columns) = (self.rows(), self.columns);
        let bytes = rows as u128 * columns as u128 * size_of::<F>() as u128;
        if bytes > u128::from(DENSE_LIMIT) {
            return Err(DataError::invalid(
                "sparse matrix",
                format!("at most {DENSE_LIMIT} bytes when dense"),
                format!("{rows} x {columns} entries of {} bytes", size_of::<F>()),
                Place::Whole,
            ));
        }
        let mut data = Vec::new();
        reserve(&mut data, rows * columns, "sparse matrix")?;
        data.resize(rows * columns, F::default());
        for i in 0..rows {
            let (indices, values) = self.row(i);
            let row = &mut data[i * columns..(i + 1) * columns];
            for (&j, &v) in indices.iter().zip(values) {
                row[j as usize] = v;
            }
        }
        Matrix::new(rows, columns, data)
    }

    /// Returns the entries of `matrix` that are not 0.
    ///
    /// # Panics
    /// Panics if an entry that is not 0 lies beyond column 2^32 - 1.
    pub fn from_dense(matrix: &Matrix<F>) -> Self {
        let mut csr =
            Self { columns: matrix.columns(), row_starts: vec![0], indices: Vec::new(), values: Vec::new() };
        for i in 0..matrix.rows() {
            for (j, &v) in matrix.row(i).iter().enumerate().filter(|(_, v)| **v != F::default()) {
                assert!(u32::try_from(j).is_ok(), "column {j} of a sparse matrix");
                csr.indices.push(j as u32);
                csr.values.push(v);
            }
            csr.row_starts.push(csr.values.len());
        }
        csr
    }
}
