//! The NPY format of `NumPy`, versions 1.0 to 3.0.
//!
//! `\x93NUMPY`, two version bytes, the header's length (`u16`, from version 2 on `u32`, little-endian), the
//! header (a Python dictionary as text), then the values. Source: NEP 1 and `numpy.lib.format`.
//!
//! Our own reader: the format is a page long, and a header that lies must not decide how much memory is taken, which
//! can so be promised and fuzzed.

use std::io::Write;
use std::path::Path;

use half::f16;

use crate::error::{DataError, Place};
use crate::files::atomic::atomic_write;
use crate::files::input::Input;
use crate::formats::idx::write_values;
use crate::formats::npy_header::{Header, parse_header};
use crate::memory::{collect, reserve};
use crate::tables::array::{Array, Values, check_shape, element_count};
use crate::tables::stored::{Endian, Stored};
use crate::text::escaped::quoted;

const MAGIC: [u8; 6] = *b"\x93NUMPY";
/// The longest header that is read; real ones have about a hundred bytes.
const MAX_HEADER: usize = 1 << 16;

/// Reads an NPY file, plain or gzip-compressed (told by its content), in row-major order: an array in Fortran
/// order is transposed.
///
/// # Errors
/// Returns an error if the file cannot be read, is no NPY file, holds a type other than `b1`, `u1` to `u8`, `i1` to
/// `i8` and `f2` to `f8` (half precision becomes `f32`), or its size is not what its header announces. A header that
/// lies is an error, not an allocation.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Array, DataError> {
    read(Input::open(path.as_ref())?)
}

/// Reads the content of an NPY file; `origin` begins the message of an error.
///
/// # Errors
/// Returns an error as [`read_npy`].
///
/// ```
/// let error = pellucid_data::parse_npy("x.npy", b"PK\x03\x04 an archive").unwrap_err();
/// assert!(error.to_string().starts_with("x.npy: expected the NPY magic number"));
/// ```
pub fn parse_npy(origin: &str, bytes: &[u8]) -> Result<Array, DataError> {
    read(Input::slice(origin, bytes)?)
}

fn read(mut input: Input<'_>) -> Result<Array, DataError> {
    let magic: [u8; 6] = input.array("NPY magic number")?;
    if magic != MAGIC {
        let found = format!("{magic:02x?}");
        return Err(input.invalid("the NPY magic number 93 `NUMPY`", found, Place::Byte(0)));
    }
    let [major, minor]: [u8; 2] = input.array("NPY version")?;
    let length = match (major, minor) {
        (1, 0) => usize::from(u16::from_le_bytes(input.array("NPY header length")?)),
        (2 | 3, 0) => u32::from_le_bytes(input.array("NPY header length")?) as usize,
        _ => {
            let found = format!("version {major}.{minor}");
            return Err(input.invalid("NPY version 1.0, 2.0 or 3.0", found, Place::Byte(6)));
        }
    };
    if length > MAX_HEADER {
        let expected = format!("an NPY header of at most {MAX_HEADER} bytes");
        return Err(input.invalid(expected, format!("{length} bytes"), Place::Byte(8)));
    }
    let start = input.here();
    let text = input.values::<u8>(length, Endian::Little)?;
    let header =
        parse_header(&text).map_err(|(expected, found)| input.invalid(expected, quoted(&found), start))?;
    let (endian, kind) = header.descr.split_at_checked(1).unwrap_or_default();
    let endian = match endian {
        "<" | "|" => Endian::Little,
        ">" => Endian::Big,
        _ => return Err(wrong_type(&input, &header.descr, start)),
    };
    let values = match kind {
        "u1" => values::<u8>(&mut input, &header, endian),
        "i1" => values::<i8>(&mut input, &header, endian),
        "i2" => values::<i16>(&mut input, &header, endian),
        "i4" => values::<i32>(&mut input, &header, endian),
        "i8" => values::<i64>(&mut input, &header, endian),
        "u2" => values::<u16>(&mut input, &header, endian),
        "u4" => values::<u32>(&mut input, &header, endian),
        "u8" => values::<u64>(&mut input, &header, endian),
        "b1" => numbers::<u8>(&mut input, &header, endian)
            .map(|bytes| Values::Bool(bytes.into_iter().map(|byte| byte != 0).collect())),
        "f2" => numbers::<u16>(&mut input, &header, endian).and_then(|halves| {
            let floats = halves.into_iter().map(|bits| f16::from_bits(bits).to_f32());
            collect(floats, &input.origin).map(Values::F32)
        }),
        "f4" => values::<f32>(&mut input, &header, endian),
        "f8" => values::<f64>(&mut input, &header, endian),
        _ => Err(wrong_type(&input, &header.descr, start)),
    }?;
    input.end()?;
    Ok(Array { shape: header.shape, values })
}

