//! The temporary file that becomes an output, and what killed processes have left of such files.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The temporary files of this process. Whoever holds it knows that none comes or goes.
static LIVE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file `.pellucid-<process>-<count>.tmp` that is locked while we live, and gone when dropped.
pub(crate) struct Temporary {
    /// Empty once it has its name.
    path: PathBuf,
}

impl Temporary {
    /// A new, empty file in the folder of `target`, with the mode and, if we may, the owner of the `old` file there.
    pub(crate) fn create(target: &Path, old: Option<&Metadata>) -> io::Result<(Self, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = folder_of(target);
        remove_stale(folder);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{PREFIX}{}-{count}{SUFFIX}", std::process::id()));
            let file = {
                let mut live = live();
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                keep_secret(&mut options, old);
                match options.open(&path) {
                    Ok(file) => {
                        live.insert(path.clone());
                        file
                    }
                    // Left by a killed process that had our number: take the next name.
                    Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                    Err(e) => return Err(e),
                }
            };
            let temporary = Self { path };
            // A file system without locks only keeps what killed processes leave there.
            let _ = file.try_lock();
            let metadata = file.metadata()?;
            if removed(&metadata) {
                // Another process took it for stale before it was locked.
                continue;
            }
            if let Some(old) = old {
                keep_mode_and_owner(&file, &metadata, old)?;
            }
            return Ok((temporary, file));
        }
    }

    /// Puts the file where `target` is, in one step.
    pub(crate) fn rename(mut self, target: &Path) -> io::Result<()> {
        let mut live = live();
        fs::rename(&self.path, target)?;
        live.remove(&std::mem::take(&mut self.path));
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // The first error is the one to report; a left-over file is harmless.
            let _ = fs::remove_file(&self.path);
            live().remove(&self.path);
        }
    }
}

/// Removes the temporary files of all writes that are under way, for a process that is about to end: whatever else is
/// written waits from now on, for ever.
///
/// ```
/// pellucid_data::abandon_writes();
/// std::process::exit(0);
/// ```
pub fn abandon_writes() {
    // A rename may hang on a server that is gone: wait for it a little, then leave the file to the next process.
    for _ in 0..100 {
        if let Ok(mut live) = LIVE.try_lock() {
            for path in live.iter() {
                let _ = fs::remove_file(path);
            }
            live.clear();
            std::mem::forget(live);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

const PREFIX: &str = ".pellucid-";
const SUFFIX: &str = ".tmp";

/// Removes what killed processes have left in a folder, once in the life of a process.
fn remove_stale(folder: &Path) {
    static SEEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    if !SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned()) {
        return;
    }
    // What cannot be read or removed may stay.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(is_temporary);
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            remove_unless_locked(&entry.path());
        }
    }
}

/// Nobody removes or renames a file of ours without its lock, and the system gives up the lock of a dead process.
fn remove_unless_locked(path: &Path) {
    if let Ok(file) = OpenOptions::new().write(true).open(path)
        && file.try_lock().is_ok()
    {
        let _ = fs::remove_file(path);
    }
}

fn is_temporary(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX)?.split_once('-'))
        .is_some_and(|(process, count)| number(process) && number(count))
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Nobody may read the new file, not even for a moment, who could not read the old one.
#[cfg(unix)]
fn keep_secret(options: &mut OpenOptions, old: Option<&Metadata>) {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    if let Some(old) = old {
        options.mode(old.mode() & 0o700);
    }
}

#[cfg(unix)]
fn keep_mode_and_owner(file: &File, new: &Metadata, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mut mode = old.mode() & 0o7777;
    if (new.uid(), new.gid()) != (old.uid(), old.gid())
        && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
    {
        // Only the superuser gives files away, but we may be of the group. Rights to act as somebody do not pass to us.
        mode &= 0o777;
        let _ = fchown(file, None, Some(old.gid()));
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(unix)]
fn removed(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() == 0
}

#[cfg(not(unix))]
fn keep_secret(_: &mut OpenOptions, _: Option<&Metadata>) {}

#[cfg(not(unix))]
fn keep_mode_and_owner(file: &File, _: &Metadata, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn removed(_: &Metadata) -> bool {
    false
}
