//! Samples as named columns; parts of a data set share its memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{DataError, Place};
use crate::sampling::classes::Classes;
use crate::sampling::column::Column;
use crate::sampling::numbers::Numbers;
use crate::sampling::targets::Targets;
use crate::tables::element::Element;
use crate::tables::features::Features;
use crate::tables::matrix::Matrix;

/// The column that a network of one input reads.
const INPUT: &str = "input";
/// The column that the outputs are compared with.
const TARGET: &str = "target";

/// Samples as named columns: shared tables and the list of the rows that belong to this part.
///
/// A clone or a [`subset`](Self::subset) copies row indices only, never samples. *Positions* count the samples
/// of this part (`0..len`); *rows* count those of the shared tables.
///
/// The columns "input" and "target" are those of a network with one input and one output:
///
/// ```
/// use pellucid_data::{Dataset, Features, Matrix, Targets};
/// let features = Features::F32(Matrix::new(3, 1, vec![10.0, 11.0, 12.0])?);
/// let data = Dataset::new(features, Targets::Classes { labels: vec![0, 1, 1], classes: 2 })?;
/// let part = data.subset(&[2, 0])?;
/// let (mut x, mut t) = ([0.0_f32; 2], [0.0_f32; 4]);
/// part.gather_inputs(&[0, 1], &mut x);
/// part.gather_targets(&[0, 1], &mut t);
/// assert_eq!(x, [12.0, 10.0]);
/// assert_eq!(t, [0.0, 1.0, 1.0, 0.0]); // one-hot
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
///
/// Any others are made of [`Column`]s, and read by name or by number:
///
/// ```
/// use pellucid_data::{Column, Dataset, Features, Matrix};
/// let age = Features::F64(Matrix::new(2, 1, vec![31.0, 64.0])?);
/// let data = Dataset::from_columns([("age", Column::numbers(age))])?
///     .with_column("city", Column::indices(Matrix::new(2, 1, vec![4, 0])?, 5))?;
/// let (mut age, mut city) = ([0.0_f32; 2], [0; 2]);
/// data.gather("age", &[1, 0], &mut age);
/// let number = data.column_index("city").unwrap();
/// data.gather_indices(number, &[1, 0], &mut city);
/// assert_eq!((age, city), ([64.0, 31.0], [0, 4]));
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Dataset {
    shared: Arc<Shared>,
    rows: Arc<[u32]>,
}

/// What all parts of a data set share.
#[derive(Clone, Debug)]
struct Shared {
    /// See [`Dataset::columns_id`].
    id: u64,
    columns: Vec<(String, Column)>,
    /// Number of the column "input".
    input: Option<usize>,
    /// Number of the column "target".
    target: Option<usize>,
    features: Arc<Features>,
    targets: Arc<Targets>,
}

/// A column's name, or its number as [`Dataset::column_index`] gives it.
pub trait ColumnKey: sealed::Sealed {
    /// Returns the number of the column, where there is one of this name.
    #[doc(hidden)]
    fn find(self, data: &Dataset) -> Option<usize>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for usize {}
    impl Sealed for &str {}
}

impl ColumnKey for usize {
    #[inline]
    fn find(self, data: &Dataset) -> Option<usize> {
        Some(self).filter(|&number| number < data.shared.columns.len())
    }
}

impl ColumnKey for &str {
    fn find(self, data: &Dataset) -> Option<usize> {
        data.column_index(self)
    }
}

impl Dataset {
    /// All rows of `features`, the column "input", with their targets, the column "target". Takes owned values or `Arc`s
    /// that others share.
    ///
    /// # Errors
    /// Returns an error if the row counts differ, a label is not below `classes`, a number is NaN or infinite (named by its
    /// row and column, since training would only say later that it diverged), or there are 2^32 rows or more.
    pub fn new(
        features: impl Into<Arc<Features>>,
        targets: impl Into<Arc<Targets>>,
    ) -> Result<Self, DataError> {
        let (features, targets) = (features.into(), targets.into());
        let n = features.rows();
        let rows = all_rows(n)?;
        features.check_finite("inputs")?;
        let input = Column::numbers(features.clone());
        let (origin, target) = match &*targets {
            Targets::SameAsInput => ("", input.clone()),
            Targets::Values(_) => ("targets", Column::Numbers(Numbers::of_targets(targets.clone()))),
            Targets::Classes { .. } => ("labels", Column::Classes(Classes::new(targets.clone()))),
            Targets::Column => {
                let expected = "targets (`Dataset::from_columns` takes any column)";
                return Err(DataError::invalid("dataset", expected, "`Targets::Column`", Place::Whole));
            }
        };
        if !matches!(*targets, Targets::SameAsInput) {
            target.check(origin)?;
        }
        if target.len() != n {
            return Err(DataError::invalid(
                "dataset",
                format!("{n} targets, one for each sample"),
                format!("{} targets", target.len()),
                Place::Whole,
            ));
        }
        let columns = vec![(INPUT.to_owned(), input), (TARGET.to_owned(), target)];
        let shared = Shared { id: next_id(), columns, input: Some(0), target: Some(1), features, targets };
        Ok(Self { shared: Arc::new(shared), rows })
    }

