//! Scaling as `svm-scale` does it, its files, and standardisation.

use pellucid_data::{Csr, Matrix, Scaling, Standardize, SvmlightOptions, parse_svmlight};
use proptest::collection::vec;
use proptest::prelude::*;

/// What `svm-scale` 3.24 was given, and what it wrote; the fourth feature is constant, the fifth never occurs.
const DATA: &[u8] = b"1 1:3 2:-1 4:7 6:0.1\n-1 1:1.5 4:7\n2.5 1:0.25 2:4 3:-3 4:7 6:0.3\n";
/// `svm-scale -l -1 -u 2 -y 0 1 -s range data`
const RANGE: &str = "\
y
0 1
-1 2.5
x
-1 2
1 0.25 3
2 -1 4
3 -3 0
6 0 0.29999999999999999
";
const SCALED: &[u8] =
    b"0.5714285714285714 1:2 2:-1 3:2 6:2.22045e-16 \n0 1:0.363636 2:-0.4 3:2 6:-1 \n1 1:-1 2:2 3:-1 6:2 \n";

fn parse(text: &[u8]) -> (Vec<f64>, Csr<f64>) {
    let table =
        parse_svmlight("x", text, &SvmlightOptions { columns: Some(6), ..SvmlightOptions::default() })
            .unwrap();
    (table.labels, table.x)
}

fn close(got: &[f64], want: &[f64]) {
    let error = got.iter().zip(want).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(got.len() == want.len() && error < 1e-6, "{got:?} is not {want:?}");
}

#[test]
fn it_is_svm_scale() {
    let (labels, x) = parse(DATA);
    let scaling = Scaling::fit(&x, -1.0, 2.0).unwrap().with_target(&labels, 0.0, 1.0).unwrap();
    assert_eq!(scaling, Scaling::parse("range", RANGE.as_bytes()).unwrap());
    assert_eq!(scaling.to_text(), RANGE.replace("0.29999999999999999", "0.3"));
    let (scaled_labels, scaled) = parse(SCALED);
    let ours = scaling.apply(&x).unwrap();
    assert_eq!(ours.indices(), scaled.indices());
    close(ours.values(), scaled.values());
    close(&labels.iter().map(|&y| scaling.apply_target(y)).collect::<Vec<_>>(), &scaled_labels);
}

#[test]
fn other_data_go_beyond_the_range_and_new_features_are_dropped() {
    let scaling = Scaling::parse("range", b"x\n0 1\n1 0 4\n3 1 2\n").unwrap();
    let x = Csr::new(9, vec![0, 2, 2], vec![0, 7], vec![6.0, 5.0]).unwrap();
    let scaled = scaling.apply(&x).unwrap();
    assert_eq!((scaled.columns(), scaled.nonzeros()), (9, 3));
    assert_eq!(scaled.row(0), (&[0, 2][..], &[1.5, -1.0][..]));
    assert_eq!(scaled.row(1), (&[2][..], &[-1.0][..]));
    // Data that lack the last feature get it.
    assert_eq!(scaling.apply(&Csr::new(1, vec![0, 0], vec![], vec![]).unwrap()).unwrap().columns(), 3);
}

#[test]
fn one_target_only() {
    let x = Csr::new(0, vec![0, 0], vec![], vec![]).unwrap();
    let scaling = Scaling::fit(&x, -1.0, 1.0).unwrap().with_target(&[5.0], 1.0, 3.0).unwrap();
    assert_eq!((scaling.apply_target(5.0), scaling.apply_target(6.0)), (1.0, 1.0));
    assert_eq!((scaling.restore_target(1.0), scaling.scales_target()), (5.0, true));
    assert_eq!(Scaling::parse("x", scaling.to_text().as_bytes()).unwrap(), scaling);
}

