//! Gradient checks: every derivative held against differences of the function itself, in `f64`.
//!
//! # The numerical derivative
//! The central difference D(h) = (L(theta + h) - L(theta - h)) / 2h is off by h^2 L'''/6 + O(h^4) and by rounding,
//! some epsilon |L| / h. Richardson's extrapolation (4 D(h/2) - D(h)) / 3 removes the h^2 term, so that the best
//! step balances h^4 against epsilon / h: h near epsilon^(1/5), which is 7e-4 in `f64`. We take h = 2^-10. (The plain
//! difference with the customary h = 1e-7 loses nine of sixteen digits to rounding.)
//!
//! # Kinks
//! Where the step crosses a kink (ReLU at 0), D(h) and D(h/2) disagree by far more than h^2. The step is then
//! divided by four until they agree; where they never do, the element sits on the kink, where there is no
//! derivative, and it is left out and counted. On the very kink D(h) is the mean of the two slopes for every h; it is told
//! by the one-sided differences, which lie apart by h L'' elsewhere and do not come closer there. An error in a backward pass
//! cannot hide so: it does not change D.
//!
//! # The measure
//! For a tensor, |analytic - numeric| / max(|analytic|, |numeric|, 2^26 r) in the Euclidean norm, where r is the rounding of
//! the differences, epsilon |L| / h: a gradient that a saturated network makes as small as that has no digits to compare.

mod bench;
mod numeric;
mod operation;
mod suite;

use pellucid_compute::{Stream, reduce::norm};
use pellucid_data::Dataset;
use serde::Serialize;

pub use numeric::STEP;
pub use operation::{check_operation, check_operations};
pub use suite::{Projection, check_layer, check_layers, check_loss, check_losses};

use crate::error::Error;
use crate::losses::Loss;
use crate::objective::Objective;
use crate::session::Model;
use bench::{Bench, Samples};

/// Of so many elements one may be on a kink; with more, too little was compared.
const KINKS_OF: usize = 100;

/// The outcome of the check of one tensor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// The layer, loss or model.
    pub component: String,
    /// The tensor: `input`, or a parameter's name.
    pub parameter: String,
    /// The norm of the gradient that the backward pass computes.
    pub analytic_norm: f64,
    /// The norm of the gradient that differences give.
    pub numeric_norm: f64,
    /// The norm of their difference over the larger norm (see the [module](self)); 0 where both are 0.
    pub relative_error: f64,
    /// Elements compared.
    pub elements: usize,
    /// Elements of the tensor.
    pub of: usize,
    /// Elements left out because they sit on a kink.
    pub kinks: usize,
}

impl Check {
    /// Returns whether the tensor was compared and is right: some elements were, at most one of 100 looked at was on a kink,
    /// and the relative error is within `tolerance`, which NaN is not.
    pub fn passes(&self, tolerance: f64) -> bool {
        self.elements > 0
            && self.kinks * KINKS_OF <= self.elements + self.kinks
            && self.relative_error <= tolerance
    }
}

/// Returns the largest relative error of some checks; NaN where one is, or where a tensor was not compared.
pub fn largest_error(checks: &[Check]) -> f64 {
    let error = |check: &Check| if check.passes(f64::INFINITY) { check.relative_error } else { f64::NAN };
    checks.iter().map(error).reduce(|a, b| if b > a || b.is_nan() { b } else { a }).unwrap_or(f64::NAN)
}

/// A check of all gradients of a model under a loss: the input's and every parameter's.
///
/// ```
/// use pellucid_nn::gradient_check::GradientCheck;
/// use pellucid_nn::{Activation::Tanh, Dense, Model, Mse, Sequential};
/// let model = Model::new(Sequential::new(2).with(Dense::new(3).activation(Tanh)), 1)?;
/// let (x, t) = ([0.1, -0.4, 0.7, 0.2], [0.0, 1.0, 0.5, -0.5, 0.3, 0.2]);
/// for check in GradientCheck::new("a small network", &model, &Mse, &x, &t).run()? {
///     assert!(check.passes(1e-9), "{check:?}");
/// }
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
///
/// Of a network of several inputs, or with several losses:
///
/// ```
/// use pellucid_data::{Column, Dataset, Features, Matrix};
/// use pellucid_nn::gradient_check::GradientCheck;
/// use pellucid_nn::{Add, Dense, Graph, Model, Mse, Objective, Term};
/// let mut graph = Graph::new();
/// let (a, b) = (graph.input("a", 2), graph.input("b", 3));
/// let (h, k) = (graph.then(a, Dense::new(2)), graph.then(b, Dense::new(2)));
/// graph.join(Add, &[h, k]);
/// let numbers = |width, x: &[f64]| Ok::<_, pellucid_nn::Error>(Column::numbers(Features::F64(Matrix::new(1, width, x.to_vec())?)));
/// let data = Dataset::from_columns([
///     ("a", numbers(2, &[0.1, -0.4])?),
///     ("b", numbers(3, &[0.7, 0.2, 0.3])?),
///     ("target", numbers(2, &[0.0, 1.0])?),
/// ])?;
/// let (model, objective) = (Model::new(graph, 1)?, Objective::new().with(Term::new("loss", Mse)));
/// for check in GradientCheck::of("two inputs", &model, &objective, &data).run()? {
///     assert!(check.passes(1e-9), "{check:?}");
/// }
/// # Ok::<(), pellucid_nn::Error>(())
/// ```
#[derive(Debug)]
pub struct GradientCheck<'a> {
    component: String,
    model: &'a Model<f64>,
    samples: Samples<'a>,
    most: usize,
    stream: Stream,
}

