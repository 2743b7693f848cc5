//! What the strength of regularisation means.

/// What the strength of regularisation means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Penalty {
    C(f64),
    Nu(f64),
}

impl Penalty {
    /// C; 0 for nu-SVC.
    pub fn c(self) -> f64 {
        match self {
            Self::C(c) => c,
            Self::Nu(_) => 0.0,
        }
    }
}
