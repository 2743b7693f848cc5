//! Data sets of named columns: what is refused, and that windows and parts gather what a plain loop does.

use std::sync::Arc;

use pellucid_data::{Column, DataError, Dataset, Features, Matrix, Targets, Window};
use proptest::collection::vec;
use proptest::prelude::*;

fn table(width: usize, data: Vec<f64>) -> Column {
    Column::numbers(Features::F64(Matrix::new(data.len() / width, width, data).unwrap()))
}

fn message(result: Result<Dataset, DataError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn what_is_refused_is_named_with_its_column_and_place() {
    let ages = || table(1, vec![1.0, 2.0, 3.0]);
    let data = Dataset::from_columns([("age", ages())]).unwrap();
    let with = |name: &str, column| message(data.clone().with_column(name, column));
    let indices = |data| Column::indices(Matrix::new(3, 2, data).unwrap(), 4);

    assert_eq!(with("", ages()), "column ``: expected a name of its own, found an empty one");
    assert_eq!(
        with("age", ages()),
        "column `age`: expected a name of its own, found the name of another column"
    );
    assert_eq!(with("b", table(1, vec![1.0])), "column `b`: expected 3 samples, as in column `age`, found 1");
    assert_eq!(
        with("b", table(2, vec![0.0, 0.0, 0.0, f64::NAN, 0.0, 0.0])),
        "column `b`: expected a finite number, found NaN (at row 1, column 1, counted from 0)"
    );
    assert_eq!(
        with("word", indices(vec![0, 1, 2, 3, 0, 4])),
        "column `word`: expected an index below 4, found 4 (at row 2, column 1, counted from 0)"
    );
    assert_eq!(
        with("class", Column::classes(vec![0, 2, 1], 2)),
        "column `class`: expected a class below 2, found 2 (at index 1, counted from 0)"
    );
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(
            with("w", Column::weights(vec![0.0, 1.0, bad])),
            format!(
                "column `w`: expected a weight that is finite and not negative, found {bad} (at index 2, counted from 0)"
            )
        );
    }
    let text = Window::tokens(vec![5_u8, 6, 7], 7, 1, 1).unwrap();
    assert_eq!(
        with("text", Column::Window(text)),
        "column `text`: expected an index below 7, found 7 (at index 2, counted from 0)"
    );
    let series = Window::series(vec![0.0, 1.0, 2.0, f64::INFINITY, 4.0, 5.0], 2, 1, 1).unwrap();
    assert_eq!(
        with("series", Column::Window(series)),
        "column `series`: expected a finite number, found inf (at row 1, column 1, counted from 0)"
    );
    let none: [(&str, Column); 0] = [];
    assert_eq!(message(Dataset::from_columns(none)), "dataset: expected at least one column, found none");
    let targets = Dataset::new(Features::F64(Matrix::new(1, 1, vec![1.0]).unwrap()), Targets::Column);
    assert!(message(targets).contains("`Dataset::from_columns` takes any column"));
}

#[test]
fn shapes_and_windows_that_cannot_be_are_refused() {
    let six = || table(6, vec![0.0; 12]);
    assert_eq!(six().shaped(&[3, 2, 1]).unwrap().shape(), [3, 2, 1]);
    for shape in [&[3, 3][..], &[], &[usize::MAX, 2, 3]] {
        assert!(six().shaped(shape).unwrap_err().to_string().contains("6 values, the width of the table"));
    }
    let classes = Column::classes(vec![0], 1).shaped(&[1]).unwrap_err();
    assert!(classes.to_string().ends_with("found classes"), "{classes}");

    let window = |length, stride| Window::tokens(vec![0_u8; 5], 1, length, stride);
    assert!(window(0, 1).unwrap_err().to_string().contains("at least 1"));
    assert!(window(1, 0).unwrap_err().to_string().contains("at least 1"));
    assert_eq!(
        window(6, 1).unwrap_err().to_string(),
        "window: expected a sequence of at least 6 steps, found 5"
    );
    assert!(window(5, 1).unwrap().with_targets(1, 5).is_err());
    assert!(window(5, 1).unwrap().with_targets(usize::MAX, usize::MAX).is_err());
    assert_eq!(window(5, usize::MAX).unwrap().len(), 1);
    for channels in [0, 2] {
        assert!(Window::series(vec![0.0_f32; 5], channels, 1, 1).is_err());
    }
}

