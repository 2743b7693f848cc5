//! A clean stop on Ctrl-C, SIGTERM and SIGHUP.
//!
//! Most work has nothing to lose: a first signal removes the temporary file of an output and ends the process, whatever
//! it does at that moment. Only a training has a state to write down; while it lives, [`Unfinished`] makes a first
//! signal a request, and a second one the end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::failure::INTERRUPTED;
use crate::say;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// How many [`Unfinished`] there are.
static UNFINISHED: AtomicUsize = AtomicUsize::new(0);

/// Work that looks at [`requested`] after every step and then writes down how far it has come.
#[derive(Debug)]
pub struct Unfinished(());

impl Unfinished {
    /// Declares unfinished work: until the value is dropped, a first signal only requests a stop.
    pub fn work() -> Self {
        UNFINISHED.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        UNFINISHED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Returns whether a signal has asked the work to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// What a signal does.
fn stop() {
    if REQUESTED.swap(true, Ordering::SeqCst) || UNFINISHED.load(Ordering::SeqCst) == 0 {
        tell("\ninterrupted");
        pellucid::data::abandon_writes();
        std::process::exit(INTERRUPTED.into());
    }
    tell("\ninterrupted: stopping after this step (once more to stop at once)");
}

/// Says something, without waiting long: the work may be stuck in a message that nobody reads.
fn tell(message: &'static str) {
    if let Ok(teller) = std::thread::Builder::new().spawn(move || say!("{message}")) {
        let until = Instant::now() + Duration::from_millis(100);
        while !teller.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Installs the handler of signals. Without one, should the system refuse one, they end the process as ever; a
/// training can then be resumed from its last checkpoint.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    // What was ignored stays so: nohup ignores SIGHUP, a shell SIGINT for what it runs in the background.
    let ignored = ignored();
    let signals = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    if let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) {
        let listener = std::thread::Builder::new().name("signals".into());
        // Should there be no thread, a signal is not seen, and SIGKILL is left.
        let _ = listener.spawn(move || signals.forever().for_each(|_| stop()));
    }
}

/// The signals that this process was started to ignore, a bit each, where the system tells.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Installs the handler of Ctrl-C.
#[cfg(not(unix))]
pub fn listen() {
    let _ = ctrlc::set_handler(stop);
}