    /// Samples with these named columns; a model whose target is its input needs no column "target".
    ///
    /// # Errors
    /// Returns an error if there is no column, there are 2^32 samples or more, or a column is refused as in
    /// [`with_column`](Self::with_column).
    pub fn from_columns<N: Into<String>>(
        columns: impl IntoIterator<Item = (N, Column)>,
    ) -> Result<Self, DataError> {
        let mut columns = columns.into_iter();
        let Some((name, first)) = columns.next() else {
            let expected = "at least one column";
            return Err(DataError::invalid("dataset", expected, "none", Place::Whole));
        };
        let rows = all_rows(first.len())?;
        let none = Features::F64(Matrix::EMPTY);
        let (features, targets) = (Arc::new(none), Arc::new(Targets::SameAsInput));
        let shared =
            Shared { id: next_id(), columns: Vec::new(), input: None, target: None, features, targets };
        let data = Self { shared: Arc::new(shared), rows }.with_column(name, first)?;
        columns.try_fold(data, |data, (name, column)| data.with_column(name, column))
    }

    /// Returns the same samples with another column, which has one sample for each row of the shared tables, also where this
    /// is a part of them.
    ///
    /// # Errors
    /// Returns an error that names the column if its name is empty or taken, it has another number of samples, a number is
    /// NaN or infinite, an index or class is not below its bound, or a weight is negative.
    ///
    /// ```
    /// use pellucid_data::{Column, Dataset, Features, Matrix, Targets};
    /// let x = Features::F64(Matrix::new(2, 1, vec![1.0, 2.0])?);
    /// let data = Dataset::new(x, Targets::SameAsInput)?;
    /// let error = data.with_column("weight", Column::weights(vec![1.0, -2.0])).unwrap_err();
    /// let message = "column `weight`: expected a weight that is finite and not negative, found -2 (at index 1, counted from 0)";
    /// assert_eq!(error.to_string(), message);
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn with_column(mut self, name: impl Into<String>, column: Column) -> Result<Self, DataError> {
        let name = name.into();
        let origin = format!("column `{name}`");
        let invalid = |expected: String, found: String| {
            Err(DataError::invalid(origin.as_str(), expected, found, Place::Whole))
        };
        if name.is_empty() || self.column_index(&name).is_some() {
            let found = if name.is_empty() { "an empty one" } else { "the name of another column" };
            return invalid("a name of its own".into(), found.into());
        }
        if let Some((first, other)) = self.shared.columns.first()
            && other.len() != column.len()
        {
            return invalid(
                format!("{} samples, as in column `{first}`", other.len()),
                column.len().to_string(),
            );
        }
        column.check(&origin)?;
        let shared = Arc::make_mut(&mut self.shared);
        shared.id = next_id();
        let number = shared.columns.len();
        match (name.as_str(), &column) {
            (INPUT, column) => {
                shared.input = Some(number);
                if let Column::Numbers(numbers) = column
                    && let Some(features) = numbers.shared()
                {
                    shared.features = features.clone();
                }
            }
            (TARGET, column) => {
                shared.target = Some(number);
                shared.targets = match column {
                    Column::Classes(classes) => classes.targets().clone(),
                    _ => Arc::new(Targets::Column),
                };
            }
            _ => {}
        }
        shared.columns.push((name, column));
        Ok(self)
    }

    /// Returns the samples at these positions of this part, in this order; shares all memory with `self`.
    ///
    /// # Errors
    /// Returns an error if a position is not below `len()`.
    pub fn subset(&self, positions: &[u32]) -> Result<Self, DataError> {
        if let Some(k) = positions.iter().position(|&p| p as usize >= self.len()) {
            return Err(DataError::invalid(
                "subset",
                format!("a position below {}", self.len()),
                positions[k].to_string(),
                Place::Index(k),
            ));
        }
        let rows = positions.iter().map(|&p| self.rows[p as usize]).collect();
        Ok(Self { shared: self.shared.clone(), rows })
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the names of the columns, in the order of their numbers.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.shared.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Returns a number that is greater than 0 and that two data sets share only where they have the same columns, as the
    /// parts of one have: who has found columns by name needs not find them again.
    #[inline]
    pub fn columns_id(&self) -> u64 {
        self.shared.id
    }

    /// Returns the number of the column of this name, by which it is found faster than by the name.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.names().position(|own| own == name)
    }

