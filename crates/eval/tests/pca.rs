//! Principal components against numpy's (`np.cov`, `np.linalg.eigh`; numpy 2.4.6), and their laws.

use pellucid_eval::{Pca, PcaError};
use proptest::prelude::*;

const DATA: [f32; 18] =
    [2.5, 2.4, 0.5, 0.5, 0.7, -1.0, 2.2, 2.9, 0.25, 1.9, 2.2, 1.5, 3.1, 3.0, -0.75, 2.3, 2.7, 2.0];

fn assert_close(got: impl IntoIterator<Item = f64>, want: &[f64]) {
    let got: Vec<f64> = got.into_iter().collect();
    assert_eq!(got.len(), want.len());
    for (g, w) in got.iter().zip(want) {
        assert!((g - w).abs() < 1e-6, "{got:?} is not {want:?}");
    }
}

#[test]
fn agrees_with_numpy() {
    let pca = Pca::fit(&DATA, 3).unwrap();
    assert_close(
        pca.explained_variance().iter().copied(),
        &[1.864_210_087_820_133, 0.993_063_796_071_261, 0.038_726_116_108_607],
    );
    assert_close(
        pca.explained_variance_ratio().iter().copied(),
        &[0.643_718_952_976_565, 0.342_908_769_361_623, 0.013_372_277_661_812],
    );
    assert_close(
        pca.component(0).iter().copied(),
        &[0.483_168_688_858_689, 0.522_543_952_005_744, 0.702_492_588_095_273],
    );
    assert_close(
        pca.component(1).iter().copied(),
        &[-0.557_653_710_581_168, -0.434_883_904_473_511, 0.707_034_885_069_28],
    );
    let plane = pca.project(&DATA[..6], 2).unwrap();
    assert_close(
        plane.into_iter().map(f64::from),
        &[0.303_406_665_366_205, -0.209_676_464_359_173, -2.604_994_312_903_846, 0.584_381_266_804_212],
    );
}

#[test]
fn constant_data_has_no_variance_and_no_nan() {
    let pca = Pca::fit(&[3.0; 8], 2).unwrap();
    assert_eq!(pca.explained_variance_ratio(), [0.0, 0.0]);
    assert_eq!(pca.project(&[3.0, 3.0], 2).unwrap(), [0.0, 0.0]);
}

/// In f64 to the last digits; oracle: numpy 2.4.6, `np.linalg.eigh(np.cov(...))`, of the same numbers as f64.
#[test]
fn f64_data_keep_their_digits() {
    let data = DATA.map(|x| f64::from(x) + 0.1);
    let pca = Pca::fit(&data, 3).unwrap();
    let moved: Vec<f64> = DATA.iter().map(|&x| f64::from(x)).collect();
    let plain = Pca::fit(&moved, 3).unwrap();
    for (a, b) in pca.explained_variance().iter().zip(plain.explained_variance()) {
        assert!((a - b).abs() < 1e-14, "{a} is not {b}");
    }
    let (a, b) = (pca.project(&data, 3).unwrap(), plain.project(&moved, 3).unwrap());
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-14), "{a:?} is not {b:?}");
}

/// A line through the third column's direction, whatever the offset and the size.
#[test]
fn offsets_and_sizes_take_no_digits() {
    for offset in [0.0, 1.7e9, 1e15] {
        for exponent in [-990, -500, 0, 500, 960] {
            let size = 2.0_f64.powi(exponent);
            let data: Vec<f64> =
                (0..40).flat_map(|i| [offset * size, (offset + f64::from(i * i)) * size]).collect();
            let pca = Pca::fit(&data, 2).unwrap();
            // Squares of 0 to 39: n^2 times their variance is exact.
            let (sum, squares) = (0..40_i64).fold((0, 0), |(s, q), i| (s + i * i, q + i.pow(4)));
            let variance = (40 * squares - sum * sum) as f64 / (40.0 * 39.0);
            assert_eq!(pca.explained_variance_ratio(), [1.0, 0.0]);
            assert!((pca.component(0)[1] - 1.0).abs() < 1e-15);
            let got = pca.explained_variance()[0];
            if exponent.abs() < 500 {
                assert!((got / variance - 1.0).abs() < 1e-13, "{offset} {exponent}: {got} is not {variance}");
            }
        }
    }
}

#[test]
fn bad_input_is_named() {
    assert_eq!(Pca::fit(&[0.0_f32; 0], 2), Err(PcaError::Rows { rows: 0 }));
    assert_eq!(Pca::fit(&[1.0, 2.0], 2), Err(PcaError::Rows { rows: 1 }));
    assert_eq!(Pca::fit(&[1.0; 5], 2), Err(PcaError::Shape { columns: 2, values: 5 }));
    assert_eq!(Pca::fit(&[0.0_f32; 0], 0), Err(PcaError::Shape { columns: 0, values: 0 }));
    assert_eq!(Pca::fit(&[1.0, 2.0, 3.0, f32::NAN], 2), Err(PcaError::NotFinite { row: 1, column: 1 }));
    let pca = Pca::fit(&DATA, 3).unwrap();
    assert_eq!(pca.project(&DATA, 4), Err(PcaError::Components { requested: 4, available: 3 }));
    assert_eq!(pca.project(&[f32::INFINITY, 0.0, 0.0], 1), Err(PcaError::NotFinite { row: 0, column: 0 }));
}

proptest! {
    #[test]
    fn components_are_orthonormal_sorted_and_signed(data in prop::collection::vec(-9.0f32..9.0, 40)) {
        let pca = Pca::fit(&data, 4).unwrap();
        for i in 0..4 {
            for j in 0..4 {
                let dot: f64 = pca.component(i).iter().zip(pca.component(j)).map(|(a, b)| a * b).sum();
                prop_assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-9);
            }
            let largest = pca.component(i).iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
            prop_assert!(largest > 0.0);
        }
        prop_assert!(pca.explained_variance().windows(2).all(|w| w[0] >= w[1]));
        prop_assert!((pca.explained_variance_ratio().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_variance_of_the_projection_is_the_explained_variance(data in prop::collection::vec(-9.0f32..9.0, 30)) {
        let pca = Pca::fit(&data, 3).unwrap();
        let plane = pca.project(&data, 3).unwrap();
        for k in 0..3 {
            let column: Vec<f64> = plane.chunks(3).map(|row| f64::from(row[k])).collect();
            let variance = column.iter().map(|x| x * x).sum::<f64>() / 9.0;
            prop_assert!((variance - pca.explained_variance()[k]).abs() < 1e-4);
        }
    }
}
