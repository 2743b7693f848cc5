//! Networks as descriptions: named inputs, nodes in order, and the views of them. No numbers.

mod config;
mod graph;
mod sequential;
mod shape;
mod summary;
mod view;

pub use config::{ArchitectureConfig, ArchitectureError, InputConfig, NamedLayer, ViewConfig, WeightsOf};
pub use graph::{Graph, Node, Tie};
pub use sequential::Sequential;
pub use shape::Shape;
pub use summary::{Summary, SummaryLayer};
pub use view::{Value, View};