#[test]
fn the_present_accessors_see_the_columns() {
    let features = Arc::new(Features::U8(Matrix::new(2, 2, vec![0, 51, 102, 255]).unwrap()));
    let same = Dataset::new(features.clone(), Targets::SameAsInput).unwrap();
    assert_eq!(same.names().collect::<Vec<_>>(), ["input", "target"]);
    let mut out = [0.0_f64; 2];
    same.gather("target", &[1], &mut out);
    assert_eq!(out, [0.4, 1.0]);

    // Bytes as targets are numbers.
    let values = Dataset::new(features.clone(), Targets::Values((*features).clone())).unwrap();
    values.gather(1, &[1], &mut out);
    assert_eq!((out, values.target_width()), ([102.0, 255.0], 2));

    let classes = Dataset::from_columns([
        ("input", Column::numbers(features.clone())),
        ("target", Column::classes(vec![2, 0], 3)),
    ])
    .unwrap();
    assert!(Arc::ptr_eq(classes.features(), &features));
    assert!(matches!(**classes.targets(), Targets::Classes { classes: 3, .. }));
    assert_eq!((classes.label(0), classes.target_width(), classes.input_width()), (Some(2), 3, 2));
    let column = classes.column("target").unwrap();
    assert_eq!((column.len(), column.width(), column.below(), column.is_index()), (2, 1, Some(3), true));
    let mut label = [9];
    classes.subset(&[1]).unwrap().gather_indices("target", &[0], &mut label);
    assert_eq!(label, [0]);

    // A model whose target is its input needs no second column.
    let alone = Dataset::from_columns([("input", Column::numbers(features))]).unwrap();
    assert_eq!((alone.target_width(), alone.targets().as_ref()), (2, &Targets::SameAsInput));
    alone.gather_targets(&[1], &mut out);
    assert_eq!(out, [0.4, 1.0]);

    let words = Dataset::from_columns([("words", Column::indices(Matrix::new(1, 1, vec![0]).unwrap(), 1))]);
    let words = words.unwrap();
    assert_eq!((words.features().rows(), words.input_width(), words.column("input").is_none()), (0, 0, true));
    assert!(words.column(1).is_none());
}

#[test]
fn a_window_copies_nothing() {
    let text: Arc<[u32]> = (0..100).collect();
    let (input, target) = Window::tokens(text.clone(), 100, 8, 3).unwrap().with_targets(1, 8).unwrap();
    let data = Dataset::from_columns([("input", Column::Window(input)), ("target", Column::Window(target))])
        .unwrap();
    let part = data.subset(&[4, 2]).unwrap();
    assert_eq!(Arc::strong_count(&text), 3);
    assert_eq!((data.len(), part.len(), part.column("target").unwrap().shape()), (31, 2, &[8][..]));
}

