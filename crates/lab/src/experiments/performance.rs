//! Section 7 of the report: the comparison with other frameworks, read from what `bench/run.py` measured.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pellucid_report::Performance;
use pellucid_terminal::{failure, say};

use crate::args::reproduce::{Part, Reproduce};

/// Where `bench/run.py` writes, seen from the top of the source tree.
const RESULTS: &str = "bench/results";

/// The comparison: that of `--bench`, else the newest in bench/results; none where the part was not asked for, or where
/// all parts were and there is no file.
pub fn read(args: &Reproduce) -> Result<Option<Performance>> {
    let asked = args.parts.contains(&Part::Performance);
    let file = match &args.bench {
        Some(file) => Some(file.clone()),
        None if asked || args.parts.is_empty() => newest(Path::new(RESULTS)),
        None => None,
    };
    let Some(file) = file else {
        return if asked {
            Err(failure::data(format!(
                "{RESULTS}: expected the results of a comparison (*.json), found none: run python3 bench/run.py in the \
                 source tree, or name a file with --bench"
            )))
        } else {
            Ok(None)
        };
    };
    say!("reading the comparison {}", file.display());
    Performance::read(&file).map(Some).map_err(|error| failure::data(error.to_string()))
}

/// The JSON file of `folder` that was changed last; of equals the last by name.
fn newest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let files = entries.filter_map(|entry| {
        let path = entry.path();
        let json = path.extension().is_some_and(|extension| extension == "json");
        let changed = entry.metadata().ok().filter(std::fs::Metadata::is_file)?.modified().ok()?;
        json.then_some((changed, path))
    });
    files.max().map(|(_, path)| path)
}
