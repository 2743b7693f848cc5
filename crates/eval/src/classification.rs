//! Predicted against actual classes.

/// What makes a comparison of classes impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassificationError {
    /// There is nothing to compare.
    #[error("expected at least one prediction, got none")]
    Empty,
    /// Predictions and labels do not pair up.
    #[error("expected as many predictions as labels, got {predicted} predictions and {actual} labels")]
    Length {
        /// Number of predictions.
        predicted: usize,
        /// Number of labels.
        actual: usize,
    },
    /// A class lies outside the stated range.
    #[error("expected classes below {classes}, got {class} in row {row}")]
    Class {
        /// The class found.
        class: usize,
        /// Its position, from 0.
        row: usize,
        /// The number of classes.
        classes: usize,
    },
}

/// Share of predictions equal to the actual class, `(1/n) Σ [ŷᵢ = yᵢ]`.
///
/// # Errors
/// [`ClassificationError::Empty`] and [`ClassificationError::Length`].
///
/// ```
/// assert_eq!(pellucid_eval::accuracy(&[1, 2, 3, 3], &[1, 2, 3, 4])?, 0.75);
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
pub fn accuracy(predicted: &[u8], actual: &[u8]) -> Result<f64, ClassificationError> {
    check_lengths(predicted, actual)?;
    let right = predicted.iter().zip(actual).filter(|(p, a)| p == a).count();
    Ok(right as f64 / actual.len() as f64)
}

/// Counts of every (actual, predicted) pair of classes.
///
/// ```
/// use pellucid_eval::ConfusionMatrix;
/// let matrix = ConfusionMatrix::new(&[0, 1, 1], &[0, 1, 0], 2)?;
/// assert_eq!(matrix.count(0, 1), 1); // one 0 was taken for a 1
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<u64>,
}

impl ConfusionMatrix {
    /// Counts the pairs of `predicted` and `actual`, classes numbered `0..classes`.
    ///
    /// # Errors
    /// [`ClassificationError`] if there is nothing to count, the lengths differ or a class is out of range.
    pub fn new(predicted: &[u8], actual: &[u8], classes: usize) -> Result<Self, ClassificationError> {
        check_lengths(predicted, actual)?;
        let mut counts = vec![0; classes * classes];
        for (row, (&p, &a)) in predicted.iter().zip(actual).enumerate() {
            let (p, a) = (usize::from(p), usize::from(a));
            if p.max(a) >= classes {
                return Err(ClassificationError::Class { class: p.max(a), row, classes });
            }
            counts[a * classes + p] += 1;
        }
        Ok(Self { classes, counts })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many samples of class `actual` were predicted as `predicted`; 0 for classes out of range.
    pub fn count(&self, actual: usize, predicted: usize) -> u64 {
        let inside = actual < self.classes && predicted < self.classes;
        if inside { self.counts[actual * self.classes + predicted] } else { 0 }
    }

    /// Share of samples on the diagonal, `trace / total`.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes).map(|class| self.count(class, class)).sum();
        right as f64 / self.counts.iter().sum::<u64>() as f64
    }
}

fn check_lengths(predicted: &[u8], actual: &[u8]) -> Result<(), ClassificationError> {
    if predicted.len() != actual.len() {
        return Err(ClassificationError::Length { predicted: predicted.len(), actual: actual.len() });
    }
    if actual.is_empty() { Err(ClassificationError::Empty) } else { Ok(()) }
}
