//! Where an output goes: a file, standard output as `-`, a device or a pipe.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::builder::{PathBufValueParser, TypedValueParser};
use pellucid::data::{DataError, check_output};
use pellucid_svm::SvmError;
use pellucid_terminal::{failure, output};

const STANDARD_OUTPUT: &str = "/dev/stdout";

/// Takes a path as it is, and `-` for standard output.
pub fn parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| if path.as_os_str() == "-" { STANDARD_OUTPUT.into() } else { path })
}

/// Whether a path, as [`parser`] gives it, is that of standard output.
pub fn is_standard_output(path: &Path) -> bool {
    path == Path::new(STANDARD_OUTPUT)
}

/// Finds out before the work, not after it, whether its result can be written to `path`, and refuses to replace an
/// input by it.
pub fn check(path: &Path, inputs: &[&Path]) -> Result<()> {
    check_output(path).map_err(failure::runtime)?;
    let place = |path: &Path| path.is_file().then(|| path.canonicalize().ok()).flatten();
    let here = place(path);
    match inputs.iter().find(|input| here.is_some() && place(input) == here) {
        Some(input) => {
            let (path, input) = (path.display(), input.display());
            Err(failure::usage(format!("{path}: expected an output other than the input {input}")))
        }
        None => Ok(()),
    }
}

/// The outcome of writing an output: a reader who went away has read enough.
pub fn written(outcome: Result<(), impl Into<SvmError>>) -> Result<()> {
    match outcome.map_err(Into::into) {
        Err(SvmError::Data(DataError::Io { cause, .. })) if cause.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(failure::runtime(error)),
        Ok(()) => Ok(()),
    }
}

/// Prints a line, or some, about what goes to `path`, as [`print()`].
pub fn tell(path: &Path, lines: &str) {
    print(path, |out| writeln!(out, "{lines}"));
}

/// Prints something about what goes to `path`: to standard output, or to standard error where standard output is the
/// path.
pub fn print(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    if is_standard_output(path) {
        // As with all messages, nobody needs to listen.
        let _ = write(&mut io::stderr().lock());
    } else {
        output::print(write);
    }
}

/// Whether a path without an extension is that of a device, a pipe or a descriptor, which have none.
pub fn is_stream(path: &Path) -> bool {
    path.starts_with("/dev")
        || path.starts_with("/proc")
        || path.metadata().is_ok_and(|found| !found.is_file())
}
