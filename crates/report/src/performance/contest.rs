//! Pellucid against the best of the others, aspect by aspect.

use super::names::{OURS, is_ours, name};
use super::{Measured, Performance};
use crate::number::{count, fixed, timing, whole};

/// Jobs of the support vector machines, small to large.
pub(crate) const SVM_JOBS: [&str; 5] =
    ["svm_5000x32", "svm_50400x32", "svm_3000x784", "svm_10000x784", "svm_60000x784"];

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Better {
    Less,
    More,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Megabytes,
    PerSecond,
    Lines,
    Error,
}

impl Unit {
    pub(crate) fn write(self, value: f64) -> String {
        match self {
            Self::Seconds => timing(value),
            Self::Megabytes if value.abs() < 10.0 => format!("{} MB", fixed(value, 1)),
            Self::Megabytes => format!("{} MB", whole(value)),
            Self::PerSecond => format!("{}/s", whole(value)),
            Self::Lines => whole(value),
            Self::Error => fixed(value, 6),
        }
    }
}

/// Who is ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Winner {
    Ours,
    Peer,
    /// No difference, or less than half a per cent of it.
    Nobody,
}

/// One aspect of the comparison.
#[derive(Clone, Debug)]
pub(crate) struct Contest {
    pub(crate) aspect: String,
    pub(crate) unit: Unit,
    pub(crate) better: Better,
    /// What the course report's Table 15 calls the winner.
    pub(crate) course: &'static str,
    pub(crate) ours: Option<Measured>,
    /// The best of the others.
    pub(crate) peer: Option<(String, Measured)>,
}

impl Contest {
    fn new(
        performance: &Performance,
        aspect: impl Into<String>,
        (job, who, field): (&str, &str, &str),
        (unit, better): (Unit, Better),
        course: &'static str,
    ) -> Self {
        let worth = |m: &Measured| if better == Better::Less { m.median.max(0.0) } else { -m.median };
        let peers = performance.rows(job).iter().filter(|row| !is_ours(&row.who));
        let peer = peers
            .filter_map(|row| Some((row.who.clone(), row.measured(field)?)))
            .min_by(|(_, a), (_, b)| worth(a).total_cmp(&worth(b)));
        Self {
            aspect: aspect.into(),
            unit,
            better,
            course,
            ours: performance.measured(job, who, field),
            peer,
        }
    }

    /// How many times better ours is than the best of the others; below 1 where it is worse; none where one of them is
    /// missing, or nothing.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (ours, peer) = (self.ours.as_ref()?.median, self.peer.as_ref()?.1.median);
        let (above, below) = if self.better == Better::Less { (peer, ours) } else { (ours, peer) };
        (above > 0.0 && below > 0.0).then(|| above / below)
    }

    /// Who is ahead, by the medians; none where one of them is missing.
    pub(crate) fn winner(&self) -> Option<Winner> {
        let (ours, peer) = (self.ours.as_ref()?.median, self.peer.as_ref()?.1.median);
        let (ours, peer) =
            if self.better == Better::Less { (ours.max(0.0), peer.max(0.0)) } else { (peer, ours) };
        Some(match ours - peer {
            d if d.abs() <= 0.005 * ours.abs().min(peer.abs()) => Winner::Nobody,
            d if d < 0.0 => Winner::Ours,
            _ => Winner::Peer,
        })
    }

    /// Whether the ranges from least to greatest run have a point in common.
    pub(crate) fn overlaps(&self) -> bool {
        self.ours
            .as_ref()
            .zip(self.peer.as_ref())
            .is_some_and(|(ours, (_, peer))| ours.low <= peer.high && peer.low <= ours.high)
    }

    /// The winner in words.
    pub(crate) fn verdict(&self) -> String {
        let doubt = if self.overlaps() { " (ranges overlap)" } else { "" };
        match (self.winner(), &self.peer) {
            (Some(Winner::Ours), _) => format!("Pellucid{doubt}"),
            (Some(Winner::Peer), Some((who, _))) => format!("{}{doubt}", name(who)),
            (Some(_), _) => "tie".into(),
            (None, _) => "not measured".into(),
        }
    }
}

/// All aspects of Table 15, measured or not.
pub(crate) fn contests(performance: &Performance) -> Vec<Contest> {
    use Better::{Less, More};
    use Unit::{Error, Lines, Megabytes, PerSecond, Seconds};
    let one = |aspect: &str, place: (&str, &str, &str), measure: (Unit, Better), course: &'static str| {
        Contest::new(performance, aspect, place, measure, course)
    };
    let full = "autoencoder";
    let mut all = vec![
        one("Full-size training, an epoch", (full, OURS, "epoch_seconds"), (Seconds, Less), "TensorFlow"),
        one(
            "Full-size training in bf16, an epoch",
            (full, "pellucid_bf16", "epoch_seconds"),
            (Seconds, Less),
            "–",
        ),
        one("Full-size training, first epoch", (full, OURS, "first_epoch_seconds"), (Seconds, Less), "–"),
        one("Full-size training, peak memory", (full, OURS, "peak_mb"), (Megabytes, Less), "Custom"),
        one("Full-size training, memory growth", (full, OURS, "growth_mb"), (Megabytes, Less), "Custom"),
        one("Time to the course report’s quality", ("quality", OURS, "seconds"), (Seconds, Less), "–"),
        one("Small job, training", ("small", OURS, "train_seconds"), (Seconds, Less), "TensorFlow"),
        one("Small job, whole process", ("small", OURS, "process_seconds"), (Seconds, Less), "–"),
        one("Small job, test MSE", ("small", OURS, "test_mse"), (Error, Less), "Custom"),
        one("Small job, peak memory", ("small", OURS, "peak_mb"), (Megabytes, Less), "Custom"),
        one("XOR, warm", ("xor", OURS, "seconds"), (Seconds, Less), "Custom"),
        one("XOR, whole process", ("xor", OURS, "process_seconds"), (Seconds, Less), "–"),
        one(
            "One sample through the autoencoder",
            ("inference", OURS, "single_seconds"),
            (Seconds, Less),
            "–",
        ),
        one("10,000 samples at once", ("inference", OURS, "batch_per_second"), (PerSecond, More), "–"),
    ];
    all.extend(svm_contests(performance));
    all.extend([
        one("Start of the program", ("start", OURS, "help_seconds"), (Seconds, Less), "–"),
        one("Loading MNIST", ("start", OURS, "load_seconds"), (Seconds, Less), "–"),
        one("Lines of code, small job", ("code", OURS, "lines"), (Lines, Less), "TensorFlow"),
    ]);
    // A precision that was not tried is no aspect.
    all.retain(|contest| contest.ours.is_some() || !contest.aspect.contains("bf16"));
    all
}

/// Fit and prediction of each data set.
pub(crate) fn svm_contests(performance: &Performance) -> Vec<Contest> {
    let pairs =
        SVM_JOBS.iter().flat_map(|job| [(job, "fit", "fit_seconds"), (job, "predict", "predict_seconds")]);
    pairs
        .map(|(job, verb, field)| {
            let aspect = format!("SVM, {}, {verb}", svm_size(job));
            Contest::new(performance, aspect, (job, OURS, field), (Unit::Seconds, Better::Less), "–")
        })
        .collect()
}

/// Rows and features of a job, `50,400 × 32`.
pub(crate) fn svm_size(job: &str) -> String {
    let sizes = job.trim_start_matches("svm_").split('x').filter_map(|n| n.parse().ok());
    sizes.map(count).collect::<Vec<_>>().join(" × ")
}
