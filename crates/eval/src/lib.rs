//! Metrics and principal components for Pellucid.
//!
//! One idea per module: how well an autoencoder reconstructs ([`ReconstructionAccumulator`]); how well a classifier
//! decides ([`accuracy`], [`ConfusionMatrix`], [`ClassificationReport`]), ranks ([`roc_auc`]) and knows how sure it is
//! ([`log_loss`], [`brier_score`]); how close predicted numbers come ([`r2`], [`mean_absolute_error`],
//! [`root_mean_squared_error`]); and how a cloud of vectors looks from its widest side ([`Pca`]). Everything is summed in
//! f64, in the order the rows are given, so equal input gives equal bits.
//!
//! Predictions come first and the truth second (scikit-learn has them the other way round); classes are integers from 0,
//! and a table of scores or probabilities has one row a sample and one column a class. The functions in [`weighted`] and
//! [`ConfusionMatrix::weighted`] take a weight for each sample.
//!
//! ```
//! use pellucid_eval::{ClassificationReport, ConfusionMatrix, ZeroDivision};
//! let (predicted, actual) = ([0, 2, 1, 2, 2], [0, 1, 1, 2, 2]);
//! let matrix = ConfusionMatrix::new(&predicted, &actual, 3)?;
//! let report = ClassificationReport::new(&matrix, ZeroDivision::Zero);
//! assert_eq!(report.accuracy, 0.8);
//! println!("{report}");
//! # Ok::<(), pellucid_eval::ClassificationError>(())
//! ```

mod classification;
mod classification_error;
mod classification_report;
mod count;
mod normalized;
mod pca;
mod precision_recall;
mod probability;
mod ranking;
mod reconstruction;
mod regression;
pub mod weighted;
mod weights;

pub use classification::{ConfusionMatrix, accuracy};
pub use classification_error::ClassificationError;
pub use classification_report::{ClassificationReport, NamedScores};
pub use count::Count;
pub use normalized::Normalize;
pub use pca::{Pca, PcaError};
pub use precision_recall::{Average, ClassScores, ZeroDivision};
pub use probability::{brier_score, log_loss, multiclass_brier_score, multiclass_log_loss};
pub use ranking::{roc_auc, roc_auc_one_vs_rest};
pub use reconstruction::{ReconstructionAccumulator, ReconstructionError, ReconstructionQuality, sigmoid};
pub use regression::{RegressionError, mean_absolute_error, mean_squared_error, r2, root_mean_squared_error};
pub use weights::WeightError;
