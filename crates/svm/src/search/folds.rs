//! Folds for cross-validation.

use std::collections::BTreeMap;

use pellucid_data::permutation_into;

use crate::error::SvmError;

/// Returns the fold, from 0, of each row, so that every fold has its share of every class.
///
/// The rows of each class, in an order drawn from `seed` alone, are dealt to the folds in turn, and the next class goes
/// on where the last one ended: in each fold the number of rows of a class, and of all, is within one of every other
/// fold's. A class with fewer rows than folds is missing from some of them, and one of a single row from the others of
/// its fold. With more folds than rows there are as many as rows: each row is left out once.
///
/// ```
/// let labels = [0, 0, 0, 0, 1, 1, 1, 1];
/// let fold = pellucid_svm::stratified_folds(&labels, 2, 42)?;
/// for class in [0, 1] {
///     assert_eq!((0..8).filter(|&i| labels[i] == class && fold[i] == 0).count(), 2);
/// }
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
///
/// # Errors
/// Returns an error for fewer than two folds or samples.
pub fn stratified_folds(labels: &[i32], folds: usize, seed: u64) -> Result<Vec<u32>, SvmError> {
    let folds = fold_count(folds, labels.len())?;
    let mut members = BTreeMap::<i32, Vec<u32>>::new();
    for (row, &label) in labels.iter().enumerate() {
        members.entry(label).or_default().push(row as u32);
    }
    let mut fold_of = vec![0; labels.len()];
    let mut dealt = 0;
    for (class, rows) in members.values().enumerate() {
        let mut order = vec![0; rows.len()];
        permutation_into(seed, class as u64, &mut order);
        for at in order {
            fold_of[rows[at as usize] as usize] = (dealt % folds) as u32;
            dealt += 1;
        }
    }
    Ok(fold_of)
}

/// How many folds so many samples make: those asked for, but not more than samples.
pub(crate) fn fold_count(folds: usize, samples: usize) -> Result<usize, SvmError> {
    if folds < 2 {
        return Err(SvmError::parameter("folds", "at least 2", folds));
    }
    if samples < 2 {
        return Err(SvmError::input("samples", "at least two (for folds)", samples.to_string()));
    }
    Ok(folds.min(samples))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::stratified_folds;

    proptest! {
        #[test]
        fn folds_are_equal_shares(sizes in prop::collection::vec(1_usize..20, 1..6), folds in 2_usize..12, seed: u64) {
            let labels: Vec<i32> = sizes.iter().enumerate().flat_map(|(c, &n)| vec![i32::try_from(c).unwrap() - 2; n]).collect();
            prop_assume!(labels.len() > 1);
            let count_of_folds = folds.min(labels.len());
            let fold_of = stratified_folds(&labels, folds, seed).unwrap();
            let spread = |rows: &dyn Fn(usize) -> bool| {
                let count = |fold| (0..labels.len()).filter(|&i| rows(i) && fold_of[i] == fold).count();
                let counts: Vec<usize> = (0..count_of_folds as u32).map(count).collect();
                prop_assert_eq!(counts.iter().sum::<usize>(), (0..labels.len()).filter(|&i| rows(i)).count());
                prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
                Ok(())
            };
            spread(&|_| true)?;
            for class in 0..sizes.len() {
                spread(&|i| labels[i] == i32::try_from(class).unwrap() - 2)?;
            }
            prop_assert_eq!(&fold_of, &stratified_folds(&labels, folds, seed).unwrap());
        }
    }

    #[test]
    fn seeds_differ() {
        let labels = [0; 50];
        assert_ne!(stratified_folds(&labels, 5, 1).unwrap(), stratified_folds(&labels, 5, 2).unwrap());
    }
}
