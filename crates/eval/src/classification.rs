//! Predicted against actual classes.

use crate::classification_error::ClassificationError;
use crate::count::Count;
use crate::weights::Weights;

/// The most classes of a confusion matrix, whose counts then take 2 GiB.
const MAX_CLASSES: usize = 1 << 14;

/// Returns the share of predictions equal to the actual class, `(1/n) Σ [ŷᵢ = yᵢ]`.
///
/// # Errors
/// Returns an error if there is nothing to measure or the lengths differ.
///
/// ```
/// assert_eq!(pellucid_eval::accuracy(&[1, 2, 3, 3], &[1, 2, 3, 4])?, 0.75);
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
pub fn accuracy<C: PartialEq>(predicted: &[C], actual: &[C]) -> Result<f64, ClassificationError> {
    check_lengths(predicted.len(), actual.len())?;
    Ok(mean_right(predicted, actual, Weights::ONES))
}

/// The weighted share of right predictions.
pub(crate) fn mean_right<C: PartialEq>(predicted: &[C], actual: &[C], weights: Weights<'_>) -> f64 {
    weights.mean(predicted.iter().zip(actual).map(|(p, a)| f64::from(u8::from(p == a))))
}

/// Counts of every (actual, predicted) pair of classes; sums of weights where it is [weighted](Self::weighted).
///
/// ```
/// use pellucid_eval::ConfusionMatrix;
/// let matrix = ConfusionMatrix::new(&[0, 1, 1], &[0, 1, 0], 2)?;
/// assert_eq!(matrix.count(0, 1), 1); // one 0 was taken for a 1
/// assert_eq!(matrix.balanced_accuracy(), 0.75); // half of the zeros, all of the ones
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix<N = u64> {
    classes: usize,
    counts: Vec<N>,
}

impl ConfusionMatrix {
    /// Counts the pairs of `predicted` and `actual`, classes numbered `0..classes` in any integer type.
    ///
    /// # Errors
    /// Returns an error if there is nothing to count, the lengths differ, a class is out of range, or there are
    /// more than 16,384 classes.
    pub fn new<C: Copy + TryInto<i64>>(
        predicted: &[C],
        actual: &[C],
        classes: usize,
    ) -> Result<Self, ClassificationError> {
        let mut matrix = Self::empty(predicted.len(), actual.len(), classes)?;
        for (p, a) in indices(predicted, classes)?.into_iter().zip(indices(actual, classes)?) {
            matrix.counts[a * classes + p] += 1;
        }
        Ok(matrix)
    }
}

impl ConfusionMatrix<f64> {
    /// [`new`](ConfusionMatrix::new) where a sample counts as much as its weight, which is finite and not negative.
    ///
    /// # Errors
    /// Returns an error as [`new`](ConfusionMatrix::new), and if there is not one weight for each sample, one is negative
    /// or not finite, or their sum is 0.
    ///
    /// ```
    /// use pellucid_eval::ConfusionMatrix;
    /// let matrix = ConfusionMatrix::weighted(&[0, 1, 1], &[0, 1, 0], 2, &[1.0, 0.5, 0.5])?;
    /// assert_eq!((matrix.count(0, 1), matrix.support(0), matrix.accuracy()), (0.5, 1.5, 0.75));
    /// # Ok::<(), pellucid_eval::ClassificationError>(())
    /// ```
    pub fn weighted<C: Copy + TryInto<i64>>(
        predicted: &[C],
        actual: &[C],
        classes: usize,
        weights: &[f64],
    ) -> Result<Self, ClassificationError> {
        let mut matrix = Self::empty(predicted.len(), actual.len(), classes)?;
        let weights = Weights::new(weights, actual.len())?;
        let pairs = indices(predicted, classes)?.into_iter().zip(indices(actual, classes)?);
        for (row, (p, a)) in pairs.enumerate() {
            matrix.counts[a * classes + p] += weights.at(row);
        }
        Ok(matrix)
    }
}

impl<N: Count> ConfusionMatrix<N> {
    /// No counts yet, for lists of these lengths.
    fn empty(predicted: usize, actual: usize, classes: usize) -> Result<Self, ClassificationError> {
        check_lengths(predicted, actual)?;
        if classes > MAX_CLASSES {
            return Err(ClassificationError::TooManyClasses { most: MAX_CLASSES, classes });
        }
        Ok(Self { classes, counts: vec![N::default(); classes * classes] })
    }

    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Returns how many samples of class `actual` were predicted as `predicted`; 0 for classes out of range.
    pub fn count(&self, actual: usize, predicted: usize) -> N {
        let inside = actual < self.classes && predicted < self.classes;
        if inside { self.counts[actual * self.classes + predicted] } else { N::default() }
    }

    /// Returns the number of samples.
    pub fn total(&self) -> N {
        self.counts.iter().copied().sum()
    }

    /// Returns how many samples are of class `actual`: the sum of a row.
    pub fn support(&self, actual: usize) -> N {
        (0..self.classes).map(|predicted| self.count(actual, predicted)).sum()
    }

    /// Returns how many samples were predicted as `predicted`: the sum of a column.
    pub fn predictions(&self, predicted: usize) -> N {
        (0..self.classes).map(|actual| self.count(actual, predicted)).sum()
    }

    /// Returns the share of samples on the diagonal, `trace / total`.
    pub fn accuracy(&self) -> f64 {
        let right: N = (0..self.classes).map(|class| self.count(class, class)).sum();
        right.to_f64() / self.total().to_f64()
    }

    /// Returns the mean over the classes of the share of each that was recognised; classes without a sample do not count.
    pub fn balanced_accuracy(&self) -> f64 {
        let present = (0..self.classes).filter(|&class| self.support(class) > N::default());
        let recalls = present.map(|class| self.count(class, class).to_f64() / self.support(class).to_f64());
        let (sum, n) = recalls.fold((0.0, 0), |(sum, n), recall| (sum + recall, n + 1));
        sum / f64::from(n)
    }
}

/// Refuses lists that do not pair up, or hold nothing.
pub(crate) fn check_lengths(predicted: usize, actual: usize) -> Result<(), ClassificationError> {
    if predicted != actual {
        return Err(ClassificationError::Length { predicted, actual });
    }
    if actual == 0 { Err(ClassificationError::Empty) } else { Ok(()) }
}

/// The classes as indices below `classes`.
pub(crate) fn indices<C: Copy + TryInto<i64>>(
    labels: &[C],
    classes: usize,
) -> Result<Vec<usize>, ClassificationError> {
    let index = |(row, &label): (usize, &C)| {
        let class = label.try_into().unwrap_or(i64::MAX);
        let index = usize::try_from(class).ok().filter(|&index| index < classes);
        index.ok_or(ClassificationError::Class { class, row, classes })
    };
    labels.iter().enumerate().map(index).collect()
}
