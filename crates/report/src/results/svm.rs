//! The numbers of the support vector machines, `svm` in `results.json`.

use serde::{Deserialize, Serialize};

/// Outcome of classifying digits by support vector machines; a run that was left out is absent from the file.
///
/// ```
/// use pellucid_report::{SvmResults, SvmRun};
/// let latent = SvmRun { train_rows: 5000, accuracy: 0.951, ..SvmRun::default() };
/// let json = serde_json::to_string(&SvmResults { latent, ..SvmResults::default() })?;
/// assert!(json.contains("\"train_rows\":5000") && !json.contains("latent_all"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SvmResults {
    /// How the machines were trained, in words: solver and scheme for many classes.
    #[serde(default)]
    pub method: String,
    /// Latent vectors of the trained encoder, as many training rows as the course report took.
    pub latent: SvmRun,
    /// The same with all training rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latent_all: Option<SvmRun>,
    /// Latent vectors of the encoder as it was before training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latent_untrained: Option<SvmRun>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<SvmRun>,
    /// Latent vectors of the trained encoder with a linear kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latent_linear: Option<SvmRun>,
    /// Test samples of `latent` by digit (row) and decision (column).
    pub confusion: [[u64; 10]; 10],
    /// F1 of each digit in `latent`.
    pub per_class_f1: [f64; 10],
    /// Latent features by the variance of their ten class means, largest first.
    pub discriminative_features: Vec<DiscriminativeFeature>,
}

/// One training and test of a multi-class machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SvmRun {
    /// Training samples.
    pub train_rows: usize,
    /// Test samples.
    pub test_rows: usize,
    /// Features of a sample.
    pub dimensions: usize,
    /// Kernel: `RBF`, `linear`, ….
    pub kernel: String,
    /// Penalty of a violated margin.
    pub c: f64,
    /// The kernel's gamma as a number; 0 if the kernel has none.
    pub gamma: f64,
    /// Largest violation of the optimality conditions at which a solver stops.
    pub tolerance: f64,
    /// Steps of the solver, over all binary problems.
    pub iterations: u64,
    /// Share of the test samples decided rightly, between 0 and 1.
    pub accuracy: f64,
    /// Mean F1 of the classes.
    pub macro_f1: f64,
    /// Mean F1 of the classes, weighted by their test samples.
    pub weighted_f1: f64,
    /// Duration of training in seconds.
    pub fit_seconds: f64,
    /// Duration of deciding all test samples in seconds.
    pub predict_seconds: f64,
    /// Training samples that are a support vector of any binary problem.
    pub support_vectors: usize,
    /// Dual objective, summed over all binary problems.
    pub dual_objective: f64,
    /// Largest violation of the optimality conditions of any binary problem.
    pub kkt_gap: f64,
}

/// A latent feature and how far the digits lie apart in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiscriminativeFeature {
    /// Its index, from 0.
    pub feature: usize,
    /// Variance of its ten class means.
    pub variance: f64,
}

impl SvmResults {
    /// The runs that took place, named by what the machine was given.
    pub(crate) fn runs(&self) -> Vec<(&'static str, &SvmRun)> {
        [
            ("Latent", Some(&self.latent)),
            ("Latent, all rows", self.latent_all.as_ref()),
            ("Raw pixels", self.raw.as_ref()),
            ("Latent, untrained encoder", self.latent_untrained.as_ref()),
            ("Latent, linear kernel", self.latent_linear.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, run)| Some((name, run?)))
        .collect()
    }
}
