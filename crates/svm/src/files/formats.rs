//! Reading and writing models in either format.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use pellucid_data::{DataError, Place, atomic_write};

use crate::decision::support_vectors::SupportVectors;
use crate::error::SvmError;
use crate::files::stored_model::StoredModel;
use crate::files::{libsvm_read, libsvm_write, safetensors_read, safetensors_write};

/// The most bytes of a file that are read.
const LIMIT: u64 = 1 << 32;

impl StoredModel {
    /// Reads a model file of either format, told by its content.
    ///
    /// A LIBSVM file does not say which training samples the support vectors were, how the fit went, or how many
    /// features there were beyond the last one that is not zero; such a model has no `support` and no reports.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is of neither format, cut off or damaged, with line or tensor.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SvmError> {
        let path = path.as_ref();
        let io = |cause| DataError::io(path, "a model file that can be read", cause);
        let mut bytes = Vec::new();
        File::open(path).map_err(io)?.take(LIMIT + 1).read_to_end(&mut bytes).map_err(io)?;
        let origin = path.display().to_string();
        if bytes.len() as u64 > LIMIT {
            let expected = format!("a model of at most {LIMIT} bytes");
            return Err(DataError::invalid(origin, expected, "more", Place::Whole).into());
        }
        Self::parse(&origin, &bytes)
    }

    /// Reads a model from memory; `origin` names it in errors.
    ///
    /// # Errors
    /// As [`StoredModel::read`].
    pub fn parse(origin: &str, bytes: &[u8]) -> Result<Self, SvmError> {
        // A safetensors file: eight bytes of length, then JSON.
        let stored = if bytes.get(8) == Some(&b'{') {
            safetensors_read::parse(origin, bytes)
        } else {
            libsvm_read::parse(origin, bytes)
        };
        Ok(stored?)
    }

    /// Returns the model of a precomputed kernel whose training samples are some of a larger one: a support vector that is
    /// column i of the training table becomes column `columns[i]` of the larger table, from 0.
    ///
    /// # Errors
    /// Returns an error if the kernel is not precomputed or a support vector has no such column.
    pub fn in_larger_kernel(mut self, columns: &[u32]) -> Result<Self, SvmError> {
        let expansion = self.model.expansion_mut();
        let SupportVectors::Columns(chosen) = &mut expansion.vectors else {
            return Err(SvmError::input("columns", "a precomputed kernel", expansion.kernel.name()));
        };
        for column in chosen {
            let Some(&to) = columns.get(*column as usize) else {
                let expected = format!("a column for each of {} training samples", expansion.columns);
                return Err(SvmError::input("columns", expected, columns.len().to_string()));
            };
            *column = to;
        }
        expansion.columns = columns.iter().max().map_or(0, |&largest| largest as usize + 1);
        Ok(self)
    }

    /// Writes a LIBSVM model file, atomically.
    ///
    /// # Errors
    /// As [`StoredModel::to_libsvm`], and returns an error if the file cannot be written.
    pub fn write_libsvm(&self, path: impl AsRef<Path>) -> Result<(), SvmError> {
        let text = self.to_libsvm()?;
        Ok(atomic_write(path, |file| file.write_all(text.as_bytes()))?)
    }

    /// Returns the content of a LIBSVM model file. Numbers have the fewest digits that read back to the same number (LIBSVM
    /// itself rounds support vectors to eight).
    ///
    /// # Errors
    /// Returns an error if the format cannot hold the model: one-vs-rest, a custom kernel, numbers that are not finite.
    pub fn to_libsvm(&self) -> Result<String, SvmError> {
        Ok(libsvm_write::text(self)?)
    }

    /// Writes a safetensors file, atomically.
    ///
    /// # Errors
    /// As [`StoredModel::to_safetensors`], and returns an error if the file cannot be written.
    pub fn write_safetensors(&self, path: impl AsRef<Path>) -> Result<(), SvmError> {
        let bytes = self.to_safetensors()?;
        Ok(atomic_write(path, |file| file.write_all(&bytes))?)
    }

    /// Returns the bytes of a safetensors file, which keeps everything: support vectors in their precision, their
    /// rows in the training set, one-vs-rest, tie-breaking, reports.
    ///
    /// The tensors are `coefficients` (support vectors x outputs), `rho`, `support`, of the support vectors either
    /// `vectors` (dense), `vectors/row_starts`, `vectors/indices` and `vectors/values` (sparse) or `vectors/columns`
    /// (precomputed kernel), and of the probabilities `probability/a`, `probability/b`, `probability/scale` or
    /// `probability/marks`. The rest is one JSON text under the key `pellucid_svm` of the metadata.
    ///
    /// # Errors
    /// Returns an error if the kernel is custom or a number is not finite.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, SvmError> {
        Ok(safetensors_write::bytes(self)?)
    }
}
