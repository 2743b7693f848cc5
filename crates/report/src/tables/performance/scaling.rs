//! Tables 13 and 13a: time and memory by the number of rows.

use super::rows::{by_implementation, differences};
use crate::course;
use crate::number::{count, fixed, timing};
use crate::performance::contest::Unit;
use crate::performance::{Performance, Row, slope};
use crate::tables::table::Table;

/// The numbers of rows that anyone was given.
fn sizes(p: &Performance) -> Vec<usize> {
    let mut sizes: Vec<usize> =
        p.rows("scaling").iter().flat_map(|row| row.series("seconds")).map(|(rows, _)| rows).collect();
    sizes.extend(course::SCALING_ROWS);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The cells of a series at `sizes`.
fn at_sizes(points: &[(usize, f64)], sizes: &[usize], unit: Unit) -> Vec<String> {
    let at = |size: &usize| points.iter().find(|(rows, _)| rows == size);
    sizes.iter().map(|size| at(size).map_or("–".into(), |(_, value)| unit.write(*value))).collect()
}

fn medians(row: &Row, field: &str) -> Vec<(usize, f64)> {
    row.series(field).into_iter().map(|(rows, m)| (rows, m.median)).collect()
}

pub(super) fn scaling(p: &Performance) -> Table {
    let sizes = sizes(p);
    let cells = |points: &[(usize, f64)]| {
        let a_sample = |point: Option<&(usize, f64)>| {
            point.map_or("–".into(), |&(rows, seconds)| timing(seconds / rows.max(1) as f64))
        };
        let mut cells = at_sizes(points, &sizes, Unit::Seconds);
        cells.extend([a_sample(points.first()), a_sample(points.last())]);
        cells.push(slope(points).map_or("–".into(), |slope| fixed(slope, 2)));
        cells
    };
    let last = |row: &Row| medians(row, "seconds").last().map(|(_, seconds)| *seconds);
    let width = sizes.len() + 4;
    let mut rows = by_implementation(p, "scaling", last, |row| cells(&medians(row, "seconds")), width);
    for (who, seconds, _) in course::SCALING {
        let points: Vec<_> = course::SCALING_ROWS.into_iter().zip(seconds).collect();
        rows.push([vec![format!("Course report: {who}")], cells(&points)].concat());
    }
    let heads: Vec<String> = sizes.iter().map(|rows| count(*rows)).collect();
    let mut header = vec!["Implementation"];
    header.extend(heads.iter().map(String::as_str));
    header.extend(["A row, fewest", "A row, most", "Slope"]);
    let notes = [
        Some(
            "A row: time for one row with the fewest and with the most rows. Slope: the exponent b in time ∝ rows^b, by \
             least squares of the logarithms; 1 is proportional, less says that a fixed cost weighs on small sizes. The \
             course report’s rows are another job on another machine, of several epochs: only their slopes compare. It scores \
             both as 1.00, linear; the slopes here are computed from the times it prints."
                .to_owned(),
        ),
        differences(p, ["scaling"]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    Table::new(
        "Table 13",
        "Scaling with the number of rows: one epoch of the full-size recipe, warm.",
        &header,
        rows,
        &notes,
    )
}

pub(super) fn scaling_memory(p: &Performance) -> Table {
    let sizes = sizes(p);
    let last = |row: &Row| medians(row, "peak_mb").last().map(|(_, mb)| *mb);
    let cells = |row: &Row| at_sizes(&medians(row, "peak_mb"), &sizes, Unit::Megabytes);
    let mut rows = by_implementation(p, "scaling", last, cells, sizes.len() + 1);
    for (who, _, peaks) in course::SCALING {
        let points: Vec<_> = course::SCALING_ROWS.into_iter().zip(peaks).collect();
        let name = vec![format!("Course report: {who}")];
        rows.push([name, at_sizes(&points, &sizes, Unit::Megabytes)].concat());
    }
    let heads: Vec<String> = sizes.iter().map(|rows| count(*rows)).collect();
    let header: Vec<&str> =
        std::iter::once("Implementation").chain(heads.iter().map(String::as_str)).collect();
    Table::new("Table 13a", "Peak memory of the process by number of rows.", &header, rows, &[])
}
