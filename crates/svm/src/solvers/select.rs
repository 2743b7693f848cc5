//! The passes over all variables of an iteration, as vector code.
//!
//! What may not be raised or lowered is masked by an infinite *penalty* added to its gradient, so that no pass has a
//! branch. Numbers are compared by integer keys of the same order, because compilers vectorise the greatest of
//! integers but not that of floats, and without their places: the place is looked for in the best block, where of
//! equals the first counts.

use pellucid_compute::{Scalar, vectorized};

use crate::problem::pair_step::TINY;

/// Elements of a block.
const BLOCK: usize = 128;

/// The partner of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Partner<T> {
    /// Where it is.
    pub index: usize,
    /// Twice the decrease of the objective if there were no bounds; negative where there is no partner.
    pub gain: T,
    /// The greatest gradient of what may be lowered.
    pub greatest: f64,
}

vectorized! {
    /// The least g + penalty, and where it is.
    pub(crate) fn least<T>(g: &[f64], raise: &[T]) -> (f64, usize) {
        let mut best = Best::none();
        for (block, (g, raise)) in g.chunks(BLOCK).zip(raise.chunks(BLOCK)).enumerate() {
            best.offer(block, highest(g, raise));
        }
        let at = best.find(g.iter().zip(raise).map(|(g, raise)| descent(*g, *raise)));
        (-number(best.key), at)
    }

    /// The greatest g + penalty.
    pub(crate) fn greatest<T>(g: &[f64], lower: &[T]) -> f64 {
        let keys = g.iter().zip(lower).map(|(g, lower)| key(g + lower.to_f64()));
        number(keys.fold(NOTHING, i64::max))
    }

    /// g += step (K_i - K_j), and then the least of it as [`least`] finds it.
    pub(crate) fn update<T>(g: &mut [f64], k_i: &[T], k_j: &[T], step: f64, raise: &[T]) -> (f64, usize) {
        let mut best = Best::none();
        let rows = k_i.chunks(BLOCK).zip(k_j.chunks(BLOCK)).zip(raise.chunks(BLOCK));
        for (block, (g, ((k_i, k_j), raise))) in g.chunks_mut(BLOCK).zip(rows).enumerate() {
            for (g, (k_i, k_j)) in g.iter_mut().zip(k_i.iter().zip(k_j)) {
                *g += step * (k_i.to_f64() - k_j.to_f64());
            }
            best.offer(block, highest(g, raise));
        }
        let at = best.find(g.iter().zip(raise).map(|(g, raise)| descent(*g, *raise)));
        (-number(best.key), at)
    }

    /// How far each variable is from the other end of a pair that could move it: max(high - g, g - low), of the two
    /// what the bounds allow.
    pub(crate) fn violations<T>(g: &[f64], raise: &[T], lower: &[T], low: f64, high: f64, to: &mut [f64]) {
        for ((g, (raise, lower)), to) in g.iter().zip(raise.iter().zip(lower)).zip(to) {
            let (up, down) = (high - (g + raise.to_f64()), g + lower.to_f64() - low);
            *to = if up > down { up } else { down };
        }
    }

    /// The partner j of variable i that promises most by second-order information: of those that may be lowered and
    /// whose gradient is above that of i, the one with the greatest (g_j - g_i)^2 / (K_ii + K_jj - 2 K_ij).
    ///
    /// Source: R.-E. Fan, P.-H. Chen, C.-J. Lin, *Working set selection using second order information for training
    /// support vector machines*, JMLR 6, 2005.
    pub(crate) fn partner<T>(g: &[f64], lower: &[T], k_i: &[T], diagonal: &[T], own: T, least: f64) -> Partner<T> {
        let tiny = T::from_f64(TINY);
        let gain = |((g, lower), (k, diagonal)): ((&f64, &T), (&T, &T))| {
            let difference = T::from_f64(g - least) + *lower;
            let curvature = (own + *diagonal - T::TWO * *k).max(tiny);
            let gain = difference * difference / curvature;
            if difference > T::ZERO { gain } else { -T::ONE }
        };
        let mut best = Best::none();
        let mut greatest = NOTHING;
        let rows = k_i.chunks(BLOCK).zip(diagonal.chunks(BLOCK));
        for (block, ((g, lower), (k_i, diagonal))) in g.chunks(BLOCK).zip(lower.chunks(BLOCK)).zip(rows).enumerate() {
            let mut high = NOTHING;
            for item in g.iter().zip(lower).zip(k_i.iter().zip(diagonal)) {
                high = high.max(key(gain(item).to_f64()));
                greatest = greatest.max(key(item.0.0 + item.0.1.to_f64()));
            }
            best.offer(block, high);
        }
        let at = best.find(g.iter().zip(lower).zip(k_i.iter().zip(diagonal)).map(|item| key(gain(item).to_f64())));
        Partner { index: at, gain: T::from_f64(number(best.key)), greatest: number(greatest) }
    }
}

