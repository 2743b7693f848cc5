//! The files of `svm-scale -s` and `-r`.
//!
//! ```text
//! y
//! <lower> <upper>
//! <min> <max>
//! x
//! <lower> <upper>
//! <index> <min> <max>
//! ...
//! ```
//!
//! The block `y` is there only where targets are scaled; indices count from 1 and ascend; constant features are left out.
//! Source: `svm-scale.c` of LIBSVM.

use std::io::Write;
use std::path::Path;

use crate::error::{DataError, Place};
use crate::files::atomic::atomic_write;
use crate::files::input::Input;
use crate::files::lines::{Refusal, finite, lines, whole};
use crate::formats::svmlight::MAX_INDEX;
use crate::formats::svmlight_write::push_number;
use crate::preprocessing::scaling::{FeatureRange, Line, Scaling, check_bounds};
use crate::text::escaped::quoted_bytes;

impl Scaling {
    /// Reads a file that `svm-scale -s` or [`write`](Self::write) made.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not of the format; with the line.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DataError> {
        Self::read_from(path, 1)
    }

    /// [`read`](Self::read) where column 0 has the index `first`: 1, or 0 for columns that are the indices themselves, as
    /// `svm-scale` takes files that count from 0.
    ///
    /// # Errors
    /// Returns an error as [`Scaling::read`].
    pub fn read_from(path: impl AsRef<Path>, first: u32) -> Result<Self, DataError> {
        read(Input::open(path.as_ref())?.text()?, first)
    }

    /// Reads the content of such a file; `origin` begins the message of an error.
    ///
    /// # Errors
    /// Returns an error as [`Scaling::read`].
    ///
    /// ```
    /// use pellucid_data::Scaling;
    /// let scaling = Scaling::parse("range", b"x\n-1 1\n1 0 4\n3 -2 5\n")?;
    /// assert_eq!((scaling.bounds(), scaling.features()[1].max), ((-1.0, 1.0), 5.0));
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn parse(origin: &str, bytes: &[u8]) -> Result<Self, DataError> {
        read(Input::slice(origin, bytes)?.text()?, 1)
    }

    /// Writes the file that `svm-scale -r` reads, atomically; numbers in the shortest form that reads back to the same.
    ///
    /// # Errors
    /// Returns an error if there is a feature beyond the index 2^31 - 1, or the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), DataError> {
        self.write_from(path, 1)
    }

    /// [`write`](Self::write) where column 0 has the index `first`, as in [`read_from`](Self::read_from).
    ///
    /// # Errors
    /// Returns an error as [`Scaling::write`].
    pub fn write_from(&self, path: impl AsRef<Path>, first: u32) -> Result<(), DataError> {
        let path = path.as_ref();
        let most = MAX_INDEX - first + 1;
        if let Some(last) = self.features.last().filter(|f| f.column >= most) {
            let (expected, found) = (format!("features below column {most}"), last.column.to_string());
            return Err(DataError::invalid(path.display().to_string(), expected, found, Place::Whole));
        }
        atomic_write(path, |file| file.write_all(self.text_from(first).as_bytes()))
    }

    /// Returns the content of that file.
    pub fn to_text(&self) -> String {
        self.text_from(1)
    }

    fn text_from(&self, first: u32) -> String {
        let mut text = String::new();
        if let Some(y) = self.target {
            text.push_str("y\n");
            push_line(&mut text, &[y.lower, y.upper]);
            push_line(&mut text, &[y.min, y.max]);
        }
        text.push_str("x\n");
        push_line(&mut text, &[self.lower, self.upper]);
        for feature in &self.features {
            text.push_str(&(u64::from(feature.column) + u64::from(first)).to_string());
            text.push(' ');
            push_line(&mut text, &[feature.min, feature.max]);
        }
        text
    }
}

fn push_line(text: &mut String, numbers: &[f64; 2]) {
    push_number(text, &numbers[0]);
    text.push(' ');
    push_number(text, &numbers[1]);
    text.push('\n');
}

fn read(mut input: Input<'_>, first: u32) -> Result<Scaling, DataError> {
    let mut parts = Parts { first: first.into(), least: first.into(), ..Parts::default() };
    lines(&mut input, |line, number| parts.push(line, number))?;
    let origin = &input.origin;
    let Some((lower, upper)) = parts.bounds else {
        let found = "the end of the file before it";
        return Err(DataError::invalid(origin, "a line `x` and a line of bounds", found, Place::Whole));
    };
    check_bounds(origin, lower, upper)?;
    let target = match (parts.target_bounds, parts.target_range) {
        (Some((lower, upper)), Some((min, max))) => {
            check_bounds(origin, lower, upper)?;
            Some(Line { lower, upper, min, max })
        }
        _ => None,
    };
    Ok(Scaling { lower, upper, features: parts.features, target })
}

/// The lines read so far, in the order in which they must come.
#[derive(Default)]
struct Parts {
    has_target: bool,
    target_bounds: Option<(f64, f64)>,
    target_range: Option<(f64, f64)>,
    has_features: bool,
    bounds: Option<(f64, f64)>,
    features: Vec<FeatureRange>,
    /// The index of column 0, and the least that may come.
    first: u64,
    least: u64,
}

impl Parts {
    fn push(&mut self, line: &[u8], number: u64) -> Result<(), Refusal> {
        let fields: Vec<_> = line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).take(4).collect();
        let refuse = |expected: &str| Err((expected.to_owned(), quoted_bytes(line), Place::Line(number)));
        let pair = |fields: &[&[u8]]| match fields {
            [a, b] => finite(a).zip(finite(b)),
            _ => None,
        };
        match fields[..] {
            [] => {}
            [b"y"] if !self.has_target && !self.has_features => self.has_target = true,
            [b"x"] if !self.has_features && self.has_target == self.target_range.is_some() => {
                self.has_features = true;
            }
            _ if self.has_target && self.target_range.is_none() => {
                let Some((a, b)) = pair(&fields) else { return refuse("two finite numbers") };
                if self.target_bounds.is_none() {
                    self.target_bounds = Some((a, b));
                } else if a <= b {
                    self.target_range = Some((a, b));
                } else {
                    return refuse("a minimum and a maximum at least as large");
                }
            }
            _ if self.has_features && self.bounds.is_none() => {
                self.bounds = pair(&fields);
                if self.bounds.is_none() {
                    return refuse("two finite numbers, the lower and upper bound");
                }
            }
            [index, ref range @ ..] if self.has_features => {
                let (Some(index), Some((min, max))) = (whole(index), pair(range)) else {
                    return refuse("<index> <minimum> <maximum>");
                };
                if index < self.least || index > u64::from(MAX_INDEX) {
                    return refuse(&format!("an index from {} to {MAX_INDEX}, in order", self.least));
                }
                if min > max {
                    return refuse("a minimum and a maximum at least as large");
                }
                self.least = index + 1;
                if min < max {
                    self.features.push(FeatureRange { column: (index - self.first) as u32, min, max });
                }
            }
            _ => return refuse("a line `x`, or first a line `y`"),
        }
        Ok(())
    }
}
