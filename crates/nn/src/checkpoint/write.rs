//! Writing a checkpoint: beside its place, synced, then renamed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use pellucid_compute::Scalar;
use pellucid_data::atomic_write;
use safetensors::{Dtype, View};

use super::header::{FORMAT, Header, KEY, TrainingHeader};
use super::{Checkpoint, CheckpointError};
use crate::session::TensorPlan;

/// A tensor on its way to a file.
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Tensor {
    fn new<F: Scalar>(shape: Vec<usize>, numbers: &[F]) -> Self {
        let mut bytes = Vec::with_capacity(size_of_val(numbers));
        for &number in numbers {
            number.append_le_bytes(&mut bytes);
        }
        let dtype = if size_of::<F>() == 4 { Dtype::F32 } else { Dtype::F64 };
        Self { dtype, shape, bytes }
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

impl<F: Scalar> Checkpoint<F> {
    /// Writes the checkpoint; at any moment the file is the old one or the new one, whole.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written; the old one is left as it was.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let path = path.as_ref();
        let bytes = self
            .to_bytes()
            .map_err(|found| CheckpointError::Header { path: path.display().to_string(), found })?;
        Ok(atomic_write(path, |file| file.write_all(&bytes))?)
    }

    /// Returns the bytes of the file.
    ///
    /// # Errors
    /// Returns an error if the description cannot be written as JSON, such as a history of more than 100 MB.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let model = self.model();
        let mut tensors: Vec<(String, Tensor)> = Vec::new();
        let all = [
            ("parameter", &model.plan().tensors, model.parameters()),
            ("state", &model.plan().states, model.state()),
        ];
        for (what, plans, numbers) in all {
            for TensorPlan { name, shape, range, .. } in plans {
                let tensor = Tensor::new(shape.dims().to_vec(), &numbers[range.clone()]);
                tensors.push((format!("{what}/{name}"), tensor));
            }
        }
        if let Some(state) = self.training() {
            let flat = [
                ("optimizer", &state.optimizer_state),
                ("best", &state.best_parameters),
                ("best_state", &state.best_state),
            ];
            for (name, numbers) in flat {
                if !numbers.is_empty() {
                    tensors.push((name.to_owned(), Tensor::new(vec![numbers.len()], numbers)));
                }
            }
        }
        let header = Header {
            format: FORMAT,
            scalar: F::NAME.to_owned(),
            architecture: model.architecture().to_config(),
            training: self.training().map(|state| TrainingHeader {
                config: state.config.clone(),
                custom: state.custom.clone(),
                progress: state.progress,
                history: state.history.clone(),
            }),
            metadata: self.metadata().clone(),
            data: self.data().clone(),
        };
        let header = serde_json::to_string(&header).map_err(|error| error.to_string())?;
        let metadata = HashMap::from([(KEY.to_owned(), header)]);
        safetensors::serialize(tensors, Some(metadata)).map_err(|error| error.to_string())
    }
}
