//! What a fit may be given beside samples and labels.

use pellucid_compute::Pool;

use crate::error::SvmError;
use crate::input::classes::check_weights;
use crate::progress::ProgressCallback;

/// What a fit may be given beside samples and labels: weights of the samples, threads, and who hears of its progress.
///
/// ```
/// use pellucid_compute::Pool;
/// use pellucid_svm::{Fit, Kernel, Samples, Svc};
/// let samples = Samples::dense(&[-2.0, -1.0, 1.0, 2.0], 1);
/// let (pool, weights) = (Pool::new(2), [1.0, 1.0, 1.0, 5.0]);
/// let fit = Fit::on(&pool).weights(&weights);
/// let model = Svc::new(Kernel::Linear).fit_with(samples, &[0, 0, 1, 1], fit)?;
/// assert_eq!(model.predict(samples)?, [0, 0, 1, 1]);
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Fit<'a> {
    pool: Option<&'a Pool>,
    pub(crate) weights: Option<&'a [f64]>,
    pub(crate) progress: Option<ProgressCallback<'a>>,
}

impl<'a> Fit<'a> {
    /// A fit with one thread per core, without weights.
    pub fn new() -> Self {
        Self::default()
    }

    /// A fit on the threads of `pool`.
    pub fn on(pool: &'a Pool) -> Self {
        Self { pool: Some(pool), ..Self::default() }
    }

    /// The weight of each sample, a factor of its C; a sample of weight zero is left out.
    #[must_use]
    pub fn weights(self, weights: &'a [f64]) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// Calls `callback` several times a second, from any thread; it may stop the fit, which then fails with
    /// [`SvmError::Interrupted`].
    #[must_use]
    pub fn progress(self, callback: ProgressCallback<'a>) -> Self {
        Self { progress: Some(callback), ..self }
    }

    /// The threads; `own` holds them if none were given.
    pub(crate) fn pool<'p>(&self, own: &'p mut Option<Pool>) -> &'p Pool
    where
        'a: 'p,
    {
        match self.pool {
            Some(pool) => pool,
            None => own.insert(Pool::per_core()),
        }
    }

    /// The rows that have a weight, and their weights.
    pub(crate) fn weighted_rows(&self, samples: usize) -> Result<(Vec<u32>, Vec<f64>), SvmError> {
        check_weights(self.weights, samples)?;
        let weight = |row: u32| self.weights.map_or(1.0, |weights| weights[row as usize]);
        let rows = (0..samples as u32).map(|row| (row, weight(row)));
        Ok(rows.filter(|&(_, weight)| weight > 0.0).unzip())
    }

    /// Refuses weights where they have no meaning yet.
    pub(crate) fn without_weights(&self, what: &'static str) -> Result<(), SvmError> {
        match self.weights {
            Some(weights) => {
                Err(SvmError::input("sample weights", format!("none in {what}"), weights.len().to_string()))
            }
            None => Ok(()),
        }
    }
}
