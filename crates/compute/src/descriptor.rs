//! Files that whoever started this process has opened.
#![cfg(unix)]

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

/// Another handle to what this process has open under `number`, as `dup` gives it.
///
/// # Errors
/// Returns an error if nothing is open there.
///
/// ```
/// use std::{fs::File, io::Write};
/// # #[cfg(unix)]
/// File::from(pellucid_compute::descriptor::duplicate(1)?).write_all(b"to standard output\n")?;
/// assert!(pellucid_compute::descriptor::duplicate(1_000_000).is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn duplicate(number: i32) -> io::Result<OwnedFd> {
    if number < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the number is handed to one system call, which fails if nothing is open there.
    unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned()
}
