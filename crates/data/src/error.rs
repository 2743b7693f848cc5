//! The one error type of this crate, with one form of message.

use std::fmt;
use std::io;
use std::path::Path;

use crate::text::escaped::{Escaped, has_control};

/// Where in a file or table something went wrong; counts of bytes, rows and columns as each variant says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file or value as a whole.
    Whole,
    /// Offset in bytes from the start of the (uncompressed) content, from 0.
    Byte(u64),
    /// Line of a text file, from 1.
    Line(u64),
    /// Line and column (field) of a text table, both from 1.
    Cell {
        /// Line, from 1.
        line: u64,
        /// Field within the line, from 1.
        column: u64,
    },
    /// Row and column of a matrix, both from 0 as in [`crate::Matrix`].
    Entry {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
    },
    /// Element of a list, from 0.
    Index(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Byte(n) => write!(f, " (at byte {n})"),
            Self::Line(n) => write!(f, " (at line {n})"),
            Self::Cell { line, column } => write!(f, " (at line {line}, column {column})"),
            Self::Entry { row, column } => write!(f, " (at row {row}, column {column}, counted from 0)"),
            Self::Index(n) => write!(f, " (at index {n}, counted from 0)"),
        }
    }
}

/// What went wrong with data; every message reads `<where>: expected <this>, found <that> (at <place>)`, with what cannot
/// be seen as escapes.
///
/// ```
/// use pellucid_data::{DataError, Place};
/// let e = DataError::invalid("a.csv", "a finite number", "`NaN`", Place::Cell { line: 3, column: 2 });
/// assert_eq!(e.to_string(), "a.csv: expected a finite number, found `NaN` (at line 3, column 2)");
/// ```
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The operating system refused: missing file, no permission, disk full.
    #[error(
        "{}: expected {expected}, found an error of the system: {cause}{}",
        Escaped(origin),
        hint(origin)
    )]
    Io {
        /// The path.
        origin: String,
        /// What was to be done.
        expected: &'static str,
        /// What the system said; part of the message, so not repeated as `source()`.
        cause: io::Error,
    },
    /// The content is not what it must be.
    #[error("{}: expected {}, found {}{place}", Escaped(origin), Escaped(expected), Escaped(found))]
    Invalid {
        /// The path, or the name of the value for data that came from memory.
        origin: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
        /// Where.
        place: Place,
    },
}

impl DataError {
    /// Content of `origin` that is not as `expected`.
    pub fn invalid(
        origin: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
        place: Place,
    ) -> Self {
        Self::Invalid { origin: origin.into(), expected: expected.into(), found: found.into(), place }
    }

    /// Makes a refusal of the operating system at `path`.
    pub fn io(path: &Path, expected: &'static str, cause: io::Error) -> Self {
        Self::Io { origin: path.display().to_string(), expected, cause }
    }
}

/// A word where a path holds what hardly anyone puts into one.
fn hint(origin: &str) -> &'static str {
    if has_control(origin) {
        " (the path holds a control character, which `\\` makes in the \"...\" of TOML; '...' leaves it as it is)"
    } else {
        ""
    }
}
