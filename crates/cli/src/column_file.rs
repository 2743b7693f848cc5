//! Where a column of a data set is.

use std::path::PathBuf;

/// A column and the file that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnFile {
    pub name: String,
    pub path: PathBuf,
    /// What its numbers are multiplied by, where that is said.
    pub scale: Option<f64>,
    /// What its indices are below, where they are the targets of a term.
    pub below: Option<u32>,
}
