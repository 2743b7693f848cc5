//! The IDX format of the MNIST files.
//!
//! Two zero bytes, a type code, the number of dimensions, each size as a big-endian `u32`, then the values in
//! row-major order, big-endian. Source: <http://yann.lecun.com/exdb/mnist/>, "The IDX file format".

use std::io::Write;
use std::path::Path;

use crate::error::{DataError, Place};
use crate::files::atomic::atomic_write;
use crate::files::input::Input;
use crate::tables::array::{Array, Values, check_shape, element_count};
use crate::tables::stored::{Endian, IdxStored, Stored};

/// Reads an IDX file, plain or gzip-compressed (told by its content).
///
/// # Errors
/// Returns an error if the file cannot be read, is no IDX file, is cut short or goes on after its values, or its gzip
/// stream is broken. A size in the header that lies is an error, not an allocation.
pub fn read_idx(path: impl AsRef<Path>) -> Result<Array, DataError> {
    read(Input::open(path.as_ref())?)
}

/// Reads the content of an IDX file, plain or gzip-compressed; `origin` begins the message of an error.
///
/// # Errors
/// Returns an error as [`read_idx`].
///
/// ```
/// use pellucid_data::{Values, parse_idx};
/// let labels = parse_idx("labels", &[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])?;
/// assert_eq!((labels.shape, labels.values), (vec![3], Values::U8(vec![5, 0, 4])));
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
pub fn parse_idx(origin: &str, bytes: &[u8]) -> Result<Array, DataError> {
    read(Input::slice(origin, bytes)?)
}

fn read(mut input: Input<'_>) -> Result<Array, DataError> {
    let magic: [u8; 4] = input.array("IDX magic number")?;
    let [0, 0, code, dimensions] = magic else {
        let found = format!("{magic:02x?}");
        return Err(input.invalid("an IDX magic number, two zero bytes first", found, Place::Byte(0)));
    };
    let mut shape = Vec::new();
    for _ in 0..dimensions {
        shape.push(u32::from_be_bytes(input.array("IDX sizes")?) as usize);
    }
    let values = match code {
        0x08 => values::<u8>(&mut input, &shape),
        0x09 => values::<i8>(&mut input, &shape),
        0x0b => values::<i16>(&mut input, &shape),
        0x0c => values::<i32>(&mut input, &shape),
        0x0d => values::<f32>(&mut input, &shape),
        0x0e => values::<f64>(&mut input, &shape),
        _ => Err(input.invalid(
            "an IDX type code (08 u8, 09 i8, 0b i16, 0c i32, 0d f32, 0e f64)",
            format!("unsupported type {code:02x}"),
            Place::Byte(2),
        )),
    }?;
    input.end()?;
    Ok(Array { shape, values })
}

fn values<T: Stored>(input: &mut Input<'_>, shape: &[usize]) -> Result<Values, DataError> {
    let count = element_count(&input.origin, shape, T::SIZE, Place::Byte(4))?;
    Ok(T::wrap(input.values::<T>(count, Endian::Big)?))
}

/// Writes an IDX file atomically; `values` in row-major order.
///
/// # Errors
/// Returns an error if `shape` does not hold `values.len()` values, has more than 255 dimensions or a size of 2^32 or
/// more, or the file cannot be written.
pub fn write_idx<T: IdxStored>(
    path: impl AsRef<Path>,
    shape: &[usize],
    values: &[T],
) -> Result<(), DataError> {
    let path = path.as_ref();
    let origin = path.display().to_string();
    check_shape(&origin, shape, values.len())?;
    let refuse =
        |expected: &str, found: String| DataError::invalid(origin.as_str(), expected, found, Place::Whole);
    let dimensions =
        u8::try_from(shape.len()).map_err(|_| refuse("at most 255 dimensions", shape.len().to_string()))?;
    let mut header = vec![0, 0, T::CODE, dimensions];
    for &size in shape {
        let size = u32::try_from(size).map_err(|_| refuse("sizes below 2^32", size.to_string()))?;
        header.extend_from_slice(&size.to_be_bytes());
    }
    atomic_write(path, |file| {
        file.write_all(&header)?;
        write_values(file, values, Endian::Big)
    })
}

/// Writes numbers one after the other, through a small buffer.
pub(crate) fn write_values<T: Stored>(
    to: &mut impl Write,
    values: &[T],
    endian: Endian,
) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(4096 * T::SIZE);
    for chunk in values.chunks(4096) {
        bytes.clear();
        for &value in chunk {
            value.encode(endian, &mut bytes);
        }
        to.write_all(&bytes)?;
    }
    Ok(())
}
