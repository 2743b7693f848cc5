//! Seeded shuffles whose result never changes between versions.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Fills `out` with a permutation of `0..out.len()` that depends on `(seed, epoch)` alone, without allocating.
///
/// Fisher-Yates over the `ChaCha8` stream whose key is `seed` and whose stream number is `epoch`; indices by
/// Lemire's rejection ("Fast Random Integer Generation in an Interval", 2019), so every permutation is equally
/// likely as far as the generator allows.
///
/// # Panics
/// Panics if `out` has more than 2^32 - 1 elements.
///
/// ```
/// use pellucid_data::permutation_into;
/// let (mut a, mut b) = ([0; 10], [9; 10]);
/// permutation_into(42, 3, &mut a);
/// permutation_into(42, 3, &mut b);
/// assert_eq!(a, b);
/// ```
pub fn permutation_into(seed: u64, epoch: u64, out: &mut [u32]) {
    assert!(u32::try_from(out.len()).is_ok(), "at most 2^32 - 1 elements can be shuffled");
    for (i, o) in out.iter_mut().enumerate() {
        *o = i as u32;
    }
    shuffle(&mut stream(seed, epoch), out);
}

/// The `ChaCha8` generator with key `(seed, 0, 0, 0)` and this stream number.
pub(crate) fn stream(seed: u64, stream: u64) -> ChaCha8Rng {
    // The key is written out because `seed_from_u64` is free to expand a seed differently in a later version.
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(stream);
    rng
}

/// Fisher-Yates, from the last element down.
pub(crate) fn shuffle<T>(rng: &mut impl Rng, items: &mut [T]) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng, i as u32 + 1) as usize);
    }
}

/// A uniform integer in `0..n` (Lemire): the high half of `x * n`, rejecting the few `x` that would bias it.
fn below(rng: &mut impl Rng, n: u32) -> u32 {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n; // 2^32 mod n
        while (product as u32) < threshold {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}
