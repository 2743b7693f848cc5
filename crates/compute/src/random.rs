//! Random streams that are keyed by what they are for, not by the order of calls.
//!
//! A stream is a seed and a path such as (layer 3, step 17). The same path gives the same numbers, whatever was
//! drawn before, on any thread, and after resuming. The generator is ChaCha with 8 rounds, a counter-based
//! generator whose output is fixed by its specification (Bernstein 2008).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::scalar::Scalar;

/// A place in the tree of random streams.
///
/// ```
/// use pellucid_compute::Stream;
/// let weights = Stream::new(42).child(3);
/// let (mut a, mut b) = ([0.0_f32; 4], [0.0_f32; 4]);
/// weights.fill_normal(&mut a, 0.0, 1.0);
/// weights.fill_normal(&mut b, 0.0, 1.0);
/// assert_eq!(a, b);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    seed: u64,
    path: u64,
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that mixes all bits.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Stream {
    /// Returns the root of the streams of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, path: 0 }
    }

    /// Returns the stream below this one for `tag`: a layer's number, a step, a sample.
    #[must_use]
    pub fn child(self, tag: u64) -> Self {
        Self { path: mix(self.path.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ mix(tag.wrapping_add(1))), ..self }
    }

    /// Returns the generator at the beginning of this stream.
    pub fn generator(self) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        generator.set_stream(self.path);
        generator
    }

    /// One of the numbers `0..n`, each as likely as any other to within n / 2^64; 0 of none.
    pub fn index(self, n: usize) -> usize {
        ((u128::from(self.generator().next_u64()) * n as u128) >> 64) as usize
    }

    /// Fills `out` with numbers uniform in [`low`, `high`).
    pub fn fill_uniform<F: Scalar>(self, out: &mut [F], low: f64, high: f64) {
        let mut generator = self.generator();
        for x in out {
            *x = F::from_f64(low + (high - low) * unit(&mut generator));
        }
    }

    /// Fills `out` with normal numbers of the given mean and standard deviation (Box and Muller 1958).
    pub fn fill_normal<F: Scalar>(self, out: &mut [F], mean: f64, deviation: f64) {
        let mut generator = self.generator();
        for pair in out.chunks_mut(2) {
            let radius = (-2.0 * (1.0 - unit(&mut generator)).ln()).sqrt();
            let (sine, cosine) = (std::f64::consts::TAU * unit(&mut generator)).sin_cos();
            for (x, direction) in pair.iter_mut().zip([cosine, sine]) {
                *x = F::from_f64(mean + deviation * radius * direction);
            }
        }
    }
}

/// A number uniform in [0, 1) with 53 random bits.
fn unit(generator: &mut ChaCha8Rng) -> f64 {
    (generator.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_different_streams_and_the_same_path_the_same() {
        let root = Stream::new(7);
        let draw = |stream: Stream| stream.generator().next_u64();
        let all = [
            draw(root),
            draw(root.child(0)),
            draw(root.child(1)),
            draw(root.child(0).child(1)),
            draw(root.child(1).child(0)),
            draw(Stream::new(8)),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(!all[i + 1..].contains(a));
        }
        assert_eq!(all[3], draw(Stream::new(7).child(0).child(1)));
    }

    #[test]
    fn the_stream_never_changes() {
        // Recorded on first writing: a change here would silently change every seeded result.
        let mut x = [0.0_f64; 3];
        Stream::new(42).child(1).fill_normal(&mut x, 0.0, 1.0);
        assert_eq!(x.map(|x| format!("{x:.12}")), RECORDED.map(String::from));
    }
    const RECORDED: [&str; 3] = ["2.158362968725", "-1.058375506870", "-1.046565566033"];

    #[test]
    fn moments_are_right() {
        let n = 100_000;
        let mut x = vec![0.0_f64; n];
        let moments = |x: &[f64]| {
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            (mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64)
        };
        Stream::new(1).fill_normal(&mut x, 2.0, 3.0);
        let (mean, variance) = moments(&x);
        assert!((mean - 2.0).abs() < 0.04 && (variance - 9.0).abs() < 0.2, "{mean} {variance}");
        Stream::new(1).fill_uniform(&mut x, -1.0, 3.0);
        let (mean, variance) = moments(&x);
        assert!((mean - 1.0).abs() < 0.02 && (variance - 16.0 / 12.0).abs() < 0.02, "{mean} {variance}");
        assert!(x.iter().all(|x| (-1.0..3.0).contains(x)));
    }
}
