//! Reading, splitting and batching of data sets for Pellucid.
//!
//! Samples stay in the type they were stored in (images as `u8`) and become floats batch by batch; the parts
//! of a split share one table and hold row indices only. Tables that are mostly zeros are [`Csr`] matrices, read from
//! LIBSVM's text format by [`read_svmlight`] and brought to one range by [`Scaling`] (as `svm-scale` does) or
//! [`Standardize`].
//!
//! ```
//! use pellucid_data::{Batches, Dataset, Features, Matrix, Targets, permutation_into};
//!
//! let xor = Features::F64(Matrix::new(4, 2, vec![0., 0., 0., 1., 1., 0., 1., 1.])?);
//! let labels = vec![0, 1, 1, 0];
//! let data = Dataset::new(xor, Targets::Classes { labels, classes: 2 })?;
//!
//! let mut order = vec![0; data.len()];
//! permutation_into(7, 0, &mut order); // seed 7, epoch 0
//! let mut x = vec![0.0_f32; 3 * data.input_width()];
//! for batch in Batches::new(data.len(), 3) {
//!     let positions = &order[batch];
//!     data.gather_inputs(positions, &mut x[..positions.len() * data.input_width()]);
//! }
//! # Ok::<(), pellucid_data::DataError>(())
//! ```

mod error;
mod files;
mod formats;
mod memory;
mod preprocessing;
mod sampling;
mod tables;
pub mod text;

pub use error::{DataError, Place};
pub use files::atomic::{atomic_write, check_output};
pub use files::temporary::abandon_writes;
pub use formats::csv_table::{CsvOptions, CsvTable, LabelColumn, parse_csv, read_csv, write_csv};
pub use formats::idx::{parse_idx, read_idx, write_idx};
pub use formats::mnist::{Mnist, Task};
pub use formats::npy::{parse_npy, read_npy, write_npy};
pub use formats::svmlight::{SvmlightOptions, SvmlightTable, parse_svmlight, read_svmlight};
pub use formats::svmlight_write::{write_svmlight, write_svmlight_from, write_svmlight_to};
pub use formats::table::{
    Table, TableOptions, load_labels, load_table, read_indices, read_label_texts, read_table,
};
pub use preprocessing::scaling::{FeatureRange, Scaling};
pub use preprocessing::standardize::Standardize;
pub use sampling::batches::Batches;
pub use sampling::classes::Classes;
pub use sampling::column::Column;
pub use sampling::dataset::{ColumnKey, Dataset};
pub use sampling::indices::Indices;
pub use sampling::numbers::Numbers;
pub use sampling::partition::{Partition, stratified_split};
pub use sampling::shuffle::permutation_into;
pub use sampling::targets::Targets;
pub use sampling::weights::Weights;
pub use sampling::window::{Series, Tokens, Window};
pub use tables::array::{Array, Values};
pub use tables::csr::Csr;
pub use tables::element::Element;
pub use tables::features::Features;
pub use tables::labels::{LabelTexts, Labels};
pub use tables::matrix::Matrix;
pub use tables::stored::{IdxStored, Stored};
