//! `pellucid predict`: the outputs of a model, or of a view such as its encoder.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use pellucid::Error;
use pellucid::compute::math::sigmoid_in_place;
use pellucid::data::{Stored, write_csv, write_npy};
use pellucid::nn::checkpoint::describe;
use pellucid::nn::{Bf16Model, predict};
use pellucid::prelude::*;

use super::input::{self, Wanted};
use crate::args::{Predict, Weights};
use crate::{failure, machine};

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

/// The outputs of some layers of a model for every sample.
type Predictor<F> = fn(&Model<F>, &Range<usize>, &Dataset, &Arc<Pool>) -> Result<Vec<F>, Error>;

/// As `predict`, with the weights rounded to bf16.
fn predict_in_bf16(
    model: &Model<f32>,
    layers: &Range<usize>,
    data: &Dataset,
    pool: &Arc<Pool>,
) -> Result<Vec<f32>, Error> {
    const BATCH: usize = 1024;
    let mut small = Bf16Model::of_layers(model, layers, pool)?;
    let positions: Vec<u32> = (0..data.len() as u32).collect();
    let (mut x, mut outputs) = (Vec::new(), Vec::new());
    for positions in positions.chunks(BATCH) {
        x.resize(positions.len() * data.input_width(), 0.0);
        data.gather_inputs(positions, &mut x);
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
    let model = Checkpoint::<F>::read(&args.checkpoint)?.into_model();
    let network = model.architecture();
    let layers = args.view.as_ref().map_or_else(|| Ok(network.whole()), |name| network.find_view(name))?;
    let data = input::load(&args.input, Wanted::Nothing)?;
    let mut outputs = predict(&model, &layers, &data, &machine::pool(args.common.threads))?;
    if args.sigmoid {
        sigmoid_in_place(&mut outputs);
    }
    let (rows, columns) = (data.len(), outputs.len() / data.len().max(1));
    match args.out.extension().and_then(|extension| extension.to_str()) {
        Some("npy") => write_npy(&args.out, &[rows, columns], &outputs).map_err(failure::runtime)?,
        Some("csv") => {
            write_csv(&args.out, None, &Matrix::new(rows, columns, outputs)?).map_err(failure::runtime)?;
        }
        _ => {
            let message = format!("{}: expected a file name that ends in .npy or .csv", args.out.display());
            return Err(failure::usage(message));
        }
    }
    if args.common.json {
        out!("{}", serde_json::json!({ "rows": rows, "columns": columns, "file": args.out }));
    } else {
        out!("{}: {rows} rows of {columns} numbers", args.out.display());
    }
    Ok(())
}
