//! What a problem is, of those that the dual can be.

/// Which variables a problem has and what to do with its solution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// The solution as it is.
    Plain,
    /// Two classes with a margin that is a variable: scaled until the margin is 1.
    NuSvc,
    /// Two variables a sample and an epsilon that is a variable.
    NuSvr,
    /// A level that all samples reach but those at their bound.
    OneClass,
}
