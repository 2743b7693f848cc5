//! A table of numbers, one row a sample, kept in the type it was stored in.

use crate::error::{DataError, Place};
use crate::memory::{collect, reserve};
use crate::tables::element::Element;
use crate::tables::gather::gather;
use crate::tables::matrix::Matrix;

/// What pixels are multiplied by.
pub(crate) const PIXEL: f64 = 1.0 / 255.0;

/// Samples as rows; becomes floats only when rows are gathered into a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Pixels, of images only; gathered as `value / 255`. (As targets, bytes are gathered as the numbers that they are.)
    U8(Matrix<u8>),
    /// Single-precision numbers, gathered as they are.
    F32(Matrix<f32>),
    /// Double-precision numbers, gathered as they are (rounded for `f32`).
    F64(Matrix<f64>),
}

impl Features {
    /// Returns the number of samples.
    pub fn rows(&self) -> usize {
        match self {
            Self::U8(m) => m.rows(),
            Self::F32(m) => m.rows(),
            Self::F64(m) => m.rows(),
        }
    }

    /// Returns the number of values in a sample.
    pub fn columns(&self) -> usize {
        match self {
            Self::U8(m) => m.columns(),
            Self::F32(m) => m.columns(),
            Self::F64(m) => m.columns(),
        }
    }

    /// Writes the chosen rows as floats, one after the other, without allocating: `out[k, :] = self[rows[k], :]`.
    ///
    /// # Panics
    /// Panics if `out.len() != rows.len() * columns` or a row is out of range.
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
            Self::U8(m) => gather_from(m, rows, out, E::from_u8_unit),
            Self::F32(m) => gather_from(m, rows, out, E::from_f32),
            Self::F64(m) => gather_from(m, rows, out, E::from_f64),
        }
    }

    /// The chosen rows as the numbers that they are: pixels from 0 to 255 too.
    pub(crate) fn gather_numbers<E: Element>(
        &self,
        rows: impl ExactSizeIterator<Item = usize>,
        out: &mut [E],
    ) {
        match self {
            Self::U8(m) => gather_from(m, rows, out, |v| E::from_f32(f32::from(v))),
            numbers => numbers.gather_rows(rows, out),
        }
    }

    /// Every number multiplied by `scale`, as 1/255 makes 0 to 1 of bytes; pixels by this and not by 1/255.
    ///
    /// A scale of 1/n for a whole n is a division by n, so that it is rounded once.
    ///
    /// # Errors
    /// Returns an error if the scale is not positive and finite, or a result is not finite; `origin` begins the
    /// message.
    ///
    /// ```
    /// use pellucid_data::{Features, Matrix};
    /// let grey = Features::F64(Matrix::new(1, 2, vec![51.0, 255.0])?);
    /// assert!(matches!(grey.scaled("x.csv", 1.0 / 255.0)?, Features::F64(m) if m.row(0) == [0.2, 1.0]));
    /// let pixels = Features::U8(Matrix::new(1, 2, vec![51, 255])?);
    /// assert!(matches!(pixels.scaled("x.idx", 1.0)?, Features::F32(m) if m.row(0) == [51.0, 255.0]));
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn scaled(self, origin: &str, scale: f64) -> Result<Self, DataError> {
        if !(scale > 0.0 && scale.is_finite()) {
            let expected = "a positive number as scale of inputs";
            return Err(DataError::invalid(origin, expected, scale.to_string(), Place::Whole));
        }
        let (rows, columns) = (self.rows(), self.columns());
        let divisor = Some(scale.recip().round()).filter(|divisor| divisor.recip() == scale);
        let image = |v: f64| divisor.map_or_else(|| v * scale, |divisor| v / divisor);
        let data: Vec<f64> = match self {
            Self::U8(m) if scale == PIXEL => return Ok(Self::U8(m)),
            Self::U8(m) if scale == 1.0 => {
                let data = collect(m.into_data().into_iter().map(f32::from), origin)?;
                return Ok(Self::F32(Matrix::new(rows, columns, data)?));
            }
            numbers if scale == 1.0 => return Ok(numbers),
            Self::U8(m) => collect(m.into_data().into_iter().map(|v| image(f64::from(v))), origin)?,
            Self::F32(m) => collect(m.into_data().into_iter().map(|v| image(f64::from(v))), origin)?,
            Self::F64(m) => m.into_data().into_iter().map(image).collect(),
        };
        let scaled = Self::F64(Matrix::new(rows, columns, data)?);
        scaled.check_finite(origin)?;
        Ok(scaled)
    }

    /// Every number, in order.
    pub fn numbers(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match self {
            Self::U8(m) => Box::new(m.data().iter().map(|&v| f64::from(v))),
            Self::F32(m) => Box::new(m.data().iter().map(|&v| f64::from(v))),
            Self::F64(m) => Box::new(m.data().iter().copied()),
        }
    }

    /// Returns the numbers as indices.
    ///
    /// # Errors
    /// Returns an error that names the first number that is not whole, below 0, or not below `below`, with its row and column;
    /// `origin` begins the message.
    ///
    /// ```
    /// use pellucid_data::{Features, Matrix};
    /// let cities = Features::F64(Matrix::new(2, 1, vec![3.0, 7.0])?);
    /// let error = cities.into_indices("cities.csv", 5).unwrap_err().to_string();
    /// assert!(error.starts_with("cities.csv: expected an index, a whole number from 0 to 4, found 7 (at row 1"), "{error}");
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn into_indices(self, origin: &str, below: u32) -> Result<Matrix<u32>, DataError> {
        let (rows, columns) = (self.rows(), self.columns());
        let mut indices = Vec::new();
        reserve(&mut indices, rows * columns, origin)?;
        for (i, number) in self.numbers().enumerate() {
            if number.fract() != 0.0 || !(0.0..f64::from(below)).contains(&number) {
                let most = below.saturating_sub(1);
                let expected = format!("an index, a whole number from 0 to {most}");
                let place = Place::Entry { row: i / columns, column: i % columns };
                return Err(DataError::invalid(origin, expected, number.to_string(), place));
            }
            indices.push(number as u32);
        }
        Matrix::new(rows, columns, indices)
    }

    /// Checks that no entry is NaN or infinite.
    ///
    /// # Errors
    /// Returns an error that names the first entry that is, with its row and column; `origin` (a path, or a name) begins the
    /// message.
    pub fn check_finite(&self, origin: &str) -> Result<(), DataError> {
        match self {
            Self::U8(_) => Ok(()),
            Self::F32(m) => check_finite(m, origin, f32::is_finite),
            Self::F64(m) => check_finite(m, origin, f64::is_finite),
        }
    }
}

