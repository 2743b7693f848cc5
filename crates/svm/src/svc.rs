//! Classification: C-SVC and nu-SVC, one-vs-one and one-vs-rest.

use pellucid_compute::Pool;

use crate::batches::solve_all;
use crate::classes::{Classes, check_weights};
use crate::gathered::Gathered;
use crate::pairs::Problems;
use crate::problem::Setting;
use crate::{ClassOrder, ClassWeight, Kernel, Observer, Options, Samples, SvcModel, SvmError};

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
}

/// What the strength of regularisation means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Penalty {
    C(f64),
    Nu(f64),
}

impl Penalty {
    /// C; 0 where there is none.
    pub fn c(self) -> f64 {
        match self {
            Self::C(c) => c,
            Self::Nu(_) => 0.0,
        }
    }
}

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
    /// C-SVC with C = 1.
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

    /// nu-SVC: at most a share `nu` of the samples lies inside the margin, and at least that share is support
    /// vectors.
    #[must_use]
    pub fn nu(self, nu: f64) -> Self {
        Self { penalty: Penalty::Nu(nu), ..self }
    }

    /// C-SVC: the price of a unit of violation. It may be infinite: a hard margin, which no sample may violate. Where
    /// no margin separates the classes there is no optimum then, and the fit ends at the most iterations with the gap
    /// it has.
    #[must_use]
    pub fn c(self, c: f64) -> Self {
        Self { penalty: Penalty::C(c), ..self }
    }

    /// How more than two classes are told apart.
    #[must_use]
    pub fn multi_class(self, multi_class: MultiClass) -> Self {
        Self { multi_class, ..self }
    }

    /// What a mistake in a class costs (C-SVC).
    #[must_use]
    pub fn class_weight(self, class_weight: ClassWeight) -> Self {
        Self { class_weight, ..self }
    }

    /// How classes are numbered.
    #[must_use]
    pub fn class_order(self, class_order: ClassOrder) -> Self {
        Self { class_order, ..self }
    }

    /// Of classes that win equally many pairs take not the first, but the one whose decision values are largest.
    #[must_use]
    pub fn break_ties(self, break_ties: bool) -> Self {
        Self { break_ties, ..self }
    }

    /// Solver, tolerance, memory.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Fits with as many threads as the machine has cores.
    ///
    /// # Errors
    /// [`SvmError`] for labels or parameters out of range, and samples that are not finite. Samples of one class only
    /// make a model without machines, which knows no other class.
    pub fn fit<'a>(&self, samples: impl Into<Samples<'a>>, labels: &[i32]) -> Result<SvcModel, SvmError> {
        self.fit_with(samples, labels, None, &Pool::per_core(), None)
    }

    /// Fits with weights of the samples (factors of C), on the threads of `pool`, watched by an observer.
    ///
    /// # Errors
    /// As [`Svc::fit`], and [`SvmError::Interrupted`] where the observer stops the fit.
    pub fn fit_with<'a>(
        &self,
        samples: impl Into<Samples<'a>>,
        labels: &[i32],
        weights: Option<&[f64]>,
        pool: &Pool,
        observer: Option<Observer<'_>>,
    ) -> Result<SvcModel, SvmError> {
        let samples = samples.into();
        check_labels(&samples, labels)?;
        check_weights(weights, labels.len())?;
        let classes = Classes::new(labels, self.class_order, weights)?;
        let setting = Setting::new(samples, &self.kernel, self.options, pool)?;
        let problems = Problems::new(self, &classes, weights)?;
        problems.check()?;
        let mut gathered = Gathered::new(self.multi_class, &classes);
        solve_all(&setting, &classes.rows, &problems, None, observer, |task, fitted| {
            gathered.add(&task.groups, &task.dual.upper, &fitted);
        })?;
        gathered.model(self, &setting, &classes)
    }

    /// How many binary problems so many classes make.
    pub(crate) fn machines(&self, classes: usize) -> usize {
        match self.multi_class {
            MultiClass::OneVsRest if classes > 2 => classes,
            _ => classes * (classes - 1) / 2,
        }
    }
}

/// As many labels as samples.
pub(crate) fn check_labels(samples: &Samples<'_>, labels: &[i32]) -> Result<(), SvmError> {
    if samples.rows() == labels.len() {
        return Ok(());
    }
    let expected = format!("{}, one a sample", samples.rows());
    Err(SvmError::input("labels", expected, labels.len().to_string()))
}
