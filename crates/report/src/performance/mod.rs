//! The comparison with other frameworks: `performance` in `results.json`, as `bench/run.py` measures it.

pub(crate) mod contest;
pub(crate) mod names;
pub(crate) mod prose;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Operations of an epoch of the full-size autoencoder, in units of 10⁹: three products for every layer of
/// 784-256-128-64-32-64-128-256-784 but the first, whose input needs no gradient; 2 operations for every weight, and
/// 50,400 samples.
pub(crate) const EPOCH_GFLOP: f64 = 2.0 * (3.0 * 487_424.0 - 200_704.0) * 50_400.0 * 1e-9;

/// Operations of one pass forward of one sample.
pub(crate) const PASS_FLOP: f64 = 2.0 * 487_424.0;

/// The same work done by Pellucid and by others on one machine.
///
/// Read with [`Performance::read`], which checks it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// Version of the file's layout, 1.
    pub schema: u64,
    /// Day of the measurement.
    pub date: String,
    /// Where it was measured.
    pub machine: Machine,
    /// Threads that every implementation was given, where a job does not say otherwise.
    pub threads: u64,
    /// Rounds, in each of which all implementations took turns.
    pub rounds: u64,
    /// Versions by package.
    pub versions: BTreeMap<String, String>,
    /// What a small probe reached in the same run: `fma_gflops_2` in 10⁹ operations a second with two threads, `read_gbs_1` in 10⁹
    /// bytes a second with one, and so on.
    pub probe: BTreeMap<String, Measured>,
    /// One row for each implementation, by job.
    pub jobs: BTreeMap<String, Vec<Row>>,
}

/// The machine of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// What it is called.
    pub name: String,
    /// Name of the processor.
    pub cpu: String,
    /// Cores.
    pub cores: u64,
    /// Memory in GB, where the system tells.
    pub memory_gb: Option<f64>,
    /// Operating system.
    pub os: String,
    /// Instruction set that Pellucid chose.
    pub isa: String,
}

/// A quantity measured once in every round.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Median of the runs.
    pub median: f64,
    /// Least of the runs.
    pub low: f64,
    /// Greatest of the runs.
    pub high: f64,
    /// The runs.
    pub runs: Vec<f64>,
}

/// What one implementation reached in one job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The implementation, `pellucid`, `jax`, ….
    pub who: String,
    /// What differs from Pellucid in the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why numbers are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The numbers by name; times in seconds, memory in MB (10⁶ bytes).
    #[serde(flatten)]
    pub values: BTreeMap<String, Quantity>,
}

/// One entry of a [`Row`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quantity {
    /// A measurement.
    Measured(Measured),
    /// A number that is not measured, such as lines of code.
    Number(f64),
    /// A word, such as a path.
    Text(String),
    /// Losses, epoch by epoch, for each seed.
    Curves(Vec<Vec<f64>>),
    /// Measurements by number of rows.
    Series(BTreeMap<String, Measured>),
}

impl Performance {
    /// The rows of `job`, none where it was not run.
    pub(crate) fn rows(&self, job: &str) -> &[Row] {
        self.jobs.get(job).map_or(&[], Vec::as_slice)
    }

    /// The row of `who` in `job`.
    pub(crate) fn row(&self, job: &str, who: &str) -> Option<&Row> {
        self.rows(job).iter().find(|row| row.who == who)
    }

    /// What `who` reached in `job`.
    pub(crate) fn measured(&self, job: &str, who: &str, field: &str) -> Option<Measured> {
        self.row(job, who)?.measured(field)
    }

    /// The rate that the probe reached with all threads, in 10⁹ multiplications and additions a second.
    pub(crate) fn fma_gflops(&self) -> Option<f64> {
        let rate = self.probe.get(&format!("fma_gflops_{}", self.threads))?.median;
        (rate > 0.0).then_some(rate)
    }
}

impl Row {
    /// A measurement, or a plain number as one.
    pub(crate) fn measured(&self, field: &str) -> Option<Measured> {
        match self.values.get(field)? {
            Quantity::Measured(measured) => Some(measured.clone()),
            Quantity::Number(value) => Some(Measured::once(*value)),
            _ => None,
        }
    }

    /// Measurements by number of rows, ascending.
    pub(crate) fn series(&self, field: &str) -> Vec<(usize, &Measured)> {
        let Some(Quantity::Series(series)) = self.values.get(field) else { return Vec::new() };
        let mut points: Vec<_> =
            series.iter().filter_map(|(rows, measured)| Some((rows.parse().ok()?, measured))).collect();
        points.sort_unstable_by_key(|(rows, _)| *rows);
        points
    }

    /// Losses of each seed.
    pub(crate) fn curves(&self, field: &str) -> &[Vec<f64>] {
        match self.values.get(field) {
            Some(Quantity::Curves(curves)) => curves,
            _ => &[],
        }
    }

    /// Its name, with the reason where there are no numbers.
    pub(crate) fn label(&self) -> String {
        let name = names::name(&self.who);
        let error = self.error.as_ref().map(|error| {
            let start: String = error.chars().take(120).collect();
            if start.len() < error.len() { start + "…" } else { start }
        });
        match error {
            Some(error) if self.values.is_empty() => format!("{name}: not measured: {error}"),
            Some(error) => format!("{name} (in part: {error})"),
            None if self.values.is_empty() => format!("{name}: not measured"),
            None => name,
        }
    }
}

impl Measured {
    /// What was measured once.
    pub(crate) fn once(value: f64) -> Self {
        Self { median: value, low: value, high: value, runs: vec![value] }
    }

    /// The distance of the extremes as a share of the median.
    pub(crate) fn spread(&self) -> f64 {
        (self.high - self.low) / self.median
    }
}

/// The exponent `b` of the power law `t = a n^b` that fits best, by least squares of the logarithms; none for fewer than
/// two sizes.
pub(crate) fn slope(points: &[(usize, f64)]) -> Option<f64> {
    let logs: Vec<[f64; 2]> =
        points.iter().filter(|(n, t)| *n > 0 && *t > 0.0).map(|(n, t)| [(*n as f64).ln(), t.ln()]).collect();
    let mean = |axis: usize| logs.iter().map(|p| p[axis]).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(0), mean(1));
    let (mut across, mut along) = (0.0, 0.0);
    for p in &logs {
        across += (p[0] - x) * (p[0] - x);
        along += (p[0] - x) * (p[1] - y);
    }
    (across > 0.0).then(|| along / across)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_127_gflop() {
        assert!((EPOCH_GFLOP - 127.166).abs() < 1e-3, "{EPOCH_GFLOP}");
    }

    #[test]
    fn slopes_are_those_of_power_laws() {
        let line = |power: f64| [500_usize, 1000, 3000].map(|n| (n, 0.02 * (n as f64).powf(power)));
        assert!((slope(&line(1.0)).unwrap() - 1.0).abs() < 1e-12);
        assert!((slope(&line(0.5)).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(slope(&[(500, 1.0)]), None);
        assert_eq!(slope(&[(500, 1.0), (500, 2.0)]), None);
    }
}
