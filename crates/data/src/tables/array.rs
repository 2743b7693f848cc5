//! An array as a file holds it: a shape and numbers of one type.

use crate::error::{DataError, Place};
use crate::memory::collect;
use crate::tables::features::Features;
use crate::tables::labels::LabelTexts;
use crate::tables::matrix::Matrix;

/// The numbers of an [`Array`] in the type the file holds.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // The variants are the types.
pub enum Values {
    Bool(Vec<bool>),
    U8(Vec<u8>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// What an IDX or NPY file holds, in row-major order: `values.len()` is the product of `shape`.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Sizes, the slowest-running dimension first.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Values,
}

impl Array {
    /// Returns whether these are images: bytes of three dimensions or more, such as `[n, height, width]`.
    pub fn is_images(&self) -> bool {
        matches!(self.values, Values::U8(_)) && self.shape.len() > 2
    }

    /// One row a sample: the first dimension counts the rows, the others are flattened.
    ///
    /// Images ([`is_images`](Self::is_images)) stay bytes, pixels that become 0 to 1 when they are gathered; all other
    /// numbers keep their values. Types that `f32` holds exactly become that, the others `f64`. `origin`, the path,
    /// begins the message of an error.
    ///
    /// # Errors
    /// Returns an error if there is no dimension or a row would have no value, or an entry is NaN or infinite.
    ///
    /// ```
    /// use pellucid_data::{Array, Features, Values};
    /// let images = Array { shape: vec![2, 2, 2], values: Values::U8(vec![7; 8]) };
    /// assert_eq!(images.into_features("images.idx")?.columns(), 4);
    /// let table = Array { shape: vec![2, 2], values: Values::U8(vec![7; 4]) };
    /// assert!(matches!(table.into_features("table.npy")?, Features::F32(m) if m.row(0) == [7.0, 7.0]));
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn into_features(self, origin: &str) -> Result<Features, DataError> {
        let images = self.is_images();
        let Some((&rows, rest)) = self.shape.split_first() else {
            return Err(DataError::invalid(
                origin,
                "an array with at least one dimension",
                "a single number",
                Place::Whole,
            ));
        };
        let columns = element_count(origin, rest, 1, Place::Whole)?;
        // Otherwise an empty file could announce any number of (empty) samples.
        if columns == 0 && rows > 0 {
            return Err(DataError::invalid(
                origin,
                "at least one value in a sample",
                format!("shape {:?}", self.shape),
                Place::Whole,
            ));
        }
        let f32s = |data: Result<Vec<f32>, _>| Matrix::new(rows, columns, data?).map(Features::F32);
        let f64s = |data: Result<Vec<f64>, _>| Matrix::new(rows, columns, data?).map(Features::F64);
        let features = match self.values {
            Values::U8(v) if images => Matrix::new(rows, columns, v).map(Features::U8),
            Values::Bool(v) => f32s(collect(v.into_iter().map(|v| f32::from(u8::from(v))), origin)),
            Values::U8(v) => f32s(collect(v.into_iter().map(f32::from), origin)),
            Values::I8(v) => f32s(collect(v.into_iter().map(f32::from), origin)),
            Values::U16(v) => f32s(collect(v.into_iter().map(f32::from), origin)),
            Values::I16(v) => f32s(collect(v.into_iter().map(f32::from), origin)),
            Values::F32(v) => f32s(Ok(v)),
            Values::I32(v) => f64s(collect(v.into_iter().map(f64::from), origin)),
            Values::U32(v) => f64s(collect(v.into_iter().map(f64::from), origin)),
            Values::I64(v) => f64s(collect(v.into_iter().map(|v| v as f64), origin)),
            Values::U64(v) => f64s(collect(v.into_iter().map(|v| v as f64), origin)),
            Values::F64(v) => f64s(Ok(v)),
        }?;
        features.check_finite(origin)?;
        Ok(features)
    }

    /// One label for each sample, from an array of shape `[n]` or `[n, 1]`.
    ///
    /// # Errors
    /// Returns an error if the shape is another or memory has no room for the labels.
    pub fn into_labels(self, origin: &str) -> Result<LabelTexts, DataError> {
        if !matches!(self.shape[..], [_] | [_, 1]) {
            return Err(DataError::invalid(
                origin,
                "one label for each sample",
                format!("shape {:?}", self.shape),
                Place::Whole,
            ));
        }
        let mut labels = LabelTexts::new(origin);
        let mut whole = |v: &mut dyn Iterator<Item = i128>| {
            v.enumerate().try_for_each(|(i, v)| labels.push_whole(v, Place::Index(i)))
        };
        match self.values {
            Values::Bool(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::U8(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::I8(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::U16(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::I16(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::U32(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::I32(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::U64(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::I64(v) => whole(&mut v.into_iter().map(i128::from)),
            Values::F32(v) => push_floats(&mut labels, v.into_iter().map(f64::from)),
            Values::F64(v) => push_floats(&mut labels, v.into_iter()),
        }?;
        Ok(labels)
    }
}

fn push_floats(labels: &mut LabelTexts, values: impl Iterator<Item = f64>) -> Result<(), DataError> {
    values.enumerate().try_for_each(|(i, v)| labels.push_number(v, Place::Index(i)))
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