impl<'a> GradientCheck<'a> {
    /// Makes a check of every element on the samples `x` with targets `targets`, of a network of one input.
    pub fn new(
        component: impl Into<String>,
        model: &'a Model<f64>,
        loss: &'a dyn Loss<f64>,
        x: &'a [f64],
        targets: &'a [f64],
    ) -> Self {
        Self::on(component.into(), model, Samples::Slices { loss, x, targets })
    }

    /// Makes a check of every element on all samples of a data set, under an objective; classes are weighed where
    /// [`Objective::weigh_classes`] has found their weights.
    pub fn of(
        component: impl Into<String>,
        model: &'a Model<f64>,
        objective: &'a Objective<'a, f64>,
        data: &'a Dataset,
    ) -> Self {
        Self::on(component.into(), model, Samples::Data { objective, data })
    }

    fn on(component: String, model: &'a Model<f64>, samples: Samples<'a>) -> Self {
        Self { component, model, samples, most: usize::MAX, stream: Stream::new(0) }
    }

    /// Compares at most `most` elements of a tensor, evenly spread: a model with half a million parameters needs
    /// two million forward passes otherwise.
    #[must_use]
    pub fn sample(mut self, most: usize) -> Self {
        self.most = most.max(1);
        self
    }

    /// Runs the check.
    ///
    /// # Errors
    /// Returns an error if the samples do not fit the model.
    pub fn run(&self) -> Result<Vec<Check>, Error> {
        let mut bench = Bench::new(self.model, &self.samples, self.stream)?;
        let (gradients, input_gradients) = bench.analytic();
        let mut checks = Vec::new();
        for (input, name, gradient) in input_gradients {
            checks.push(self.tensor(&name, &gradient, |i, h| bench.move_input(input, i, h)));
        }
        for (number, tensor) in self.model.plan().tensors.iter().enumerate() {
            // The first node that uses it; nodes before it stay as they are.
            let place = bench.first_user(number);
            // Later layers still hold what the last moved parameter made of them.
            bench.forward_from(0);
            let moved = |i: usize, h: f64| bench.move_parameter(place, tensor.range.start + i, h);
            checks.push(self.tensor(&tensor.name, &gradients[tensor.range.clone()], moved));
        }
        Ok(checks)
    }

    fn tensor(&self, name: &str, analytic: &[f64], moved: impl FnMut(usize, f64) -> Vec<f64>) -> Check {
        compare(&self.component, name, self.most, analytic, moved)
    }
}

/// Compares one tensor's gradient, of which at most `most` elements; `moved(i, h)` gives the sums of the loss with element i
/// moved by h.
fn compare(
    component: &str,
    name: &str,
    most: usize,
    analytic: &[f64],
    mut moved: impl FnMut(usize, f64) -> Vec<f64>,
) -> Check {
    let stride = analytic.len().div_ceil(most).max(1);
    let rms = norm(analytic) / (analytic.len() as f64).sqrt();
    let (mut ours, mut numeric, mut differences, mut rounding) = (vec![], vec![], vec![], vec![]);
    let mut kinks = 0;
    for (i, &analytic) in analytic.iter().enumerate().step_by(stride) {
        let Some(estimate) = numeric::derivative(rms, |h| moved(i, h)) else {
            kinks += 1;
            continue;
        };
        ours.push(analytic);
        numeric.push(estimate.value);
        differences.push(analytic - estimate.value);
        rounding.push(estimate.rounding);
    }
    // NaN in a gradient is NaN in the difference too.
    let (analytic_norm, numeric_norm, difference) = (norm(&ours), norm(&numeric), norm(&differences));
    let size = analytic_norm.max(numeric_norm).max(numeric::DIGITS * norm(&rounding));
    let relative_error = if difference == 0.0 { 0.0 } else { difference / size };
    Check {
        component: component.to_owned(),
        parameter: name.to_owned(),
        analytic_norm,
        numeric_norm,
        relative_error,
        elements: ours.len(),
        of: analytic.len(),
        kinks,
    }
}
