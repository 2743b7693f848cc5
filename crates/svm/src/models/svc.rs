//! Classification: C-SVC and nu-SVC, one-vs-one and one-vs-rest.

use crate::input::classes::{ClassOrder, ClassWeight};
use crate::kernels::kernel::Kernel;
use crate::models::multi_class::MultiClass;
use crate::models::penalty::Penalty;
use crate::options::Options;

/// A classifier to be fitted: minimise |w|^2 / 2 + C sum of max(0, 1 - y_i f(x_i)), by its dual
///
/// ```text
/// maximise  sum alpha_i - 1/2 sum alpha_i alpha_j y_i y_j K(x_i, x_j),   0 <= alpha_i <= C,  sum alpha_i y_i = 0
/// ```
///
/// ```
/// use pellucid_svm::{Gamma, Kernel, Samples, Svc};
/// let x = [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0]; // exclusive or
/// let samples = Samples::dense(&x, 2);
/// let model = Svc::new(Kernel::rbf(Gamma::Value(1.0))).c(10.0).fit(samples, &[0, 0, 1, 1])?;
/// assert_eq!(model.predict(samples)?, [0, 0, 1, 1]);
/// # Ok::<(), pellucid_svm::SvmError>(())
/// ```
///
/// Sources: C. Cortes, V. Vapnik, *Support-vector networks*, Machine Learning 20, 1995; B. Schoelkopf et al., *New
/// support vector algorithms*, Neural Computation 12, 2000.
#[derive(Clone, Debug)]
pub struct Svc {
    pub(crate) kernel: Kernel,
    pub(crate) penalty: Penalty,
    pub(crate) multi_class: MultiClass,
    pub(crate) class_weight: ClassWeight,
    pub(crate) class_order: ClassOrder,
    pub(crate) options: Options,
    pub(crate) break_ties: bool,
}

impl Svc {
    /// Makes a C-SVC with C = 1.
    pub fn new(kernel: Kernel) -> Self {
        Self {
            kernel,
            penalty: Penalty::C(1.0),
            multi_class: MultiClass::default(),
            class_weight: ClassWeight::default(),
            class_order: ClassOrder::default(),
            options: Options::default(),
            break_ties: false,
        }
    }

    /// Chooses nu-SVC: at most a share `nu` of the samples lies inside the margin, and at least that share is support
    /// vectors.
    #[must_use]
    pub fn nu(self, nu: f64) -> Self {
        Self { penalty: Penalty::Nu(nu), ..self }
    }

    /// Chooses C-SVC and sets C, the price of a unit of violation of the margin.
    ///
    /// It may be infinite: a hard margin, which no sample may violate. If no margin separates the classes there is no
    /// optimum then, and the fit ends at the limit of iterations with the gap it has.
    #[must_use]
    pub fn c(self, c: f64) -> Self {
        Self { penalty: Penalty::C(c), ..self }
    }

    /// Sets how more than two classes are told apart.
    #[must_use]
    pub fn multi_class(self, multi_class: MultiClass) -> Self {
        Self { multi_class, ..self }
    }

    /// Sets what a mistake in a class costs (C-SVC).
    #[must_use]
    pub fn class_weight(self, class_weight: ClassWeight) -> Self {
        Self { class_weight, ..self }
    }

    /// Sets how classes are numbered.
    #[must_use]
    pub fn class_order(self, class_order: ClassOrder) -> Self {
        Self { class_order, ..self }
    }

    /// Sets whether, of classes that win equally many pairs, the one with the largest decision values is predicted instead
    /// of the first.
    #[must_use]
    pub fn break_ties(self, break_ties: bool) -> Self {
        Self { break_ties, ..self }
    }

    /// Sets solver, tolerance and memory.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }
}
