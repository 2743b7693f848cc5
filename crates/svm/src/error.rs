//! What can go wrong, with the place where it did.

use pellucid_data::DataError;

/// Any error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SvmError {
    /// A hyper-parameter out of its range.
    #[error("{name}: expected {expected}, found {found}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The values it may take.
        expected: String,
        /// The value found.
        found: String,
    },
    /// Samples, labels or weights that do not fit.
    #[error("{what}: expected {expected}, found {found}")]
    Input {
        /// What does not fit.
        what: &'static str,
        /// What was expected.
        expected: String,
        /// What was found, and where.
        found: String,
    },
    /// nu is too large for the sizes of the classes.
    #[error(
        "nu: expected at most {most:.6} for classes {first} and {second} of {sizes:?} samples, found {nu}"
    )]
    Infeasible {
        /// The value asked for.
        nu: f64,
        /// The largest value that has a solution.
        most: f64,
        /// The classes.
        first: i32,
        /// The other class.
        second: i32,
        /// The weights of the two classes.
        sizes: [f64; 2],
    },
    /// The kernel gave a value that is not a number.
    #[error("kernel: expected finite values, found {value} {}", place(*row, *column, *largest))]
    Kernel {
        /// The value.
        value: f64,
        /// A sample, from 0.
        row: usize,
        /// The other.
        column: usize,
        /// The number of the first that is largest in size, and its column, from 0; if it is known.
        largest: Option<(usize, f64)>,
    },
    /// A sum of kernel values overflows.
    #[error("decision: expected a finite value, found an overflow for sample {} (from 1)", row + 1)]
    Decision {
        /// The sample, from 0.
        row: usize,
    },
    /// The margin of nu-SVC vanishes.
    #[error("no margin between classes {first} and {second}: nu is too small for classes that overlap")]
    NoMargin {
        /// The classes.
        first: i32,
        /// The other class.
        second: i32,
    },
    /// A progress callback stopped the fit.
    #[error("the fit was interrupted after {iterations} iterations")]
    Interrupted {
        /// Iterations made by then.
        iterations: u64,
    },
    /// A file or table that cannot be read or written.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl SvmError {
    pub(crate) fn parameter(
        name: &'static str,
        expected: impl Into<String>,
        found: impl std::fmt::Display,
    ) -> Self {
        Self::Parameter { name, expected: expected.into(), found: found.to_string() }
    }

    pub(crate) fn input(what: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Input { what, expected: expected.into(), found: found.into() }
    }
}

/// Samples and features as files count them, from 1.
fn place(row: usize, column: usize, largest: Option<(usize, f64)>) -> String {
    let (row, column) = (row + 1, column + 1);
    match largest {
        Some((feature, number)) if (number * number).is_infinite() => {
            let feature = feature + 1;
            format!("(sample {row}, feature {feature}: {number:e} is too large: its square overflows)")
        }
        Some((feature, number)) => {
            let feature = feature + 1;
            format!(
                "between samples {row} and {column} (from 1; the largest number of the first is {number:e}, feature {feature})"
            )
        }
        None => format!("between samples {row} and {column} (from 1)"),
    }
}
