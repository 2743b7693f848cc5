//! How well logits rebuild their targets.

use pellucid_compute::reduce::{sum_by, sum_with_gradient};
use pellucid_compute::{math, vectorized};

/// Quality of the reconstructions `y = σ(l)` of targets `t`, means over all elements of all samples.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconstructionQuality {
    /// Mean squared error, `(1/N) Σ (y - t)²`.
    pub mse: f64,
    /// Mean absolute error, `(1/N) Σ |y - t|`.
    pub mae: f64,
    /// Binary cross-entropy from logits, `(1/N) Σ max(l, 0) - l t + ln(1 + e^-|l|)`.
    pub bce: f64,
    /// Mean over the samples of each sample's own mean squared error.
    pub mean_sample_mse: f64,
    /// Standard deviation over the samples (divisor n) of each sample's own mean squared error.
    pub std_sample_mse: f64,
    /// `(max y - min y) / (max t - min t)`: 1 where the output spans the range of the input.
    pub range_preservation: f64,
    /// Smallest logit.
    pub logits_min: f32,
    /// Largest logit.
    pub logits_max: f32,
    /// Mean squared error of each sample, in the order added.
    pub per_sample_mse: Vec<f32>,
}

/// What keeps a reconstruction from being measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconstructionError {
    /// Nothing was added.
    #[error("expected at least one sample to measure, got none")]
    Empty,
    /// The two slices of a batch differ.
    #[error("expected as many logits as targets, got {logits} logits and {targets} targets")]
    Length {
        /// Number of logits.
        logits: usize,
        /// Number of targets.
        targets: usize,
    },
    /// A batch is not a whole number of samples.
    #[error("expected whole samples of {width} values, got {values} values")]
    Width {
        /// Values a sample.
        width: usize,
        /// Values given.
        values: usize,
    },
}

/// Computes the logistic function `σ(l) = 1 / (1 + e^-l)`.
///
/// ```
/// assert_eq!(pellucid_eval::sigmoid(0.0), 0.5);
/// ```
pub fn sigmoid(logit: f32) -> f32 {
    math::sigmoid(logit)
}

/// Sums up [`ReconstructionQuality`] batch by batch, so that a test set never needs to be reconstructed as a whole.
///
/// ```
/// use pellucid_eval::ReconstructionAccumulator;
/// let mut sums = ReconstructionAccumulator::new();
/// sums.add(&[0.0, 0.0], &[0.0, 1.0], 2)?; // both outputs are 1/2
/// let quality = sums.finish()?;
/// assert_eq!(quality.mse, 0.25);
/// assert!((quality.bce - std::f64::consts::LN_2).abs() < 1e-7);
/// # Ok::<(), pellucid_eval::ReconstructionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReconstructionAccumulator {
    elements: usize,
    squared: f64,
    absolute: f64,
    entropy: f64,
    logits: Range,
    outputs: Range,
    targets: Range,
    per_sample_mse: Vec<f32>,
    /// The outputs of one sample.
    reconstruction: Vec<f32>,
}

vectorized! {
    /// Of one sample: the sums of squared errors, absolute errors and cross-entropies; sets the outputs.
    fn sample<F>(logits: &[F], targets: &[F], outputs: &mut [F]) -> (f64, f64, f64) {
        for (u, &l) in outputs.iter_mut().zip(logits) {
            *u = math::exp_of_negative(-l.abs());
        }
        let entropy = sum_with_gradient(logits, targets, outputs, |l, t, u| {
            // softplus(l) - t l without the difference of two numbers of the size of l.
            let against = if l > F::ZERO { F::ONE - t } else { t };
            let (y, _) = math::sigmoid_and_softplus_of(l, u);
            let (_, log) = math::sigmoid_and_softplus_below_zero(u);
            (against * l.abs() + log, y)
        });
        let (outputs, targets) = (&outputs[..targets.len()], &targets[..outputs.len()]);
        let error = |i: usize| outputs[i] - targets[i];
        let squared = sum_by(outputs.len(), |i| error(i) * error(i));
        (squared, sum_by(outputs.len(), |i| error(i).abs()), entropy)
    }

    /// The least and the largest number.
    fn extremes<F>(x: &[F], low: F, high: F) -> (F, F) {
        let (mut lows, mut highs) = ([low; 16], [high; 16]);
        let (chunks, rest) = x.as_chunks::<16>();
        for chunk in chunks {
            for lane in 0..16 {
                lows[lane] = chunk[lane].min(lows[lane]);
                highs[lane] = chunk[lane].max(highs[lane]);
            }
        }
        let low = lows.iter().chain(rest).fold(low, |low, &x| x.min(low));
        (low, highs.iter().chain(rest).fold(high, |high, &x| x.max(high)))
    }
}

