//! Noticing that the process was forked, at no cost for a region.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many forks lie between the first process and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The generation of this process, counted since the first call.
pub(super) fn generation() -> u32 {
    static WATCH: Once = Once::new();
    WATCH.call_once(watch);
    GENERATION.load(Ordering::Relaxed)
}

#[cfg(unix)]
fn watch() {
    type Handler = Option<unsafe extern "C" fn()>;
    unsafe extern "C" {
        fn pthread_atfork(prepare: Handler, parent: Handler, child: Handler) -> i32;
    }
    unsafe extern "C" fn child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the signature is that of POSIX, and adding to a number is safe in the child of a process of many threads.
    // Should there be no memory for the handler, forks are not noticed.
    let _ = unsafe { pthread_atfork(None, None, Some(child)) };
}

#[cfg(not(unix))]
fn watch() {}
