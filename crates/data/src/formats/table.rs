//! Tables from files of any known format.

use std::path::Path;

use crate::error::{DataError, Place};
use crate::formats::csv_table::{CsvOptions, LabelColumn, read_csv, read_csv_labels};
use crate::formats::idx::read_idx;
use crate::formats::npy::read_npy;
use crate::memory::reserve;
use crate::tables::array::Array;
use crate::tables::features::{Features, PIXEL};
use crate::tables::labels::{LabelTexts, Labels};
use crate::tables::matrix::Matrix;
use crate::text::escaped::Escaped;

/// How to read a table of inputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOptions {
    /// Whether the first row of a CSV file is a header, as in [`CsvOptions::header`].
    pub header: Option<bool>,
    /// The column of labels; in an array, which has no names, `first` and `last` are the names. With one, a file whose
    /// name has another ending is read as CSV, such as UCI's `iris.data`.
    pub label: Option<LabelColumn>,
    /// What the numbers are multiplied by. `None`: pixels of images by 1/255, all else by 1.
    pub scale: Option<f64>,
}

/// The content of a table of inputs.
#[derive(Clone, Debug)]
pub struct Table {
    /// The inputs, one row a sample, scaled.
    pub features: Features,
    /// The column of labels, where one was asked for.
    pub labels: Option<LabelTexts>,
    /// What the numbers were multiplied by: to be kept with a model, and given as [`TableOptions::scale`] for the inputs
    /// of its predictions, whatever file they come from.
    pub scale: f64,
    /// What a reader may want to know of how the file was understood, a sentence each.
    pub notes: Vec<String>,
}

/// Reads a table, one row a sample; the ending of the name tells the format: `.csv`, `.npy`, `.idx` or
/// `ubyte` (IDX), each also with `.gz`.
///
/// Bytes of an image (three dimensions or more) are pixels, which become 0 to 1; all other numbers are read as they are.
///
/// # Errors
/// Returns an error if the ending is another, or the file is not what its format asks for, or a number is NaN or
/// infinite.
///
/// ```
/// let error = pellucid_data::load_table("table.xlsx").unwrap_err();
/// assert!(error.to_string().contains("a name that ends in .csv, .npy, .idx or ubyte"));
/// ```
pub fn load_table(path: impl AsRef<Path>) -> Result<Features, DataError> {
    read_table(path, &TableOptions::default()).map(|table| table.features)
}

/// [`load_table`] with options, and with what is to be known of the file.
///
/// # Errors
/// Returns an error as [`load_table`], and if the column of labels is missing or the scale is not positive and finite.
pub fn read_table(path: impl AsRef<Path>, options: &TableOptions) -> Result<Table, DataError> {
    let path = path.as_ref();
    let origin = path.display().to_string();
    let csv = CsvOptions { header: options.header, label: options.label.clone() };
    match read(path, &csv)? {
        Content::Csv { values, labels, notes } => {
            let scale = options.scale.unwrap_or(1.0);
            let features = Features::F64(values).scaled(&origin, scale)?;
            Ok(Table { features, labels, scale, notes })
        }
        Content::Array(array) => {
            let images = array.is_images();
            let scale = options.scale.unwrap_or(if images { PIXEL } else { 1.0 });
            let mut notes = Vec::new();
            if images && options.scale.is_none() {
                notes.push(format!(
                    "{}: bytes of images, divided by 255 (scale = 1 leaves them as they are)",
                    Escaped(&origin)
                ));
            }
            let (features, labels) = match &options.label {
                None => (array.into_features(&origin)?, None),
                Some(label) => {
                    let (features, labels) = split_column(array.into_features(&origin)?, label, &origin)?;
                    (features, Some(labels))
                }
            };
            Ok(Table { features: features.scaled(&origin, scale)?, labels, scale, notes })
        }
    }
}

/// Reads a table of indices below a bound, such as words or categories, one row a sample, in a format that [`load_table`]
/// knows; `header` as in [`CsvOptions::header`].
///
/// # Errors
/// Returns an error as [`load_table`], and if a number is not whole, below 0, or not below `below`.
pub fn read_indices(
    path: impl AsRef<Path>,
    header: Option<bool>,
    below: u32,
) -> Result<Matrix<u32>, DataError> {
    let path = path.as_ref();
    let table = read_table(path, &TableOptions { header, label: None, scale: Some(1.0) })?;
    table.features.into_indices(&path.display().to_string(), below)
}

