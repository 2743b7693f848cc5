//! Figures, tables and the self-contained page of a Pellucid run.
//!
//! The caller fills [`Results`] (numbers, stored as `results.json`) and [`Evidence`] (what the figures draw) and calls
//! [`write_report`]; this crate trains nothing. A part that did not run is `None` and leaves no trace on the page.
//!
//! * [`figures`]: SVG through a small writer of our own ([`Svg`]). A plotting library writes literal colours into every
//!   shape; classes and one stylesheet give figures that follow the page into dark mode and onto paper.
//! * [`tables`]: the numbered tables, with the values of the course report beside ours ([`course`]).
//! * `report.pdf` with the feature `pdf`: the Typst source in `report/`, compiled in process over the same results,
//!   tables and figures, without files or network.
//! * [`XorStep`]: one training step with every number beside its equation.
//!
//! ```
//! use pellucid_report::{Evidence, Outputs, Results, XorResults, write_report};
//!
//! let folder = std::env::temp_dir().join(format!("pellucid-report-doc-{}", std::process::id()));
//! let xor = XorResults { predictions: [0.01, 0.98, 0.98, 0.02], accuracy: 1.0, ..XorResults::default() };
//! let results = Results { xor: Some(xor), ..Results::default() };
//! let written = write_report(&folder, &results, &Evidence::default(), Outputs::default())?;
//! assert!(std::fs::read_to_string(&written.page)?.contains("XOR truth table"));
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(all(test, feature = "pdf"))]
extern crate self as pellucid_report; // what the tests' samples call this crate

pub mod course;
mod drawing;
mod equation;
mod error;
mod figures;
mod number;
mod page;
#[cfg(feature = "pdf")]
mod pdf;
mod performance;
mod results;
mod step;
mod tables;
mod write;

pub use drawing::svg::Svg;
pub use error::ReportError;
pub use figures::{
    Figure, confusion_matrix, decision_boundary, error_histogram, feature_distributions, figures,
    latent_space, network_diagram, performance_panels, reconstructions, svm_results, training_progress,
    xor_loss,
};
#[cfg(feature = "pdf")]
pub use pdf::write_pdf;
pub use performance::{Machine, Measured, Performance, Quantity, Row};
pub use results::evidence::{
    AutoencoderEvidence, DigitPair, Evidence, FeatureDistribution, LatentPlane, LatentPoint, Network,
    NetworkLayer, Role, Surface, SvmEvidence, XorEvidence,
};
pub use results::svm::{DiscriminativeFeature, SvmResults, SvmRun};
pub use results::{
    ActivationCheck, AutoencoderResults, GradcheckResults, GradientCheck, Hyperparameters, LossCheck,
    Results, SplitSizes, XorResults,
};
pub use step::matrix::Matrix;
pub use step::{NamedMatrix, SpelledStep, Stage, XorStep};
pub use tables::table::Table;
pub use tables::tables;
pub use write::{Outputs, Written, write_report};