#[test]
fn files_are_replaced_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("range");
    let scaling = Scaling::parse("x", RANGE.as_bytes()).unwrap();
    scaling.write(&path).unwrap();
    assert_eq!(Scaling::read(&path).unwrap(), scaling);
    assert!(Scaling::read(folder.path().join("none")).is_err());
    let last = Csr::new(1 << 32, vec![0, 1, 1], vec![u32::MAX], vec![1.0]).unwrap();
    let scaling = Scaling::fit(&last, 0.0, 1.0).unwrap();
    let message = scaling.write(&path).unwrap_err().to_string();
    assert!(message.contains("features below column 2147483647, found 4294967295"), "{message}");
    assert_eq!(scaling.apply(&last).unwrap(), last);
}

/// Columns that are the indices themselves, as `svm-scale` takes a file that counts from 0.
#[test]
fn a_file_that_counts_from_0_is_scaled_as_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("range");
    let x = Csr::new(2, vec![0, 2, 4], vec![0, 1, 0, 1], vec![1.0, 0.5, -1.0, 0.25]).unwrap();
    let scaling = Scaling::fit(&x, -1.0, 1.0).unwrap();
    scaling.write_from(&path, 0).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "x\n-1 1\n0 -1 1\n1 0.25 0.5\n");
    assert_eq!(Scaling::read_from(&path, 0).unwrap(), scaling);
    assert!(Scaling::read(&path).is_err());
    let mut text = Vec::new();
    pellucid_data::write_svmlight_from(&mut text, &[1.0, -1.0], &scaling.apply(&x).unwrap(), None, 0)
        .unwrap();
    assert_eq!(text, b"1 0:1 1:1\n-1 0:-1 1:-1\n");
}

#[test]
fn broken_files_are_named() {
    for (text, expected) in [
        (&b""[..], "a line `x` and a line of bounds, found the end of the file before it"),
        (b"x\n", "a line `x` and a line of bounds"),
        (b"y\n0 1\n", "a line `x` and a line of bounds"),
        (b"-1 1\n1 0 4\n", "a line `x`, or first a line `y`, found `-1 1` (at line 1)"),
        (b"y\n0 1\nx\n-1 1\n", "two finite numbers, found `x` (at line 3)"),
        (b"y\n0 1\n3 2\nx\n-1 1\n", "a minimum and a maximum at least as large, found `3 2` (at line 3)"),
        (b"y\n1 0\n2 3\nx\n-1 1\n", "a finite lower bound below a finite upper one, found 1 and 0"),
        (b"x\n-1\n", "two finite numbers, the lower and upper bound, found `-1` (at line 2)"),
        (b"x\n-1 nan\n", "two finite numbers, the lower and upper bound"),
        (b"x\n1 1\n", "a finite lower bound below a finite upper one, found 1 and 1"),
        (b"x\n-1 1\n1 0\n", "<index> <minimum> <maximum>, found `1 0` (at line 3)"),
        (b"x\n-1 1\n1 0 1 2\n", "<index> <minimum> <maximum>"),
        (b"x\n-1 1\n1 0 inf\n", "<index> <minimum> <maximum>"),
        (b"x\n-1 1\nx\n", "<index> <minimum> <maximum>, found `x`"),
        (b"x\n-1 1\n0 0 1\n", "an index from 1 to 2147483647, in order, found `0 0 1` (at line 3)"),
        (b"x\n-1 1\n2 0 1\n2 0 1\n", "an index from 3 to 2147483647, in order, found `2 0 1` (at line 4)"),
        (b"x\n-1 1\n2147483648 0 1\n", "an index from 1 to 2147483647, in order"),
        (b"x\n-1 1\n1 2 1\n", "a minimum and a maximum at least as large, found `1 2 1` (at line 3)"),
    ] {
        let message = Scaling::parse("range", text).unwrap_err().to_string();
        assert!(message.starts_with("range: expected ") && message.contains(expected), "{message}");
    }
}

