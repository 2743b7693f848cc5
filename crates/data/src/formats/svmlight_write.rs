//! Writing the text format of SVMlight and LIBSVM.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use crate::error::{DataError, Place};
use crate::files::atomic::atomic_write;
use crate::formats::svmlight::MAX_INDEX;
use crate::tables::csr::Csr;
use crate::tables::element::Element;

/// Writes samples as an SVMlight file, atomically; see [`write_svmlight_to`].
///
/// # Errors
/// Returns an error if the lengths differ, a number is NaN or infinite, there are more than 2^31 - 1 columns, or the
/// file cannot be written.
///
/// ```
/// use pellucid_data::{Csr, SvmlightOptions, read_svmlight, write_svmlight};
/// # let path = std::env::temp_dir().join(format!("pellucid-doc-{}.svm", std::process::id()));
/// let x = Csr::new(3, vec![0, 1, 3], vec![1, 0, 2], vec![5.0, 7.0, 9.0])?;
/// write_svmlight(&path, &[1.0, -1.0], &x, None)?; // 1 2:5 / -1 1:7 3:9
/// assert_eq!(read_svmlight(&path, &SvmlightOptions::default())?.x, x);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_svmlight<F: Element>(
    path: impl AsRef<Path>,
    labels: &[f64],
    x: &Csr<F>,
    serials: Option<&[u32]>,
) -> Result<(), DataError> {
    let path = path.as_ref();
    check(&path.display().to_string(), labels, x, serials, 1)?;
    atomic_write(path, |file| write_rows(file, labels, x, serials, 1))
}

/// Writes samples in the SVMlight format: `<label> <index>:<value> ...`, indices from 1, zeros left out, numbers in the
/// shortest form that reads back to the same value; `serials` are those of a precomputed kernel, as `0:<serial>`.
///
/// The format does not say how many columns there are: where the last ones are all 0, the reader must be told.
///
/// # Errors
/// Returns an error if the lengths differ, a number is NaN or infinite, there are more than 2^31 - 1 columns, or
/// `writer` fails.
pub fn write_svmlight_to<F: Element>(
    writer: &mut impl Write,
    labels: &[f64],
    x: &Csr<F>,
    serials: Option<&[u32]>,
) -> Result<(), DataError> {
    write_svmlight_from(writer, labels, x, serials, 1)
}

/// [`write_svmlight_to`] where column 0 has the index `first`: 1, or 0 for files that count from 0.
///
/// # Errors
/// Returns an error as [`write_svmlight_to`].
pub fn write_svmlight_from<F: Element>(
    writer: &mut impl Write,
    labels: &[f64],
    x: &Csr<F>,
    serials: Option<&[u32]>,
    first: u32,
) -> Result<(), DataError> {
    const ORIGIN: &str = "SVMlight output";
    check(ORIGIN, labels, x, serials, first)?;
    write_rows(writer, labels, x, serials, first)
        .map_err(|e| DataError::io(Path::new(ORIGIN), "an output that can be written", e))
}

fn check<F: Element>(
    origin: &str,
    labels: &[f64],
    x: &Csr<F>,
    serials: Option<&[u32]>,
    first: u32,
) -> Result<(), DataError> {
    let invalid =
        |expected: String, found: String, place| Err(DataError::invalid(origin, expected, found, place));
    let rows = x.rows();
    if labels.len() != rows {
        return invalid(format!("{rows} labels, one for each row"), labels.len().to_string(), Place::Whole);
    }
    if let Some(serials) = serials.filter(|serials| serials.len() != rows) {
        return invalid(
            format!("{rows} serial numbers, one for each row"),
            serials.len().to_string(),
            Place::Whole,
        );
    }
    let most = MAX_INDEX as usize + 1 - first as usize;
    if x.columns() > most {
        return invalid(format!("at most {most} columns"), x.columns().to_string(), Place::Whole);
    }
    if let Some(i) = labels.iter().position(|label| !label.is_finite()) {
        return invalid("a finite number as label".into(), labels[i].to_string(), Place::Index(i));
    }
    for row in 0..rows {
        let (indices, values) = x.row(row);
        if let Some(k) = values.iter().position(|v| !v.to_f64().is_finite()) {
            let place = Place::Entry { row, column: indices[k] as usize };
            return invalid("a finite number".into(), values[k].to_f64().to_string(), place);
        }
    }
    Ok(())
}

fn write_rows<F: Element>(
    writer: &mut impl Write,
    labels: &[f64],
    x: &Csr<F>,
    serials: Option<&[u32]>,
    first: u32,
) -> io::Result<()> {
    let mut line = String::new();
    for (i, label) in labels.iter().enumerate() {
        line.clear();
        push_number(&mut line, label);
        if let Some(serials) = serials {
            // Writing to a string does not fail.
            let _ = write!(line, " 0:{}", serials[i]);
        }
        let (indices, values) = x.row(i);
        for (j, value) in indices.iter().zip(values).filter(|(_, v)| **v != F::default()) {
            let _ = write!(line, " {}:", j + first);
            push_number(&mut line, value);
        }
        line.push('\n');
        writer.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// The shortest digits that read back to the same number, without a `.0`.
pub(crate) fn push_number(line: &mut String, value: &impl std::fmt::Debug) {
    let _ = write!(line, "{value:?}");
    if line.ends_with(".0") {
        line.truncate(line.len() - 2);
    }
}
