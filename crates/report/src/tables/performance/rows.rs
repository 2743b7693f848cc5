//! Rows and cells of the comparison's tables.

use crate::number::{percent, times};
use crate::performance::contest::Unit;
use crate::performance::names::{OURS, name};
use crate::performance::{Measured, Performance, Row};

/// One line for each implementation, ours first and then by `by`, with the rows of the course report below; `columns` fills what
/// comes after the name.
pub(super) fn by_implementation(
    p: &Performance,
    job: &str,
    by: impl Fn(&Row) -> Option<f64>,
    columns: impl Fn(&Row) -> Vec<String>,
    width: usize,
) -> Vec<Vec<String>> {
    let mut rows: Vec<(&Row, Option<f64>)> = p.rows(job).iter().map(|row| (row, by(row))).collect();
    rows.sort_by(|(a, x), (b, y)| {
        let key = |row: &Row, value: &Option<f64>| (row.who != OURS, value.unwrap_or(f64::MAX));
        let ((a, x), (b, y)) = (key(a, x), key(b, y));
        a.cmp(&b).then(x.total_cmp(&y))
    });
    if rows.is_empty() {
        let mut none = vec!["–".to_owned(); width];
        none[0] = "Not measured: the file has no such job".into();
        return vec![none];
    }
    rows.into_iter().map(|(row, _)| [vec![row.label()], columns(row)].concat()).collect()
}

pub(super) fn cell(measured: Option<&Measured>, unit: Unit) -> String {
    measured.map_or("–".into(), |m| unit.write(m.median))
}

/// How many times `ours` a row's value is.
pub(super) fn multiple(ours: Option<f64>, theirs: Option<f64>) -> String {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours > 0.0 => times(theirs / ours),
        _ => "–".into(),
    }
}

pub(super) fn median(row: &Row, field: &str) -> Option<f64> {
    row.measured(field).map(|m| m.median)
}

pub(super) fn spread(measured: Option<&Measured>) -> String {
    measured.map_or("–".into(), |m| if m.runs.len() > 1 { percent(m.spread()) } else { "–".into() })
}

/// What differs between the implementations of `jobs`, each remark once.
pub(super) fn differences<'a>(p: &Performance, jobs: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut noted: Vec<(&str, Vec<String>)> = Vec::new();
    for row in jobs.into_iter().flat_map(|job| p.rows(job)) {
        let (Some(note), name) = (&row.note, name(&row.who)) else { continue };
        match noted.iter_mut().find(|(remark, _)| remark == note) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => noted.push((note, vec![name])),
        }
    }
    let noted: Vec<String> =
        noted.iter().map(|(note, names)| format!("{}: {note}", names.join(", "))).collect();
    (!noted.is_empty()).then(|| format!("What differs: {}.", noted.join("; ")))
}
