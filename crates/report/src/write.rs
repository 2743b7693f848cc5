//! The files of a report.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use pellucid_data::atomic_write;

use crate::error::ReportError;
use crate::figures::{Figure, figures};
use crate::page;
use crate::results::Results;
use crate::results::evidence::Evidence;

/// What a report consists of beside the page, the numbers and the figures as SVG.
///
/// ```
/// let outputs = pellucid_report::Outputs { pdf: true, ..Default::default() };
/// assert!(!outputs.png);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Every figure as PNG too, at twice its size; needs the feature `png`.
    pub png: bool,
    /// The report as PDF; needs the feature `pdf`.
    pub pdf: bool,
}

/// Where the parts of a report lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The page, `index.html`.
    pub page: PathBuf,
    /// The numbers, `results.json`.
    pub results: PathBuf,
    /// The report as PDF, `report.pdf`, if it was asked for.
    pub pdf: Option<PathBuf>,
    /// The figures under `figures/`.
    pub figures: Vec<PathBuf>,
    /// What the reader should know about the files.
    pub warnings: Vec<String>,
}

/// Writes `index.html`, `results.json` and `figures/*.svg` into `out_dir`, which is created where it is missing, and
/// what `outputs` asks for. Each file is replaced as a whole, the page last.
///
/// # Errors
/// Returns [`ReportError::PngUnsupported`] or [`ReportError::PdfUnsupported`] before anything is written, if `outputs` asks for
/// more than the build has; else the folder or file that cannot be written, the number that does not fit, or what keeps
/// the PDF from being typeset.
pub fn write_report(
    out_dir: &Path,
    results: &Results,
    evidence: &Evidence,
    outputs: Outputs,
) -> Result<Written, ReportError> {
    if outputs.png && !cfg!(feature = "png") {
        return Err(ReportError::PngUnsupported);
    }
    if outputs.pdf && !cfg!(feature = "pdf") {
        return Err(ReportError::PdfUnsupported);
    }
    let figures = figures(results, evidence);
    let html = page::render(results, evidence, &figures)?;
    let mut json = serde_json::to_string_pretty(results)?;
    json.push('\n');

    let folder = out_dir.join("figures");
    fs::create_dir_all(&folder).map_err(|source| ReportError::Folder { path: folder.clone(), source })?;
    let mut written = Written {
        page: out_dir.join("index.html"),
        results: out_dir.join("results.json"),
        pdf: None,
        figures: Vec::new(),
        warnings: Vec::new(),
    };
    let mut put = |path: PathBuf, bytes: &[u8]| -> Result<(), ReportError> {
        atomic_write(&path, |file| file.write_all(bytes))?;
        written.figures.push(path);
        Ok(())
    };
    for figure in &figures {
        put(folder.join(format!("{}.svg", figure.name)), figure.svg.file().as_bytes())?;
    }
    if outputs.png {
        written.warnings = pngs(&figures, |name, bytes| put(folder.join(name), bytes))?;
    }
    atomic_write(&written.results, |file| file.write_all(json.as_bytes()))?;
    if outputs.pdf {
        written.pdf = Some(pdf(out_dir, results, &figures)?);
    }
    atomic_write(&written.page, |file| file.write_all(html.as_bytes()))?;
    Ok(written)
}

/// Hands every figure's PNG to `put` and returns the warnings.
#[cfg(feature = "png")]
fn pngs(
    figures: &[Figure],
    mut put: impl FnMut(String, &[u8]) -> Result<(), ReportError>,
) -> Result<Vec<String>, ReportError> {
    let renderer = crate::drawing::png_file::Renderer::new();
    for figure in figures {
        put(format!("{}.png", figure.name), &renderer.render(figure)?)?;
    }
    let warning = "no system fonts were found: the PNG figures have no text".to_string();
    Ok(if renderer.has_fonts() { vec![] } else { vec![warning] })
}

#[cfg(not(feature = "png"))]
fn pngs(
    _: &[Figure],
    _: impl FnMut(String, &[u8]) -> Result<(), ReportError>,
) -> Result<Vec<String>, ReportError> {
    Err(ReportError::PngUnsupported)
}

#[cfg(feature = "pdf")]
use crate::pdf::write_pdf as pdf;

#[cfg(not(feature = "pdf"))]
fn pdf(_: &Path, _: &Results, _: &[Figure]) -> Result<PathBuf, ReportError> {
    Err(ReportError::PdfUnsupported)
}
