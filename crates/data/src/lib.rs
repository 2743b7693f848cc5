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

mod array;
mod atomic;
mod batches;
mod columns;
mod csr;
mod csv_header;
mod csv_table;
mod dataset;
mod element;
mod error;
mod features;
mod idx;
mod input;
mod labels;
mod lines;
mod matrix;
mod mnist;
mod npy;
mod npy_header;
mod output_target;
mod scaling;
mod scaling_file;
mod shuffle;
mod split;
mod standardize;
mod stored;
mod svmlight;
mod svmlight_write;
mod table;
mod temporary;
pub mod text;

pub use array::{Array, Values};
pub use atomic::{atomic_write, check_output};
pub use batches::Batches;
pub use csr::Csr;
pub use csv_table::{CsvOptions, CsvTable, LabelColumn, parse_csv, read_csv, write_csv};
pub use dataset::{Dataset, Targets};
pub use element::Element;
pub use error::{DataError, Place};
pub use features::Features;
pub use idx::{parse_idx, read_idx, write_idx};
pub use labels::{LabelTexts, Labels};
pub use matrix::Matrix;
pub use mnist::{Mnist, Task};
pub use npy::{parse_npy, read_npy, write_npy};
pub use scaling::{FeatureRange, Scaling};
pub use shuffle::permutation_into;
pub use split::{Partition, stratified_split};
pub use standardize::Standardize;
pub use stored::{IdxStored, Stored};
pub use svmlight::{SvmlightOptions, SvmlightTable, parse_svmlight, read_svmlight};
pub use svmlight_write::{write_svmlight, write_svmlight_from, write_svmlight_to};
pub use table::{Table, TableOptions, load_labels, load_table, read_label_texts, read_table};
pub use temporary::abandon_writes;
