//! The folder of a training run: its files, and who may write them.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pellucid_terminal::failure;

/// The folder of a run, held by this process as long as the value lives.
#[derive(Debug)]
pub struct RunFolder {
    /// The newest state.
    pub latest: PathBuf,
    /// The state of the best epoch.
    pub best: PathBuf,
    /// The epochs as a table.
    pub history: PathBuf,
    _lock: Option<File>,
}

/// What is to become of a run that the folder holds already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and that is an error.
    Keep,
    /// It is replaced.
    Overwrite,
    /// It goes on.
    Resume,
}

impl RunFolder {
    /// Makes the folder where there is none, and takes it for this run. The lock is the system's, so that it ends with the
    /// process, however that ends; its file stays.
    pub fn open(folder: &Path, existing: Existing) -> Result<Self> {
        let shown = folder.display();
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{shown}: expected a folder that can be written"))?;
        let lock = folder.join(".lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .with_context(|| format!("{}: expected a folder that can be written", lock.display()))?;
        let lock = match lock.try_lock() {
            Ok(()) => Some(lock),
            Err(TryLockError::WouldBlock) => {
                return Err(failure::runtime(format!(
                    "{shown}: expected a folder for this run alone, found another run that is writing to it"
                )));
            }
            // A file system without locks.
            Err(TryLockError::Error(_)) => None,
        };
        let file = |name: &str| folder.join(name);
        let (latest, best) = (file("latest.safetensors"), file("best.safetensors"));
        if existing == Existing::Keep
            && let Some(found) = [&latest, &best].into_iter().find(|path| path.exists())
        {
            return Err(failure::usage(format!(
                "{} belongs to a run: go on with it by --resume, replace it by --overwrite, or choose another --out",
                found.display()
            )));
        }
        Ok(Self { latest, best, history: file("history.csv"), _lock: lock })
    }
}
