//! The text format of SVMlight and LIBSVM: one sample a line, zeros left out.
//!
//! ```text
//! <label> <index>:<value> <index>:<value> ... # comment
//! ```
//!
//! Indices ascend and count from 1, or from 0 as scikit-learn writes them by default. Blank lines and what follows a `#` are
//! skipped, lines end with LF or CRLF and have at most 128 MiB, any space separates fields, a byte-order mark is skipped, an
//! empty file holds no samples, and a `qid:<n>` after the label (SVMlight's ranking queries) is checked and ignored. With
//! [`precomputed`](SvmlightOptions::precomputed), each sample begins with its serial number as `0:<serial>` and its
//! values are rows of a kernel matrix. Sources: the README of LIBSVM; T. Joachims, SVMlight.

use std::path::Path;

use crate::error::{DataError, Place};
use crate::files::input::Input;
use crate::files::lines::{Refusal, finite, lines, whole};
use crate::tables::csr::Csr;
use crate::text::escaped::quoted_bytes;

/// The largest index: LIBSVM reads them as 32-bit signed integers.
pub(crate) const MAX_INDEX: u32 = i32::MAX as u32;

/// How to read an SVMlight file; the default takes the number of features from the largest index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SvmlightOptions {
    /// Number of features: a larger index is an error, and [`SvmlightTable::x`] gets this many columns. `None`: as many
    /// as the largest index. Give it for test data, which may lack the last features of the training data.
    pub columns: Option<usize>,
    /// Whether the file holds a precomputed kernel, each sample beginning with `0:<serial>`.
    pub precomputed: bool,
    /// Whether indices count from 0. `None`: they do where an index 0 occurs. Give it for test data, in which the first
    /// feature may be zero throughout.
    pub zero_based: Option<bool>,
}

/// The content of an SVMlight file.
#[derive(Clone, Debug, PartialEq)]
pub struct SvmlightTable {
    /// Class or target of each sample.
    pub labels: Vec<f64>,
    /// The features, index `i` of the file in column `i - 1`, or `i` where indices count from 0; zeros that the file writes
    /// out are not stored.
    pub x: Csr<f64>,
    /// Whether indices count from 0.
    pub zero_based: bool,
    /// Of a precomputed kernel: the serial number of each sample, by which LIBSVM finds it in the columns of the kernel
    /// matrix, from 1 (for samples to be predicted any number will do).
    pub serials: Option<Vec<u32>>,
}

/// Reads an SVMlight file, plain or gzip-compressed (told by its content).
///
/// # Errors
/// Returns an error if the file cannot be read; with line and field: a label or value that is no finite number, several
/// labels, an index that is not ascending or above 2^31 - 1, an index beyond the stated number of features, a missing
/// colon, or for a precomputed kernel a missing serial number.
pub fn read_svmlight(path: impl AsRef<Path>, options: &SvmlightOptions) -> Result<SvmlightTable, DataError> {
    read(Input::open(path.as_ref())?.text()?, options)
}

/// Reads the content of an SVMlight file; `origin` begins the message of an error.
///
/// # Errors
/// Returns an error as [`read_svmlight`].
///
/// ```
/// use pellucid_data::{SvmlightOptions, parse_svmlight};
/// let table = parse_svmlight("toy", b"+1 1:0.5 3:-2\n-1 2:1 # the second\n", &SvmlightOptions::default())?;
/// assert_eq!(table.labels, [1.0, -1.0]);
/// assert_eq!(table.x.to_dense()?.data(), [0.5, 0.0, -2.0, 0.0, 1.0, 0.0]);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
pub fn parse_svmlight(
    origin: &str,
    bytes: &[u8],
    options: &SvmlightOptions,
) -> Result<SvmlightTable, DataError> {
    read(Input::slice(origin, bytes)?.text()?, options)
}

fn read(mut input: Input<'_>, options: &SvmlightOptions) -> Result<SvmlightTable, DataError> {
    let mut samples = Samples::new(options);
    lines(&mut input, |line, number| samples.push(line, number))?;
    samples.finish()
}

/// The samples read so far.
struct Samples<'a> {
    options: &'a SvmlightOptions,
    labels: Vec<f64>,
    serials: Vec<u32>,
    row_starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    /// The least and the largest index, also of a zero.
    range: Option<(u32, u32)>,
}

impl<'a> Samples<'a> {
    fn new(options: &'a SvmlightOptions) -> Self {
        Self {
            options,
            labels: Vec::new(),
            serials: Vec::new(),
            row_starts: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
            range: None,
        }
    }

