//! A binary problem and the samples that it is about.

use crate::problem::dual::Dual;
use crate::problem::form::Form;

/// A problem over some groups of samples, side by side.
#[derive(Clone)]
pub(crate) struct Task {
    pub groups: Vec<usize>,
    pub dual: Dual,
    pub form: Form,
}
