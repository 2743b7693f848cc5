//! How more than two classes are told apart.

/// How more than two classes are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MultiClass {
    /// A binary SVM for each pair of classes; predicts the class that wins most pairs.
    #[default]
    OneVsOne,
    /// A binary SVM for each class against all others; predicts the class with the largest decision value.
    OneVsRest,
}

impl MultiClass {
    /// The place of a class's coefficient of a binary problem in the row of a support vector, in LIBSVM's order: of class
    /// a against b, place b - 1 if a < b, else b. `classes` are those of the problem.
    pub(crate) fn place(self, class: usize, classes: &[usize], problem: usize) -> usize {
        if self == Self::OneVsRest {
            return problem;
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