    fn push(&mut self, line: &[u8], number: u64) -> Result<(), Refusal> {
        let entries = line.split(|&b| b == b':').count();
        let room = self.indices.try_reserve(entries).and_then(|()| self.values.try_reserve(entries));
        let room =
            room.and_then(|()| self.labels.try_reserve(1)).and_then(|()| self.row_starts.try_reserve(1));
        if room.is_err() {
            let found = format!("no room for {} entries", self.values.len() + entries);
            return Err(("data that fit into memory".into(), found, Place::Line(number)));
        }
        let comment = line.iter().position(|&b| b == b'#').unwrap_or(line.len());
        let fields = line[..comment].split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
        let mut fields = (1..).zip(fields).peekable();
        let refuse = |expected: &str, found: &[u8], column: u64| {
            (expected.to_owned(), quoted_bytes(found), Place::Cell { line: number, column })
        };

        let Some((column, field)) = fields.next() else { return Ok(()) };
        if field.contains(&b',') {
            return Err(refuse(
                "one label for each sample, a number (commas: of a table that is named .csv, or whose column of labels is told)",
                field,
                column,
            ));
        }
        let label = finite(field).ok_or_else(|| {
            refuse("a finite number as label (any number where labels are not known)", field, column)
        })?;
        self.labels.push(label);

        if let Some((column, field)) = fields.next_if(|(_, field)| field.starts_with(b"qid:")) {
            whole(&field[4..]).ok_or_else(|| refuse("a whole number after qid:", field, column))?;
        }
        if self.options.precomputed {
            let expected = "0:<serial number>, as a precomputed kernel has it after the label";
            let (column, field) = fields.next().unwrap_or((2, b"the end of the line"));
            let serial = field.strip_prefix(b"0:").and_then(finite);
            let serial = serial.filter(|s| s.fract() == 0.0 && (0.0..=f64::from(MAX_INDEX)).contains(s));
            self.serials.push(serial.ok_or_else(|| refuse(expected, field, column))? as u32);
        }

        let mut last = None;
        for (column, field) in fields {
            let Some(colon) = field.iter().position(|&b| b == b':') else {
                return Err(refuse("<index>:<value>", field, column));
            };
            let (index, value) = (&field[..colon], &field[colon + 1..]);
            let index = match whole(index) {
                Some(0) if self.options.precomputed => {
                    return Err(refuse("an index from 1 after the serial number", field, column));
                }
                Some(0) if self.options.zero_based == Some(false) => {
                    let expected =
                        "an index from 1 (a file that counts from 0: write it with zero_based=False)";
                    return Err(refuse(expected, field, column));
                }
                Some(i) if i <= u64::from(MAX_INDEX) => i as u32,
                _ => return Err(refuse("a whole number from 0 to 2147483647 as index", field, column)),
            };
            if let Some(last) = last.filter(|&last| index <= last) {
                return Err(refuse(&format!("an index above {last}, the one before"), field, column));
            }
            if let Some(columns) = self.options.columns.filter(|&columns| self.beyond(index, columns)) {
                return Err(refuse(
                    &format!("an index of at most {columns}, the number of features"),
                    field,
                    column,
                ));
            }
            let value = finite(value).ok_or_else(|| refuse("a finite number as value", field, column))?;
            last = Some(index);
            let (least, largest) = self.range.unwrap_or((index, index));
            self.range = Some((least.min(index), largest.max(index)));
            if value != 0.0 {
                self.indices.push(index);
                self.values.push(value);
            }
        }
        self.row_starts.push(self.values.len());
        Ok(())
    }

    /// Whether an index is larger than so many features allow.
    fn beyond(&self, index: u32, columns: usize) -> bool {
        let zero_based = self.options.zero_based.unwrap_or(false) && !self.options.precomputed;
        index as usize + usize::from(zero_based) > columns
    }

    fn finish(mut self) -> Result<SvmlightTable, DataError> {
        let zero_based = !self.options.precomputed
            && self.options.zero_based.unwrap_or(self.range.is_some_and(|(least, _)| least == 0));
        if !zero_based {
            self.indices.iter_mut().for_each(|index| *index -= 1);
        }
        let seen = self.range.map_or(0, |(_, largest)| largest as usize + usize::from(zero_based));
        Ok(SvmlightTable {
            labels: self.labels,
            x: Csr::new(self.options.columns.unwrap_or(seen), self.row_starts, self.indices, self.values)?,
            zero_based,
            serials: self.options.precomputed.then_some(self.serials),
        })
    }
}
