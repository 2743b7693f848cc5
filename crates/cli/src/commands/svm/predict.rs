//! `pellucid svm predict`, which prints what svm-predict prints.

use std::io::Write;

use anyhow::Result;
use pellucid::data::atomic_write;
use pellucid_svm::{AnyModel, Kernel, Kind, StoredModel};
use serde_json::json;

use super::format::general;
use super::scores::Scores;
use super::{machine as svm, table};
use crate::args::svm::Predict;
use crate::{failure, machine};

pub fn run(args: &Predict) -> Result<()> {
    let StoredModel { model, .. } = StoredModel::read(&args.model)?;
    let precomputed = matches!(model.kernel(), Kernel::Precomputed);
    let table = table::load(&args.data, &args.table, precomputed, false)?;
    let rows = table.rows.widened(model.columns())?;
    let predicted = svm::predict(&model, rows.samples(), &machine::pool(args.common.threads))?;
    atomic_write(&args.output, |file| {
        predicted.iter().try_for_each(|&value| writeln!(file, "{}", general(value, 17)))
    })
    .map_err(failure::runtime)?;
    let regression = matches!(&model, AnyModel::Machine(machine) if machine.kind() != Kind::OneClass);
    let scores = table.labels.as_ref().map(|labels| Scores { predicted: &predicted, labels, regression });
    if args.common.json {
        let scores = scores.map(|scores| scores.json());
        println!("{}", json!({ "samples": predicted.len(), "file": args.output, "scores": scores }));
    } else if let Some(scores) = scores.filter(|_| !args.quiet) {
        println!("{}", scores.prediction());
    }
    Ok(())
}
