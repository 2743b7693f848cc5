//! The real MNIST files of the repository.

use std::sync::LazyLock;

use pellucid_data::{Dataset, Features, Mnist, Task, load_labels, load_table};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/mnist");

static MNIST: LazyLock<Mnist> = LazyLock::new(|| Mnist::load(FOLDER).unwrap());

fn digit_counts(part: &Dataset) -> [usize; 10] {
    let mut counts = [0; 10];
    part.rows().iter().for_each(|&r| counts[usize::from(MNIST.labels()[r as usize])] += 1);
    counts
}

#[test]
fn all_images_and_labels_are_there() {
    let Features::U8(images) = &**MNIST.images() else { panic!("images stay u8") };
    assert_eq!((images.rows(), images.columns(), MNIST.labels().len()), (70_000, 784, 70_000));
    assert_eq!(MNIST.labels()[..5], [5, 0, 4, 1, 9]);
    assert_eq!(MNIST.labels()[60_000..60_005], [7, 2, 1, 0, 4]);
    // Sums of all pixels, by an independent program (Python's gzip and sum).
    let sum = |pixels: &[u8]| pixels.iter().map(|&v| u64::from(v)).sum::<u64>();
    assert_eq!(sum(&images.data()[..60_000 * 784]), 1_567_298_545);
    assert_eq!(sum(&images.data()[60_000 * 784..]), 264_923_200);
}

#[test]
fn official_split() {
    let split = MNIST.official_split(Task::Classify).unwrap();
    assert_eq!((split.train.len(), split.test.len()), (60_000, 10_000));
    assert!(split.validation.is_none());
    assert_eq!(digit_counts(&split.train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(digit_counts(&split.test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!((split.test.label(0), split.test.target_width()), (Some(7), 10));
}

#[test]
fn pooled_split_is_stratified_and_exact() {
    let split = MNIST.pooled_split(Task::Reconstruct, 42).unwrap();
    let validation = split.validation.unwrap();
    assert_eq!((split.train.len(), validation.len(), split.test.len()), (50_400, 5_600, 14_000));
    assert_eq!((split.train.input_width(), split.train.target_width()), (784, 784));

    let mut rows = [split.train.rows(), validation.rows(), split.test.rows()].concat();
    rows.sort_unstable();
    assert!(rows.into_iter().eq(0..70_000));

    let total = [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958];
    let (test, validation) = (digit_counts(&split.test), digit_counts(&validation));
    for digit in 0..10 {
        assert!(test[digit].abs_diff(total[digit] / 5) <= 1);
        assert!(validation[digit].abs_diff((total[digit] - test[digit]) / 10) <= 1);
    }
    let other = MNIST.pooled_split(Task::Reconstruct, 43).unwrap();
    assert_ne!(split.test.rows(), other.test.rows());
}

#[test]
fn the_parts_share_one_table() {
    let split = MNIST.pooled_split(Task::Reconstruct, 1).unwrap();
    for part in [&split.train, &split.validation.unwrap(), &split.test] {
        assert!(std::sync::Arc::ptr_eq(part.features(), MNIST.images()));
    }
}

#[test]
fn single_files_are_tables_too() {
    let images = load_table(format!("{FOLDER}/t10k-images-idx3-ubyte.gz")).unwrap();
    assert_eq!((images.rows(), images.columns()), (10_000, 784));
    assert_eq!(load_labels(format!("{FOLDER}/t10k-labels-idx1-ubyte.gz")).unwrap().labels[..3], [7, 2, 1]);
}

/// Case 24: the names that other sources give the files, and folders of the files' names, as some archives unpack.
#[test]
fn files_go_by_other_names() {
    let idx = |sizes: &[u32], values: usize| {
        let header =
            [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes.iter().flat_map(|s| s.to_be_bytes()));
        header.chain(std::iter::repeat_n(7, values)).collect::<Vec<u8>>()
    };
    for (name, nested) in
        [("{}-{}-ubyte", false), ("{}.{}-ubyte", false), ("{}-{}-ubyte", true), ("{}.{}-ubyte", true)]
    {
        let folder = tempfile::tempdir().unwrap();
        for part in ["train", "t10k"] {
            for (what, kind, bytes) in
                [("images", "idx3", idx(&[2, 28, 28], 2 * 784)), ("labels", "idx1", idx(&[2], 2))]
            {
                let name = name.replacen("{}", &format!("{part}-{what}"), 1).replacen("{}", kind, 1);
                let mut path = folder.path().join(&name);
                if nested {
                    std::fs::create_dir(&path).unwrap();
                    path = path.join(&name);
                }
                std::fs::write(path, bytes).unwrap();
            }
        }
        let mnist = Mnist::load(folder.path()).unwrap();
        assert_eq!(mnist.labels(), [7; 4], "{name}");
        let raw = mnist.scaled(1.0).unwrap();
        let mut pixel = [0.0_f32; 784];
        raw.images().gather(&[3], &mut pixel);
        assert_eq!(pixel, [7.0; 784]);
    }
}
