//! What a training minimises: named terms, each a loss of one value of the network.

mod columns;
mod config;
mod losses;
mod memory;
mod sample_weights;
mod term_losses;

use pellucid_compute::Scalar;

use crate::error::Error;
use crate::losses::{Loss, LossConfig};
use crate::network::{Graph, Value};
use crate::session::Plan;

pub(crate) use columns::Columns;
pub use config::{ClassWeightRule, ClassWeights, TargetOf, TermConfig};
pub(crate) use config::{TARGET, WEIGHT};
pub(crate) use losses::{batch_losses, total_weights};
pub(crate) use memory::LossMemory;
pub use term_losses::{Losses, MAX_TERMS, TermLosses};

/// The sum of named terms, each the loss of a value of the network times a weight.
///
/// ```text
/// L = sum_t weight_t loss_t(value_t, target_t)
/// ```
///
/// ```
/// use pellucid_nn::{CrossEntropyWithLogits, Mse, Objective, TargetOf, Term};
/// let objective = Objective::<f32>::new()
///     .with(Term::new("image", Mse).of("decoder").against(TargetOf::Value("input".into())))
///     .with(Term::new("digit", CrossEntropyWithLogits).of("head").against(TargetOf::Column("digit".into())).times(0.1));
/// assert_eq!(objective.names().collect::<Vec<_>>(), ["image", "digit"]);
/// ```
///
/// Samples may have weights: those of a data set's column `weight`, where it has one, times those of their classes. The loss
/// of a term is then the weighted mean sum_i w_i l_i / sum_i w_i.
#[derive(Debug)]
pub struct Objective<'a, F> {
    terms: Vec<Term<'a, F>>,
    class_weights: Option<ClassWeights>,
    /// The class weights as numbers, once data are known.
    weight_of_class: Option<Vec<f64>>,
}

/// A term of an [`Objective`].
#[derive(Debug)]
pub struct Term<'a, F> {
    name: String,
    loss: Owned<'a, F>,
    of: Option<String>,
    target: TargetOf,
    weight: f64,
}

/// A loss, or a reference to one.
#[derive(Debug)]
enum Owned<'a, F> {
    Boxed(Box<dyn Loss<F>>),
    Borrowed(&'a dyn Loss<F>),
}

impl<'a, F: Scalar> Term<'a, F> {
    /// Makes a term of the loss of the network's output against the column `target` of the data.
    pub fn new(name: impl Into<String>, loss: impl Loss<F> + 'static) -> Self {
        Self::boxed(name, Box::new(loss))
    }

    /// Makes a term of the loss of the network's output against the column `target` of the data.
    pub fn boxed(name: impl Into<String>, loss: Box<dyn Loss<F>>) -> Self {
        Self::owned(name.into(), Owned::Boxed(loss))
    }

    /// Makes a term of the loss of the network's output against the column `target` of the data.
    pub fn borrowed(name: impl Into<String>, loss: &'a dyn Loss<F>) -> Self {
        Self::owned(name.into(), Owned::Borrowed(loss))
    }

    fn owned(name: String, loss: Owned<'a, F>) -> Self {
        Self { name, loss, of: None, target: TargetOf::default(), weight: 1.0 }
    }

    /// Sets the value that the loss looks at, by name.
    #[must_use]
    pub fn of(self, value: impl Into<String>) -> Self {
        Self { of: Some(value.into()), ..self }
    }

    /// Sets what the value is compared with.
    #[must_use]
    pub fn against(self, target: TargetOf) -> Self {
        Self { target, ..self }
    }

