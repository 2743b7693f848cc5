//! `pellucid predict`: the outputs of a model, or of a view such as its encoder.

use anyhow::Result;
use pellucid::data::{Stored, write_csv, write_npy};
use pellucid::nn::checkpoint::describe;
use pellucid::prelude::*;

use super::input::{self, Wanted};
use crate::args::Predict;
use crate::{failure, machine};

pub fn run(args: &Predict) -> Result<()> {
    let (header, _) = describe(&args.checkpoint)?;
    if header.scalar == "F64" {
        predict_as::<f64>(args, pellucid::compute::math::sigmoid_in_place)
    } else {
        predict_as::<f32>(args, pellucid::compute::math::sigmoid_in_place)
    }
}

fn predict_as<F: Scalar + pellucid::data::Element + Stored>(
    args: &Predict,
    sigmoid: fn(&mut [F]),
) -> Result<()> {
    let model = Checkpoint::<F>::read(&args.checkpoint)?.into_model();
    let network = model.architecture();
    let layers = args.view.as_ref().map_or_else(|| Ok(network.whole()), |name| network.find_view(name))?;
    let data = input::load(&args.input, Wanted::Nothing)?;
    let mut outputs = predict(&model, &layers, &data, &machine::pool(args.common.threads))?;
    if args.sigmoid {
        sigmoid(&mut outputs);
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
        println!("{}", serde_json::json!({ "rows": rows, "columns": columns, "file": args.out }));
    } else {
        println!("{}: {rows} rows of {columns} numbers", args.out.display());
    }
    Ok(())
}
