//! An array as a file holds it: a shape and numbers of one type.

use crate::{DataError, Features, Matrix, Place};

/// The numbers of an [`Array`] in the type the file holds.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // The variants are the types.
pub enum Values {
    U8(Vec<u8>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U32(Vec<u32>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// What an IDX or NPY file holds, in row-major order: `values.len()` is the product of `shape`.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Sizes, the slowest-running dimension first.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Values,
}

impl Array {
    /// One row a sample: the first dimension counts the rows, the others are flattened.
    ///
    /// `U8` stays `U8` (pixels); `I8`, `I16` and `F32` become `F32`, the others `F64`. `origin`, the path,
    /// begins the message of an error.
    ///
    /// # Errors
    /// If there is no dimension or a row would have no value, or an entry is NaN or infinite.
    ///
    /// ```
    /// use pellucid_data::{Array, Values};
    /// let images = Array { shape: vec![2, 2, 2], values: Values::U8(vec![0; 8]) };
    /// assert_eq!(images.into_features("images.idx")?.cols(), 4);
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn into_features(self, origin: &str) -> Result<Features, DataError> {
        let Some((&rows, rest)) = self.shape.split_first() else {
            return Err(DataError::invalid(
                origin,
                "an array with at least one dimension",
                "a single number",
                Place::Whole,
            ));
        };
        let cols = element_count(origin, rest, 1, Place::Whole)?;
        // Otherwise an empty file could announce any number of (empty) samples.
        if cols == 0 && rows > 0 {
            return Err(DataError::invalid(
                origin,
                "at least one value in a sample",
                format!("shape {:?}", self.shape),
                Place::Whole,
            ));
        }
        let f32s = |data: Vec<f32>| Matrix::new(rows, cols, data).map(Features::F32);
        let f64s = |data: Vec<f64>| Matrix::new(rows, cols, data).map(Features::F64);
        let features = match self.values {
            Values::U8(v) => Matrix::new(rows, cols, v).map(Features::U8),
            Values::I8(v) => f32s(v.into_iter().map(f32::from).collect()),
            Values::I16(v) => f32s(v.into_iter().map(f32::from).collect()),
            Values::F32(v) => f32s(v),
            Values::I32(v) => f64s(v.into_iter().map(f64::from).collect()),
            Values::U32(v) => f64s(v.into_iter().map(f64::from).collect()),
            Values::I64(v) => f64s(v.into_iter().map(|v| v as f64).collect()),
            Values::F64(v) => f64s(v),
        }?;
        features.check_finite(origin)?;
        Ok(features)
    }

    /// One whole number from 0 for each sample, from an array of shape `[n]` or `[n, 1]`.
    ///
    /// # Errors
    /// If the shape is another, or an entry is no whole number from 0 to 2^32 - 1.
    pub fn into_labels(self, origin: &str) -> Result<Vec<u32>, DataError> {
        if !matches!(self.shape[..], [_] | [_, 1]) {
            return Err(DataError::invalid(
                origin,
                "one label for each sample",
                format!("shape {:?}", self.shape),
                Place::Whole,
            ));
        }
        match self.values {
            Values::U8(v) => Ok(v.into_iter().map(u32::from).collect()),
            Values::U32(v) => Ok(v),
            Values::I8(v) => labels(origin, v.into_iter().map(f64::from)),
            Values::I16(v) => labels(origin, v.into_iter().map(f64::from)),
            Values::I32(v) => labels(origin, v.into_iter().map(f64::from)),
            Values::I64(v) => labels(origin, v.into_iter().map(|v| v as f64)),
            Values::F32(v) => labels(origin, v.into_iter().map(f64::from)),
            Values::F64(v) => labels(origin, v.into_iter()),
        }
    }
}

/// Every label a whole number; all of them are exact in `f64`.
pub(crate) fn labels(origin: &str, values: impl Iterator<Item = f64>) -> Result<Vec<u32>, DataError> {
    values
        .enumerate()
        .map(|(i, v)| {
            if v >= 0.0 && v <= f64::from(u32::MAX) && v.fract() == 0.0 {
                return Ok(v as u32);
            }
            Err(DataError::invalid(origin, "a whole number from 0 as label", v.to_string(), Place::Index(i)))
        })
        .collect()
}

/// The product of `shape`, if that many elements of `size` bytes could exist at all.
pub(crate) fn element_count(
    origin: &str,
    shape: &[usize],
    size: usize,
    place: Place,
) -> Result<usize, DataError> {
    let count = shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d));
    let fits = |n: &usize| n.checked_mul(size).is_some_and(|b| isize::try_from(b).is_ok());
    count.filter(fits).ok_or_else(|| {
        DataError::invalid(
            origin,
            "sizes whose product fits into memory",
            format!("an array of {}", by(shape)),
            place,
        )
    })
}

/// `2 x 28 x 28`; at most the first eight sizes.
fn by(shape: &[usize]) -> String {
    let sizes: Vec<_> = shape.iter().take(8).map(usize::to_string).collect();
    sizes.join(" x ") + if shape.len() > 8 { " x ..." } else { "" }
}

/// Checks that `len` values fill `shape`, before they are written.
pub(crate) fn check_shape(origin: &str, shape: &[usize], len: usize) -> Result<(), DataError> {
    if element_count(origin, shape, 1, Place::Whole)? == len {
        return Ok(());
    }
    Err(DataError::invalid(
        origin,
        format!("values for {}", by(shape)),
        format!("{len} values"),
        Place::Whole,
    ))
}
