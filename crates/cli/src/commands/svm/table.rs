//! Samples and labels from files.

use std::path::Path;

use anyhow::Result;
use pellucid::data::text::{Escaped, quoted};
use pellucid::data::{
    Csr, DataError, Features, LabelColumn, Labels, Matrix, SvmlightOptions, TableOptions, read_label_texts,
    read_svmlight, read_table,
};
use pellucid_svm::{AnyModel, Gamma, Samples};
use pellucid_terminal::{failure, say};

use super::kernel_rows::gather;
use crate::args::svm::Table as TableArgs;

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
            Matrix::new(chosen.len(), rows.columns(), data)
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
    /// The names of the classes 0, 1, ..., where labels were names.
    pub names: Option<Vec<String>>,
    /// Whether features count from 0 in the file.
    pub zero_based: bool,
    /// The largest index of a LIBSVM file.
    pub largest_index: Option<usize>,
    /// Of samples that are some rows of a larger precomputed kernel, the columns of it that are theirs, from 0.
    pub kernel_columns: Option<Vec<u32>>,
}

/// What a file is read for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// For a machine to be fitted to it.
    Training,
    /// For a model to predict it; whether features count from 0 for that.
    Prediction { zero_based: bool },
}

impl Table {
    fn new(rows: Rows, labels: Option<Vec<f64>>) -> Self {
        Self { rows, labels, names: None, zero_based: false, largest_index: None, kernel_columns: None }
    }

    /// svm-train's default of gamma is 1 over the largest index, which is one less than there are features where they
    /// count from 0; and 0 where no index occurs.
    pub fn gamma(&self, gamma: Gamma) -> Gamma {
        match (gamma, self.largest_index) {
            (Gamma::Auto, Some(0)) => Gamma::Value(0.0),
            (Gamma::Auto, Some(largest)) => Gamma::Value(1.0 / largest as f64),
            _ => gamma,
        }
    }

    /// Says how names were numbered; an error where they are to be numbers.
    pub fn tell_names(&self, data: &Path, regression: bool) -> Result<()> {
        let Some(names) = &self.names else { return Ok(()) };
        let data = data.display().to_string();
        if regression {
            let message = "expected numbers as targets of a regression, found";
            return Err(failure::data(format!("{}: {message} {}", Escaped(&data), quoted(&names[0]))));
        }
        let shown: Vec<_> = names
            .iter()
            .take(20)
            .enumerate()
            .map(|(class, name)| format!("{class} = {}", quoted(name)))
            .collect();
        let more = if names.len() > 20 { ", ..." } else { "" };
        say!(
            "note: {}: labels are names, which a model keeps as numbers: {}{more}",
            Escaped(&data),
            shown.join(", ")
        );
        Ok(())
    }

    /// Checks that the names were numbered as the classes of a model.
    pub fn check_names(&self, data: &Path, model: &AnyModel) -> Result<()> {
        let Some(names) = &self.names else { return Ok(()) };
        let numbered = |classes: &[i32]| {
            classes.len() == names.len()
                && classes.iter().all(|&class| usize::try_from(class).is_ok_and(|class| class < names.len()))
        };
        match model {
            AnyModel::Classifier(model) if numbered(model.classes()) => self.tell_names(data, false),
            _ => {
                let data = data.display().to_string();
                let expected = "labels that are the numbers of the model's classes";
                let found = format!("{} names, such as {}", names.len(), quoted(&names[0]));
                Err(failure::data(format!("{}: expected {expected}, found {found}", Escaped(&data))))
            }
        }
    }
}

/// Reads a file by the ending of its name: .csv, .npy, else LIBSVM's format.
pub fn load(path: &Path, args: &TableArgs, precomputed: bool, purpose: Purpose) -> Result<Table> {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    if [".csv", ".npy"].iter().any(|ending| name.ends_with(ending)) || args.label_column.is_some() {
        return dense(path, args);
    }
    let shown = path.display().to_string();
    let shown = Escaped(&shown);
    if args.labels.is_some() {
        return Err(failure::usage(format!("{shown}: --labels is for .csv and .npy tables")));
    }
    let zero_based = match purpose {
        Purpose::Training => None,
        Purpose::Prediction { zero_based } => Some(zero_based),
    };
    let file = read_svmlight(path, &SvmlightOptions { columns: None, precomputed, zero_based })?;
    let mut table = Table::new(Rows::Sparse(file.x), Some(file.labels));
    table.zero_based = file.zero_based;
    if let (Purpose::Training, Some(serials)) = (purpose, &file.serials) {
        let rows = table.rows.samples().rows();
        let whole = table.rows.samples().columns() <= rows && serials.iter().copied().eq(1..=rows as u32);
        if whole {
            table.rows = table.rows.widened(rows)?;
        } else if let Rows::Sparse(x) = &table.rows {
            let gathered = gather(x, serials).map_err(|wrong| failure::data(format!("{shown}: {wrong}")))?;
            table.rows = Rows::Sparse(gathered);
            table.kernel_columns = Some(serials.iter().map(|serial| serial - 1).collect());
        }
        return Ok(table);
    }
    table.largest_index = Some(table.rows.samples().columns().saturating_sub(usize::from(table.zero_based)));
    if table.zero_based && matches!(purpose, Purpose::Training) && counts(&table.rows) {
        say!("warning: {shown}: index 0 counts the samples: is it a precomputed kernel (-t 4)?");
    }
    // Samples of which nothing is left have a feature all the same, which is 0.
    table.rows = table.rows.widened(1)?;
    Ok(table)
}

/// Whether the first column is 1, 2, ..., and there is a column for each row beside it.
fn counts(rows: &Rows) -> bool {
    let samples = rows.samples();
    let first = |row: usize| {
        let mut first = 0.0;
        samples.for_each(row, |column, value| {
            if column == 0 {
                first = value;
            }
        });
        first
    };
    samples.columns() > samples.rows() && (0..samples.rows()).all(|row| first(row) == (row + 1) as f64)
}

fn dense(path: &Path, args: &TableArgs) -> Result<Table> {
    let options = TableOptions {
        header: args.header.known(),
        label: args.label_column.clone().map(LabelColumn::Name),
        // Numbers are what they are, bytes too.
        scale: Some(1.0),
    };
    let table = read_table(path, &options)?;
    for note in &table.notes {
        say!("note: {note}");
    }
    let labels = match (table.labels, &args.labels) {
        (Some(labels), _) => Some(labels),
        (None, Some(file)) => {
            let labels = read_label_texts(file, args.header.known())?;
            let (expected, found) = (table.features.rows(), labels.len());
            if expected != found {
                let file = file.display().to_string();
                let message =
                    format!("expected {expected} labels, one a sample, found {found} (see --header)");
                return Err(failure::data(format!("{}: {message}", Escaped(&file))));
            }
            Some(labels)
        }
        (None, None) => None,
    };
    let (labels, names) = match labels {
        Some(labels) if labels.has_names() => {
            let Labels { labels, names } = labels.classes()?;
            (Some(labels.into_iter().map(f64::from).collect()), Some(names))
        }
        labels => (labels.map(|labels| labels.numbers()).transpose()?, None),
    };
    let rows = match table.features {
        Features::F32(rows) => Rows::F32(rows),
        Features::F64(rows) => Rows::F64(rows),
        Features::U8(bytes) => {
            let data = bytes.data().iter().map(|&byte| f32::from(byte)).collect();
            Rows::F32(Matrix::new(bytes.rows(), bytes.columns(), data)?)
        }
    };
    Ok(Table { names, ..Table::new(rows, labels) })
}
