//! How a problem was solved.

/// How a problem was solved, in LIBSVM's conventions.
///
/// The objective is that of the minimisation 1/2 alpha' Q alpha + p' alpha, as LIBSVM prints it: the negative of the
/// dual's usual maximum. The KKT gap is LIBSVM's stopping measure m(alpha) - M(alpha).
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// The dual objective.
    pub dual_objective: f64,
    /// The violation of the conditions of the optimum.
    pub kkt_gap: f64,
    /// Steps of two variables.
    pub iterations: u64,
    /// Support vectors.
    pub support_vectors: usize,
    /// Support vectors whose coefficient is at its bound.
    pub bounded: usize,
    /// For nu-SVC the C, for nu-SVR the epsilon that gives the same solution.
    pub equivalent: Option<f64>,
}
