//! A model as files hold it.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use pellucid_data::{DataError, Place, atomic_write};

use crate::expansion::Expansion;
use crate::svc::Penalty;
use crate::{Kernel, Kind, Machine, Report, SupportVectors, SvcModel, SvmError};

use super::header::SvmType;
use super::{libsvm_read, libsvm_write, safetensors_read, safetensors_write};

/// The most bytes of a file that are read.
const LIMIT: u64 = 1 << 32;

/// A fitted model of any kind.
#[derive(Clone)]
pub enum AnyModel {
    /// C-SVC or nu-SVC.
    Classifier(SvcModel),
    /// A regression or a one-class machine.
    Machine(Machine),
}

/// What LIBSVM's `-b 1` adds to a model, by which decision values become probabilities.
#[derive(Clone, Debug, PartialEq)]
pub enum Probability {
    /// Of a classifier: the probability of the first class of each pair, at decision value f, is 1 / (1 + exp(a f + b)).
    PairwiseSigmoids {
        /// The slope of each pair; below zero where large values speak for the first class.
        a: Vec<f64>,
        /// The offset of each pair.
        b: Vec<f64>,
    },
    /// Of a regression: the scale of the Laplace distribution of its errors, in the unit of the targets.
    Laplace {
        /// The scale.
        scale: f64,
    },
    /// Of a one-class machine: ten decision values that divide the training samples by density.
    DensityMarks(Vec<f64>),
}

/// A model and what belongs to it, as files hold them: LIBSVM's model files, which the real `svm-predict` reads too, and
/// safetensors files, which keep everything.
///
/// ```
/// use pellucid_svm::{Kernel, Samples, StoredModel, Svc};
/// let samples = Samples::dense(&[-1.0, 1.0], 1);
/// let stored = StoredModel::from(Svc::new(Kernel::Linear).fit(samples, &[0, 1])?);
/// let text = stored.to_libsvm()?;
/// assert!(text.starts_with("svm_type c_svc\nkernel_type linear\nnr_class 2\ntotal_sv 2\n"));
/// assert_eq!(StoredModel::parse("model", text.as_bytes())?.to_libsvm()?, text);
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
///
/// Source: `svm_save_model` of LIBSVM's `svm.cpp`.
#[derive(Clone)]
pub struct StoredModel {
    /// The model.
    pub model: AnyModel,
    /// How its values become probabilities, where that was fitted.
    pub probability: Option<Probability>,
    /// Whether LIBSVM's files count the features from 0, as scikit-learn writes them: the first column of the support
    /// vectors is index 0 in the model and in the samples that it is meant for, else 1.
    pub zero_based: bool,
}

impl From<SvcModel> for StoredModel {
    fn from(model: SvcModel) -> Self {
        Self { model: AnyModel::Classifier(model), probability: None, zero_based: false }
    }
}

impl From<Machine> for StoredModel {
    fn from(model: Machine) -> Self {
        Self { model: AnyModel::Machine(model), probability: None, zero_based: false }
    }
}

impl StoredModel {
    /// Reads a model file of either format, told by its content.
    ///
    /// A LIBSVM file does not say which training samples the support vectors were, how the fit went, or how many
    /// features there were beyond the last one that is not zero; such a model has no `support` and no reports.
    ///
    /// # Errors
    /// If the file cannot be read, is of neither format, cut off or damaged; with line or tensor.
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

    /// The model of a precomputed kernel whose training samples are some of a larger one: a support vector that is
    /// column i of the training table becomes column `columns[i]` of the larger table, from 0.
    ///
    /// # Errors
    /// For another kernel, and where a support vector has no such column.
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
    /// As [`StoredModel::to_libsvm`], or where the file cannot be written.
    pub fn write_libsvm(&self, path: impl AsRef<Path>) -> Result<(), SvmError> {
        let text = self.to_libsvm()?;
        Ok(atomic_write(path, |file| file.write_all(text.as_bytes()))?)
    }

    /// The content of a LIBSVM model file. Numbers have the fewest digits that read back to the same number (LIBSVM
    /// itself rounds support vectors to eight).
    ///
    /// # Errors
    /// Where the format cannot hold the model: one-vs-rest, a kernel of one's own, numbers that are not finite.
    pub fn to_libsvm(&self) -> Result<String, SvmError> {
        Ok(libsvm_write::text(self)?)
    }

    /// Writes a safetensors file, atomically.
    ///
    /// # Errors
    /// As [`StoredModel::to_safetensors`], or where the file cannot be written.
    pub fn write_safetensors(&self, path: impl AsRef<Path>) -> Result<(), SvmError> {
        let bytes = self.to_safetensors()?;
        Ok(atomic_write(path, |file| file.write_all(&bytes))?)
    }

    /// The bytes of a safetensors file, which keeps all there is to a model: support vectors in their precision, their
    /// rows in the training set, one-vs-rest, tie-breaking, reports.
    ///
    /// The tensors are `coefficients` (support vectors x outputs), `rho`, `support`, of the support vectors either
    /// `vectors` (dense), `vectors/row_starts`, `vectors/indices` and `vectors/values` (sparse) or `vectors/columns`
    /// (precomputed kernel), and of the probabilities `probability/a`, `probability/b`, `probability/scale` or
    /// `probability/marks`. The rest is one JSON text under the key `pellucid_svm` of the metadata.
    ///
    /// # Errors
    /// Where the kernel is a function of one's own, or a number is not finite.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, SvmError> {
        Ok(safetensors_write::bytes(self)?)
    }
}

impl AnyModel {
    /// The kernel, with gamma as a number.
    pub fn kernel(&self) -> &Kernel {
        &self.expansion().kernel
    }

    /// The support vectors.
    pub fn support_vectors(&self) -> &SupportVectors {
        &self.expansion().vectors
    }

    /// Numbers in a training sample; of a model from a LIBSVM file, as far as its support vectors are not zero.
    pub fn columns(&self) -> usize {
        self.expansion().columns
    }

    /// The name of the formulation in LIBSVM's files: `c_svc`, `nu_svc`, `one_class`, `epsilon_svr` or `nu_svr`.
    pub fn formulation(&self) -> &'static str {
        self.svm_type().name()
    }

    pub(super) fn svm_type(&self) -> SvmType {
        match self {
            Self::Classifier(model) => match model.penalty {
                Penalty::C(_) => SvmType::CSvc,
                Penalty::Nu(_) => SvmType::NuSvc,
            },
            Self::Machine(model) => match model.kind {
                Kind::OneClass => SvmType::OneClass,
                Kind::EpsilonSvr => SvmType::EpsilonSvr,
                Kind::NuSvr => SvmType::NuSvr,
            },
        }
    }

    pub(super) fn expansion(&self) -> &Expansion {
        match self {
            Self::Classifier(model) => &model.expansion,
            Self::Machine(model) => &model.expansion,
        }
    }

    fn expansion_mut(&mut self) -> &mut Expansion {
        match self {
            Self::Classifier(model) => &mut model.expansion,
            Self::Machine(model) => &mut model.expansion,
        }
    }

    pub(super) fn rho(&self) -> &[f64] {
        match self {
            Self::Classifier(model) => &model.rho,
            Self::Machine(model) => std::slice::from_ref(&model.rho),
        }
    }

    pub(super) fn support(&self) -> &[u32] {
        match self {
            Self::Classifier(model) => &model.support,
            Self::Machine(model) => &model.support,
        }
    }

    pub(super) fn reports(&self) -> &[Report] {
        match self {
            Self::Classifier(model) => &model.reports,
            Self::Machine(model) => std::slice::from_ref(&model.report),
        }
    }
}