    /// Returns the column of this name or number. It has a sample for each row of the shared tables, of which
    /// [`rows`](Self::rows) belong to this part.
    pub fn column(&self, key: impl ColumnKey) -> Option<&Column> {
        key.find(self).map(|number| &self.shared.columns[number].1)
    }

    /// Returns the number of values in a sample of the column "input", 0 where there is none.
    pub fn input_width(&self) -> usize {
        self.input().map_or(0, Column::width)
    }

    /// Returns the number of values in a target as [`gather_targets`](Self::gather_targets) writes it.
    pub fn target_width(&self) -> usize {
        match self.target() {
            Some(Column::Classes(classes)) => classes.classes(),
            target => target.map_or(0, Column::width),
        }
    }

    /// Returns the shared table of the column "input", of which [`rows`](Self::rows) belong to this part. It is empty where
    /// there is no such column or it is no table of numbers.
    pub fn features(&self) -> &Arc<Features> {
        &self.shared.features
    }

    /// Returns the shared targets, indexed by row as the features are.
    pub fn targets(&self) -> &Arc<Targets> {
        &self.shared.targets
    }

    /// Returns the row in the shared tables of each sample of this part.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// Returns the class of the sample at `position`, or `None` where targets are not classes.
    ///
    /// # Panics
    /// Panics if `position >= len()`.
    pub fn label(&self, position: usize) -> Option<u32> {
        let row = self.rows[position] as usize;
        match self.target() {
            Some(Column::Classes(classes)) => Some(classes.labels()[row]),
            _ => None,
        }
    }

    /// Writes the numbers of the samples at `positions`, `[positions.len(), width]`, without allocating. Classes are written
    /// one-hot, in rows as wide as `out` makes them: a network may have more outputs than the data have classes.
    ///
    /// # Panics
    /// Panics if there is no such column, it holds indices, `out` has another length, a class lies beyond its row, or a
    /// position is out of range.
    pub fn gather<E: Element>(&self, key: impl ColumnKey, positions: &[u32], out: &mut [E]) {
        self.existing(key).gather(self.rows_at(positions), out);
    }

    /// Writes the indices or classes of the samples at `positions`, `[positions.len(), width]`, without allocating.
    ///
    /// # Panics
    /// Panics if there is no such column, it holds numbers, `out` has another length, or a position is out of range.
    pub fn gather_indices(&self, key: impl ColumnKey, positions: &[u32], out: &mut [u32]) {
        self.existing(key).gather_indices(self.rows_at(positions), out);
    }

    /// Writes the samples at `positions` of the column "input" as floats, `[positions.len(), input_width()]`, without
    /// allocating.
    ///
    /// # Panics
    /// Panics as [`gather`](Self::gather).
    pub fn gather_inputs<E: Element>(&self, positions: &[u32], out: &mut [E]) {
        let Some(input) = self.input() else { panic!("a data set without a column `{INPUT}`") };
        input.gather(self.rows_at(positions), out);
    }

    /// Writes the samples at `positions` of the column "target" as floats, `[positions.len(), target_width()]`, without
    /// allocating; those of the column "input" where there is none.
    ///
    /// # Panics
    /// Panics as [`gather`](Self::gather).
    pub fn gather_targets<E: Element>(&self, positions: &[u32], out: &mut [E]) {
        let Some(target) = self.target() else { panic!("a data set without targets") };
        target.gather(self.rows_at(positions), out);
    }

    fn input(&self) -> Option<&Column> {
        self.shared.input.map(|number| &self.shared.columns[number].1)
    }

    fn target(&self) -> Option<&Column> {
        self.shared.target.or(self.shared.input).map(|number| &self.shared.columns[number].1)
    }

    fn existing(&self, key: impl ColumnKey) -> &Column {
        let Some(column) = self.column(key) else { panic!("a column of the data set") };
        column
    }

    fn rows_at<'a>(&'a self, positions: &'a [u32]) -> impl ExactSizeIterator<Item = usize> + 'a {
        positions.iter().map(|&p| self.rows[p as usize] as usize)
    }
}

/// A number that was not given before.
fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// The rows from 0 to below `n`.
fn all_rows(n: usize) -> Result<Arc<[u32]>, DataError> {
    let count = u32::try_from(n).map_err(|_| {
        DataError::invalid("dataset", "fewer than 2^32 rows", format!("{n} rows"), Place::Whole)
    })?;
    Ok((0..count).collect())
}
