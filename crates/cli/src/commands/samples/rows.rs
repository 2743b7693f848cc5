//! Whether files have as many rows as there are samples.

use std::path::Path;

use anyhow::Result;
use pellucid::data::text::Escaped;
use pellucid_terminal::failure;

/// Checks that a file has a row for each sample; one more may be a header.
pub fn check_rows(path: &Path, samples: usize, found: usize) -> Result<()> {
    if samples == found {
        return Ok(());
    }
    let hint = if samples.abs_diff(found) == 1 {
        "; is a first row taken for a header, or a header for data? Then say so: header = true or false in a TOML \
         file, --header yes or no to a command"
    } else {
        ""
    };
    let path = path.display().to_string();
    let path = Escaped(&path);
    Err(failure::data(format!("{path}: expected {samples} rows, one for each sample, found {found}{hint}")))
}
