//! Cross-validation and the search for parameters.

pub(crate) mod cross_validate;
pub(crate) mod cross_validation;
pub(crate) mod fold;
pub(crate) mod fold_fits;
pub(crate) mod folds;
pub(crate) mod grid_point;
pub(crate) mod grid_search;
