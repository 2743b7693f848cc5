//! Tables from files of any known format.

use std::path::Path;

use crate::array::labels;
use crate::{Array, CsvOptions, DataError, Features, Place, read_csv, read_idx, read_npy};

enum Content {
    Array(Array),
    Csv(crate::Matrix<f64>),
}

/// Reads a table, one row a sample; the ending of the name tells the format: `.csv`, `.npy`, `.idx` or
/// `ubyte` (IDX), each also with `.gz`.
///
/// # Errors
/// If the ending is another, or the file is not what its format asks for, or a number is NaN or infinite.
///
/// ```
/// let error = pellucid_data::load_table("table.xlsx").unwrap_err();
/// assert!(error.to_string().contains("a name that ends in .csv, .npy, .idx or ubyte"));
/// ```
pub fn load_table(path: impl AsRef<Path>) -> Result<Features, DataError> {
    let path = path.as_ref();
    match read(path)? {
        Content::Array(array) => array.into_features(&path.display().to_string()),
        Content::Csv(matrix) => Ok(Features::F64(matrix)),
    }
}

/// Reads one whole number for each sample from a file with one column, in a format that [`load_table`] knows.
///
/// # Errors
/// As [`load_table`], and if there is more than one column or a number is not whole or below 0.
pub fn load_labels(path: impl AsRef<Path>) -> Result<Vec<u32>, DataError> {
    let path = path.as_ref();
    let origin = path.display().to_string();
    match read(path)? {
        Content::Array(array) => array.into_labels(&origin),
        Content::Csv(matrix) if matrix.cols() == 1 => labels(&origin, matrix.into_data().into_iter()),
        Content::Csv(matrix) => {
            let found = format!("{} columns", matrix.cols());
            Err(DataError::invalid(origin, "one column of labels", found, Place::Whole))
        }
    }
}

fn read(path: &Path) -> Result<Content, DataError> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ends = |ending: &str| name.ends_with(ending);
    if ends(".csv") {
        Ok(Content::Csv(read_csv(path, &CsvOptions::default())?.values))
    } else if ends(".npy") {
        read_npy(path).map(Content::Array)
    } else if ends(".idx") || ends("ubyte") {
        read_idx(path).map(Content::Array)
    } else {
        Err(DataError::invalid(
            path.display().to_string(),
            "a name that ends in .csv, .npy, .idx or ubyte (or one of these and .gz)",
            "another ending",
            Place::Whole,
        ))
    }
}
