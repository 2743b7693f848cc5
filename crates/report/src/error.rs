//! What keeps a report from being written.

use std::path::PathBuf;

/// What keeps a report from being written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder of the report cannot be made.
    #[error("expected a folder that can be created at {}: {source}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A file of the report cannot be written.
    #[error(transparent)]
    Write(#[from] pellucid_data::DataError),
    /// The results cannot be put into JSON.
    #[error("expected results that fit into JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The page's template and its values do not fit.
    #[error("expected a page template that fits its values: {0}")]
    Template(#[from] minijinja::Error),
    /// The results of a comparison are not as they should be.
    #[error("{}: expected the results of a comparison, as bench/run.py writes them: {reason}", .path.display())]
    Comparison {
        /// The file.
        path: PathBuf,
        /// What is wrong, with job, row and field.
        reason: String,
    },
    /// A matrix of a spelled-out step does not fit the others.
    #[error("expected {name} of the training step to be {rows} x {columns}, got {found}")]
    Shape {
        /// The matrix.
        name: &'static str,
        /// Rows expected.
        rows: usize,
        /// Columns expected.
        columns: usize,
        /// Shape and number of values found.
        found: String,
    },
    /// PNG figures were asked of a build without them.
    #[error(
        "expected a build with the feature `png` for PNG figures, got one without: build with `--features png` or leave them out"
    )]
    PngUnsupported,
    /// A figure cannot be rendered.
    #[error("expected {figure} to render as PNG: {reason}")]
    Png {
        /// The figure.
        figure: String,
        /// What went wrong.
        reason: String,
    },
    /// A PDF was asked of a build without it.
    #[error(
        "expected a build with the feature `pdf` for a PDF, got one without: build with `--features pdf` or leave it out"
    )]
    PdfUnsupported,
    /// The report cannot be typeset.
    #[error("expected the report to be typeset as PDF: {reason}")]
    Pdf {
        /// What the typesetter says, with file and line.
        reason: String,
    },
}
