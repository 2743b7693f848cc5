//! `pellucid reproduce`: the experiments of the course report and the page about them.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use pellucid::data::check_output;
use pellucid_report::{Evidence, Outputs, Results, tables, write_report};
use pellucid_terminal::{failure, machine, out, say};

use crate::args::reproduce::{Part, Reproduce};
use crate::experiments::{autoencoder, gradcheck, performance, svm, xor};
use crate::mnist;

/// The course report's final loss, which every run of XOR must reach.
const XOR_LOSS: f64 = 1e-3;

/// Runs the parts that were asked for, writes the report and prints its tables.
///
/// # Errors
/// Returns an error if the arguments, the data or the folder are not usable, if a signal stopped a training, or if a
/// result misses what it must reach.
pub fn run(args: &Reproduce) -> Result<()> {
    let start = Instant::now();
    let chosen = |part| args.parts.is_empty() || args.parts.contains(&part);
    if args.png && !cfg!(feature = "png") {
        return Err(failure::usage("--png: this build has no PNG support; build with --features png"));
    }
    if args.pdf && !cfg!(feature = "pdf") {
        return Err(failure::usage("--pdf: this build has no PDF support; build with --features pdf"));
    }
    // Find out now, not after the training, whether the results can be written and the comparison be read.
    writable(&args.out)?;
    let comparison = performance::read(args)?;

    let pool = machine::pool(args.common.threads);
    let mut results = Results {
        version: env!("CARGO_PKG_VERSION").into(),
        preset: args.preset.name().into(),
        seed: args.seed,
        threads: pool.threads(),
        cpu: machine::cpu(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        date: None,
        seconds: 0.0,
        gradcheck: None,
        xor: None,
        autoencoder: None,
        svm: None,
        performance: comparison,
    };
    let mut evidence = Evidence::default();
    if chosen(Part::Gradcheck) {
        say!("checking the gradients of all layers, losses and networks");
        results.gradcheck = Some(gradcheck::run(args.seed)?);
    }
    if chosen(Part::Xor) {
        say!("training XOR");
        let (xor, figures) = xor::run(args.seed)?;
        (results.xor, evidence.xor) = (Some(xor), Some(figures));
    }
    if chosen(Part::Autoencoder) || chosen(Part::Svm) {
        say!("reading MNIST");
        let mnist = mnist::load(args.mnist.as_deref())?;
        let trained = args.out.join(autoencoder::CHECKPOINT);
        // The machines need a trained encoder: that of an earlier run will do.
        if chosen(Part::Autoencoder) || !trained.is_file() {
            let (autoencoder, figures) = autoencoder::run(args, &mnist, &pool)?;
            (results.autoencoder, evidence.autoencoder) = (Some(autoencoder), Some(figures));
        }
        if chosen(Part::Svm) {
            say!("fitting support vector machines");
            let (machines, figures) = svm::run(args, &mnist, &trained, &pool)?;
            (results.svm, evidence.svm) = (Some(machines), Some(figures));
        }
    }
    results.seconds = start.elapsed().as_secs_f64();

    let written = write_report(&args.out, &results, &evidence, Outputs { png: args.png, pdf: args.pdf })?;
    for warning in &written.warnings {
        say!("warning: {warning}");
    }
    if args.common.json {
        out!("{}", serde_json::to_string(&results)?);
    } else {
        for table in tables(&results) {
            out!("{}", table.text());
        }
        out!("{} ({:.1} s)", written.page.display(), results.seconds);
        if let Some(pdf) = &written.pdf {
            out!("{}", pdf.display());
        }
    }
    verdict(&results)
}

/// An error where a result is not what it must be.
fn verdict(results: &Results) -> Result<()> {
    if let Some(checks) = &results.gradcheck
        && let Some(bad) = checks
            .checks
            .iter()
            .find(|check| check.relative_error.is_nan() || check.relative_error > gradcheck::TOLERANCE)
    {
        return Err(failure::missed(format!(
            "the gradient of {} {} is off by {:.1e}, expected at most {:.0e}",
            bad.component,
            bad.parameter,
            bad.relative_error,
            gradcheck::TOLERANCE
        )));
    }
    if let Some(xor) = &results.xor
        && !(xor.accuracy == 1.0 && xor.final_loss <= XOR_LOSS)
    {
        let (accuracy, loss) = (xor.accuracy, xor.final_loss);
        return Err(failure::missed(format!("XOR is not solved: accuracy {accuracy}, loss {loss:.6}")));
    }
    Ok(())
}

/// Makes the folder, and finds out whether the results can be written there.
fn writable(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}: expected a folder that can be written", folder.display()))?;
    let files = ["index.html", "results.json", autoencoder::CHECKPOINT];
    files.iter().try_for_each(|file| check_output(folder.join(file))).map_err(failure::runtime)
}
