//! How more than two classes are told apart.

/// How more than two classes are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MultiClass {
    /// A machine for each pair of classes; the class that wins most pairs.
    #[default]
    OneVsOne,
    /// A machine for each class against all others; the class with the largest decision value.
    OneVsRest,
}

impl MultiClass {
    /// Where the coefficients of a class in a machine stand in the row of a support vector, in LIBSVM's order: of class
    /// a in the machine against b, place b - 1 if a < b, else b. `classes` are those of the machine.
    pub(crate) fn place(self, class: usize, classes: &[usize], machine: usize) -> usize {
        if self == Self::OneVsRest {
            return machine;
        }
        let other = if class == classes[0] { classes[1] } else { classes[0] };
        if class < other { other - 1 } else { other }
    }

    /// How many binary problems so many classes make.
    pub(crate) fn problems(self, classes: usize) -> usize {
        match self {
            Self::OneVsRest if classes > 2 => classes,
            _ => classes * (classes - 1) / 2,
        }
    }
}