#[test]
fn data_that_cannot_be_scaled_are_named() {
    let x = |values: Vec<f64>| {
        let n = values.len();
        Csr::new(1, (0..=n).collect(), vec![0; n], values).unwrap()
    };
    let fit = |values, lower, upper| Scaling::fit(&x(values), lower, upper).unwrap_err().to_string();
    let target = |labels: &[f64]| {
        Scaling::fit(&x(vec![1.0]), 0.0, 1.0).unwrap().with_target(labels, 0.0, 1.0).unwrap_err().to_string()
    };
    let beyond = Scaling::fit(&x(vec![0.0, 1e-300]), 0.0, 1.0).unwrap().apply(&x(vec![1e300]));
    for (message, expected) in [
        (fit(vec![1.0, f64::NAN], 0.0, 1.0), "a finite number, found NaN (at row 1, column 0"),
        (fit(vec![1.0], 1.0, -1.0), "a finite lower bound below a finite upper one, found 1 and -1"),
        (fit(vec![1.0], f64::NAN, 1.0), "found NaN and 1"),
        (fit(vec![1.0], f64::NEG_INFINITY, 1.0), "found -inf and 1"),
        (target(&[]), "finite labels, at least one, found no label"),
        (target(&[1.0, f64::NAN]), "finite labels, at least one, found NaN"),
        (
            beyond.unwrap_err().to_string(),
            "a value that stays finite when scaled, found inf (at row 0, column 0",
        ),
    ] {
        assert!(message.contains(expected), "{message}");
    }
}

/// Ranges whose width, or its product with that of the bounds, is beyond f64; `svm-scale` 3.24 writes 1 and -1 for the
/// first and divides by infinity in the second.
#[test]
fn values_at_the_ends_of_f64_are_scaled() {
    let x = |values: &[f64]| Csr::from_dense(&Matrix::new(values.len(), 1, values.to_vec()).unwrap());
    let max = 1.797_693_134_86e308;
    for (values, expected) in [
        (&[max, 1.0][..], &[1.0, -1.0][..]),
        (&[-1e308, 1e308, 0.0, 5e307], &[-1.0, 1.0, 0.0, 0.5]),
        (&[5e-324, 1e-323, 1.5e-323], &[-1.0, 0.0, 1.0]),
    ] {
        let scaling = Scaling::fit(&x(values), -1.0, 1.0).unwrap();
        assert_eq!(scaling.apply(&x(values)).unwrap().to_dense().unwrap().data(), expected);
        assert_eq!(Scaling::parse("x", scaling.to_text().as_bytes()).unwrap(), scaling);
    }
    // sigma of -a, a is a; of 1, 3 times the smallest number, that number.
    for (values, mean, divisor) in [
        (&[-1e308, 1e308][..], 0.0, 1e308),
        (&[-max, max], 0.0, max),
        (&[1e-300, 3e-300], 2e-300, 1e-300),
        (&[1e200, -1e200], 0.0, 1e200),
    ] {
        let standardize = Standardize::fit(&x(values)).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-15 * divisor;
        assert!(
            close(standardize.mean(0), mean) && close(standardize.divisor(0), divisor),
            "{standardize:?}"
        );
        let y = standardize.apply(&x(values)).unwrap();
        assert!(y.values().iter().all(|y| (y.abs() - 1.0).abs() < 1e-14), "{y:?}");
    }
}

/// A hundred thousand features, each in a row of its own: dense, that would be 10^10 entries.
#[test]
fn filling_in_zeros_has_a_bound() {
    let n = 100_000;
    let x = Csr::new(n, (0..=n).collect(), (0..n as u32).collect(), vec![1.0; n]).unwrap();
    for scaled in [Scaling::fit(&x, -1.0, 1.0).unwrap().apply(&x), Standardize::fit(&x).unwrap().apply(&x)] {
        let message = scaled.unwrap_err().to_string();
        assert!(
            message.contains("at most 4294967296 bytes when scaled, found 100000 rows with 100000"),
            "{message}"
        );
    }
    assert_eq!(Scaling::fit(&x, 0.0, 1.0).unwrap().apply(&x).unwrap(), x);
}

