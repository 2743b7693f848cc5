//! A clean stop on Ctrl-C.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, the first Ctrl-C (or SIGTERM) asks the work to stop after its step; a second one ends the process.
pub fn listen() {
    // Without a handler Ctrl-C ends the process as ever; a run can then be resumed from its last checkpoint.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        say!("\ninterrupted: stopping after this step (once more to stop at once)");
    });
}

/// Whether the work should stop.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
