//! Reading the file of a comparison; what is wrong is named by file, job, implementation and field.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::{Machine, Measured, Performance, Quantity, Row};
use crate::error::ReportError;

/// What a field must hold.
#[derive(Clone, Copy)]
enum Kind {
    Measured,
    Number,
    Text,
    Curves,
    Series,
}

/// The fields of a job; others are left aside, so that a later writer may add some.
fn fields(job: &str) -> &'static [(&'static str, Kind)] {
    use Kind::{Curves, Measured, Number, Series, Text};
    match job {
        "autoencoder" => &[
            ("epoch_seconds", Measured),
            ("first_epoch_seconds", Measured),
            ("peak_mb", Measured),
            ("growth_mb", Measured),
            ("final_loss", Measured),
        ],
        "small" => &[
            ("train_seconds", Measured),
            ("process_seconds", Measured),
            ("final_loss", Measured),
            ("test_mse", Measured),
            ("peak_mb", Measured),
            ("growth_mb", Measured),
        ],
        "scaling" => &[("seconds", Series), ("peak_mb", Series)],
        "xor" => &[("seconds", Measured), ("process_seconds", Measured), ("final_loss", Measured)],
        "convergence" => &[("losses", Curves)],
        "quality" => &[("seconds", Measured), ("epochs", Measured)],
        "inference" => &[("single_seconds", Measured), ("batch_per_second", Measured)],
        "start" => &[("help_seconds", Measured), ("load_seconds", Measured)],
        "code" => &[("lines", Number), ("file", Text)],
        svm if svm.starts_with("svm_") => &[
            ("fit_seconds", Measured),
            ("predict_seconds", Measured),
            ("accuracy", Measured),
            ("peak_mb", Measured),
            ("rows", Number),
            ("features", Number),
        ],
        _ => &[],
    }
}

impl Performance {
    /// Reads the results of `bench/run.py`.
    ///
    /// ```
    /// use pellucid_report::Performance;
    /// let file = std::env::temp_dir().join(format!("pellucid-bench-doc-{}.json", std::process::id()));
    /// std::fs::write(&file, r#"{"schema": 1, "jobs": {"xor": [{"who": "jax", "seconds": "quick"}]}}"#)?;
    /// let error = Performance::read(&file).unwrap_err().to_string();
    /// assert!(error.contains("job xor, row 1 (jax), field seconds: expected"), "{error}");
    /// # std::fs::remove_file(file)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns [`ReportError::Comparison`] with the file, and the job, row and field that are not as they should be.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        std::fs::read(path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| Self::parse(&bytes))
            .map_err(|reason| ReportError::Comparison { path: path.into(), reason })
    }

    /// The same from the bytes of a file; an error says the place within it.
    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let whole: Value =
            serde_json::from_slice(bytes).map_err(|error| format!("expected JSON: {error}"))?;
        let top = object(&whole, "the file")?;
        let schema = top.get("schema").and_then(Value::as_u64);
        if schema != Some(1) {
            let found = top.get("schema").map_or("nothing".into(), brief);
            return Err(format!("field schema: expected 1, got {found}"));
        }
        let jobs = top.get("jobs").ok_or("field jobs: expected an object, got nothing")?;
        let jobs = object(jobs, "field jobs")?
            .iter()
            .map(|(job, rows)| Ok((job.clone(), read_rows(job, rows)?)))
            .collect::<Result<_, String>>()?;
        let mut probe = BTreeMap::new();
        for (name, value) in map(top, "probe")? {
            if !value.is_null() {
                probe.insert(name.clone(), measured(value, &format!("field probe.{name}"))?);
            }
        }
        let versions = map(top, "versions")?
            .into_iter()
            .map(|(name, value)| Ok((name.clone(), text(value, &format!("field versions.{name}"))?)))
            .collect::<Result<_, String>>()?;
        let machine = top.get("machine").ok_or("field machine: expected an object, got nothing")?;
        Ok(Self {
            schema: 1,
            date: required(top, "date", "", text)?,
            machine: read_machine(object(machine, "field machine")?)?,
            threads: required(top, "threads", "", whole_number)?,
            rounds: required(top, "rounds", "", whole_number)?,
            versions,
            probe,
            jobs,
        })
    }
}

fn read_machine(machine: &Map<String, Value>) -> Result<Machine, String> {
    Ok(Machine {
        name: required(machine, "name", "machine.", text)?,
        cpu: required(machine, "cpu", "machine.", text)?,
        cores: required(machine, "cores", "machine.", whole_number)?,
        memory_gb: required(machine, "memory_gb", "machine.", |value, place| {
            if value.is_null() { Ok(None) } else { number(value, place).map(Some) }
        })?,
        os: required(machine, "os", "machine.", text)?,
        isa: required(machine, "isa", "machine.", text)?,
    })
}

