//! Parts of a data set for training, validation and test.

use std::collections::BTreeMap;

use crate::error::{DataError, Place};
use crate::sampling::dataset::Dataset;
use crate::sampling::shuffle::{shuffle, stream};

/// The parts of a data set; they share its memory.
#[derive(Clone, Debug)]
pub struct Partition {
    /// For fitting parameters.
    pub train: Dataset,
    /// For choosing among models and for early stopping, where there is such a part.
    pub validation: Option<Dataset>,
    /// For the final measurement.
    pub test: Dataset,
}

/// Cuts the samples into parts of `counts[k]` samples, each with its share of every class.
///
/// The parts are filled one after the other. From the `m` samples that are left, `m_c` of them of class `c`, a
/// part of `t` takes `m_c t / m` of each class, rounded down, and the samples still missing from the classes
/// with the largest remainders (Hamilton's method). So the counts are exact and each class is within one of its
/// share. Which samples of a class are taken depends on `seed` alone. Returns the row numbers of each part,
/// ascending.
///
/// # Errors
/// Returns an error if the counts do not add up to `labels.len()`.
///
/// ```
/// use pellucid_data::stratified_split;
/// let labels = [0, 0, 0, 0, 1, 1];
/// let parts = stratified_split(&labels, &[3, 3], 42)?;
/// assert_eq!(parts[0].iter().filter(|&&i| labels[i as usize] == 0).count(), 2);
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
pub fn stratified_split(labels: &[u32], counts: &[usize], seed: u64) -> Result<Vec<Vec<u32>>, DataError> {
    let total = counts.iter().try_fold(0_usize, |sum, &c| sum.checked_add(c));
    if total != Some(labels.len()) || u32::try_from(labels.len()).is_err() {
        return Err(DataError::invalid(
            "stratified split",
            format!("parts that add up to {} samples (fewer than 2^32)", labels.len()),
            format!("parts of {counts:?}"),
            Place::Whole,
        ));
    }
    let mut members = BTreeMap::<u32, Vec<u32>>::new();
    for (i, &label) in labels.iter().enumerate() {
        members.entry(label).or_default().push(i as u32);
    }
    let mut members: Vec<_> = members.into_values().collect();
    // The last stream: the first ones shuffle the epochs of a training with the same seed.
    let mut rng = stream(seed, u64::MAX);
    for class in &mut members {
        shuffle(&mut rng, class);
    }
    let parts = counts.iter().map(|&count| {
        let available: Vec<_> = members.iter().map(Vec::len).collect();
        let quotas = largest_remainders(&available, count);
        let mut part: Vec<u32> = Vec::with_capacity(count);
        for (class, quota) in members.iter_mut().zip(quotas) {
            part.extend(class.drain(class.len() - quota..));
        }
        part.sort_unstable();
        part
    });
    Ok(parts.collect())
}

/// Whole numbers that add up to `count`, each within one of `available[c] * count / sum(available)`.
fn largest_remainders(available: &[usize], count: usize) -> Vec<usize> {
    let total = available.iter().sum::<usize>().max(1) as u64;
    let exact = |a: usize| a as u64 * count as u64; // below 2^64: both are below 2^32
    let mut quotas: Vec<_> = available.iter().map(|&a| (exact(a) / total) as usize).collect();
    let missing = count - quotas.iter().sum::<usize>();
    let mut order: Vec<_> = (0..available.len()).collect();
    order.sort_by_key(|&c| std::cmp::Reverse(exact(available[c]) % total)); // stable: ties to the first class
    for &c in &order[..missing] {
        quotas[c] += 1;
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_go_to_the_largest() {
        assert_eq!(largest_remainders(&[5, 3, 2], 4), [2, 1, 1]); // 2.0, 1.2, 0.8
        assert_eq!(largest_remainders(&[1, 1, 1], 2), [1, 1, 0]);
        assert_eq!(largest_remainders(&[4, 0], 4), [4, 0]);
        assert!(largest_remainders(&[], 0).is_empty());
    }

    #[test]
    fn counts_must_add_up() {
        let message = stratified_split(&[0, 1], &[1, 2], 0).unwrap_err().to_string();
        assert!(message.contains("add up to 2 samples"), "{message}");
    }
}
