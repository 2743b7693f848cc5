//! Writing an output so that a crash at any moment leaves the old file or the new one, never a part.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind};
use std::path::Path;

use crate::error::{DataError, Place};
use crate::files::output_target::{OutputTarget, open_descriptor, open_special};
use crate::files::temporary::{Temporary, folder_of};

/// Writes `path` through `write`.
///
/// A regular file is replaced as a whole: a temporary file beside it is filled, synced and renamed over it. Symbolic
/// links are followed, so that a link stays a link; mode and, where the system allows it, owner of an old file are kept.
/// Devices, FIFOs, `/dev/stdout` and `/dev/fd/N` are written to as they are. What killed processes have left of their
/// temporary files in that folder is removed.
///
/// # Errors
/// Returns an error if `path` is a folder or a file that is not to be written, its folder is missing or takes no files,
/// or `write` fails; then the temporary file is removed and an old file stays as it was. An error of your own type can
/// travel through [`io::Error::other`].
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
    let origin = path.as_ref();
    let failed = |expected| move |e| DataError::io(origin, expected, e);
    let stream = match find(origin)? {
        OutputTarget::File { path, old } => {
            let (temporary, file) = create(origin, &path, old.as_ref())?;
            // The file is open, and so locked, until it has its name.
            let file = fill(file, write).map_err(failed(A_FILE))?;
            file.sync_all().and_then(|()| temporary.rename(&path)).map_err(failed(A_FILE))?;
            drop(file);
            return sync_folder(folder_of(&path)).map_err(failed("a folder that can be synced"));
        }
        OutputTarget::Special(path) => open_special(&path),
        OutputTarget::Descriptor(number) => open_descriptor(number),
    };
    stream.and_then(|file| fill(file, write)).and_then(|file| sync_stream(&file)).map_err(failed(A_FILE))
}

/// Returns whether [`atomic_write`] could write to `path`, as far as that can be told without writing: worth knowing before
/// the work whose result is to go there.
///
/// # Errors
/// Returns an error as [`atomic_write`].
///
/// ```
/// assert!(pellucid_data::check_output("/nowhere/at/all").is_err());
/// ```
pub fn check_output(path: impl AsRef<Path>) -> Result<(), DataError> {
    let origin = path.as_ref();
    match find(origin)? {
        OutputTarget::File { path, old } => create(origin, &path, old.as_ref()).map(drop),
        // Whoever is at the other end of a FIFO would see that it is opened and closed.
        OutputTarget::Special(_) | OutputTarget::Descriptor(_) => Ok(()),
    }
}

const A_FILE: &str = "a file that can be written";

fn find(origin: &Path) -> Result<OutputTarget, DataError> {
    OutputTarget::find(origin).map_err(|e| match e.kind() {
        ErrorKind::IsADirectory => {
            DataError::invalid(origin.display().to_string(), "the path of a file", "a folder", Place::Whole)
        }
        _ => DataError::io(origin, A_FILE, e),
    })
}

/// A temporary file for the output `origin`, which stands for `path`.
fn create(origin: &Path, path: &Path, old: Option<&Metadata>) -> Result<(Temporary, File), DataError> {
    if old.is_some() {
        // To rename over a file nobody needs the right to write to it: ask for it.
        OpenOptions::new().write(true).open(path).map_err(|e| DataError::io(origin, A_FILE, e))?;
    }
    Temporary::create(path, old)
        .map_err(|e| DataError::io(origin, "a folder in which files can be created", e))
}

fn fill(file: File, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<File> {
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Syncs what can be synced: pipes, terminals and most devices cannot.
fn sync_stream(file: &File) -> io::Result<()> {
    match file.sync_all() {
        Err(e) if !matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Err(e),
        _ => Ok(()),
    }
}

/// Makes the rename itself durable; other systems than Unix do not open folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder) {
        Ok(folder) => sync_stream(&folder),
        // A folder that takes files need not show them.
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(()),
        Err(e) => Err(e),
    }
}
