//! What a network and its loss ask of data, checked once, when they meet.

use std::ops::RangeInclusive;

use pellucid_compute::Scalar;
use pellucid_data::{Dataset, Element, Features, Targets};

use crate::error::Error;
use crate::losses::Loss;
use crate::session::Model;

/// Samples that are looked at together.
const BLOCK: usize = 64;

/// Checks that a data set can be fed to a model, and its targets compared with the output by `loss`: widths, labels
/// within the outputs, numbers that `F` can hold, targets that the loss is defined for.
///
/// ```
/// use pellucid_data::{Dataset, Features, Matrix, Targets};
/// use pellucid_nn::{BceWithLogits, Dense, Model, Sequential, check_data};
/// let model = Model::<f32>::new(Sequential::new(2).with(Dense::new(2)), 0)?;
/// let x = Features::F64(Matrix::new(1, 2, vec![5.1, 3.5])?);
/// let error = check_data(&model, &BceWithLogits, &Dataset::new(x, Targets::SameAsInput)?).unwrap_err();
/// assert_eq!(error.to_string(), "expected targets in [0, 1], found 5.1 in row 0, column 0 (counted from 0)");
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
///
/// # Errors
/// What does not fit, with the row of the data set's table and the column.
pub fn check_data<F: Scalar + Element>(
    model: &Model<F>,
    loss: &dyn Loss<F>,
    data: &Dataset,
) -> Result<(), Error> {
    check_widths(model, data)?;
    check_inputs::<F>(data)?;
    let values = match &**data.targets() {
        Targets::SameAsInput => &**data.features(),
        Targets::Values(values) => values,
        Targets::Classes { .. } | Targets::Column => return Ok(()),
    };
    let range = loss.targets();
    let any = range == (f64::NEG_INFINITY..=f64::INFINITY);
    if any && !may_overflow::<F>(values) {
        return Ok(());
    }
    let (least, most) = (<F as Scalar>::from_f64(*range.start()), <F as Scalar>::from_f64(*range.end()));
    let right = |t: F| t >= least && t <= most && Scalar::is_finite(t);
    let gather = |positions: &[u32], out: &mut [F]| data.gather_targets(positions, out);
    let Some(place) = first_wrong(data, data.target_width(), gather, right) else { return Ok(()) };
    let found = place.read(data.target_width(), |positions, out| data.gather_targets(positions, out));
    let expected = if range.contains(&found) { representable::<F>("targets") } else { words(&range) };
    Err(place.error(expected, found))
}

/// Checks that `F` can hold the inputs of a data set.
///
/// # Errors
/// The first that it cannot, with the row of the data set's table and the column.
pub(crate) fn check_inputs<F: Scalar + Element>(data: &Dataset) -> Result<(), Error> {
    if !may_overflow::<F>(data.features()) {
        return Ok(());
    }
    let (width, finite) = (data.input_width(), |x: F| Scalar::is_finite(x));
    let gather = |positions: &[u32], out: &mut [F]| data.gather_inputs(positions, out);
    let Some(place) = first_wrong(data, width, gather, finite) else { return Ok(()) };
    let found = place.read(width, |positions, out| data.gather_inputs(positions, out));
    Err(place.error(representable::<F>("inputs"), found))
}

/// Checks that the samples of a data set are as wide as a model's input and their targets as wide as its output, or, where
/// they are classes, that there is an output for each.
///
/// # Errors
/// What does not fit.
pub(crate) fn check_widths<F: Scalar>(model: &Model<F>, data: &Dataset) -> Result<(), Error> {
    if data.is_empty() {
        return Err(Error::Input {
            expected: "at least one sample".into(),
            found: "an empty data set".into(),
        });
    }
    let (input, output) = (model.plan().input(), model.plan().output());
    if data.input_width() != input.len() {
        return Err(Error::Input {
            expected: format!("samples of {input} numbers, the network's input"),
            found: format!("samples of {}", data.input_width()),
        });
    }
    if let Targets::Classes { labels, .. } = &**data.targets() {
        let labels = data.rows().iter().map(|&row| (labels[row as usize], row));
        let (Some((least, _)), Some((largest, _))) = (labels.clone().min(), labels.clone().max()) else {
            return Ok(());
        };
        return if (largest as usize) < output.len() {
            Ok(())
        } else {
            let row = labels.filter(|&(label, _)| label as usize >= output.len()).map(|(_, row)| row).min();
            Err(Error::Labels { least, largest, outputs: output.len(), row: row.unwrap_or_default() })
        };
    }
    if output.len() == data.target_width() {
        Ok(())
    } else {
        Err(Error::Input {
            expected: format!("targets of {output} numbers, the network's output"),
            found: format!("targets of {}", data.target_width()),
        })
    }
}

/// Whether numbers stored so may lie beyond the largest of `F`.
fn may_overflow<F: Scalar>(features: &Features) -> bool {
    matches!(features, Features::F64(_)) && F::NAME == "F32"
}

/// A number of a data set: the position of its sample, the row of the table, and its column.
#[derive(Clone, Copy)]
struct Place {
    position: u32,
    row: u32,
    column: usize,
}

impl Place {
    /// The number as it stands in the table.
    fn read(self, width: usize, gather: impl Fn(&[u32], &mut [f64])) -> f64 {
        let mut row = vec![0.0; width];
        gather(&[self.position], &mut row);
        row[self.column]
    }

    fn error(self, expected: String, found: f64) -> Error {
        // Long numbers with an exponent, short ones as they were written.
        let number = if found == 0.0 || (1e-5..1e16).contains(&found.abs()) {
            found.to_string()
        } else {
            format!("{found:e}")
        };
        let found = format!("{number} in row {}, column {} (counted from 0)", self.row, self.column);
        Error::Input { expected, found }
    }
}

/// The first number, in the order of the table, that is not `right`.
fn first_wrong<F: Element>(
    data: &Dataset,
    width: usize,
    gather: impl Fn(&[u32], &mut [F]),
    right: impl Fn(F) -> bool,
) -> Option<Place> {
    let mut numbers = vec![F::default(); BLOCK * width];
    let positions: Vec<u32> = (0..data.len() as u32).collect();
    let mut first: Option<Place> = None;
    for positions in positions.chunks(BLOCK) {
        let numbers = &mut numbers[..positions.len() * width];
        gather(positions, numbers);
        // Nearly always all are right; without a branch for each number this is vector code.
        if numbers.iter().fold(true, |all, &x| all & right(x)) {
            continue;
        }
        for (&position, numbers) in positions.iter().zip(numbers.chunks_exact(width)) {
            let row = data.rows()[position as usize];
            if let Some(column) = numbers.iter().position(|&x| !right(x))
                && first.is_none_or(|first| row < first.row)
            {
                first = Some(Place { position, row, column });
            }
        }
    }
    first
}

/// The numbers that `F` can hold, as an error asks for them.
fn representable<F: Scalar>(what: &str) -> String {
    if F::NAME == "F32" {
        format!("{what} that f32 can hold, up to {:e} (or precision = \"f64\")", f32::MAX)
    } else {
        format!("{what} that are finite")
    }
}

/// The targets of a range, as an error asks for them.
fn words(range: &RangeInclusive<f64>) -> String {
    match (range.start(), range.end()) {
        (least, &f64::INFINITY) => format!("targets of at least {least}"),
        (&f64::NEG_INFINITY, most) => format!("targets of at most {most}"),
        (least, most) => format!("targets in [{least}, {most}]"),
    }
}