proptest! {
    #[test]
    fn windows_are_slices_of_the_sequence(
        text in vec(0_u8..50, 1..60),
        (length, stride, shift, ahead) in (1_usize..9, 1_usize..5, 0_usize..9, 1_usize..5),
    ) {
        let windows = Window::tokens(text.clone(), 50, length, stride);
        prop_assert_eq!(windows.is_err(), text.len() < length);
        let Ok(windows) = windows else { return Ok(()) };
        prop_assert_eq!(windows.len(), text.windows(length).step_by(stride).count());
        let pair = windows.with_targets(shift, ahead);
        prop_assert_eq!(pair.is_err(), text.len() < shift + ahead);
        let Ok((input, target)) = pair else { return Ok(()) };
        let expected = text.windows(length).step_by(stride).count()
            .min(text[shift..].windows(ahead).step_by(stride).count());
        prop_assert_eq!((input.len(), target.len()), (expected, expected));

        let wide: Vec<u32> = text.iter().map(|&b| b.into()).collect();
        let wide = Window::tokens(wide, 50, length, stride).unwrap().first(expected);
        let data = Dataset::from_columns([
            ("input", Column::Window(input)),
            ("target", Column::Window(target)),
            ("wide", Column::Window(wide)),
        ]).unwrap();
        for i in 0..expected {
            for (name, start, length) in
                [("input", i * stride, length), ("wide", i * stride, length), ("target", i * stride + shift, ahead)]
            {
                let mut out = vec![99; length];
                data.gather_indices(name, &[i as u32], &mut out);
                let slice: Vec<u32> = text[start..start + length].iter().map(|&b| b.into()).collect();
                prop_assert_eq!(out, slice);
            }
        }
    }

    #[test]
    fn windows_of_a_series_hold_all_channels(
        (channels, steps) in (1_usize..4, 1_usize..30),
        (length, stride) in (1_usize..6, 1_usize..4),
    ) {
        let values: Vec<f32> = (0..steps * channels).map(|i| i as f32).collect();
        let doubles: Vec<f64> = values.iter().map(|&v| v.into()).collect();
        let (Ok(single), Ok(double)) = (
            Window::series(values.clone(), channels, length, stride),
            Window::series(doubles, channels, length, stride),
        ) else {
            prop_assert!(steps < length);
            return Ok(());
        };
        let data = Dataset::from_columns([("single", Column::Window(single)), ("double", Column::Window(double))])
            .unwrap();
        prop_assert_eq!(data.column("single").unwrap().shape(), &[length, channels]);
        let width = length * channels;
        for i in 0..data.len() {
            let expected = &values[i * stride * channels..][..width];
            let mut out = vec![0.0_f32; width];
            data.gather("single", &[i as u32], &mut out);
            prop_assert_eq!(&out[..], expected);
            data.gather("double", &[i as u32], &mut out);
            prop_assert_eq!(&out[..], expected);
        }
    }

    #[test]
    fn a_part_gathers_what_its_rows_do(
        rows in vec(0_u32..7, 1..10),
        numbers in vec(-9.0..9.0, 14),
        bytes in vec(any::<u8>(), 21),
        indices in vec(0_u32..5, 21),
        labels in vec(0_u32..3, 7),
        weights in vec(0.0..2.0, 7),
    ) {
        let pixels = Features::U8(Matrix::new(7, 3, bytes.clone()).unwrap());
        let data = Dataset::from_columns([
            ("numbers", table(2, numbers.clone())),
            ("pixels", Column::numbers(pixels)),
            ("indices", Column::indices(Matrix::new(7, 3, indices.clone()).unwrap(), 5)),
            ("labels", Column::classes(labels.clone(), 3)),
            ("weights", Column::weights(weights.clone())),
            ("text", Column::Window(Window::tokens(indices.clone(), 5, 3, 3).unwrap())),
        ]).unwrap();
        let part = data.subset(&rows).unwrap();
        let all: Vec<u32> = (0..rows.len() as u32).collect();
        let row_of = |k: usize, width: usize| rows[k / width] as usize * width + k % width;
        let n = rows.len();

        let mut out = vec![0.0_f64; n * 2];
        part.gather("numbers", &all, &mut out);
        prop_assert!(out.iter().enumerate().all(|(k, &y)| y == numbers[row_of(k, 2)]));
        let mut out = vec![0.0_f64; n * 3];
        part.gather("pixels", &all, &mut out);
        prop_assert!(out.iter().enumerate().all(|(k, &y)| y == f64::from(bytes[row_of(k, 3)]) / 255.0));
        part.gather("labels", &all, &mut out);
        prop_assert!(out.iter().enumerate().all(|(k, &y)| (y == 1.0) == (labels[rows[k / 3] as usize] as usize == k % 3)));
        let mut out = vec![0.0_f64; n];
        part.gather("weights", &all, &mut out);
        prop_assert!(out.iter().zip(&rows).all(|(&y, &row)| y == weights[row as usize]));
        for name in ["indices", "text"] {
            let mut out = vec![9; n * 3];
            part.gather_indices(part.column_index(name).unwrap(), &all, &mut out);
            prop_assert!(out.iter().enumerate().all(|(k, &y)| y == indices[row_of(k, 3)]));
        }
        let mut out = vec![9; n];
        part.gather_indices("labels", &all, &mut out);
        prop_assert!(out.iter().zip(&rows).all(|(&y, &row)| y == labels[row as usize]));
    }
}
