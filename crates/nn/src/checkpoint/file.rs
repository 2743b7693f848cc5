//! The bytes of a checkpoint's file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::CheckpointError;

/// The most bytes of a file that are read.
const LIMIT: u64 = 1 << 32;

/// The bytes of a checkpoint.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    let io = |cause| CheckpointError::Io { path: path.display().to_string(), cause };
    let file = File::open(path).map_err(io)?;
    let found = file.metadata().map_err(io)?.len();
    if found > LIMIT {
        return Err(CheckpointError::TooLarge { path: path.display().to_string(), limit: LIMIT, found });
    }
    let mut bytes = Vec::new();
    file.take(LIMIT).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}
