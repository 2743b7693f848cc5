//! The MNIST database of handwritten digits (`LeCun`, Cortes, Burges).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{DataError, Place};
use crate::formats::idx::read_idx;
use crate::sampling::dataset::Dataset;
use crate::sampling::partition::{Partition, stratified_split};
use crate::sampling::targets::Targets;
use crate::tables::array::{Array, Values};
use crate::tables::features::{Features, PIXEL};
use crate::tables::matrix::Matrix;

const SIDE: usize = 28;
const DIGITS: usize = 10;

/// What a model is to do with the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Give back the image itself (autoencoder): [`Targets::SameAsInput`].
    Reconstruct,
    /// Tell the digit: [`Targets::Classes`].
    Classify,
}

/// All 70,000 images of 28 x 28 grey pixels with their digits, the 60,000 official training images first.
///
/// ```no_run
/// use pellucid_data::{Mnist, Task};
/// let mnist = Mnist::load("data/mnist")?;
/// let split = mnist.pooled_split(Task::Reconstruct, 42)?;
/// assert_eq!((split.train.len(), split.test.len()), (50_400, 14_000));
/// let digit = mnist.labels()[split.test.rows()[0] as usize];
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mnist {
    images: Arc<Features>,
    labels: Arc<[u8]>,
    train: usize,
}

impl Mnist {
    /// Reads the four files `{train,t10k}-{images-idx3,labels-idx1}-ubyte` from `folder`, each plain or with `.gz`; they may
    /// also be named `train-images.idx3-ubyte` and so on, or lie in a folder of their own name, as some archives unpack.
    ///
    /// # Errors
    /// Returns an error if a file is missing or broken, images are not 28 x 28, their number is not that of the labels,
    /// or a label is above 9.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, DataError> {
        let folder = folder.as_ref();
        let (mut images, mut labels) = read_part(folder, "train")?;
        let train = labels.len();
        let (test_images, test_labels) = read_part(folder, "t10k")?;
        images.extend_from_slice(&test_images);
        labels.extend_from_slice(&test_labels);
        let images = Matrix::new(labels.len(), SIDE * SIDE, images)?;
        Ok(Self { images: Arc::new(Features::U8(images)), labels: labels.into(), train })
    }

    /// Returns the same with pixels multiplied by `scale`; 1/255 is what they are multiplied by anyway.
    ///
    /// # Errors
    /// Returns an error if the scale is not positive and finite.
    pub fn scaled(self, scale: f64) -> Result<Self, DataError> {
        if scale == PIXEL {
            return Ok(self);
        }
        let images = Arc::unwrap_or_clone(self.images).scaled("MNIST", scale)?;
        Ok(Self { images: Arc::new(images), ..self })
    }

    /// Returns all images, `[70000, 784]` pixels in `u8`, the training images first.
    pub fn images(&self) -> &Arc<Features> {
        &self.images
    }

    /// Returns the digit of each image, by row of [`images`](Self::images) and so by [`Dataset::rows`].
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Returns the official split: the first 60,000 images for training, the last 10,000 for the test, no validation.
    ///
    /// # Errors
    /// Returns no error for data that [`load`](Self::load) accepted.
    pub fn official_split(&self, task: Task) -> Result<Partition, DataError> {
        let all = self.dataset(task)?;
        let (train, test) = all.rows().split_at(self.train);
        Ok(Partition { train: all.subset(train)?, validation: None, test: all.subset(test)? })
    }

    /// Returns all images pooled and split anew, stratified by digit: 20 % for the test and 10 % of the rest for
    /// validation, so 50,400 / 5,600 / 14,000.
    ///
    /// # Errors
    /// Returns no error for data that [`load`](Self::load) accepted.
    pub fn pooled_split(&self, task: Task, seed: u64) -> Result<Partition, DataError> {
        let all = self.dataset(task)?;
        let test = (all.len() + 2) / 5; // rounded to nearest
        let validation = (all.len() - test + 5) / 10;
        let counts = [test, validation, all.len() - test - validation];
        let parts = stratified_split(&self.classes(), &counts, seed)?;
        Ok(Partition {
            train: all.subset(&parts[2])?,
            validation: Some(all.subset(&parts[1])?),
            test: all.subset(&parts[0])?,
        })
    }

    fn dataset(&self, task: Task) -> Result<Dataset, DataError> {
        let targets = match task {
            Task::Reconstruct => Targets::SameAsInput,
            Task::Classify => Targets::Classes { labels: self.classes(), classes: DIGITS },
        };
        Dataset::new(self.images.clone(), targets)
    }

    fn classes(&self) -> Vec<u32> {
        self.labels.iter().map(|&l| u32::from(l)).collect()
    }
}

/// The pixels and the labels of `train` or `t10k`.
fn read_part(folder: &Path, part: &str) -> Result<(Vec<u8>, Vec<u8>), DataError> {
    let path = find(folder, &format!("{part}-images-idx3-ubyte"))?;
    let (count, images) = match read_idx(&path)? {
        Array { shape, values: Values::U8(images) } if matches!(shape[..], [_, SIDE, SIDE]) => {
            (shape[0], images)
        }
        other => return Err(unlike(&path, "u8 images of shape [n, 28, 28]", &other)),
    };
    let path = find(folder, &format!("{part}-labels-idx1-ubyte"))?;
    let labels = match read_idx(&path)? {
        Array { shape, values: Values::U8(labels) } if shape == [count] => labels,
        other => return Err(unlike(&path, &format!("u8 labels of shape [{count}]"), &other)),
    };
    if let Some(i) = labels.iter().position(|&l| usize::from(l) >= DIGITS) {
        return Err(DataError::invalid(
            path.display().to_string(),
            "a digit from 0 to 9",
            labels[i].to_string(),
            Place::Index(i),
        ));
    }
    Ok((images, labels))
}

fn unlike(path: &Path, expected: &str, found: &Array) -> DataError {
    let kind = match found.values {
        Values::U8(_) => "u8",
        _ => "another type",
    };
    let found = format!("{kind} of shape {:?}", found.shape);
    DataError::invalid(path.display().to_string(), expected, found, Place::Whole)
}

/// The file `name` in `folder`, under one of the names that it goes by.
fn find(folder: &Path, name: &str) -> Result<PathBuf, DataError> {
    let dotted = name.replace("-idx", ".idx");
    let names = [name, dotted.as_str()].into_iter().flat_map(|name| [name.to_owned(), format!("{name}.gz")]);
    let candidates = names.flat_map(|name| [folder.join(&name), folder.join(&name).join(&name)]);
    candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        DataError::invalid(
            folder.display().to_string(),
            format!("a folder with {name} or {name}.gz (or {dotted})"),
            "no such file",
            Place::Whole,
        )
    })
}
