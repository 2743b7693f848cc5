//! Several inputs side by side.

use pellucid_compute::{Pool, Rows, Scalar};

use super::GRAIN;
use crate::configs::{Example, Examples, kind_of};
use crate::layer::{Need, Operation, OperationBackward, OperationForward, PlanError, Port};

/// Inputs side by side along the last dimension: y = [x_1, ..., x_n], the channels of images.
///
/// All other dimensions must be equal. Backward: dL/dx_i is the part of dL/dy that x_i became.
///
/// Source: Huang, Liu, van der Maaten and Weinberger, *Densely connected convolutional networks* (2017).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concatenate;

/// The last dimension of a shape.
fn channels(port: &Port) -> usize {
    port.shape.dims().last().copied().unwrap_or(1)
}

/// Copies columns between tables of different widths, row by row: `to[row, begin_to..] = from[row, begin_from..]`.
fn copy_columns<F: Scalar>(
    pool: &Pool,
    (to, to_width, to_begin): (&mut [F], usize, usize),
    (from, from_width, from_begin): (&[F], usize, usize),
    columns: usize,
) {
    let rows = to.len() / to_width;
    pool.split(rows, GRAIN.div_ceil(columns), (Rows(to, to_width), Rows(from, from_width)), |(to, from)| {
        for (to, from) in to.0.chunks_exact_mut(to_width).zip(from.0.chunks_exact(from_width)) {
            to[to_begin..to_begin + columns].copy_from_slice(&from[from_begin..from_begin + columns]);
        }
    });
}

impl<F: Scalar> Operation<F> for Concatenate {
    fn kind(&self) -> &'static str {
        "concatenate"
    }

    fn config(&self) -> serde_json::Value {
        kind_of("concatenate", &())
    }

    fn plan(&self, inputs: &[Port], _max_batch: usize) -> Result<Need, PlanError> {
        let outer = |port: &Port| {
            let dims = port.shape.dims();
            dims[..dims.len().saturating_sub(1)].to_vec()
        };
        let fits = |port: &Port| !port.is_indices() && outer(port) == outer(&inputs[0]);
        if inputs.len() < 2 || !inputs.iter().all(fits) {
            let found = inputs.iter().map(Port::to_string).collect::<Vec<_>>().join(" and ");
            return Err(PlanError::input("two or more inputs that differ in the last dimension only", found));
        }
        let width = inputs.iter().fold(0_usize, |width, port| width.saturating_add(channels(port)));
        let mut dims = outer(&inputs[0]);
        dims.push(width);
        Ok(Need::output(dims.into(), 0))
    }

    fn forward(&self, io: OperationForward<'_, F>) {
        let (inputs, width) = (io.inputs, io.inputs.ports().iter().map(channels).sum());
        let mut begin = 0;
        for (input, port) in inputs.ports().iter().enumerate() {
            let columns = channels(port);
            copy_columns(io.pool, (&mut *io.y, width, begin), (inputs.numbers(input), columns, 0), columns);
            begin += columns;
        }
    }

    fn backward(&self, io: OperationBackward<'_, F>) {
        let width = io.inputs.ports().iter().map(channels).sum();
        let mut begin = 0;
        for (port, dx) in io.inputs.ports().iter().zip(io.dx) {
            let columns = channels(port);
            if let Some(dx) = dx {
                copy_columns(io.pool, (dx, columns, 0), (io.dy, width, begin), columns);
            }
            begin += columns;
        }
    }
}

impl Examples for Concatenate {
    fn examples() -> Vec<Example<Self>> {
        vec![
            Example::new("Concatenate", Self).input(2).input(3),
            Example::new("Concatenate by channels", Self).input([3, 2]).input([3, 1]).input([3, 2]),
        ]
    }
}