fn gather_from<T: Copy, E>(
    m: &Matrix<T>,
    rows: impl ExactSizeIterator<Item = usize>,
    out: &mut [E],
    convert: impl Fn(T) -> E,
) {
    gather(m.columns(), rows.map(|row| m.row(row)), out, convert);
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
            Place::Entry { row: i / m.columns(), column: i % m.columns() },
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_the_same_numbers_in_a_table_become_the_same_floats() {
        let all: Vec<u8> = (0..=255).collect();
        let numbers: Vec<f64> = all.iter().map(|&v| f64::from(v)).collect();
        let pixels = Features::U8(Matrix::new(256, 1, all).unwrap());
        let numbers = Features::F64(Matrix::new(256, 1, numbers).unwrap()).scaled("x", PIXEL).unwrap();
        let rows: Vec<u32> = (0..256).collect();
        let (mut a, mut b) = ([0.0_f32; 256], [0.0_f32; 256]);
        pixels.gather(&rows, &mut a);
        numbers.gather(&rows, &mut b);
        assert_eq!(a, b);
        let (mut a, mut b) = ([0.0_f64; 256], [0.0_f64; 256]);
        pixels.gather(&rows, &mut a);
        numbers.gather(&rows, &mut b);
        assert_eq!(a, b);
    }
}
