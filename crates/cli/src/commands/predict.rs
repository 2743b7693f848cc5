//! `pellucid predict`: the outputs of a model, or of a view such as its encoder.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use pellucid::Error;
use pellucid::compute::math::sigmoid_in_place;
use pellucid::data::{Stored, write_csv, write_npy};
use pellucid::nn::{Bf16Model, DataNotes, Plan, predict};
use pellucid::prelude::*;
use pellucid_terminal::arguments::Weights;
use pellucid_terminal::{failure, machine};

use super::checkpoint::describe;
use super::input::{self, Wanted};
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
    const BATCH: usize = 1024;
    let mut small = Bf16Model::of_view(model, view, pool)?;
    let positions: Vec<u32> = (0..data.len() as u32).collect();
    let (mut x, mut outputs) = (Vec::new(), Vec::new());
    for positions in positions.chunks(BATCH) {
        x.resize(positions.len() * data.input_width(), 0.0);
        data.gather_inputs(positions, &mut x);
        if let Some(at) = x.iter().position(|x| !x.is_finite()) {
            return Err(Error::Input {
                expected: "inputs within single precision, up to 3.4e38".into(),
                found: format!("a larger one in row {}, counted from 0", positions[at / data.input_width()]),
            });
        }
        let begin = outputs.len();
        outputs.resize(begin + positions.len() * small.output_width(), 0.0);
        small.predict(&x, &mut outputs[begin..])?;
    }
    Ok(outputs)
}

fn predict_as<F: Scalar + pellucid::data::Element + Stored>(
    args: &Predict,
    predict: Predictor<F>,
) -> Result<()> {
    let format = Format::of(&args.out)?;
    output_path::check(&args.out, &[&args.checkpoint, Path::new(&args.input.data)])?;
    let checkpoint = Checkpoint::<F>::read(&args.checkpoint)?;
    let network = checkpoint.model().architecture();
    let view = args.view.as_ref().map_or_else(|| Ok(network.whole()), |name| network.find_view(name))?;
    // What goes into a layer further on was made by the ones before, and was never scaled.
    let notes = if network.inputs().any(|(input, ..)| view.from.contains(&input)) {
        checkpoint.data().clone()
    } else {
        DataNotes { input_scale: Some(1.0), class_names: None }
    };
    let data = input::load(&args.input, Wanted::Nothing, &notes)?;
    let plan = Plan::new(network, &view, 1)?;
    let (rows, columns) = (data.len(), plan.output().len());
    // An empty file does not say how wide it is.
    let mut outputs = if rows == 0 && [0, plan.input().len()].contains(&data.input_width()) {
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
