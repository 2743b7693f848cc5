//! Sparse rows over the columns that occur in them.

use pellucid_compute::Scalar;

use crate::input::occurring_columns::OccurringColumns;
use crate::input::samples::Samples;

/// Some rows of samples, each as its stored numbers, over the columns that occur in any of them.
pub(crate) struct NarrowRows<T> {
    columns: OccurringColumns,
    /// Where the entries of each row begin, and the end.
    starts: Vec<usize>,
    /// Where the column of an entry stands among those that occur.
    places: Vec<u32>,
    values: Vec<T>,
}

impl<T: Scalar> NarrowRows<T> {
    /// Copies the given rows of `samples`.
    pub fn new(samples: &Samples<'_>, rows: impl IntoIterator<Item = usize>) -> Self {
        let (mut starts, mut places, mut values) = (vec![0], Vec::new(), Vec::new());
        for row in rows {
            samples.for_each(row, |column, value| {
                places.push(column as u32);
                values.push(T::from_f64(value));
            });
            starts.push(values.len());
        }
        let columns = OccurringColumns::new(&mut places, samples.columns());
        Self { columns, starts, places, values }
    }

    /// The columns that occur.
    pub fn columns(&self) -> &OccurringColumns {
        &self.columns
    }

    /// The places and the numbers of a row.
    pub fn row(&self, row: usize) -> (&[u32], &[T]) {
        let entries = self.starts[row]..self.starts[row + 1];
        (&self.places[entries.clone()], &self.values[entries])
    }

    /// The squared norm of every row.
    pub fn norms(&self) -> impl Iterator<Item = f64> + '_ {
        let square = |value: &T| value.to_f64() * value.to_f64();
        let rows = self.starts.windows(2);
        rows.map(move |entries| self.values[entries[0]..entries[1]].iter().map(square).sum())
    }

    /// Writes the inner products of all rows with one that is spread out over the columns that occur.
    ///
    /// In the order of columns, whichever of two rows is spread out: zeros change nothing.
    pub fn products(&self, spread: &[T], out: &mut [T]) {
        for (entries, out) in self.starts.windows(2).zip(out) {
            let entries = entries[0]..entries[1];
            let products = self.places[entries.clone()].iter().zip(&self.values[entries]);
            *out = products.map(|(&place, &value)| value * spread[place as usize]).sum();
        }
    }
}