/// Reads the class of each sample from a file with one column, in a format that [`load_table`] knows.
///
/// # Errors
/// Returns an error as [`read_label_texts`] and [`LabelTexts::classes`].
pub fn load_labels(path: impl AsRef<Path>) -> Result<Labels, DataError> {
    read_label_texts(path, None)?.classes()
}

/// Reads one label for each sample from a file with one column, in a format that [`load_table`] knows; `header` as in
/// [`CsvOptions::header`].
///
/// # Errors
/// Returns an error as [`load_table`], and if there is more than one column.
pub fn read_label_texts(path: impl AsRef<Path>, header: Option<bool>) -> Result<LabelTexts, DataError> {
    let path = path.as_ref();
    if is_csv(path) {
        return read_csv_labels(path, header);
    }
    match read(path, &CsvOptions::default())? {
        Content::Array(array) => array.into_labels(&path.display().to_string()),
        Content::Csv { .. } => Err(unknown(path)),
    }
}

enum Content {
    Array(Array),
    Csv { values: Matrix<f64>, labels: Option<LabelTexts>, notes: Vec<String> },
}

/// The name of a file in lower case, without `.gz`.
fn name(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    name.strip_suffix(".gz").unwrap_or(&name).to_owned()
}

fn is_csv(path: &Path) -> bool {
    let (name, ending) = (name(path), ".csv");
    name.ends_with(ending)
}

fn read(path: &Path, csv: &CsvOptions) -> Result<Content, DataError> {
    let name = name(path);
    let ends = |ending: &str| name.ends_with(ending);
    if ends(".npy") {
        read_npy(path).map(Content::Array)
    } else if ends(".idx") || ends("ubyte") {
        read_idx(path).map(Content::Array)
    } else if is_csv(path) || csv.label.is_some() {
        let table = read_csv(path, csv)?;
        Ok(Content::Csv { values: table.values, labels: table.labels, notes: table.notes })
    } else {
        Err(unknown(path))
    }
}

fn unknown(path: &Path) -> DataError {
    DataError::invalid(
        path.display().to_string(),
        "a name that ends in .csv, .npy, .idx or ubyte (or one of these and .gz)",
        "another ending",
        Place::Whole,
    )
}

/// A table of numbers without one of its columns, and that column as labels.
fn split_column(
    features: Features,
    label: &LabelColumn,
    origin: &str,
) -> Result<(Features, LabelTexts), DataError> {
    let columns = features.columns();
    let at = match label {
        LabelColumn::Last => columns.checked_sub(1),
        LabelColumn::Index(i) => Some(*i),
        LabelColumn::Name(name) => match name.as_str() {
            "first" => Some(0),
            "last" => columns.checked_sub(1),
            _ => None,
        },
    };
    let Some(at) = at.filter(|&at| at < columns && columns > 1) else {
        let expected = "a column of labels, `first` or `last` of at least two, as an array has no names";
        return Err(DataError::invalid(origin, expected, format!("{columns} columns"), Place::Whole));
    };
    let mut labels = LabelTexts::new(origin);
    let features = match features {
        Features::U8(m) => {
            Features::U8(without(&m, at, |row, v| labels.push_whole(v.into(), Place::Index(row)))?)
        }
        Features::F32(m) => {
            Features::F32(without(&m, at, |row, v| labels.push_number(v.into(), Place::Index(row)))?)
        }
        Features::F64(m) => {
            Features::F64(without(&m, at, |row, v| labels.push_number(v, Place::Index(row)))?)
        }
    };
    Ok((features, labels))
}

/// The columns but one, whose entries go to `take` with their rows.
fn without<T: Copy>(
    m: &Matrix<T>,
    at: usize,
    mut take: impl FnMut(usize, T) -> Result<(), DataError>,
) -> Result<Matrix<T>, DataError> {
    let mut data = Vec::new();
    reserve(&mut data, m.data().len() - m.rows(), "table")?;
    for row in 0..m.rows() {
        let entries = m.row(row);
        take(row, entries[at])?;
        data.extend_from_slice(&entries[..at]);
        data.extend_from_slice(&entries[at + 1..]);
    }
    Matrix::new(m.rows(), m.columns() - 1, data)
}