fn tables() -> impl Strategy<Value = Matrix<f64>> {
    (1_usize..8, 1_usize..5).prop_flat_map(|(rows, columns)| {
        let entry = prop_oneof![Just(0.0), Just(2.0), -100.0..100.0];
        vec(entry, rows * columns).prop_map(move |data| Matrix::new(rows, columns, data).unwrap())
    })
}

fn column(m: &Matrix<f64>, j: usize) -> Vec<f64> {
    (0..m.rows()).map(|i| m.row(i)[j]).collect()
}

fn extremes(x: &[f64]) -> (f64, f64) {
    x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)))
}

proptest! {
    #[test]
    fn every_column_spans_the_bounds_or_is_dropped(m in tables()) {
        let x = Csr::from_dense(&m);
        let scaling = Scaling::fit(&x, -3.0, 0.5).unwrap();
        let scaled = scaling.apply(&x).unwrap();
        prop_assert!(scaled.values().iter().all(|&v| v != 0.0));
        prop_assert_eq!(&Scaling::parse("x", scaling.to_text().as_bytes()).unwrap(), &scaling);
        let scaled = scaled.to_dense().unwrap();
        for j in 0..m.columns() {
            let (low, high) = extremes(&column(&m, j));
            let expected = if low < high { (-3.0, 0.5) } else { (0.0, 0.0) };
            prop_assert_eq!(extremes(&column(&scaled, j)), expected);
            for (y, v) in column(&scaled, j).into_iter().zip(column(&m, j)) {
                let line = if low < high { -3.0 + 3.5 * (v - low) / (high - low) } else { 0.0 };
                prop_assert!((y - line).abs() < 1e-12);
            }
        }
    }

    /// Whatever their offset and size, and however many rows do not store their zero: the spread of the numbers that are
    /// there, which small whole numbers in exact arithmetic tell.
    #[test]
    fn moments_do_not_depend_on_offset_or_size(
        steps in vec(-50_i32..50, 2..40),
        offset in prop_oneof![Just(0_i64), Just(1_700_000_000), Just(1_000_000_000_000_000), -1000_i64..1000],
        exponent in -990_i32..960,
    ) {
        let n = steps.len() as i128;
        let (sum, squares) = steps.iter().fold((0_i128, 0_i128), |(sum, squares), &v| {
            (sum + i128::from(v), squares + i128::from(v) * i128::from(v))
        });
        // n^2 times the variance, exact.
        let spread = n * squares - sum * sum;
        let scale = 2_f64.powi(exponent);
        let values = steps.iter().map(|&v| (offset + i64::from(v)) as f64 * scale).collect();
        let x = Csr::from_dense(&Matrix::new(steps.len(), 1, values).unwrap());
        let standardize = Standardize::fit(&x).unwrap();
        let mean = (offset as f64 + sum as f64 / n as f64) * scale;
        let largest = (offset.abs() + 50) as f64 * scale;
        prop_assert!((standardize.mean(0) - mean).abs() <= 4.0 * f64::EPSILON * largest);
        let deviation = if spread == 0 { 1.0 } else { (spread as f64).sqrt() / n as f64 * scale };
        prop_assert!((standardize.divisor(0) / deviation - 1.0).abs() < 1e-13, "{} {}", standardize.divisor(0), deviation);
    }

    #[test]
    fn every_column_has_mean_0_and_variance_1(m in tables()) {
        let x = Csr::from_dense(&m);
        let standardize = Standardize::fit(&x).unwrap();
        let standard = standardize.apply(&x).unwrap().to_dense().unwrap();
        for j in 0..m.columns() {
            let y = column(&standard, j);
            let n = y.len() as f64;
            let (low, high) = extremes(&column(&m, j));
            let mean = y.iter().sum::<f64>() / n;
            let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
            prop_assert!(mean.abs() < 1e-9, "mean {}", mean);
            let expected = if low < high { 1.0 } else { 0.0 };
            prop_assert!((variance - expected).abs() < 1e-9, "variance {}", variance);
            if low == high {
                prop_assert_eq!((standardize.mean(j as u32), standardize.divisor(j as u32)), (low, 1.0));
            }
        }
    }
}
