//! The report as PDF: the Typst source in `report/`, typeset in process.
//!
//! Everything comes from memory, the sources and fonts from the binary, numbers, tables and figures from the run; no
//! file is read, no package is fetched, and equal results give equal bytes.

mod files;
mod world;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use pellucid_data::atomic_write;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;
use typst::layout::PagedDocument;
use typst_pdf::PdfOptions;
use world::Memory;

use crate::error::ReportError;
use crate::figures::Figure;
use crate::results::Results;

/// Writes `report.pdf` into `folder`, which must exist, and returns its path; an older file is replaced as a whole.
///
/// ```
/// use pellucid_report::{Results, write_pdf};
/// let folder = std::env::temp_dir().join(format!("pellucid-pdf-doc-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// let written = write_pdf(&folder, &Results::default(), &[])?;
/// assert!(std::fs::read(written)?.starts_with(b"%PDF-"));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns [`ReportError::Pdf`] if the report cannot be typeset, with what the typesetter says; else the file that cannot be
/// written.
pub fn write_pdf(folder: &Path, results: &Results, figures: &[Figure]) -> Result<PathBuf, ReportError> {
    let bytes = with_document(results, figures, |document, memory| {
        typst_pdf::pdf(document, &PdfOptions::default()).map_err(|errors| failure(memory, &errors))
    })?;
    let path = folder.join("report.pdf");
    atomic_write(&path, |file| file.write_all(&bytes))?;
    Ok(path)
}

/// Typesets the report and hands it to `use_it`.
fn with_document<T>(
    results: &Results,
    figures: &[Figure],
    use_it: impl FnOnce(&PagedDocument, &Memory) -> Result<T, ReportError>,
) -> Result<T, ReportError> {
    let memory = Memory::new(files::all(results, figures)?);
    let document = typst::compile::<PagedDocument>(&memory);
    document.output.map_err(|errors| failure(&memory, &errors)).and_then(|pages| use_it(&pages, &memory))
}

/// The typesetter's messages, each with its file and line.
fn failure(memory: &Memory, errors: &[SourceDiagnostic]) -> ReportError {
    let describe = |error: &SourceDiagnostic| {
        let place = error.span.id().and_then(|id| {
            let source = typst::World::source(memory, id).ok()?;
            let line = source.lines().byte_to_line(memory.range(error.span)?.start)?;
            Some(format!("{}, line {}: ", id.vpath().as_rootless_path().display(), line + 1))
        });
        format!("{}{}", place.unwrap_or_default(), error.message)
    };
    let reason = errors.iter().map(describe).collect::<Vec<_>>().join("; ");
    ReportError::Pdf { reason }
}

#[cfg(test)]
mod tests;
