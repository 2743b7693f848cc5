//! A model as files hold it.

use crate::files::any_model::AnyModel;
use crate::files::probability::Probability;
use crate::models::decision_function::DecisionFunction;
use crate::models::svc_model::SvcModel;

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
    /// How its values become probabilities, if that was fitted.
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

impl From<DecisionFunction> for StoredModel {
    fn from(model: DecisionFunction) -> Self {
        Self { model: AnyModel::DecisionFunction(model), probability: None, zero_based: false }
    }
}
