//! `pellucid svm scale`, which prints the scaled samples as svm-scale does.

use std::io::{BufWriter, ErrorKind, Write};

use anyhow::Result;
use pellucid::data::{DataError, Scaling, SvmlightOptions, SvmlightTable, read_svmlight, write_svmlight_to};

use crate::args::svm::Scale;
use crate::failure;

pub fn run(args: &Scale) -> Result<()> {
    let SvmlightTable { labels, x, .. } = read_svmlight(&args.data, &SvmlightOptions::default())?;
    let scaling = match &args.restore {
        Some(path) => Scaling::read(path)?,
        None => fit(args, &labels, &x).map_err(|error| failure::usage(error.to_string()))?,
    };
    if let Some(path) = &args.save {
        scaling.write(path).map_err(failure::runtime)?;
    }
    let labels: Vec<f64> = labels.iter().map(|&label| scaling.apply_target(label)).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let written = write_svmlight_to(&mut out, &labels, &scaling.apply(&x)?, None);
    match written
        .and_then(|()| out.flush().map_err(|e| DataError::io("standard output".as_ref(), "a pipe", e)))
    {
        // Someone has read enough, as `head` does.
        Err(DataError::Io { cause, .. }) if cause.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(failure::runtime(error)),
        Ok(()) => Ok(()),
    }
}

/// The scaling of these samples; fails for bounds out of order.
fn fit(args: &Scale, labels: &[f64], x: &pellucid::data::Csr<f64>) -> Result<Scaling, DataError> {
    let scaling = Scaling::fit(x, args.lower, args.upper)?;
    match args.targets.as_deref() {
        Some(&[lower, upper]) => scaling.with_target(labels, lower, upper),
        _ => Ok(scaling),
    }
}
