//! Tables of numbers as comma-separated text (RFC 4180).

use std::io::{self, Read, Write};
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use crate::error::{DataError, Place};
use crate::files::atomic::atomic_write;
use crate::files::input::Input;
use crate::files::lines::Refusal;
use crate::formats::csv_header::{IndexColumn, counts_up, has_no_name};
use crate::tables::labels::LabelTexts;
use crate::tables::matrix::Matrix;
use crate::tables::stored::Stored;
use crate::text::escaped::{Escaped, quoted};

/// Which column of a CSV file holds the class of the sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelColumn {
    /// The column with this name in the header; where there is none, `first` and `last` are the columns there.
    Name(String),
    /// This column, from 0.
    Index(usize),
    /// The last column.
    Last,
}

/// How to read a CSV file; the default expects numbers in every column and finds out about the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether the first row is a header. `None`: it is one if it holds text and not a single number (the label
    /// column aside), so that column names such as `0,1,2` need a word; they are noted in [`CsvTable::notes`].
    pub header: Option<bool>,
    /// The column of class labels; it becomes [`CsvTable::labels`] and may hold text.
    pub label: Option<LabelColumn>,
}

/// The content of a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvTable {
    /// Names of the columns of `values`, where the file has a header.
    pub header: Option<Vec<String>>,
    /// The numbers, without the label column.
    pub values: Matrix<f64>,
    /// The label column, where one was asked for.
    pub labels: Option<LabelTexts>,
    /// What a reader may want to know of how the file was understood, a sentence each.
    pub notes: Vec<String>,
}

/// Reads a CSV file of finite numbers, plain or gzip-compressed (told by its content).
///
/// Space around fields does not count, nor does a byte-order mark. A first column without a name (as `pandas` and R
/// write the numbers of the rows) is left out and noted, if it holds whole numbers that all differ, or text. A file
/// without rows is a table without rows. A line has at most 128 MiB, a compressed file 4 GiB of content.
///
/// # Errors
/// Returns an error if the file cannot be read, its rows differ in length, the label column is missing, or a field is
/// empty, no number, NaN or infinite; with line and column. Also if all labels but the first are numbers: the first is a
/// header then, which must be said.
pub fn read_csv(path: impl AsRef<Path>, options: &CsvOptions) -> Result<CsvTable, DataError> {
    read(Input::open(path.as_ref())?.text()?, options)
}

/// Reads the content of a CSV file; `origin` begins the message of an error.
///
/// # Errors
/// Returns an error as [`read_csv`].
///
/// ```
/// use pellucid_data::{CsvOptions, LabelColumn, parse_csv};
/// let options = CsvOptions { label: Some(LabelColumn::Last), ..CsvOptions::default() };
/// let table = parse_csv("iris.csv", b"length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor\n", &options)?;
/// assert_eq!(table.values.row(1), [7.0, 3.2]);
/// assert_eq!(table.labels.unwrap().classes()?.labels, [0, 1]);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
pub fn parse_csv(origin: &str, bytes: &[u8], options: &CsvOptions) -> Result<CsvTable, DataError> {
    read(Input::slice(origin, bytes)?.text()?, options)
}

/// Reads a file of labels: one column, of numbers or names.
///
/// A first row that alone is no number is a header; where all are names, whether the first is one must be said.
pub(crate) fn read_csv_labels(path: &Path, header: Option<bool>) -> Result<LabelTexts, DataError> {
    let mut input = Input::open(path)?.text()?;
    let options = CsvOptions { header, label: None };
    let mut rows = Rows { only_labels: true, ..Rows::new(&options, &input.origin) };
    fill(&mut input, &mut rows)?;
    let (mut labels, found_header) = (rows.labels, rows.header.is_some());
    if header.is_none() && !found_header && labels.header_like().is_some() {
        labels.remove_first();
    }
    Ok(labels)
}

fn read(mut input: Input<'_>, options: &CsvOptions) -> Result<CsvTable, DataError> {
    let mut rows = Rows::new(options, &input.origin);
    fill(&mut input, &mut rows)?;
    rows.finish(&input.origin)
}

