//! Where and how often a run is written down.

use std::path::PathBuf;
use std::time::Duration;

/// Where and how often a run is written down.
///
/// The state is written at the end, when the run is interrupted, and after every `every`-th epoch, unless the last writing
/// is less than `least` ago; where `most` has passed since, it is also written after a step. A writing never takes more than
/// a twentieth of the time: the longer one took, the longer until the next.
#[derive(Clone, Debug, Default)]
pub struct CheckpointPolicy {
    /// The file of the newest state.
    pub latest: Option<PathBuf>,
    /// Epochs between two writings; 0 for none but at the end and by the clock.
    pub every: u64,
    /// The file of the state with the least validation loss (training loss where there is no validation). The state is kept
    /// in memory, and written no later than `latest`.
    pub best: Option<PathBuf>,
    /// The least time between two writings of a file; zero for none.
    pub least: Duration,
    /// The most that a run which is killed may lose; `None` for any time.
    pub most: Option<Duration>,
}

impl CheckpointPolicy {
    /// Writes at most once a second, and loses no more than ten seconds.
    #[must_use]
    pub fn by_the_clock(self) -> Self {
        Self { least: Duration::from_secs(1), most: Some(Duration::from_secs(10)), ..self }
    }
}
