//! Progress of all binary problems of a fit, shared by its threads.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::error::SvmError;
use crate::progress::{FitProgress, ProgressCallback};

/// Iterations between two looks at the clock.
const STRIDE: u64 = 256;

/// Time between two reports.
const PERIOD: Duration = Duration::from_millis(100);

pub(crate) struct Watch<'a> {
    callback: Option<ProgressCallback<'a>>,
    problems: usize,
    solved: AtomicUsize,
    iterations: AtomicU64,
    stopped: AtomicBool,
    start: Instant,
    /// Milliseconds after `start` of the next report.
    next: AtomicU64,
}

impl<'a> Watch<'a> {
    pub fn new(callback: Option<ProgressCallback<'a>>, problems: usize) -> Self {
        Self {
            callback,
            problems,
            solved: AtomicUsize::new(0),
            iterations: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            start: Instant::now(),
            next: AtomicU64::new(0),
        }
    }

    /// Counts an iteration of a problem; an error if the callback has stopped the fit.
    #[inline]
    pub fn iteration(&self, iterations: u64, gap: f64) -> Result<(), SvmError> {
        if iterations.is_multiple_of(STRIDE) { self.report(STRIDE, gap) } else { Ok(()) }
    }

    /// A problem is done.
    pub fn solved(&self) {
        self.solved.fetch_add(1, Ordering::Relaxed);
    }

    fn report(&self, iterations: u64, gap: f64) -> Result<(), SvmError> {
        let iterations = self.iterations.fetch_add(iterations, Ordering::Relaxed) + iterations;
        let now = self.start.elapsed().as_millis() as u64;
        if let Some(callback) = self.callback
            && now >= self.next.load(Ordering::Relaxed)
        {
            self.next.store(now + PERIOD.as_millis() as u64, Ordering::Relaxed);
            let solved = self.solved.load(Ordering::Relaxed);
            let progress = FitProgress { solved, problems: self.problems, iterations, gap };
            if callback(&progress) == ControlFlow::Break(()) {
                self.stopped.store(true, Ordering::Relaxed);
            }
        }
        if self.stopped.load(Ordering::Relaxed) { Err(SvmError::Interrupted { iterations }) } else { Ok(()) }
    }
}
