//! Writing safetensors files.

use std::borrow::Cow;
use std::collections::HashMap;

use pellucid_data::{DataError, Place};
use safetensors::{Dtype, View};

use crate::decision::support_vectors::SupportVectors;
use crate::files::any_model::AnyModel;
use crate::files::checks::check;
use crate::files::header::{FORMAT, Header, KEY};
use crate::files::probability::Probability;
use crate::files::stored_kernel::StoredKernel;
use crate::files::stored_model::StoredModel;
use crate::models::multi_class::MultiClass;
use crate::models::penalty::Penalty;

/// A tensor on its way to a file.
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    /// Numbers and their bytes, the least first.
    fn new<T: Copy, const SIZE: usize>(
        dtype: Dtype,
        shape: &[usize],
        numbers: &[T],
        bytes: fn(T) -> [u8; SIZE],
    ) -> Self {
        Self {
            dtype,
            shape: shape.to_vec(),
            bytes: numbers.iter().flat_map(|&number| bytes(number)).collect(),
        }
    }

    fn f64(shape: &[usize], numbers: &[f64]) -> Self {
        Self::new(Dtype::F64, shape, numbers, f64::to_le_bytes)
    }

    fn u32(numbers: &[u32]) -> Self {
        Self::new(Dtype::U32, &[numbers.len()], numbers, u32::to_le_bytes)
    }
}

impl View for Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The bytes of the file.
pub(super) fn bytes(stored: &StoredModel) -> Result<Vec<u8>, DataError> {
    let refuse = |(expected, found)| DataError::invalid("safetensors model", expected, found, Place::Whole);
    check(stored).map_err(refuse)?;
    let (model, expansion) = (&stored.model, stored.model.expansion());
    let kernel = StoredKernel::of(&expansion.kernel)
        .ok_or_else(|| refuse(("a kernel that a file can hold".into(), "a custom function".into())))?;
    let mut header = Header {
        format: FORMAT,
        svm_type: model.svm_type(),
        kernel,
        columns: expansion.columns,
        open: expansion.open,
        zero_based: stored.zero_based,
        labels: Vec::new(),
        class_sizes: expansion.class_sizes.clone(),
        one_vs_rest: false,
        break_ties: false,
        penalty: None,
        single: expansion.single,
        reports: model.reports().to_vec(),
    };
    if let AnyModel::Classifier(model) = model {
        let (Penalty::C(strength) | Penalty::Nu(strength)) = model.penalty;
        header.labels.clone_from(&model.labels);
        header.one_vs_rest = model.multi_class == MultiClass::OneVsRest;
        header.break_ties = model.break_ties;
        header.penalty = strength.is_finite().then_some(strength);
    }
    let written =
        |error: &dyn std::fmt::Display| refuse(("a model that can be written".into(), error.to_string()));
    let header = serde_json::to_string(&header).map_err(|error| written(&error))?;
    let metadata = HashMap::from([(KEY.to_owned(), header)]);
    safetensors::serialize(tensors(stored), Some(metadata)).map_err(|error| written(&error))
}

fn tensors(stored: &StoredModel) -> Vec<(&'static str, Tensor)> {
    let (model, expansion) = (&stored.model, stored.model.expansion());
    let shape = [expansion.vectors.len(), expansion.coefficients.len() / expansion.vectors.len().max(1)];
    let mut tensors = vec![
        ("coefficients", Tensor::f64(&shape, &expansion.coefficients)),
        ("rho", Tensor::f64(&[model.rho().len()], model.rho())),
        ("support", Tensor::u32(model.support())),
    ];
    match &expansion.vectors {
        SupportVectors::F32(rows) => {
            let shape = [rows.rows(), rows.columns()];
            tensors.push(("vectors", Tensor::new(Dtype::F32, &shape, rows.data(), f32::to_le_bytes)));
        }
        SupportVectors::F64(rows) => {
            tensors.push(("vectors", Tensor::f64(&[rows.rows(), rows.columns()], rows.data())));
        }
        SupportVectors::Sparse(rows) => {
            let starts: Vec<u64> = rows.row_starts().iter().map(|&start| start as u64).collect();
            let starts = Tensor::new(Dtype::U64, &[starts.len()], &starts, u64::to_le_bytes);
            tensors.push(("vectors/row_starts", starts));
            tensors.push(("vectors/indices", Tensor::u32(rows.indices())));
            tensors.push(("vectors/values", Tensor::f64(&[rows.nonzeros()], rows.values())));
        }
        SupportVectors::Columns(columns) => tensors.push(("vectors/columns", Tensor::u32(columns))),
    }
    match &stored.probability {
        Some(Probability::PairwiseSigmoids { a, b }) => {
            tensors.push(("probability/a", Tensor::f64(&[a.len()], a)));
            tensors.push(("probability/b", Tensor::f64(&[b.len()], b)));
        }
        Some(Probability::Laplace { scale }) => {
            tensors.push(("probability/scale", Tensor::f64(&[1], &[*scale])));
        }
        Some(Probability::DensityMarks(marks)) => {
            tensors.push(("probability/marks", Tensor::f64(&[marks.len()], marks)));
        }
        None => {}
    }
    tensors
}
