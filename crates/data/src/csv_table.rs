//! Tables of numbers as comma-separated text (RFC 4180).

use std::io::{self, Read, Write};
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use crate::csv_labels::{LabelCollector, Labels};
use crate::input::Input;
use crate::stored::Stored;
use crate::{DataError, Matrix, Place, atomic_write};

/// Which column of a CSV file holds the class of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelColumn {
    /// The column with this name in the header.
    Name(String),
    /// This column, from 0.
    Index(usize),
    /// The last column.
    Last,
}

/// How to read a CSV file; the default expects numbers in every column and finds out about the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether the first row is a header. `None`: it is one if it holds text and not a single number (the label
    /// column aside).
    pub header: Option<bool>,
    /// The column of class labels; it becomes [`CsvTable::labels`] and may hold text.
    pub label: Option<LabelColumn>,
}

/// The content of a CSV file.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvTable {
    /// Names of the columns of `values`, where the file has a header.
    pub header: Option<Vec<String>>,
    /// The numbers, without the label column.
    pub values: Matrix<f64>,
    /// The label column, where one was asked for.
    pub labels: Option<Labels>,
}

/// Reads a CSV file of finite numbers, plain or gzip-compressed (told by its content).
///
/// # Errors
/// If the file cannot be read, holds no row, its rows differ in length, the label column is missing, or a field
/// is empty, no number, NaN or infinite; with line and column.
pub fn read_csv(path: impl AsRef<Path>, options: &CsvOptions) -> Result<CsvTable, DataError> {
    read(Input::open(path.as_ref())?, options)
}

/// Reads the content of a CSV file; `origin` begins the message of an error.
///
/// # Errors
/// As [`read_csv`].
///
/// ```
/// use pellucid_data::{CsvOptions, LabelColumn, parse_csv};
/// let options = CsvOptions { label: Some(LabelColumn::Last), ..CsvOptions::default() };
/// let table = parse_csv("iris.csv", b"length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor\n", &options)?;
/// assert_eq!(table.values.row(1), [7.0, 3.2]);
/// assert_eq!(table.labels.unwrap().labels, [0, 1]);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
pub fn parse_csv(origin: &str, bytes: &[u8], options: &CsvOptions) -> Result<CsvTable, DataError> {
    read(Input::slice(origin, bytes)?, options)
}

fn read(mut input: Input<'_>, options: &CsvOptions) -> Result<CsvTable, DataError> {
    let mut rows = Rows::new(options);
    // Ragged rows are let through here and refused in `Rows`, with our message. Every record ends with a line
    // feed, the last one with ours, so that lines can be counted; a carriage return before it is trimmed off as space.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader((&mut input).chain(&b"\n"[..]));
    let mut record = StringRecord::new();
    let outcome = loop {
        let first_possible = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) if record.len() == 1 && record[0].trim().is_empty() => {} // a blank line
            Ok(true) => {
                let inside = record.iter().flat_map(str::bytes).filter(|&b| b == b'\n').count() as u64;
                let line = reader.position().line().saturating_sub(1 + inside).max(first_possible);
                if let Err(refusal) = rows.push(&record, line) {
                    break Err(Failure::Refused(refusal));
                }
            }
            Ok(false) => break Ok(()),
            Err(e) => break Err(Failure::Csv(e, reader.position().line())),
        }
    };
    drop(reader);
    match outcome {
        Ok(()) => rows.finish(&input.origin),
        Err(Failure::Refused((expected, found, place))) => Err(input.invalid(expected, found, place)),
        Err(Failure::Csv(e, line)) => Err(match e.into_kind() {
            ::csv::ErrorKind::Io(cause) => input.failed(cause, Place::Line(line)),
            ::csv::ErrorKind::Utf8 { err, .. } => {
                // The record has been read, so its line is the one before.
                let place = Place::Cell { line: line.saturating_sub(1), column: err.field() as u64 + 1 };
                input.invalid("text in UTF-8", "other bytes", place)
            }
            other => input.invalid("comma-separated text", format!("{other:?}"), Place::Line(line)),
        }),
    }
}

/// Expected, found, where.
type Refusal = (String, String, Place);

enum Failure {
    Refused(Refusal),
    Csv(::csv::Error, u64),
}

/// The rows read so far.
struct Rows<'a> {
    options: &'a CsvOptions,
    /// Number of fields in every row, once the first is read.
    width: Option<usize>,
    /// Which of them is the label.
    label: Option<usize>,
    header: Option<Vec<String>>,
    count: usize,
    values: Vec<f64>,
    labels: LabelCollector,
}

