//! A table of numbers, one row a sample, kept in the type it was stored in.

use pellucid_compute::isa::{Kernel, dispatch};

use crate::{DataError, Element, Matrix, Place};

/// Samples as rows; becomes floats only when rows are gathered into a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Features {
    /// Pixels; gathered as `value / 255`.
    U8(Matrix<u8>),
    /// Single-precision numbers, gathered as they are.
    F32(Matrix<f32>),
    /// Double-precision numbers, gathered as they are (rounded for `f32`).
    F64(Matrix<f64>),
}

impl Features {
    /// Number of samples.
    pub fn rows(&self) -> usize {
        match self {
            Self::U8(m) => m.rows(),
            Self::F32(m) => m.rows(),
            Self::F64(m) => m.rows(),
        }
    }

    /// Number of values in a sample.
    pub fn cols(&self) -> usize {
        match self {
            Self::U8(m) => m.cols(),
            Self::F32(m) => m.cols(),
            Self::F64(m) => m.cols(),
        }
    }

    /// Writes the chosen rows as floats, one after the other, without allocating: `out[k, :] = self[rows[k], :]`.
    ///
    /// # Panics
    /// If `out.len() != rows.len() * cols` or a row is out of range.
    ///
    /// ```
    /// use pellucid_data::{Features, Matrix};
    /// let pixels = Features::U8(Matrix::new(2, 2, vec![0, 255, 51, 102])?);
    /// let mut batch = [0.0_f32; 4];
    /// pixels.gather(&[1, 0], &mut batch);
    /// assert_eq!(batch, [0.2, 0.4, 0.0, 1.0]);
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn gather<E: Element>(&self, rows: &[u32], out: &mut [E]) {
        self.gather_rows(rows.iter().map(|&r| r as usize), out);
    }

    /// [`gather`](Self::gather) over any sequence of row indices.
    pub(crate) fn gather_rows<E: Element>(&self, rows: impl ExactSizeIterator<Item = usize>, out: &mut [E]) {
        match self {
            Self::U8(m) => gather(m, rows, out, E::from_u8_unit),
            Self::F32(m) => gather(m, rows, out, E::from_f32),
            Self::F64(m) => gather(m, rows, out, E::from_f64),
        }
    }

    /// Checks that no entry is NaN or infinite.
    ///
    /// # Errors
    /// The first entry that is, with its row and column; `origin` (a path, or a name) begins the message.
    pub fn check_finite(&self, origin: &str) -> Result<(), DataError> {
        match self {
            Self::U8(_) => Ok(()),
            Self::F32(m) => check_finite(m, origin, f32::is_finite),
            Self::F64(m) => check_finite(m, origin, f64::is_finite),
        }
    }
}

fn gather<T: Copy, E>(
    m: &Matrix<T>,
    rows: impl ExactSizeIterator<Item = usize>,
    out: &mut [E],
    convert: impl Fn(T) -> E,
) {
    let cols = m.cols();
    assert_eq!(out.len(), rows.len() * cols, "a batch of {} rows of {cols} values", rows.len());
    if cols > 0 {
        dispatch::<Gather, _>((m, rows, out, convert));
    }
}

/// The loop of [`gather`], compiled for every instruction set.
struct Gather;

impl<T: Copy, E, R: Iterator<Item = usize>, C: Fn(T) -> E> Kernel<(&Matrix<T>, R, &mut [E], C)> for Gather {
    type Output = ();

    #[inline(always)]
    fn call((m, rows, out, convert): (&Matrix<T>, R, &mut [E], C)) {
        for (to, row) in out.chunks_exact_mut(m.cols()).zip(rows) {
            for (y, &x) in to.iter_mut().zip(m.row(row)) {
                *y = convert(x);
            }
        }
    }
}

fn check_finite<T: Copy + std::fmt::Display>(
    m: &Matrix<T>,
    origin: &str,
    finite: impl Fn(T) -> bool,
) -> Result<(), DataError> {
    match m.data().iter().position(|&v| !finite(v)) {
        None => Ok(()),
        Some(i) => Err(DataError::invalid(
            origin,
            "a finite number",
            m.data()[i].to_string(),
            Place::Entry { row: i / m.cols(), column: i % m.cols() },
        )),
    }
}