fn read_rows(job: &str, rows: &Value) -> Result<Vec<Row>, String> {
    let place = format!("job {job}");
    let rows = rows.as_array().ok_or_else(|| wrong(&place, "a list of rows", rows))?;
    let mut read: Vec<Row> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let place = format!("{place}, row {}", i + 1);
        let row = read_row(job, &place, object(row, &place)?)?;
        if read.iter().any(|before| before.who == row.who) {
            return Err(format!(
                "{place}: expected one row for each implementation, got a second of {}",
                row.who
            ));
        }
        read.push(row);
    }
    Ok(read)
}

fn read_row(job: &str, place: &str, row: &Map<String, Value>) -> Result<Row, String> {
    let who = row.get("who").ok_or_else(|| format!("{place}: expected a field who, got none"))?;
    let who = text(who, &format!("{place}, field who"))?;
    let place = |field: &str| format!("{place} ({who}), field {field}");
    let optional = |field: &str| {
        row.get(field).filter(|v| !v.is_null()).map(|value| text(value, &place(field))).transpose()
    };
    let (note, error) = (optional("note")?, optional("error")?);
    let mut values = BTreeMap::new();
    for &(field, kind) in fields(job) {
        let Some(value) = row.get(field).filter(|value| !value.is_null()) else { continue };
        values.insert(field.to_owned(), quantity(value, kind, &place(field))?);
    }
    let known = |(field, _): &(&str, Kind)| row.contains_key(*field);
    if error.is_none() && !fields(job).is_empty() && !fields(job).iter().any(known) {
        let names: Vec<&str> = fields(job).iter().map(|(name, _)| *name).collect();
        return Err(format!("{}: expected it, or one of {}, got none", place("error"), names.join(", ")));
    }
    Ok(Row { who, note, error, values })
}

fn quantity(value: &Value, kind: Kind, place: &str) -> Result<Quantity, String> {
    Ok(match kind {
        Kind::Measured => Quantity::Measured(measured(value, place)?),
        Kind::Number => Quantity::Number(number(value, place)?),
        Kind::Text => Quantity::Text(text(value, place)?),
        Kind::Curves => Quantity::Curves(
            list(value, place)?
                .iter()
                .map(|curve| list(curve, place)?.iter().map(|loss| number(loss, place)).collect())
                .collect::<Result<_, String>>()?,
        ),
        Kind::Series => {
            let mut series = BTreeMap::new();
            for (rows, value) in object(value, place)?.iter().filter(|(_, value)| !value.is_null()) {
                let place = format!("{place}.{rows}");
                rows.parse::<u32>().map_err(|_| format!("{place}: expected a number of rows as name"))?;
                series.insert(rows.clone(), measured(value, &place)?);
            }
            Quantity::Series(series)
        }
    })
}

/// A measurement; a plain number is one run.
fn measured(value: &Value, place: &str) -> Result<Measured, String> {
    if let Some(value) = value.as_f64() {
        return Ok(Measured::once(value));
    }
    let object = value
        .as_object()
        .ok_or_else(|| wrong(place, "a measurement with median, low, high and runs", value))?;
    let prefix = format!("{}.", place.strip_prefix("field ").unwrap_or(place));
    let runs = required(object, "runs", &prefix, |value, place| {
        list(value, place)?.iter().map(|run| number(run, place)).collect()
    })?;
    let [median, low, high] = ["median", "low", "high"].map(|name| required(object, name, &prefix, number));
    let (median, low, high) = (median?, low?, high?);
    if !(low <= median && median <= high) {
        return Err(format!("{place}: expected low ≤ median ≤ high, got {low}, {median}, {high}"));
    }
    Ok(Measured { median, low, high, runs })
}

/// A field that must be there, read by `read`; `prefix` is where it lies.
fn required<T>(
    object: &Map<String, Value>,
    field: &str,
    prefix: &str,
    read: impl Fn(&Value, &str) -> Result<T, String>,
) -> Result<T, String> {
    let place =
        if prefix.contains("field ") { format!("{prefix}{field}") } else { format!("field {prefix}{field}") };
    object
        .get(field)
        .ok_or_else(|| format!("{place}: expected it, got nothing"))
        .and_then(|v| read(v, &place))
}

/// The entries of an object that may be left out.
fn map<'a>(top: &'a Map<String, Value>, field: &str) -> Result<Vec<(&'a String, &'a Value)>, String> {
    top.get(field)
        .map_or(Ok(Vec::new()), |value| Ok(object(value, &format!("field {field}"))?.iter().collect()))
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| wrong(place, "an object", value))
}

fn list<'a>(value: &'a Value, place: &str) -> Result<&'a Vec<Value>, String> {
    value.as_array().ok_or_else(|| wrong(place, "a list", value))
}

fn text(value: &Value, place: &str) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(place, "a string", value))
}

fn number(value: &Value, place: &str) -> Result<f64, String> {
    value.as_f64().ok_or_else(|| wrong(place, "a number", value))
}

fn whole_number(value: &Value, place: &str) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| wrong(place, "a whole number", value))
}

fn wrong(place: &str, expected: &str, found: &Value) -> String {
    format!("{place}: expected {expected}, got {}", brief(found))
}

/// The start of a value's text.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { short + "…" } else { short }
}
