//! Writing a file so that a crash at any moment leaves the old file or the new one, never a part.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{DataError, Place};

/// Writes `path` through `write`: a temporary file beside it is filled, flushed, synced and renamed over it.
///
/// # Errors
/// If the folder is missing or not writable, or `write` fails; then the temporary file is removed and an old
/// file at `path` stays as it was. An error of your own type can travel through [`io::Error::other`].
///
/// ```
/// use std::io::Write;
/// let path = std::env::temp_dir().join(format!("pellucid-doc-{}.txt", std::process::id()));
/// pellucid_data::atomic_write(&path, |w| w.write_all(b"whole or not at all"))?;
/// assert_eq!(std::fs::read(&path)?, b"whole or not at all");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn atomic_write(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), DataError> {
    let path = path.as_ref();
    let (temporary, file) = create_beside(path)?;
    let result = fill(file, write).and_then(|()| fs::rename(&temporary, path));
    if let Err(e) = result {
        // The first error is the one to report; a left-over file is harmless.
        let _ = fs::remove_file(&temporary);
        return Err(DataError::io(path, "a file that can be written", e));
    }
    sync_folder(folder_of(path)).map_err(|e| DataError::io(path, "a folder that can be synced", e))
}

fn fill(file: File, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// A new, empty file `.<name>.<process>-<count>.tmp` in the folder of `path`.
fn create_beside(path: &Path) -> Result<(PathBuf, File), DataError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name() else {
        return Err(DataError::invalid(
            path.display().to_string(),
            "the path of a file",
            "no file name",
            Place::Whole,
        ));
    };
    loop {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let temporary = path.with_file_name(temporary);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            // Left by a killed process that had our number: take the next name.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(DataError::io(path, "a folder in which files can be created", e)),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the rename itself durable; other systems than Unix do not open folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