impl Default for ReconstructionAccumulator {
    fn default() -> Self {
        Self::new()
    }
}

impl ReconstructionAccumulator {
    /// Empty sums.
    pub fn new() -> Self {
        Self {
            elements: 0,
            squared: 0.0,
            absolute: 0.0,
            entropy: 0.0,
            logits: Range::EMPTY,
            outputs: Range::EMPTY,
            targets: Range::EMPTY,
            per_sample_mse: Vec::new(),
            reconstruction: Vec::new(),
        }
    }

    /// Adds a batch of samples of `width` values each: `logits` and `targets` are `batch x width`, row-major.
    ///
    /// # Errors
    /// Returns [`ReconstructionError::Length`] or [`ReconstructionError::Width`]; the sums are then unchanged.
    pub fn add(&mut self, logits: &[f32], targets: &[f32], width: usize) -> Result<(), ReconstructionError> {
        if logits.len() != targets.len() {
            return Err(ReconstructionError::Length { logits: logits.len(), targets: targets.len() });
        }
        if width == 0 || !logits.len().is_multiple_of(width) {
            return Err(ReconstructionError::Width { width, values: logits.len() });
        }
        self.reconstruction.resize(width, 0.0);
        let outputs = &mut self.reconstruction[..];
        for (logits, targets) in logits.chunks_exact(width).zip(targets.chunks_exact(width)) {
            let (squared, absolute, entropy) = sample(logits, targets, outputs);
            self.squared += squared;
            self.absolute += absolute;
            self.entropy += entropy;
            self.per_sample_mse.push((squared / width as f64) as f32);
            self.logits.include(logits);
            self.outputs.include(outputs);
            self.targets.include(targets);
        }
        self.elements += logits.len();
        Ok(())
    }

    /// Divides the sums.
    ///
    /// # Errors
    /// Returns [`ReconstructionError::Empty`] if nothing was added.
    pub fn finish(self) -> Result<ReconstructionQuality, ReconstructionError> {
        if self.elements == 0 {
            return Err(ReconstructionError::Empty);
        }
        let n = self.elements as f64;
        let samples = self.per_sample_mse.len() as f64;
        let mean = self.per_sample_mse.iter().map(|&e| f64::from(e)).sum::<f64>() / samples;
        let variance =
            self.per_sample_mse.iter().map(|&e| (f64::from(e) - mean).powi(2)).sum::<f64>() / samples;
        Ok(ReconstructionQuality {
            mse: self.squared / n,
            mae: self.absolute / n,
            bce: self.entropy / n,
            mean_sample_mse: mean,
            std_sample_mse: variance.sqrt(),
            range_preservation: self.outputs.width() / self.targets.width(),
            logits_min: self.logits.low,
            logits_max: self.logits.high,
            per_sample_mse: self.per_sample_mse,
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Range {
    low: f32,
    high: f32,
}

impl Range {
    const EMPTY: Self = Self { low: f32::INFINITY, high: f32::NEG_INFINITY };

    fn include(&mut self, values: &[f32]) {
        (self.low, self.high) = extremes(values, self.low, self.high);
    }

    fn width(self) -> f64 {
        f64::from(self.high) - f64::from(self.low)
    }
}