/// Hands every record to `rows`.
fn fill(input: &mut Input<'_>, rows: &mut Rows<'_>) -> Result<(), DataError> {
    // Ragged rows are let through here and refused in `Rows`, with our message. Every record ends with a line
    // feed, the last one with ours, so that lines can be counted; a carriage return before it is trimmed off as space.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader((&mut *input).chain(&b"\n"[..]));
    let mut record = StringRecord::new();
    let outcome = loop {
        let first_possible = reader.position().line();
        reader.get_mut().get_mut().0.next_line();
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
        Ok(()) => Ok(()),
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

enum Failure {
    Refused(Refusal),
    Csv(::csv::Error, u64),
}

/// The rows read so far.
struct Rows<'a> {
    options: &'a CsvOptions,
    /// Whether all that is to be read is one column of labels.
    only_labels: bool,
    /// Number of fields in every row, once the first is read.
    width: Option<usize>,
    /// Which of them is the label.
    label: Option<usize>,
    header: Option<Vec<String>>,
    /// The first field of each row, where it has no name.
    index: Option<IndexColumn>,
    /// The first row, if it counts up like the names of columns.
    counting: Option<String>,
    count: usize,
    values: Vec<f64>,
    labels: LabelTexts,
}

impl<'a> Rows<'a> {
    fn new(options: &'a CsvOptions, origin: &str) -> Self {
        Self {
            options,
            only_labels: false,
            width: None,
            label: None,
            header: None,
            index: None,
            counting: None,
            count: 0,
            values: Vec::new(),
            labels: LabelTexts::new(origin),
        }
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
        if self.values.try_reserve(record.len()).is_err() {
            let found = format!("no room for {} numbers", self.values.len() + record.len());
            return Err(("data that fit into memory".into(), found, Place::Line(line)));
        }
        for (c, field) in fields(record).enumerate() {
            let place = Place::Cell { line, column: c as u64 + 1 };
            if let Some(index) = self.index.as_mut().filter(|_| c == 0) {
                index.push(field);
                continue;
            }
            if field.is_empty() {
                return Err(("a value".into(), "an empty field".into(), place));
            }
            if self.label == Some(c) {
                let room = self.labels.push_text(field, place);
                room.map_err(|_| {
                    ("data that fit into memory".into(), "no room for another label".into(), place)
                })?;
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
        let mut by_name = false;
        if let Some(label) = &self.options.label {
            let (position, wanted) = match label {
                LabelColumn::Last => (width.checked_sub(1), "a label column".to_owned()),
                LabelColumn::Index(i) => (
                    Some(*i).filter(|&i| i < width),
                    format!("a label column with index {i}, counted from 0"),
                ),
                LabelColumn::Name(name) => {
                    let named = fields(record).position(|field| field == name);
                    by_name = named.is_some();
                    let place = match name.as_str() {
                        "first" => Some(0),
                        "last" => width.checked_sub(1),
                        _ => None,
                    };
                    (named.or(place), format!("a header with a column {}", quoted(name)))
                }
            };
            let other = matches!(label, LabelColumn::Name(_));
            let found = || format!("{width} columns{}", if other { " of other names" } else { "" });
            self.label = Some(position.ok_or_else(|| (wanted, found(), Place::Line(line)))?);
        }
        if by_name && self.options.header == Some(false) {
            let expected = "a header, which has the name of the label column".into();
            return Err((expected, "header = false".into(), Place::Line(line)));
        }
        if self.only_labels {
            return self.first_label(record, line);
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
            let mut names: Vec<String> = features().map(str::to_owned).collect();
            if label != Some(0) && names.len() > 1 && has_no_name(&names[0]) {
                self.index = Some(IndexColumn::new(names.remove(0)));
            }
            self.header = Some(names);
        } else if self.options.header.is_none() && counts_up(fields(record)) {
            self.counting = Some(fields(record).take(4).collect::<Vec<_>>().join(","));
        }
        Ok(is_header)
    }

    /// Finds the column of labels of a file that has no other, but for one without a name.
    fn first_label(&mut self, record: &StringRecord, line: u64) -> Result<bool, Refusal> {
        let first = fields(record).next().unwrap_or_default();
        let index = record.len() == 2 && has_no_name(first) && self.options.header != Some(false);
        if record.len() != 1 && !index {
            let found = format!("{} columns", record.len());
            return Err(("one column of labels".into(), found, Place::Line(line)));
        }
        self.label = Some(record.len() - 1);
        if index {
            self.index = Some(IndexColumn::new(first.to_owned()));
        }
        let is_header = index || self.options.header == Some(true);
        self.header = is_header.then(Vec::new);
        Ok(is_header)
    }

    fn finish(mut self, origin: &str) -> Result<CsvTable, DataError> {
        let mut notes = Vec::new();
        if self.header.is_none()
            && self.options.header.is_none()
            && let Some((found, place)) = self.labels.header_like()
        {
            let expected = "numbers or names as labels (or is the first row a header? then say so: header = true \
                            in a TOML file, --header yes to a command)";
            return Err(DataError::invalid(origin, expected, format!("{found} before numbers"), place));
        }
        if let Some(row) = self.counting.filter(|_| self.count > 1) {
            notes.push(format!(
                "{}: the first row, {}, was read as data; if it names the columns, say so: header = true in a TOML \
                 file, --header yes to a command",
                Escaped(origin),
                Escaped(&row)
            ));
        }
        let width = self.width.unwrap_or(0) - usize::from(self.label.is_some());
        let mut columns = width - usize::from(self.index.is_some());
        if let Some(index) = self.index {
            let left_out = index.counts_rows();
            let what =
                if left_out { "was left out: it seems to count the rows" } else { "is taken as a feature" };
            notes.push(format!("{}: the first column, which has no name, {what}", Escaped(origin)));
            if !left_out {
                self.values = index.put_before(&self.values, columns);
                columns += 1;
                if let Some(names) = &mut self.header {
                    names.insert(0, index.name);
                }
            }
        }
        let values = Matrix::new(self.count, columns, self.values)?;
        let labels = self.label.map(|_| self.labels);
        Ok(CsvTable { header: self.header, values, labels, notes })
    }
}

/// The fields of a record without the space around them.
fn fields(record: &StringRecord) -> impl Iterator<Item = &str> {
    record.iter().map(str::trim)
}

/// Writes a matrix as a CSV file, atomically; numbers in the shortest form that reads back to the same value.
///
/// # Errors
/// Returns an error if the header's length is not the number of columns or the file cannot be written.
pub fn write_csv<T: Stored>(
    path: impl AsRef<Path>,
    header: Option<&[&str]>,
    matrix: &Matrix<T>,
) -> Result<(), DataError> {
    let path = path.as_ref();
    if let Some(names) = header.filter(|names| names.len() != matrix.columns()) {
        return Err(DataError::invalid(
            path.display().to_string(),
            format!("a header of {} names", matrix.columns()),
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
