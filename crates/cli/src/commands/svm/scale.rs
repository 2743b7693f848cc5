//! `pellucid svm scale`, which prints the scaled samples as svm-scale does.

use std::io::{BufWriter, Write};

use anyhow::Result;
use pellucid::data::text::Escaped;
use pellucid::data::{
    DataError, Scaling, SvmlightOptions, SvmlightTable, read_svmlight, write_svmlight_from,
};
use pellucid_terminal::{failure, output, say};

use crate::args::svm::Scale;
use crate::output_path;

pub fn run(args: &Scale) -> Result<()> {
    // Columns are the indices themselves, so that all files of one kind count alike, from 1 or from 0.
    let options = SvmlightOptions { zero_based: Some(true), ..SvmlightOptions::default() };
    let SvmlightTable { labels, x, .. } = read_svmlight(&args.data, &options)?;
    if x.indices().contains(&0) {
        let data = args.data.display().to_string();
        say!("warning: {}: the least index is 0, but indices should begin with 1", Escaped(&data));
    }
    let scaling = match &args.restore {
        Some(path) => Scaling::read_from(path, 0)?,
        None => fit(args, &labels, &x).map_err(|error| failure::usage(error.to_string()))?,
    };
    if let Some(path) = &args.save {
        output_path::check(path, &[&args.data])?;
        if output_path::is_standard_output(path) {
            return Err(failure::usage("-s: expected a file, since the samples go to standard output"));
        }
        scaling.write_from(path, 0).map_err(failure::runtime)?;
    }
    let labels: Vec<f64> = labels.iter().map(|&label| scaling.apply_target(label)).collect();
    let scaled = scaling.apply(&x)?;
    let mut result = Ok(());
    output::print(|out| {
        let mut out = BufWriter::new(out);
        match write_svmlight_from(&mut out, &labels, &scaled, None, 0) {
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
