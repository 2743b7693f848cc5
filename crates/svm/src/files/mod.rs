//! Models in files: LIBSVM's text, and safetensors with everything.

mod check;
mod header;
mod libsvm_fields;
mod libsvm_read;
mod libsvm_write;
mod parts;
mod safetensors_read;
mod safetensors_write;
mod stored;

pub use stored::{AnyModel, Probability, StoredModel};