/// The key of negative infinity.
const NOTHING: i64 = key(f64::NEG_INFINITY);

/// An integer with the order of the number: the bits of negative numbers are reversed, all but the sign.
#[inline(always)]
const fn key(x: f64) -> i64 {
    let bits = x.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The number of a key.
#[inline(always)]
fn number(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

/// The key of -(g + penalty).
#[inline(always)]
fn descent<T: Scalar>(g: f64, raise: T) -> i64 {
    key(-(g + raise.to_f64()))
}

/// The greatest key of a block.
#[inline(always)]
fn highest<T: Scalar>(g: &[f64], raise: &[T]) -> i64 {
    g.iter().zip(raise).map(|(g, raise)| descent(*g, *raise)).fold(NOTHING, i64::max)
}

/// The greatest key and the first block that has it.
struct Best {
    key: i64,
    block: usize,
}

impl Best {
    #[inline(always)]
    fn none() -> Self {
        Self { key: NOTHING, block: 0 }
    }

    #[inline(always)]
    fn offer(&mut self, block: usize, key: i64) {
        if key > self.key {
            (self.key, self.block) = (key, block);
        }
    }

    /// The place of the first such key in its block; the block's beginning where there is none.
    #[inline(always)]
    fn find(&self, keys: impl Iterator<Item = i64>) -> usize {
        let begin = self.block * BLOCK;
        begin + keys.skip(begin).take(BLOCK).position(|key| key == self.key).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_find_what_plain_loops_find() {
        for n in [1, 2, 15, 16, 17, 100, 1000] {
            let mut numbers = vec![0.0_f64; 4 * n];
            pellucid_compute::Stream::new(n as u64).fill_normal(&mut numbers, 0.0, 1.0);
            // Coarse numbers, so that there are equals.
            let g: Vec<f64> = numbers[..n].iter().map(|x| (x * 4.0).round() / 4.0).collect();
            let mask = |x: &f64, infinite: f64| if *x > 0.3 { infinite } else { 0.0 };
            let raise: Vec<f64> = numbers[n..2 * n].iter().map(|x| mask(x, f64::INFINITY)).collect();
            let lower: Vec<f64> = numbers[2 * n..3 * n].iter().map(|x| mask(x, f64::NEG_INFINITY)).collect();
            let k_i: Vec<f64> = numbers[3 * n..].iter().map(|x| (x / 2.0).tanh()).collect();
            let k_j: Vec<f64> = k_i.iter().rev().copied().collect();
            let diagonal = vec![1.0; n];

            let first = |values: &[f64], of: fn(f64, f64) -> bool| {
                (0..values.len()).reduce(|best, v| if of(values[v], values[best]) { v } else { best })
            };
            let raisable: Vec<f64> = g.iter().zip(&raise).map(|(g, p)| g + p).collect();
            let at = first(&raisable, |a, b| a < b).unwrap();
            if raisable[at].is_finite() {
                assert_eq!(least(&g, &raise), (raisable[at], at));
            }
            let high = g.iter().zip(&lower).map(|(g, p)| g + p).fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(greatest(&g, &lower), high);

            let found = partner(&g, &lower, &k_i, &diagonal, 1.0, -0.5);
            let gains: Vec<f64> = (0..n)
                .map(|v| {
                    let d = g[v] + 0.5 + lower[v];
                    if d > 0.0 { d * d / (2.0 - 2.0 * k_i[v]).max(1e-12) } else { -1.0 }
                })
                .collect();
            let best = first(&gains, |a, b| a > b).unwrap();
            assert_eq!(found.gain, gains[best]);
            assert!(gains[best] < 0.0 || found.index == best);
            assert_eq!(found.greatest, high);

            let mut moved = g.clone();
            let (value, place) = update(&mut moved, &k_i, &k_j, 0.25, &raise);
            let expected: Vec<f64> = (0..n).map(|v| g[v] + 0.25 * (k_i[v] - k_j[v])).collect();
            assert_eq!(moved, expected);
            assert_eq!((value, place), least(&moved, &raise));
        }
    }
}
