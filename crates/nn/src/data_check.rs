//! What a network and its loss ask of data, checked once, when they meet.

use std::ops::RangeInclusive;

use pellucid_compute::Scalar;
use pellucid_data::{Column, Dataset, Element, Targets};

use crate::error::Error;
use crate::feed::{INPUT, column_of};
use crate::losses::{Loss, TargetKind};
use crate::network::Shape;
use crate::objective::{Objective, TARGET, TargetOf, Term, WEIGHT};
use crate::session::{Model, Plan};

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
/// Returns an error if something does not fit: says what, with the row of the data set's table and the column.
pub fn check_data<F: Scalar + Element>(
    model: &Model<F>,
    loss: &dyn Loss<F>,
    data: &Dataset,
) -> Result<(), Error> {
    check_fit(model, &Objective::new().with(Term::borrowed("loss", loss)), data)
}

/// Checks that a data set can be fed to a model, and its columns compared with the values that the terms of an objective
/// look at.
///
/// # Errors
/// Returns an error if the objective does not fit the model, or the data set does not fit either, with the row of the data
/// set's table and the column.
pub fn check_fit<F: Scalar + Element>(
    model: &Model<F>,
    objective: &Objective<'_, F>,
    data: &Dataset,
) -> Result<(), Error> {
    if data.is_empty() {
        return Err(mismatch("at least one sample", "an empty data set"));
    }
    let plan = model.plan();
    objective.check(model.architecture(), plan)?;
    check_widths(plan, data, "the network's input")?;
    for (term, value) in objective.terms().iter().zip(objective.values(model.architecture())?) {
        let planned = plan.values.iter().find(|planned| planned.value == value);
        if let (Some(planned), TargetOf::Column(name)) = (planned, term.target()) {
            check_target(term.loss(), &planned.port.shape, name, data)?;
        } else if *term.target() == TargetOf::Nothing && !term.loss().accepts(TargetKind::None) {
            let expected = format!("a target for the {}", term.loss().name());
            return Err(mismatch(expected, "a term without one"));
        }
    }
    if let Some(column) = data.column(WEIGHT)
        && !matches!(column, Column::Weights(_))
    {
        return Err(mismatch("a column \"weight\" of weights of samples", "a column of another kind"));
    }
    check_numbers::<F>(plan, data)?;
    for term in objective.terms() {
        if let TargetOf::Column(name) = term.target() {
            check_values(term.loss(), name, data)?;
        }
    }
    Ok(())
}

/// Checks that a data set can be fed to a view; `what` says what its inputs are.
///
/// # Errors
/// Returns an error if a column is missing or of another width, or if `F` cannot hold a number of it.
pub(crate) fn check_inputs<F: Scalar + Element>(
    plan: &Plan,
    data: &Dataset,
    what: &str,
) -> Result<(), Error> {
    check_widths(plan, data, what)?;
    check_numbers::<F>(plan, data)
}

