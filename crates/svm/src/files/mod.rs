//! Models in files: LIBSVM's text, and safetensors with everything.

pub(crate) mod any_model;
pub(crate) mod checks;
pub(crate) mod formats;
pub(crate) mod header;
pub(crate) mod libsvm_fields;
pub(crate) mod libsvm_read;
pub(crate) mod libsvm_write;
pub(crate) mod parts;
pub(crate) mod probability;
pub(crate) mod safetensors_read;
pub(crate) mod safetensors_write;
pub(crate) mod stored_kernel;
pub(crate) mod stored_model;
pub(crate) mod svm_type;
