//! How weights are drawn before training.

use pellucid_compute::{Scalar, Stream};
use serde::{Deserialize, Serialize};

/// The distribution of initial weights of a layer with n_in inputs and n_out outputs.
///
/// | name | distribution | source |
/// |---|---|---|
/// | `XavierNormal` | normal, deviation sqrt(2 / (n_in + n_out)) | Glorot and Bengio 2010 |
/// | `XavierUniform` | uniform within +-sqrt(6 / (n_in + n_out)) | Glorot and Bengio 2010 |
/// | `HeNormal` | normal, deviation sqrt(2 / n_in) | He et al. 2015 |
/// | `HeUniform` | uniform within +-sqrt(6 / n_in) | He et al. 2015 |
///
/// ```
/// use pellucid_nn::Init;
/// let mut weights = [0.0_f32; 200];
/// Init::HeUniform.fill(&mut weights, 50, 4, pellucid_compute::Stream::new(1));
/// assert!(weights.iter().all(|w| w.abs() <= (6.0_f32 / 50.0).sqrt()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Keeps variance through layers with a symmetric activation.
    #[default]
    XavierNormal,
    /// As `XavierNormal`, uniform.
    XavierUniform,
    /// Keeps variance through layers with a ReLU.
    HeNormal,
    /// As `HeNormal`, uniform.
    HeUniform,
}

impl Init {
    /// Fills `weights` from `stream`.
    pub fn fill<F: Scalar>(self, weights: &mut [F], n_in: usize, n_out: usize, stream: Stream) {
        let (n_in, n_out) = (n_in as f64, n_out as f64);
        let (normal, variance) = match self {
            Self::XavierNormal => (true, 2.0 / (n_in + n_out)),
            Self::XavierUniform => (false, 2.0 / (n_in + n_out)),
            Self::HeNormal => (true, 2.0 / n_in),
            Self::HeUniform => (false, 2.0 / n_in),
        };
        if normal {
            stream.fill_normal(weights, 0.0, variance.sqrt());
        } else {
            // A uniform distribution within +-a has variance a^2 / 3.
            let bound = (3.0 * variance).sqrt();
            stream.fill_uniform(weights, -bound, bound);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_those_of_the_papers() {
        let (n_in, n_out) = (300, 100);
        let cases = [
            (Init::XavierNormal, 2.0 / 400.0),
            (Init::XavierUniform, 2.0 / 400.0),
            (Init::HeNormal, 2.0 / 300.0),
            (Init::HeUniform, 2.0 / 300.0),
        ];
        for (init, expected) in cases {
            let mut weights = vec![0.0_f64; n_in * n_out];
            init.fill(&mut weights, n_in, n_out, Stream::new(3));
            let variance = weights.iter().map(|w| w * w).sum::<f64>() / weights.len() as f64;
            assert!((variance / expected - 1.0).abs() < 0.03, "{init:?}: {variance}, expected {expected}");
        }
    }
}
