//! What is fitted and what comes of it: classifiers, regressions, one-class SVMs.

pub(crate) mod accessors;
pub(crate) mod binary_problems;
pub(crate) mod certificate;
pub(crate) mod decision_function;
pub(crate) mod multi_class;
pub(crate) mod one_class_svm;
pub(crate) mod penalty;
pub(crate) mod svc;
pub(crate) mod svc_fit;
pub(crate) mod svc_model;
pub(crate) mod svc_model_builder;
pub(crate) mod svr;