fn wrong_type(input: &Input<'_>, descr: &str, place: Place) -> DataError {
    let expected = "an NPY type among b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8";
    input.invalid(expected, format!("unsupported type {}", quoted(descr)), place)
}

fn values<T: Stored>(input: &mut Input<'_>, header: &Header, endian: Endian) -> Result<Values, DataError> {
    numbers::<T>(input, header, endian).map(T::wrap)
}

fn numbers<T: Stored>(input: &mut Input<'_>, header: &Header, endian: Endian) -> Result<Vec<T>, DataError> {
    let count = element_count(&input.origin, &header.shape, T::SIZE, input.here())?;
    let values = input.values::<T>(count, endian)?;
    if header.fortran_order { from_fortran(&values, &header.shape, &input.origin) } else { Ok(values) }
}

/// Row-major from column-major: walks the result in order and counts the index up like a clock.
fn from_fortran<T: Copy>(values: &[T], shape: &[usize], origin: &str) -> Result<Vec<T>, DataError> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for size in shape {
        strides.push(stride);
        stride *= size;
    }
    let mut index = vec![0; shape.len()];
    let mut offset = 0;
    let mut result = Vec::new();
    reserve(&mut result, values.len(), origin)?;
    while result.len() < values.len() {
        result.push(values[offset]);
        for d in (0..shape.len()).rev() {
            index[d] += 1;
            offset += strides[d];
            if index[d] < shape[d] {
                break;
            }
            offset -= index[d] * strides[d];
            index[d] = 0;
        }
    }
    Ok(result)
}

/// Writes an NPY file (version 1.0, C order, little-endian) atomically; `values` in row-major order.
///
/// # Errors
/// Returns an error if `shape` does not hold `values.len()` values or the file cannot be written.
///
/// ```
/// use pellucid_data::{Values, read_npy, write_npy};
/// let path = std::env::temp_dir().join(format!("pellucid-doc-{}.npy", std::process::id()));
/// write_npy(&path, &[2, 2], &[1.0_f32, 2.0, 3.0, 4.0])?;
/// assert_eq!(read_npy(&path)?.values, Values::F32(vec![1.0, 2.0, 3.0, 4.0]));
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_npy<T: Stored>(path: impl AsRef<Path>, shape: &[usize], values: &[T]) -> Result<(), DataError> {
    let path = path.as_ref();
    let origin = path.display().to_string();
    check_shape(&origin, shape, values.len())?;
    let order = if T::SIZE == 1 { '|' } else { '<' };
    let sizes: Vec<_> = shape.iter().map(usize::to_string).collect();
    // A tuple of one needs its comma: (3,).
    let sizes = sizes.join(", ") + if shape.len() == 1 { "," } else { "" };
    let header = format!("{{'descr': '{order}{}', 'fortran_order': False, 'shape': ({sizes}), }}", T::NPY);
    // Spaces and a line feed bring the values to a multiple of 64 bytes.
    let padded = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let length = u16::try_from(padded)
        .map_err(|_| DataError::invalid(origin, "fewer dimensions", shape.len().to_string(), Place::Whole))?;
    atomic_write(path, |file| {
        file.write_all(&MAGIC)?;
        file.write_all(&[1, 0])?;
        file.write_all(&length.to_le_bytes())?;
        writeln!(file, "{header:<width$}", width = padded - 1)?;
        write_values(file, values, Endian::Little)
    })
}
