//! Training samples that are some rows of a larger precomputed kernel.
//!
//! The value `serial:value` of a row is its kernel with the sample of that serial number, whichever rows of the larger
//! kernel a file holds, in whichever order, and however often.

use std::collections::HashMap;

use anyhow::Result;
use pellucid::data::Csr;

/// The kernel of the rows of a file with one another: what a row holds at the serial numbers of the rows.
///
/// `Err` is what is wrong with a serial number.
pub fn gather(x: &Csr<f64>, serials: &[u32]) -> Result<Csr<f64>, String> {
    let mut places = HashMap::<u32, Vec<u32>>::new();
    for (row, &serial) in serials.iter().enumerate() {
        if serial == 0 || serial as usize > x.columns() {
            let largest = x.columns();
            return Err(format!(
                "expected serial numbers from 1 to {largest}, the largest index, found {serial} for sample {}",
                row + 1
            ));
        }
        places.entry(serial - 1).or_default().push(row as u32);
    }
    let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
    let mut entries = Vec::new();
    for row in 0..x.rows() {
        let (columns, numbers) = x.row(row);
        for (column, &number) in columns.iter().zip(numbers) {
            entries.extend(places.get(column).into_iter().flatten().map(|&place| (place, number)));
        }
        entries.sort_unstable_by_key(|&(place, _)| place);
        for (place, number) in entries.drain(..) {
            indices.push(place);
            values.push(number);
        }
        starts.push(indices.len());
    }
    Csr::new(serials.len(), starts, indices, values).map_err(|error| error.to_string())
}
