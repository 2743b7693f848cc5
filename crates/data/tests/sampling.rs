//! Laws of shuffles, splits, batches and gathering.

use std::collections::BTreeMap;

use pellucid_data::{
    Batches, Dataset, Element, Features, Matrix, Targets, permutation_into, stratified_split,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn permutation(seed: u64, epoch: u64, n: usize) -> Vec<u32> {
    let mut order = vec![0; n];
    permutation_into(seed, epoch, &mut order);
    order
}

proptest! {
    #[test]
    fn a_permutation_holds_each_index_once(seed: u64, epoch: u64, n in 0_usize..300) {
        let mut order = permutation(seed, epoch, n);
        prop_assert_eq!(&order, &permutation(seed, epoch, n));
        order.sort_unstable();
        prop_assert!(order.iter().copied().eq(0..n as u32));
    }

    #[test]
    fn batches_cover_every_sample_once(n in 0_usize..1000, size in 1_usize..300) {
        let batches = Batches::new(n, size);
        prop_assert_eq!(batches.len(), n.div_ceil(size));
        prop_assert!(batches.clone().take(n / size).all(|b| b.len() == size));
        prop_assert!(batches.flatten().eq(0..n));
    }

    #[test]
    fn a_stratified_split_is_a_partition_with_equal_shares(
        labels in vec(0_u32..6, 1..400),
        cuts in (0.0..1.0, 0.0..1.0),
        seed: u64,
    ) {
        let n = labels.len();
        let first = (cuts.0 * n as f64) as usize;
        let second = (cuts.1 * (n - first) as f64) as usize;
        let counts = [first, second, n - first - second];
        let parts = stratified_split(&labels, &counts, seed).unwrap();
        prop_assert_eq!(&parts, &stratified_split(&labels, &counts, seed).unwrap());
        let mut all: Vec<_> = parts.concat();
        all.sort_unstable();
        prop_assert!(all.iter().copied().eq(0..n as u32));

        let mut left: Vec<u32> = (0..n as u32).collect();
        for (part, count) in parts.iter().zip(counts) {
            prop_assert_eq!(part.len(), count);
            prop_assert!(part.is_sorted());
            let (mine, of_left) = (by_class(&labels, part), by_class(&labels, &left));
            for (class, &available) in &of_left {
                let share = available as f64 * count as f64 / left.len() as f64;
                let got = mine.get(class).copied().unwrap_or(0) as f64;
                prop_assert!((got - share).abs() < 1.0, "class {}: {} for {}", class, got, share);
            }
            left.retain(|i| !part.contains(i));
        }
    }

    #[test]
    fn gather_takes_the_rows_in_order(
        (columns, data) in (1_usize..40).prop_flat_map(|c| (Just(c), vec(any::<u8>(), 7 * c))),
        rows in vec(0_u32..7, 0..20),
    ) {
        let naive: Vec<u8> =
            rows.iter().flat_map(|&r| data[r as usize * columns..][..columns].iter().copied()).collect();
        let mut out = vec![-1.0_f32; naive.len()];
        let pixels = Features::U8(Matrix::new(7, columns, data.clone()).unwrap());
        pixels.gather(&rows, &mut out);
        prop_assert!(out.iter().zip(&naive).all(|(&y, &v)| y.to_bits() == (f32::from(v) / 255.0).to_bits()));

        let singles = data.iter().map(|&v| f32::from(v) / 3.0).collect();
        Features::F32(Matrix::new(7, columns, singles).unwrap()).gather(&rows, &mut out);
        prop_assert!(out.iter().zip(&naive).all(|(&y, &v)| y.to_bits() == (f32::from(v) / 3.0).to_bits()));

        let doubles = data.iter().map(|&v| f64::from(v) / 3.0).collect();
        Features::F64(Matrix::new(7, columns, doubles).unwrap()).gather(&rows, &mut out);
        prop_assert!(out.iter().zip(&naive).all(|(&y, &v)| y.to_bits() == ((f64::from(v) / 3.0) as f32).to_bits()));
    }
}

fn by_class(labels: &[u32], rows: &[u32]) -> BTreeMap<u32, usize> {
    let mut counts = BTreeMap::new();
    for &i in rows {
        *counts.entry(labels[i as usize]).or_default() += 1;
    }
    counts
}

/// These numbers must never change: checkpoints and published results depend on them. They were computed by an
/// independent `ChaCha8` and Fisher-Yates in Python.
#[test]
fn shuffles_and_splits_are_those_of_every_version() {
    assert_eq!(permutation(42, 0, 10), [7, 8, 6, 4, 5, 2, 1, 9, 3, 0]);
    assert_eq!(permutation(42, 1, 10), [4, 5, 0, 2, 7, 8, 1, 3, 6, 9]);
    assert_eq!(permutation(43, 0, 10), [2, 7, 0, 5, 4, 9, 3, 6, 8, 1]);
    let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 0];
    assert_eq!(stratified_split(&labels, &[3, 7], 42).unwrap()[0], [0, 3, 9]);
}

#[test]
fn every_order_of_three_is_equally_likely() {
    let mut counts = BTreeMap::new();
    for epoch in 0..6000 {
        *counts.entry(permutation(1, epoch, 3)).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 6);
    // The standard deviation of each count is sqrt(6000 * 1/6 * 5/6) = 29.
    assert!(counts.values().all(|&c: &i32| (c - 1000).abs() < 145), "{counts:?}");
}

#[test]
fn pixels_become_correctly_rounded_fractions() {
    for v in 0..=u8::MAX {
        // Rounding twice would show here; f64 has more than twice the digits of f32.
        assert_eq!(f32::from_u8_unit(v).to_bits(), ((f64::from(v) / 255.0) as f32).to_bits());
        assert_eq!(f64::from_u8_unit(v).to_bits(), (f64::from(v) / 255.0).to_bits());
    }
}

#[test]
fn a_subset_of_a_subset_shares_the_tables() {
    let table = Features::F32(Matrix::new(4, 2, (0..8_u8).map(f32::from).collect()).unwrap());
    let targets = Targets::Values(Features::F64(Matrix::new(4, 1, vec![0., 10., 20., 30.]).unwrap()));
    let all = Dataset::new(table, targets).unwrap();
    let part = all.subset(&[3, 1, 2]).unwrap().subset(&[2, 0]).unwrap();
    assert!(std::sync::Arc::ptr_eq(all.features(), part.features()));
    assert_eq!((part.rows(), part.input_width(), part.target_width()), (&[2, 3][..], 2, 1));
    let (mut x, mut t) = ([0.0_f64; 4], [0.0_f64; 2]);
    part.gather_inputs(&[1, 0], &mut x);
    part.gather_targets(&[1, 0], &mut t);
    assert_eq!((x, t), ([6., 7., 4., 5.], [30., 20.]));
    assert_eq!(part.label(0), None);
}

#[test]
fn same_as_input_gathers_the_sample_itself() {
    let all =
        Dataset::new(Features::U8(Matrix::new(2, 1, vec![0, 255]).unwrap()), Targets::SameAsInput).unwrap();
    let mut t = [0.0_f32; 2];
    all.gather_targets(&[1, 0], &mut t);
    assert_eq!(t, [1.0, 0.0]);
}

#[test]
#[should_panic(expected = "a batch of 1 rows of 2 values")]
fn gather_into_another_size_panics() {
    Features::U8(Matrix::new(1, 2, vec![1, 2]).unwrap()).gather(&[0], &mut [0.0_f32; 3]);
}
