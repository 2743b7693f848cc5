//! Where and how often a run is written down.

use std::path::PathBuf;

/// Where and how often a run is written down.
#[derive(Clone, Debug, Default)]
pub struct CheckpointPolicy {
    /// The file of the newest state, written every `every` epochs, at the end and when interrupted.
    pub latest: Option<PathBuf>,
    /// Epochs between two writings; 0 for the end only.
    pub every: u64,
    /// The file of the state with the least validation loss (training loss where there is no validation).
    pub best: Option<PathBuf>,
}