    /// Sets the factor of the term.
    #[must_use]
    pub fn times(self, weight: f64) -> Self {
        Self { weight, ..self }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the loss.
    pub fn loss(&self) -> &dyn Loss<F> {
        match &self.loss {
            Owned::Boxed(loss) => &**loss,
            Owned::Borrowed(loss) => *loss,
        }
    }

    /// Returns what the value is compared with.
    pub fn target(&self) -> &TargetOf {
        &self.target
    }

    /// Returns the factor.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The value of a network that the loss looks at.
    pub(crate) fn value(&self, graph: &Graph<F>) -> Result<Value, Error> {
        match &self.of {
            Some(name) => Ok(graph.find(name)?),
            None => Ok(graph.whole().to),
        }
    }
}

impl<F: Scalar> Default for Objective<'_, F> {
    fn default() -> Self {
        Self { terms: Vec::new(), class_weights: None, weight_of_class: None }
    }
}

impl<'a, F: Scalar> Objective<'a, F> {
    /// Makes an objective without terms.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the objective that `terms` describe; where there are none, `loss` of the output against the data.
    pub fn from_config(loss: LossConfig, terms: &[TermConfig]) -> Self {
        if terms.is_empty() {
            return Self::new().with(Term::boxed("loss", loss.build()));
        }
        terms.iter().fold(Self::new(), |objective, term| {
            let TermConfig { name, loss, of, target, weight } = term.clone();
            objective.with(Term { of, target, weight, ..Term::boxed(name, loss.build()) })
        })
    }

    /// Adds a term.
    #[must_use]
    pub fn with(mut self, term: Term<'a, F>) -> Self {
        self.terms.push(term);
        self
    }

    /// Weighs samples by their class, in all terms, once the weights are found from a training set: by a training step, or by
    /// [`Objective::weigh_classes`].
    #[must_use]
    pub fn class_weights(self, class_weights: Option<ClassWeights>) -> Self {
        Self { class_weights, weight_of_class: None, ..self }
    }

    /// Returns the terms, in order.
    pub fn terms(&self) -> &[Term<'a, F>] {
        &self.terms
    }

    /// Returns the names of the terms, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| &*term.name)
    }

    /// The values of a network that the terms look at, in the order of the terms.
    pub(crate) fn values(&self, graph: &Graph<F>) -> Result<Vec<Value>, Error> {
        self.terms.iter().map(|term| term.value(graph)).collect()
    }

    /// Checks the terms by themselves and against a network.
    ///
    /// # Errors
    /// Returns an error if there are none or too many, two have one name, a weight is not finite, a hyper-parameter is out
    /// of range, or a name is not in the network.
    pub fn check(&self, graph: &Graph<F>, plan: &Plan) -> Result<(), Error> {
        let count = self.terms.len();
        if !(1..=MAX_TERMS).contains(&count) {
            return Err(Error::Config(format!("terms: expected 1 to {MAX_TERMS}, found {count}")));
        }
        for (place, term) in self.terms.iter().enumerate() {
            let of_term = |message: String| Error::Config(format!("term {:?}: {message}", term.name));
            if self.terms[..place].iter().any(|other| other.name == term.name) {
                return Err(of_term("expected every name once".into()));
            }
            if !term.weight.is_finite() {
                return Err(of_term(format!("weight = {}: expected a finite number", term.weight)));
            }
            term.loss()
                .check()
                .map_err(|error| if count == 1 { Error::Config(error) } else { of_term(error) })?;
            let value = term.value(graph)?;
            if graph.node(value).is_none() {
                return Err(of_term(
                    "expected a loss of the output of a layer, found one of an input".into(),
                ));
            }
            if let TargetOf::Value(name) = &term.target {
                let target = graph.find(name)?;
                let port = |value: Value| {
                    plan.values.iter().find(|planned| planned.value == value).map(|planned| &planned.port)
                };
                if let (Some(value), Some(target)) = (port(value), port(target))
                    && (target.is_indices() || target.shape.len() != value.shape.len())
                {
                    let expected = format!("expected a target of {value}, as the value has");
                    return Err(of_term(format!("{expected}, found {name} of {target}")));
                }
            }
        }
        Ok(())
    }
}
