//! When a run is written down, and what is kept of its best epoch.

use std::time::{Duration, Instant};

use super::policy::CheckpointPolicy;
use super::progress::Progress;
use crate::error::Error;

/// A writing may take a twentieth of the time.
const SHARE: u32 = 20;

/// The policy, and when it was last followed.
#[derive(Debug)]
pub(super) struct Saving {
    pub policy: CheckpointPolicy,
    pub latest: Clock,
    pub best: Clock,
}

/// When a file was last written, and how long that took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    last: Instant,
    cost: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { last: Instant::now(), cost: Duration::ZERO }
    }

    fn allows(self, least: Duration) -> bool {
        least.is_zero() || self.last.elapsed() >= least.max(self.cost * SHARE)
    }

    pub fn time(&mut self, write: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let begin = Instant::now();
        write()?;
        self.last = Instant::now();
        self.cost = self.last - begin;
        Ok(())
    }
}

impl Saving {
    pub fn new(policy: CheckpointPolicy) -> Self {
        Self { policy, latest: Clock::start(), best: Clock::start() }
    }

    /// A run begins or goes on.
    pub fn restart(&mut self) {
        (self.latest, self.best) = (Clock::start(), Clock::start());
    }

    /// Returns whether the newest state is due after the epoch `epoch`.
    pub fn epoch_is_due(&self, epoch: u64) -> bool {
        let CheckpointPolicy { every, least, .. } = self.policy;
        every > 0 && epoch.is_multiple_of(every) && self.latest.allows(least) || self.is_overdue()
    }

    /// Returns whether the newest state is due because a kill would lose too much.
    pub fn is_overdue(&self) -> bool {
        self.policy.latest.is_some() && self.policy.most.is_some_and(|most| self.latest.allows(most))
    }

    /// Returns whether the best state is due.
    pub fn best_is_due(&self) -> bool {
        self.policy.best.is_some() && self.best.allows(self.policy.least)
    }
}

/// The state of the best epoch.
#[derive(Debug, Default)]
pub(super) struct Best<F> {
    /// The parameters; empty where nobody asks for them.
    pub parameters: Vec<F>,
    /// The state of the layers, such as running means.
    pub state: Vec<F>,
    /// The optimiser's numbers; empty where no file asks for them.
    pub optimizer_state: Vec<F>,
    /// How far the run had come.
    pub progress: Progress,
    /// The epochs that it had made.
    pub epochs: usize,
    /// It is newer than its file.
    pub pending: bool,
}
