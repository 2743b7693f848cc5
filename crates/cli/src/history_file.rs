//! The epochs of a run as a table, history.csv.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use pellucid::data::atomic_write;
use pellucid::nn::{EpochRecord, History};
use pellucid_terminal::failure;

const HEADER: &str = "epoch,train_loss,regularised_loss,validation_loss,learning_rate";

/// The least time between two writings of what was appended.
const FLUSH: Duration = Duration::from_secs(1);

/// The table while the run goes on: lines are appended, and may be read by others. It is only complete, and certain to be on
/// the disk, after [`HistoryFile::finish`].
pub struct HistoryFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    flushed: Instant,
}

impl HistoryFile {
    /// Begins the table with the epochs that are done.
    pub fn begin(path: PathBuf, history: &History) -> Result<Self> {
        write(&path, history)?;
        // Where lines cannot be appended, the table is written at the end all the same.
        let file = OpenOptions::new().append(true).open(&path).ok().map(BufWriter::new);
        Ok(Self { path, file, flushed: Instant::now() })
    }

    /// Appends an epoch.
    pub fn push(&mut self, record: &EpochRecord) {
        let Some(file) = &mut self.file else { return };
        let mut written = writeln!(file, "{}", line(record));
        if written.is_ok() && self.flushed.elapsed() >= FLUSH {
            self.flushed = Instant::now();
            written = file.flush();
        }
        if written.is_err() {
            self.file = None;
        }
    }

    /// Replaces the table by the whole history.
    pub fn finish(self, history: &History) -> Result<()> {
        drop(self.file);
        write(&self.path, history)
    }
}

fn write(path: &std::path::Path, history: &History) -> Result<()> {
    let mut lines = history.epochs.iter().map(line);
    atomic_write(path, |file| {
        writeln!(file, "{}", header(&history.terms))?;
        lines.try_for_each(|line| writeln!(file, "{line}"))
    })
    .map_err(failure::runtime)
}

/// The names of the columns: those of every run, then two for each term of an objective of several.
fn header(terms: &[String]) -> String {
    let plain = |name: &String| name.replace([',', '"', '\n', '\r'], "_");
    let terms = terms.iter().map(plain).map(|name| format!(",train_{name},validation_{name}"));
    HEADER.to_owned() + &terms.collect::<String>()
}

fn line(record: &EpochRecord) -> String {
    let optional = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
    let (regularised, validation) = (optional(record.regularised_loss), optional(record.validation_loss));
    let (epoch, loss, rate) = (record.epoch, record.train_loss, record.learning_rate);
    let terms = record.train_terms.iter().enumerate().map(|(number, train)| {
        let validation = optional(record.validation_terms.get(number).copied());
        format!(",{train},{validation}")
    });
    format!("{epoch},{loss},{regularised},{validation},{rate}") + &terms.collect::<String>()
}