impl<'a> Rows<'a> {
    fn new(options: &'a CsvOptions) -> Self {
        let labels = LabelCollector::default();
        Self { options, width: None, label: None, header: None, count: 0, values: Vec::new(), labels }
    }

    fn push(&mut self, record: &StringRecord, line: u64) -> Result<(), Refusal> {
        match self.width {
            Some(width) if width != record.len() => {
                let expected = format!("{width} fields as in the first row");
                return Err((expected, format!("{} fields", record.len()), Place::Line(line)));
            }
            Some(_) => {}
            None => {
                self.width = Some(record.len());
                if self.first(record, line)? {
                    return Ok(());
                }
            }
        }
        for (c, field) in fields(record).enumerate() {
            let place = Place::Cell { line, column: c as u64 + 1 };
            if field.is_empty() {
                return Err(("a value".into(), "an empty field".into(), place));
            }
            if self.label == Some(c) {
                self.labels.push(field);
            } else {
                let value = field.parse::<f64>().ok().filter(|v| v.is_finite());
                self.values.push(value.ok_or_else(|| ("a finite number".into(), quoted(field), place))?);
            }
        }
        self.count += 1;
        Ok(())
    }

    /// Finds the label column and whether the first row is a header.
    fn first(&mut self, record: &StringRecord, line: u64) -> Result<bool, Refusal> {
        let width = record.len();
        let by_name = matches!(self.options.label, Some(LabelColumn::Name(_)));
        if let Some(label) = &self.options.label {
            let (position, wanted) = match label {
                LabelColumn::Last => (width.checked_sub(1), "a label column".to_owned()),
                LabelColumn::Index(i) => (
                    Some(*i).filter(|&i| i < width),
                    format!("a label column with index {i}, counted from 0"),
                ),
                LabelColumn::Name(name) => (
                    fields(record).position(|field| field == name),
                    format!("a header with a column `{name}`"),
                ),
            };
            let found = || format!("{width} columns{}", if by_name { " of other names" } else { "" });
            self.label = Some(position.ok_or_else(|| (wanted, found(), Place::Line(line)))?);
        }
        if width == usize::from(self.label.is_some()) {
            let expected = "a column of numbers beside the labels".into();
            return Err((expected, format!("{width} columns"), Place::Line(line)));
        }
        let label = self.label;
        let features =
            || fields(record).enumerate().filter(|&(c, _)| Some(c) != label).map(|(_, field)| field);
        let is_header = by_name
            || self.options.header.unwrap_or_else(|| {
                features().all(|f| f.parse::<f64>().is_err()) && features().any(|f| !f.is_empty())
            });
        if is_header {
            self.header = Some(features().map(str::to_owned).collect());
        }
        Ok(is_header)
    }

    fn finish(self, origin: &str) -> Result<CsvTable, DataError> {
        if self.count == 0 {
            let found = if self.header.is_some() { "a header only" } else { "an empty file" };
            return Err(DataError::invalid(origin, "at least one row of numbers", found, Place::Whole));
        }
        let cols = self.values.len() / self.count;
        let values = Matrix::new(self.count, cols, self.values)?;
        let labels = self.label.map(|_| self.labels.finish());
        Ok(CsvTable { header: self.header, values, labels })
    }
}

/// The fields of a record without the space around them.
fn fields(record: &StringRecord) -> impl Iterator<Item = &str> {
    record.iter().map(str::trim)
}

/// At most 40 characters of a field, in quotes.
fn quoted(field: &str) -> String {
    format!("`{}`", field.chars().take(40).collect::<String>())
}

/// Writes a matrix as a CSV file, atomically; numbers in the shortest form that reads back to the same value.
///
/// # Errors
/// If the header's length is not the number of columns or the file cannot be written.
pub fn write_csv<T: Stored>(
    path: impl AsRef<Path>,
    header: Option<&[&str]>,
    matrix: &Matrix<T>,
) -> Result<(), DataError> {
    let path = path.as_ref();
    if let Some(names) = header.filter(|names| names.len() != matrix.cols()) {
        return Err(DataError::invalid(
            path.display().to_string(),
            format!("a header of {} names", matrix.cols()),
            format!("{} names", names.len()),
            Place::Whole,
        ));
    }
    atomic_write(path, |file| {
        if let Some(names) = header {
            let mut writer = WriterBuilder::new().from_writer(&mut *file);
            writer.write_record(names).map_err(io::Error::from)?;
            writer.flush()?;
        }
        for i in 0..matrix.rows() {
            for (j, value) in matrix.row(i).iter().enumerate() {
                write!(file, "{}{value:?}", if j > 0 { "," } else { "" })?;
            }
            writeln!(file)?;
        }
        Ok(())
    })
}
