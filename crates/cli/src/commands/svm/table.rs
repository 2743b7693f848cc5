//! Samples and labels from files.

use std::path::Path;

use anyhow::Result;
use pellucid::data::{Csr, DataError, Features, Matrix, SvmlightOptions, load_table, read_svmlight};
use pellucid_svm::Samples;

use crate::args::svm::{LabelColumn, Table as TableArgs};
use crate::failure;

/// Samples as they were stored.
pub enum Rows {
    Sparse(Csr<f64>),
    F32(Matrix<f32>),
    F64(Matrix<f64>),
}

impl Rows {
    pub fn samples(&self) -> Samples<'_> {
        match self {
            Self::Sparse(rows) => rows.into(),
            Self::F32(rows) => rows.into(),
            Self::F64(rows) => rows.into(),
        }
    }

    /// Some of the rows.
    pub fn select(&self, chosen: &[u32]) -> Result<Self, DataError> {
        fn dense<T: Copy>(rows: &Matrix<T>, chosen: &[u32]) -> Result<Matrix<T>, DataError> {
            let data = chosen.iter().flat_map(|&row| rows.row(row as usize)).copied().collect();
            Matrix::new(chosen.len(), rows.cols(), data)
        }
        Ok(match self {
            Self::F32(rows) => Self::F32(dense(rows, chosen)?),
            Self::F64(rows) => Self::F64(dense(rows, chosen)?),
            Self::Sparse(rows) => {
                let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
                for &row in chosen {
                    let (columns, numbers) = rows.row(row as usize);
                    indices.extend_from_slice(columns);
                    values.extend_from_slice(numbers);
                    starts.push(indices.len());
                }
                Self::Sparse(Csr::new(rows.columns(), starts, indices, values)?)
            }
        })
    }

    /// Some of the columns, as dense rows: of a table of kernel values.
    pub fn select_columns(&self, chosen: &[u32]) -> Result<Self, DataError> {
        let samples = self.samples();
        let mut row = vec![0.0; samples.columns()];
        let mut data = Vec::with_capacity(samples.rows() * chosen.len());
        for i in 0..samples.rows() {
            samples.copy_row(i, &mut row);
            data.extend(chosen.iter().map(|&column| row[column as usize]));
        }
        Ok(Self::F64(Matrix::new(samples.rows(), chosen.len(), data)?))
    }

    /// At least so many columns: a file leaves the last ones out where they are zero in every row.
    pub fn widened(self, columns: usize) -> Result<Self, DataError> {
        match self {
            Self::Sparse(rows) if rows.columns() < columns => {
                let (starts, indices, values) = (rows.row_starts(), rows.indices(), rows.values());
                Ok(Self::Sparse(Csr::new(columns, starts.to_vec(), indices.to_vec(), values.to_vec())?))
            }
            rows => Ok(rows),
        }
    }
}

/// Samples and what is known of them.
pub struct Table {
    pub rows: Rows,
    pub labels: Option<Vec<f64>>,
}

/// Reads a file by the ending of its name: .csv, .npy, else LIBSVM's format.
pub fn load(path: &Path, args: &TableArgs, precomputed: bool, training: bool) -> Result<Table> {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    if [".csv", ".npy"].iter().any(|ending| name.ends_with(ending)) {
        return dense(path, args);
    }
    if args.labels.is_some() || args.label_column.is_some() {
        let message = format!("{}: --labels and --label-column are for .csv and .npy tables", path.display());
        return Err(failure::usage(message));
    }
    let table = read_svmlight(path, &SvmlightOptions { columns: None, precomputed })?;
    let rows = table.labels.len();
    if training && let Some(serials) = &table.serials {
        if let Some(at) = (0..rows).find(|&row| serials[row] as usize != row + 1) {
            let message = format!(
                "{}: expected the serial numbers 1 to {rows} in order, found {} for sample {}",
                path.display(),
                serials[at],
                at + 1
            );
            return Err(failure::data(message));
        }
        return Ok(Table { rows: Rows::Sparse(table.x).widened(rows)?, labels: Some(table.labels) });
    }
    Ok(Table { rows: Rows::Sparse(table.x), labels: Some(table.labels) })
}

fn dense(path: &Path, args: &TableArgs) -> Result<Table> {
    let features = load_table(path)?;
    if let Some(labels) = &args.labels {
        let column = load_table(labels)?;
        if column.cols() != 1 {
            let found = column.cols();
            let message = format!("{}: expected one column of labels, found {found}", labels.display());
            return Err(failure::data(message));
        }
        if column.rows() != features.rows() {
            let (expected, found) = (features.rows(), column.rows());
            let message =
                format!("{}: expected {expected} labels, one a sample, found {found}", labels.display());
            return Err(failure::data(message));
        }
        return Ok(Table { rows: rows(features)?, labels: Some(column_of(&column, 0)) });
    }
    let Some(which) = args.label_column else { return Ok(Table { rows: rows(features)?, labels: None }) };
    let columns = features.cols();
    if columns < 2 {
        let message = format!("{}: expected a column of labels and others, found {columns}", path.display());
        return Err(failure::data(message));
    }
    let (at, rest) = match which {
        LabelColumn::First => (0, 1..columns),
        LabelColumn::Last => (columns - 1, 0..columns - 1),
    };
    let labels = column_of(&features, at);
    let rows = match rows(features)? {
        Rows::F32(all) => Rows::F32(without(&all, rest)?),
        Rows::F64(all) => Rows::F64(without(&all, rest)?),
        sparse @ Rows::Sparse(_) => sparse,
    };
    Ok(Table { rows, labels: Some(labels) })
}

fn without<T: Copy>(all: &Matrix<T>, rest: std::ops::Range<usize>) -> Result<Matrix<T>, DataError> {
    let data = (0..all.rows()).flat_map(|row| &all.row(row)[rest.clone()]).copied().collect();
    Matrix::new(all.rows(), rest.len(), data)
}

/// Pixels become numbers from 0 to 1, as everywhere in this program.
fn rows(features: Features) -> Result<Rows, DataError> {
    Ok(match features {
        Features::F32(rows) => Rows::F32(rows),
        Features::F64(rows) => Rows::F64(rows),
        Features::U8(pixels) => {
            let data = pixels.data().iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
            Rows::F32(Matrix::new(pixels.rows(), pixels.cols(), data)?)
        }
    })
}

/// The numbers of a column as they are.
fn column_of(features: &Features, column: usize) -> Vec<f64> {
    (0..features.rows())
        .map(|row| match features {
            Features::U8(rows) => f64::from(rows.row(row)[column]),
            Features::F32(rows) => f64::from(rows.row(row)[column]),
            Features::F64(rows) => rows.row(row)[column],
        })
        .collect()
}
