//! The columns that occur in sparse rows, numbered anew.

/// Columns for each stored number above which those without numbers are left out.
const WIDE: usize = 4;

/// The columns of some sparse rows: all of them, or where there are many more than numbers, those that occur.
///
/// What a product costs must not depend on how large the indices are.
#[derive(Clone, Debug)]
pub(crate) struct OccurringColumns {
    /// Ascending; `None` where every column keeps its number.
    columns: Option<Vec<u32>>,
    width: usize,
}

impl OccurringColumns {
    /// Of rows with these indices, below `columns`; numbers the indices anew, in the same order.
    pub fn new(indices: &mut [u32], columns: usize) -> Self {
        if columns <= WIDE * indices.len() {
            return Self { columns: None, width: columns };
        }
        let mut occurring = indices.to_vec();
        occurring.sort_unstable();
        occurring.dedup();
        for index in indices {
            *index = occurring.partition_point(|column| column < index) as u32;
        }
        Self { width: occurring.len(), columns: Some(occurring) }
    }

    /// How many columns there are now.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The new number of a column; `None` where it does not occur.
    pub fn place(&self, column: usize) -> Option<usize> {
        match &self.columns {
            None => (column < self.width).then_some(column),
            Some(columns) => columns.binary_search(&u32::try_from(column).ok()?).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_columns_keep_their_numbers_and_wide_rows_are_narrowed() {
        let mut indices = [0, 2, 1, 2];
        let all = OccurringColumns::new(&mut indices, 3);
        assert_eq!((all.width(), indices), (3, [0, 2, 1, 2]));
        assert_eq!((all.place(2), all.place(3)), (Some(2), None));

        let mut indices = [7, 4_000_000_000, 7, 9];
        let some = OccurringColumns::new(&mut indices, 4_000_000_001);
        assert_eq!((some.width(), indices), (3, [0, 2, 0, 1]));
        assert_eq!([some.place(9), some.place(4_000_000_000), some.place(8)], [Some(1), Some(2), None]);
        assert_eq!(some.place(usize::MAX), None);
    }
}
