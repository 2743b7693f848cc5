//! Folds for cross-validation.

use std::collections::BTreeMap;

use pellucid_data::permutation_into;

use crate::SvmError;

/// The fold, from 0, of each row, so that every fold has its share of every class.
///
/// The rows of each class, in an order drawn from `seed` alone, are dealt to the folds in turn, and the next class goes
/// on where the last one ended: in each fold the number of rows of a class, and of all, is within one of every other
/// fold's.
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
/// For fewer than two folds, or a class with fewer than two samples, which some fold would have to do without.
pub fn stratified_folds(labels: &[i32], folds: usize, seed: u64) -> Result<Vec<u32>, SvmError> {
    if folds < 2 || folds > labels.len() {
        let expected = format!("2 to {}, the number of samples", labels.len());
        return Err(SvmError::parameter("folds", expected, folds));
    }
    let mut members = BTreeMap::<i32, Vec<u32>>::new();
    for (row, &label) in labels.iter().enumerate() {
        members.entry(label).or_default().push(row as u32);
    }
    let mut fold_of = vec![0; labels.len()];
    let mut dealt = 0;
    for (class, (label, rows)) in members.iter().enumerate() {
        if rows.len() < 2 {
            let found = format!("one of class {label}");
            return Err(SvmError::input("labels", "at least two samples of each class (for folds)", found));
        }
        let mut order = vec![0; rows.len()];
        permutation_into(seed, class as u64, &mut order);
        for at in order {
            fold_of[rows[at as usize] as usize] = (dealt % folds) as u32;
            dealt += 1;
        }
    }
    Ok(fold_of)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::stratified_folds;

    proptest! {
        #[test]
        fn folds_are_equal_shares(sizes in prop::collection::vec(2_usize..20, 1..6), folds in 2_usize..6, seed: u64) {
            let labels: Vec<i32> = sizes.iter().enumerate().flat_map(|(c, &n)| vec![i32::try_from(c).unwrap() - 2; n]).collect();
            prop_assume!(folds <= labels.len());
            let fold_of = stratified_folds(&labels, folds, seed).unwrap();
            let spread = |rows: &dyn Fn(usize) -> bool| {
                let count = |fold| (0..labels.len()).filter(|&i| rows(i) && fold_of[i] == fold).count();
                let counts: Vec<usize> = (0..folds as u32).map(count).collect();
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
