//! The numbers of a model as a session reads them.

/// The parameters and the state of a whole network.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a, F> {
    /// All parameters.
    pub parameters: &'a [F],
    /// The state, such as running means; empty where no layer has any.
    pub state: &'a [F],
}

impl<'a, F> From<&'a [F]> for Weights<'a, F> {
    fn from(parameters: &'a [F]) -> Self {
        Self { parameters, state: &[] }
    }
}

impl<'a, F> From<&'a Vec<F>> for Weights<'a, F> {
    fn from(parameters: &'a Vec<F>) -> Self {
        Self { parameters, state: &[] }
    }
}
