//! `pellucid svm scale`, which prints the scaled samples as svm-scale does.

use std::io::{BufWriter, Write};

use anyhow::Result;
use pellucid::data::{DataError, Scaling, SvmlightOptions, SvmlightTable, read_svmlight, write_svmlight_to};

use crate::args::svm::Scale;
use crate::{failure, output, output_path};

pub fn run(args: &Scale) -> Result<()> {
    let SvmlightTable { labels, x, .. } = read_svmlight(&args.data, &SvmlightOptions::default())?;
    let scaling = match &args.restore {
        Some(path) => Scaling::read(path)?,
        None => fit(args, &labels, &x).map_err(|error| failure::usage(error.to_string()))?,
    };
    if let Some(path) = &args.save {
        output_path::check(path, &[&args.data])?;
        if output_path::is_standard_output(path) {
            return Err(failure::usage("-s: expected a file, since the samples go to standard output"));
        }
        scaling.write(path).map_err(failure::runtime)?;
    }
    let labels: Vec<f64> = labels.iter().map(|&label| scaling.apply_target(label)).collect();
    let scaled = scaling.apply(&x)?;
    let mut result = Ok(());
    output::print(|out| {
        let mut out = BufWriter::new(out);
        match write_svmlight_to(&mut out, &labels, &scaled, None) {
            Ok(()) => return out.flush(),
            Err(DataError::Io { cause, .. }) => return Err(cause),
            Err(error) => result = Err(failure::runtime(error)),
        }
        Ok(())
    });
    result
}

/// The scaling of these samples; fails for bounds out of order.
fn fit(args: &Scale, labels: &[f64], x: &pellucid::data::Csr<f64>) -> Result<Scaling, DataError> {
    let scaling = Scaling::fit(x, args.lower, args.upper)?;
    match args.targets.as_deref() {
        Some(&[lower, upper]) => scaling.with_target(labels, lower, upper),
        _ => Ok(scaling),
    }
}
