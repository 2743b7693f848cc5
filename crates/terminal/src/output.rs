//! Standard output and standard error, either of which may be closed or full.
//!
//! Results go to standard output through `out!`, everything else to standard error through `say!`; both take what
//! `println!` takes and neither panics. A message that cannot be written is dropped. A result that cannot be written
//! ends no work either, files are to be written first: [`finish`] tells at the end that it was lost. A reader that went
//! away (`| head -1`) has read enough, which is no error.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Prints a line of results to standard output.
#[macro_export]
macro_rules! out {
    () => { $crate::output::result(format_args!("")) };
    ($($message:tt)*) => { $crate::output::result(format_args!($($message)*)) };
}

/// Prints a line of progress, notes or errors to standard error.
#[macro_export]
macro_rules! say {
    ($($message:tt)*) => { $crate::output::message(format_args!($($message)*)) };
}

/// Why standard output takes no more.
static FAILURE: Mutex<Option<io::Error>> = Mutex::new(None);

/// Whether there is a failure, to be asked from any thread at any time.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Prints a line of results, for `out!`.
pub fn result(line: fmt::Arguments<'_>) {
    print(|out| writeln!(out, "{line}"));
}

/// Prints a line to standard error, for `say!`.
pub fn message(line: fmt::Arguments<'_>) {
    // In one piece, so that lines of several threads or processes do not mix. There is nobody to tell that nobody listens.
    let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

/// Calls `write` with standard output, unless a write has failed before.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut failure = FAILURE.lock().unwrap_or_else(PoisonError::into_inner);
    if failure.is_none() {
        *failure = write(&mut io::stdout().lock()).err();
        CLOSED.store(failure.is_some(), Ordering::Relaxed);
    }
}

/// Returns whether standard output has failed, so that further results would reach nobody and work that only prints may
/// end.
pub fn closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Flushes standard output, and tells whether all results were printed.
///
/// # Errors
/// Returns the first error of a write that failed; a reader that closed the pipe is none.
pub fn finish() -> io::Result<()> {
    print(|out| out.flush());
    match FAILURE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
