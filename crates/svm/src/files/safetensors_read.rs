//! Reading safetensors files: nothing is believed before it is checked against the file's size.

use pellucid_data::{Csr, DataError, Matrix, Place};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use crate::decision::support_vectors::SupportVectors;
use crate::files::header::{FORMAT, Header, KEY};
use crate::files::parts::Parts;
use crate::files::probability::Probability;
use crate::files::stored_model::StoredModel;

/// Reads a model; `origin` names it in errors.
pub(super) fn parse(origin: &str, bytes: &[u8]) -> Result<StoredModel, DataError> {
    let invalid = |expected: &str, found: String| DataError::invalid(origin, expected, found, Place::Whole);
    let format = |error| invalid("a safetensors file", words(&error, bytes.len()));
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(format)?;
    let file = File { origin, tensors: SafeTensors::deserialize(bytes).map_err(format)? };
    let ours = "a Pellucid SVM model (metadata key \"pellucid_svm\")";
    let text = metadata.metadata().as_ref().and_then(|map| map.get(KEY));
    let text = text.ok_or_else(|| invalid(ours, "a safetensors file without it".into()))?;
    let header: Header = serde_json::from_str(text)
        .map_err(|error| invalid(ours, format!("a damaged description: {error}")))?;
    if header.format != FORMAT {
        return Err(invalid(ours, format!("format {}, this version reads {FORMAT}", header.format)));
    }
    let vectors = file.vectors(header.columns)?;
    let probability = file.probability()?;
    let parts = Parts {
        rho: file.list("rho", Dtype::F64, f64::from_le_bytes)?,
        support: file.list("support", Dtype::U32, u32::from_le_bytes)?,
        coefficients: file.matrix("coefficients", Dtype::F64, f64::from_le_bytes)?.into_data(),
        header,
        vectors,
        probability,
    };
    parts.build().map_err(|(expected, found)| invalid(&expected, found))
}

struct File<'a> {
    origin: &'a str,
    tensors: SafeTensors<'a>,
}

impl File<'_> {
    fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    /// A tensor of so many dimensions.
    fn tensor(&self, name: &str, dtype: Dtype, dimensions: usize) -> Result<TensorView<'_>, DataError> {
        let invalid = |found: String| {
            let expected = format!("tensor {name}, {dtype:?} of {dimensions} dimensions");
            DataError::invalid(self.origin, expected, found, Place::Whole)
        };
        let tensor = self.tensors.tensor(name).map_err(|_| invalid("no such tensor".into()))?;
        if tensor.dtype() != dtype || tensor.shape().len() != dimensions {
            return Err(invalid(format!("{:?} of shape {:?}", tensor.dtype(), tensor.shape())));
        }
        Ok(tensor)
    }

    fn list<T, const SIZE: usize>(
        &self,
        name: &str,
        dtype: Dtype,
        number: fn([u8; SIZE]) -> T,
    ) -> Result<Vec<T>, DataError> {
        Ok(numbers(self.tensor(name, dtype, 1)?.data(), number))
    }

    fn matrix<T, const SIZE: usize>(
        &self,
        name: &str,
        dtype: Dtype,
        number: fn([u8; SIZE]) -> T,
    ) -> Result<Matrix<T>, DataError> {
        let tensor = self.tensor(name, dtype, 2)?;
        Matrix::new(tensor.shape()[0], tensor.shape()[1], numbers(tensor.data(), number))
    }

    fn vectors(&self, columns: usize) -> Result<SupportVectors, DataError> {
        if self.has("vectors/columns") {
            return Ok(SupportVectors::Columns(self.list(
                "vectors/columns",
                Dtype::U32,
                u32::from_le_bytes,
            )?));
        }
        if self.has("vectors/values") {
            let starts = self.list("vectors/row_starts", Dtype::U64, u64::from_le_bytes)?;
            let starts =
                starts.into_iter().map(|start| usize::try_from(start).unwrap_or(usize::MAX)).collect();
            let indices = self.list("vectors/indices", Dtype::U32, u32::from_le_bytes)?;
            let values = self.list("vectors/values", Dtype::F64, f64::from_le_bytes)?;
            return Ok(SupportVectors::Sparse(Csr::new(columns, starts, indices, values)?));
        }
        if self.tensors.tensor("vectors").is_ok_and(|tensor| tensor.dtype() == Dtype::F32) {
            return Ok(SupportVectors::F32(self.matrix("vectors", Dtype::F32, f32::from_le_bytes)?));
        }
        Ok(SupportVectors::F64(self.matrix("vectors", Dtype::F64, f64::from_le_bytes)?))
    }

    fn probability(&self) -> Result<Option<Probability>, DataError> {
        let list = |name: &str| self.list(name, Dtype::F64, f64::from_le_bytes);
        Ok(if self.has("probability/a") {
            Some(Probability::PairwiseSigmoids { a: list("probability/a")?, b: list("probability/b")? })
        } else if self.has("probability/scale") {
            let scale = list("probability/scale")?;
            let [scale] = scale[..] else {
                let found = scale.len().to_string();
                return Err(DataError::invalid(
                    self.origin,
                    "one number probability/scale",
                    found,
                    Place::Whole,
                ));
            };
            Some(Probability::Laplace { scale })
        } else if self.has("probability/marks") {
            Some(Probability::DensityMarks(list("probability/marks")?))
        } else {
            None
        })
    }
}

/// Numbers from their bytes, the least first.
fn numbers<T, const SIZE: usize>(bytes: &[u8], number: fn([u8; SIZE]) -> T) -> Vec<T> {
    bytes.as_chunks::<SIZE>().0.iter().map(|&bytes| number(bytes)).collect()
}

/// Says in words what the safetensors reader has found.
fn words(error: &SafeTensorError, len: usize) -> String {
    match error {
        SafeTensorError::HeaderTooSmall => format!("a file of {len} bytes, too short for a header"),
        SafeTensorError::InvalidHeaderLength => {
            format!("a header that reaches beyond the file's {len} bytes")
        }
        SafeTensorError::MetadataIncompleteBuffer => {
            format!("tensors that do not end where the file of {len} bytes ends (cut off?)")
        }
        other => other.to_string(),
    }
}
