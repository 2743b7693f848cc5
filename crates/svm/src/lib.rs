//! Kernel support vector machines, written from scratch.
//!
//! Classification ([`Svc`]: C-SVC and nu-SVC), regression ([`Svr`]: epsilon-SVR and nu-SVR) and the support of a
//! distribution ([`OneClassSvm`]), with linear, polynomial, RBF, sigmoid, precomputed and custom kernels.
//!
//! # Start here
//!
//! 1. `problem/dual.rs`: the one optimisation problem behind all five formulations, in variables without signs.
//! 2. `solvers/simplified.rs`: the textbook's solver, a page long. Then `platt.rs`, then `second_order.rs`, the fast one.
//! 3. `problem/formulations.rs`: the five formulations as that problem.
//! 4. `kernel_matrix/`: kernel rows, computed as matrix products (`points.rs`) and kept in one byte-capped slab
//!    (`row_cache.rs`).
//! 5. `models/svc_fit.rs`: a classifier from the binary problems of its classes; `decision/evaluator.rs`: decisions as one
//!    product with all support vectors.
//!
//! # Where to find what
//!
//! Each folder uses those above it only.
//!
//! | folder | what is in it |
//! |---|---|
//! | `input/` | samples, labels and weights, and what is measured of them |
//! | `kernels/` | the kernels; distances without loss of digits |
//! | `kernel_matrix/` | the kernel matrix of some samples, row by row, and the cache of its rows |
//! | `problem/` | the dual, the formulations as duals, and back to coefficients |
//! | `solvers/` | three ways to the optimum of a dual |
//! | `fitting/` | what every fit does: checks, the choice of f32 or f64, binary problems side by side on threads |
//! | `decision/` | sums of kernel values over support vectors, and votes |
//! | `models/` | [`Svc`], [`Svr`], [`OneClassSvm`] and what comes of their fits |
//! | `search/` | folds, cross-validation, grid search |
//! | `probability/` | sigmoids and the coupling of pairs |
//! | `files/` | model files: LIBSVM's text and safetensors |
//!
//! # Precision and determinism
//!
//! Kernel values are f32 where their rounding stays far below the tolerance, else f64; coefficients, gradients,
//! objectives and the stopping test are always f64. [`Svc::certify`] checks a fitted model in f64 throughout. An
//! entry of a kernel matrix has the same bits whichever rows are computed with it, and each binary problem is solved
//! by itself, so results do not depend on the number of threads nor on the memory for kernel rows.

mod decision;
mod error;
mod files;
mod fitting;
mod input;
mod kernel_matrix;
mod kernels;
mod models;
mod options;
mod probability;
mod problem;
mod progress;
mod search;
mod solvers;

pub use decision::support_vectors::SupportVectors;
pub use error::SvmError;
pub use files::any_model::AnyModel;
pub use files::probability::Probability;
pub use files::stored_model::StoredModel;
pub use fitting::fit::Fit;
pub use input::classes::{ClassOrder, ClassWeight};
pub use input::samples::{Samples, Value};
pub use kernels::kernel::{Gamma, Kernel, KernelFunction};
pub use models::decision_function::{DecisionFunction, Kind};
pub use models::multi_class::MultiClass;
pub use models::one_class_svm::OneClassSvm;
pub use models::svc::Svc;
pub use models::svc_model::SvcModel;
pub use models::svr::Svr;
pub use options::{Effort, Options, Precision, Solver};
pub use probability::calibrated_svc::{CalibratedSvc, Calibration};
pub use problem::report::Report;
pub use progress::{FitProgress, ProgressCallback};
pub use search::folds::stratified_folds;
pub use search::grid_point::GridPoint;
pub use search::grid_search::{GridResult, GridSearch};
