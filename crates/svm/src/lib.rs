//! Kernel support vector machines, written from scratch.
//!
//! Classification ([`Svc`]: C-SVC and nu-SVC), regression ([`Svr`]: epsilon-SVR and nu-SVR) and the support of a
//! distribution ([`OneClassSvm`]), with linear, polynomial, RBF, sigmoid, precomputed and user-written kernels.
//!
//! # How to read it
//!
//! 1. `dual.rs`: the one optimisation problem behind all five formulations, in variables without signs.
//! 2. `solvers/simplified.rs`: the textbook's solver, a page long. Then `platt.rs`, then `second_order.rs`, the fast one.
//! 3. `formulation.rs`: the five formulations as that problem.
//! 4. `gram/`, `points.rs`, `cache.rs`: kernel rows, computed as matrix products and kept in one byte-capped slab.
//! 5. `svc.rs`: pairs of classes; `expansion.rs`: decisions as one product with all support vectors.
//!
//! # Precision and determinism
//!
//! Kernel values are f32 where their rounding stays far below the tolerance, else f64; coefficients, gradients,
//! objectives and the stopping test are always f64. [`Svc::certify`] checks a fitted model in f64 throughout. An
//! entry of a kernel matrix has the same bits whichever rows are computed with it, and each binary problem is solved
//! by itself, so results do not depend on the number of threads nor on the memory for kernel rows.

mod batches;
mod cache;
mod calibration;
mod certificate;
mod classes;
mod coupling;
mod cross_validation;
mod decision;
mod distance;
mod dual;
mod error;
mod expansion;
mod files;
mod folds;
mod formulation;
mod gathered;
mod gram;
mod grid_search;
mod kernel;
mod machine;
mod moments;
mod occurring;
mod one_class;
mod options;
mod outcomes;
mod pairs;
mod points;
mod precision;
mod precomputed;
mod problem;
mod rows;
mod samples;
mod sigmoid;
mod solvers;
mod support_vectors;
mod svc;
mod svc_model;
mod svr;
mod task;
mod watch;

pub use calibration::{CalibratedSvc, Calibration};
pub use classes::{ClassOrder, ClassWeight};
pub use error::SvmError;
pub use files::{AnyModel, Probability, StoredModel};
pub use folds::stratified_folds;
pub use formulation::Report;
pub use grid_search::{GridPoint, GridResult, GridSearch};
pub use kernel::{Gamma, Kernel, KernelFunction};
pub use machine::{Kind, Machine};
pub use one_class::OneClassSvm;
pub use options::{Effort, FitProgress, Observer, Options, Precision, Solver};
pub use samples::{Samples, Value};
pub use support_vectors::SupportVectors;
pub use svc::{MultiClass, Svc};
pub use svc_model::SvcModel;
pub use svr::Svr;
