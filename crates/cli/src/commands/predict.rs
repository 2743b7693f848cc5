//! `pellucid predict`: the outputs of a model, or of a view such as its encoder.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use pellucid::Error;
use pellucid::compute::math::sigmoid_in_place;
use pellucid::data::{Stored, write_csv, write_npy};
use pellucid::nn::{Bf16Model, DataNotes, Plan, ValuePlan, predict};
use pellucid::prelude::*;
use pellucid_terminal::arguments::Weights;
use pellucid_terminal::{failure, machine};

use super::checkpoint::describe;
use super::samples::input;
use super::samples::roles::Roles;
use crate::args::Predict;
use crate::output_path;

pub fn run(args: &Predict) -> Result<()> {
    let (header, _) = describe(&args.checkpoint)?;
    match (header.scalar.as_str(), args.weights) {
        ("F64", Weights::Trained) => predict_as::<f64>(args, predict),
        ("F64", Weights::Bf16) => {
            let (file, expected) =
                (args.checkpoint.display(), "--weights bf16 expected a model of f32 numbers");
            Err(failure::usage(format!("{file}: {expected}, found f64")))
        }
        (_, Weights::Trained) => predict_as::<f32>(args, predict),
        (_, Weights::Bf16) => predict_as::<f32>(args, predict_in_bf16),
    }
}

/// The outputs of a view of a model for every sample.
type Predictor<F> = fn(&Model<F>, &View, &Dataset, &Arc<Pool>) -> Result<Vec<F>, Error>;

/// As `predict`, with the weights rounded to bf16.
fn predict_in_bf16(
    model: &Model<f32>,
    view: &View,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<Vec<f32>, Error> {
    Bf16Model::of_view(model, view, pool)?.predict_data(data)
}

fn predict_as<F: Scalar + pellucid::data::Element + Stored>(
    args: &Predict,
    predict: Predictor<F>,
) -> Result<()> {
    let format = Format::of(&args.out)?;
    let table = args.input.data.as_deref().map(Path::new);
    let columns = args.input.columns.iter().map(|(_, path)| path.as_path());
    let files: Vec<&Path> = std::iter::once(&*args.checkpoint).chain(table).chain(columns).collect();
    output_path::check(&args.out, &files)?;
    let checkpoint = Checkpoint::<F>::read(&args.checkpoint)?;
    let network = checkpoint.model().architecture();
    let view = match (&args.view, &args.of) {
        (Some(name), _) => network.find_view(name)?,
        (None, Some(name)) => computed(network, network.find(name)?),
        (None, None) => computed(network, network.whole().to),
    };
    if args.of.is_some() && view.from == [view.to] {
        let message = "--of expected the name of a layer, found that of an input";
        return Err(failure::usage(format!("{}: {message}", args.checkpoint.display())));
    }
    // What goes into a layer further on was made by the ones before, and was never scaled.
    let notes = if network.inputs().any(|(input, ..)| view.from.contains(&input)) {
        checkpoint.data().clone()
    } else {
        DataNotes { input_scale: Some(1.0), ..DataNotes::default() }
    };
    let plan = Plan::new(network, &view, 1)?;
    let config = checkpoint.training().map(|training| &training.config);
    let data = input::load(&args.input, &Roles::of_prediction(&plan, config), &notes)?;
    let (rows, columns) = (data.len(), plan.output().len());
    // Empty files do not say how wide they are.
    let empty = |input: &ValuePlan| {
        let column = data.column(&*input.name).or(data.column("input"));
        column.is_some_and(|column| [0, input.port.shape.len()].contains(&column.width()))
    };
    let mut outputs = if rows == 0 && plan.inputs().iter().all(empty) {
        Vec::new()
    } else {
        predict(checkpoint.model(), &view, &data, &machine::pool(args.common.threads))?
    };
    if let Some(at) = outputs.iter().position(|&y| !Scalar::is_finite(y)) {
        let (row, column) = (at / columns, at % columns);
        let found = Scalar::to_f64(outputs[at]);
        let place = format!("row {row}, column {column}, counted from 0");
        return Err(failure::runtime(format!("expected finite outputs, found {found} (at {place})")));
    }
    if args.sigmoid {
        sigmoid_in_place(&mut outputs);
    }
    output_path::written(match format {
        Format::Npy => write_npy(&args.out, &[rows, columns], &outputs),
        Format::Csv => write_csv(&args.out, None, &Matrix::new(rows, columns, outputs)?),
    })?;
    if args.common.json {
        let summary = serde_json::json!({ "rows": rows, "columns": columns, "file": args.out });
        output_path::tell(&args.out, &summary.to_string());
    } else {
        output_path::tell(&args.out, &format!("{}: {rows} rows of {columns} numbers", args.out.display()));
    }
    Ok(())
}

/// The part of a network that computes a value from its inputs.
fn computed<F: Scalar>(network: &Graph<F>, value: Value) -> View {
    View { from: network.inputs_of(value), to: value }
}

/// How outputs are written.
enum Format {
    Npy,
    Csv,
}

impl Format {
    /// As the name of the file says; what has no name ends up in a program, which can read CSV.
    fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("npy") => Ok(Self::Npy),
            Some("csv") => Ok(Self::Csv),
            None if output_path::is_stream(path) => Ok(Self::Csv),
            _ => {
                let message = format!("{}: expected a file name that ends in .npy or .csv", path.display());
                Err(failure::usage(message))
            }
        }
    }
}
