//! What the path of an output stands for.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Where the bytes of an output go.
pub(crate) enum OutputTarget {
    /// A regular file, or no file yet, at the end of all symbolic links.
    File {
        path: PathBuf,
        /// The file that is there.
        old: Option<Metadata>,
    },
    /// A device, a FIFO, a terminal, or what another process has open.
    Special(PathBuf),
    /// What this process has open under a number, such as `/dev/stdout` or the shell's `>(...)`.
    Descriptor(i32),
}

/// As many symbolic links as Linux follows.
const MAX_LINKS: usize = 40;

impl OutputTarget {
    /// Follows `path`, which need not exist, to what it stands for; nothing is opened.
    pub(crate) fn find(path: &Path) -> io::Result<Self> {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            if let Some(number) = own_descriptor(&path) {
                return Ok(Self::Descriptor(number));
            }
            let metadata = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                Err(e) if e.kind() == ErrorKind::NotFound && names_a_file(&path) => {
                    return Ok(Self::File { path, old: None });
                }
                Err(e) => return Err(e),
            };
            if metadata.is_dir() {
                return Err(ErrorKind::IsADirectory.into());
            }
            if metadata.is_file() {
                return Ok(Self::File { path, old: Some(metadata) });
            }
            // Links in /proc are doors, not names: there may be a pipe behind them, or a file without a name.
            if !metadata.is_symlink() || in_proc(&path) {
                return Ok(Self::Special(path));
            }
            let link = fs::read_link(&path)?;
            path = path.parent().map_or_else(|| link.clone(), |folder| folder.join(&link));
        }
        Err(io::Error::other(format!("more than {MAX_LINKS} symbolic links")))
    }
}

/// Opens a device, a FIFO, or what another process has open, as `>` in a shell does.
pub(crate) fn open_special(path: &Path) -> io::Result<File> {
    let truncate = fs::metadata(path)?.is_file();
    OpenOptions::new().write(true).truncate(truncate).open(path)
}

/// Another handle to what this process has open under `number`, with the same position in it. Opening `/dev/fd/N` anew
/// would begin at the first byte, and is refused for sockets.
#[cfg(unix)]
pub(crate) fn open_descriptor(number: i32) -> io::Result<File> {
    pellucid_compute::descriptor::duplicate(number).map(File::from)
}

#[cfg(not(unix))]
pub(crate) fn open_descriptor(_: i32) -> io::Result<File> {
    Err(ErrorKind::Unsupported.into())
}

/// The number behind `/dev/stdout`, `/dev/fd/N` and the like.
fn own_descriptor(path: &Path) -> Option<i32> {
    if !cfg!(unix) {
        return None;
    }
    let standard = ["/dev/stdin", "/dev/stdout", "/dev/stderr"];
    if let Some(number) = standard.iter().position(|name| path == Path::new(name)) {
        return i32::try_from(number).ok();
    }
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let own = PathBuf::from(format!("/proc/{}/fd", std::process::id()));
    let folders = ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"];
    let number = name.bytes().all(|byte| byte.is_ascii_digit()).then(|| name.parse().ok())?;
    number.filter(|_| folder == own || folders.iter().any(|own| folder == Path::new(own)))
}

fn in_proc(path: &Path) -> bool {
    path.parent().and_then(|folder| fs::canonicalize(folder).ok()).is_some_and(|f| f.starts_with("/proc"))
}

/// Whether a path ends in a name, not in `/`, `.` or `..`, which stand for folders.
fn names_a_file(path: &Path) -> bool {
    let whole = path.as_os_str().as_encoded_bytes();
    path.file_name().is_some_and(|name| whole.ends_with(name.as_encoded_bytes()))
}
