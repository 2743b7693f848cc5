//! Columns and rows of a CSV file that are no data: the numbers of the rows, the names of columns.

/// Whether a name in a header is none: empty, or as `pandas` reads an empty one back.
pub(crate) fn has_no_name(name: &str) -> bool {
    name.is_empty() || name == "Unnamed: 0"
}

/// Whether fields are 0, 1, 2, ... or 1, 2, 3, ..., at least three of them, as columns without names are written.
pub(crate) fn counts_up<'a>(fields: impl Iterator<Item = &'a str>) -> bool {
    let (mut count, mut first) = (0, 0);
    for field in fields {
        match field.parse::<u64>() {
            Ok(number) if count == 0 && number <= 1 => first = number,
            Ok(number) if count > 0 && number == first + count => {}
            _ => return false,
        }
        count += 1;
    }
    count > 2
}

/// A first column that has no name.
pub(crate) struct IndexColumn {
    pub name: String,
    values: Vec<f64>,
    /// Whether every field was a finite number.
    numbers: bool,
}

impl IndexColumn {
    pub fn new(name: String) -> Self {
        Self { name, values: Vec::new(), numbers: true }
    }

    pub fn push(&mut self, field: &str) {
        match field.parse::<f64>().ok().filter(|v| v.is_finite()) {
            Some(value) if self.numbers => self.values.push(value),
            _ => self.numbers = false,
        }
    }

    /// Returns whether it seems to count or name the rows: whole numbers that all differ, or text.
    pub fn counts_rows(&self) -> bool {
        if !self.numbers {
            return true;
        }
        let mut sorted = self.values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.iter().all(|v| v.fract() == 0.0) && sorted.windows(2).all(|pair| pair[0] < pair[1])
    }

    /// Returns a table of `columns` columns with this one before them.
    pub fn put_before(&self, values: &[f64], columns: usize) -> Vec<f64> {
        let rows = self.values.iter().zip(values.chunks_exact(columns));
        rows.flat_map(|(first, row)| std::iter::once(first).chain(row)).copied().collect()
    }
}