/// Checks the columns that feed the inputs of a plan: that they are there, as wide, and of the same kind.
fn check_widths(plan: &Plan, data: &Dataset, what: &str) -> Result<(), Error> {
    for (number, input) in plan.inputs().iter().enumerate() {
        let Some(column) = column_of(plan, number, data).and_then(|column| data.column(column)) else {
            let names: Vec<&str> = data.names().collect();
            let expected = format!("a column {:?} for the input of that name", input.name);
            return Err(mismatch(expected, format!("columns {}", names.join(", "))));
        };
        let (shape, width) = (&input.port.shape, column.width());
        let what =
            if plan.inputs().len() == 1 { what.to_owned() } else { format!("the input {:?}", input.name) };
        match input.port.below {
            None if matches!(column, Column::Indices(_)) || column.is_index() && !is_classes(column) => {
                return Err(mismatch(format!("samples of numbers, {what}"), "samples of indices"));
            }
            Some(below) if column.below().is_none_or(|found| found > below as usize) => {
                let found = match column.below() {
                    Some(found) => format!("indices below {found}"),
                    None => "samples of numbers".into(),
                };
                return Err(mismatch(format!("samples of indices below {below}, {what}"), found));
            }
            _ if width != shape.len() => {
                let kind = if input.port.is_indices() { "indices" } else { "numbers" };
                return Err(mismatch(
                    format!("samples of {shape} {kind}, {what}"),
                    format!("samples of {width}"),
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_classes(column: &Column) -> bool {
    matches!(column, Column::Classes(_))
}

/// Checks that `F` can hold the numbers of the columns that feed the inputs of a plan.
fn check_numbers<F: Scalar + Element>(plan: &Plan, data: &Dataset) -> Result<(), Error> {
    for (number, input) in plan.inputs().iter().enumerate() {
        let Some(column) = column_of(plan, number, data) else { continue };
        if input.port.is_indices() || !may_overflow::<F>(data.column(column)) {
            continue;
        }
        let (width, finite) = (input.port.shape.len(), |x: F| Scalar::is_finite(x));
        let gather = |positions: &[u32], out: &mut [F]| data.gather(column, positions, out);
        let Some(place) = first_wrong(data, width, gather, finite) else { continue };
        let found = place.read(width, |positions, out| data.gather(column, positions, out));
        return Err(place.error(representable::<F>("inputs"), found));
    }
    Ok(())
}

/// The column that a loss is compared with: the one of that name, or that of the input, which an autoencoder's target is.
fn target_column(name: &str, data: &Dataset) -> Option<usize> {
    let input = || {
        data.column_index(INPUT)
            .filter(|_| name == TARGET && matches!(**data.targets(), Targets::SameAsInput))
    };
    data.column_index(name).or_else(input)
}

/// Checks that a column can be the target of a loss of values of shape `shape`: kind, width, and an output for each class.
fn check_target<F: Scalar>(
    loss: &dyn Loss<F>,
    shape: &Shape,
    name: &str,
    data: &Dataset,
) -> Result<(), Error> {
    let Some(column) = target_column(name, data).and_then(|column| data.column(column)) else {
        let names: Vec<&str> = data.names().collect();
        return Err(mismatch(
            format!("a column {name:?} as targets"),
            format!("columns {}", names.join(", ")),
        ));
    };
    let width = column.width();
    if column.is_index() && loss.accepts(TargetKind::Classes) {
        // A sample has one class, or one for each place of the value.
        let places = shape.places();
        let classes = if width == 1 { shape.len() } else { shape.len() / places.max(1) };
        if width != 1 && width != places {
            return Err(mismatch(
                format!("targets of {places} classes a sample"),
                format!("targets of {width}"),
            ));
        }
        return match column {
            Column::Classes(column) => check_labels(column.labels(), data, classes),
            _ if column.below().is_some_and(|below| below > classes) => Err(mismatch(
                format!("targets below {classes}, the network's classes"),
                format!("targets below {}", column.below().unwrap_or(0)),
            )),
            _ => Ok(()),
        };
    }
    if let Column::Classes(column) = column {
        // As numbers: one-hot.
        return check_labels(column.labels(), data, shape.len());
    }
    if column.is_index() || !loss.accepts(TargetKind::Values) {
        let found = if column.is_index() { "indices" } else { "numbers" };
        return Err(mismatch(format!("targets that the {} takes", loss.name()), found));
    }
    if width == shape.len() {
        Ok(())
    } else {
        let expected = format!("targets of {shape} numbers, the network's output");
        Err(mismatch(expected, format!("targets of {width}")))
    }
}

/// Checks that there is an output for each class of a data set.
fn check_labels(labels: &[u32], data: &Dataset, outputs: usize) -> Result<(), Error> {
    let labels = data.rows().iter().map(|&row| (labels[row as usize], row));
    let (Some((least, _)), Some((largest, _))) = (labels.clone().min(), labels.clone().max()) else {
        return Ok(());
    };
    if (largest as usize) < outputs {
        return Ok(());
    }
    let row = labels.filter(|&(label, _)| label as usize >= outputs).map(|(_, row)| row).min();
    Err(Error::Labels { least, largest, outputs, row: row.unwrap_or_default() })
}

/// Checks that `F` can hold the targets of a loss, and that it is defined for them.
fn check_values<F: Scalar + Element>(loss: &dyn Loss<F>, name: &str, data: &Dataset) -> Result<(), Error> {
    let Some(number) = target_column(name, data) else { return Ok(()) };
    let column = data.column(number);
    let range = loss.targets();
    let any = range == (f64::NEG_INFINITY..=f64::INFINITY);
    if any && !may_overflow::<F>(column) || column.is_none_or(Column::is_index) {
        return Ok(());
    }
    let width = column.map_or(0, Column::width);
    let (least, most) = (<F as Scalar>::from_f64(*range.start()), <F as Scalar>::from_f64(*range.end()));
    let right = |t: F| t >= least && t <= most && Scalar::is_finite(t);
    let gather = |positions: &[u32], out: &mut [F]| data.gather(number, positions, out);
    let Some(place) = first_wrong(data, width, gather, right) else { return Ok(()) };
    let found = place.read(width, |positions, out| data.gather(number, positions, out));
    let expected = if range.contains(&found) { representable::<F>("targets") } else { words(&range) };
    Err(place.error(expected, found))
}

fn mismatch(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::Input { expected: expected.into(), found: found.into() }
}

/// Whether numbers stored so may lie beyond the largest of `F`.
fn may_overflow<F: Scalar>(column: Option<&Column>) -> bool {
    column.is_some_and(Column::is_f64) && F::NAME == "F32"
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
