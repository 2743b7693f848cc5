//! Classification: C-SVC and nu-SVC, one-vs-one and one-vs-rest.

use pellucid_compute::Pool;

use crate::classes::{Classes, check_weights};
use crate::expansion::Expansion;
use crate::formulation::{self, Fitted, Form};
use crate::problem::{Setting, Task};
use crate::{
    ClassOrder, ClassWeight, Kernel, Observer, Options, Samples, SupportVectors, SvcModel, SvmError,
};

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

    /// C-SVC: the price of a unit of violation.
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
    /// [`SvmError`] for labels or parameters out of range, samples that are not finite, or one class only.
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
        let tasks = self.tasks(&classes, weights)?;
        let fitted = setting.solve(&classes.rows, &tasks, None, observer)?;
        self.model(&setting, &classes, &tasks, &fitted)
    }

    /// How many binary problems so many classes make.
    pub(crate) fn machines(&self, classes: usize) -> usize {
        match self.multi_class {
            MultiClass::OneVsRest if classes > 2 => classes,
            _ => classes * (classes - 1) / 2,
        }
    }

    /// The binary problems.
    pub(crate) fn tasks(&self, classes: &Classes, weights: Option<&[f64]>) -> Result<Vec<Task>, SvmError> {
        let factors = classes.factors(&self.class_weight)?;
        let weight = |row: u32| weights.map_or(1.0, |weights| weights[row as usize]);
        let count = classes.labels.len();
        let pairs: Vec<Vec<usize>> = match self.multi_class {
            MultiClass::OneVsOne => {
                (0..count).flat_map(|a| (a + 1..count).map(move |b| vec![a, b])).collect()
            }
            // Two classes need one machine only.
            MultiClass::OneVsRest if count == 2 => vec![vec![0, 1]],
            MultiClass::OneVsRest => {
                let rest = |a: usize| (0..count).filter(move |&b| b != a);
                (0..count).map(|a| std::iter::once(a).chain(rest(a)).collect()).collect()
            }
        };
        let task = |groups: Vec<usize>| {
            let positive = classes.rows[groups[0]].len();
            // What C of a class is multiplied by is the class's own in a pair, and that of the positive one against
            // the rest.
            let members = |group: usize| classes.rows[group].iter().map(move |&row| (group, weight(row)));
            let members: Vec<(usize, f64)> = groups.iter().flat_map(|&group| members(group)).collect();
            let (dual, form) = match self.penalty {
                Penalty::C(c) => {
                    if !(c > 0.0 && c.is_finite()) {
                        return Err(SvmError::parameter("C", "a finite number above 0", c));
                    }
                    let bounds: Vec<f64> =
                        members.iter().map(|&(group, weight)| c * factors[group] * weight).collect();
                    (formulation::c_svc(positive, &bounds), Form::Plain)
                }
                Penalty::Nu(nu) => {
                    if !(nu > 0.0 && nu <= 1.0) {
                        return Err(SvmError::parameter("nu", "a number above 0 and not above 1", nu));
                    }
                    let weights: Vec<f64> = members.iter().map(|&(_, weight)| weight).collect();
                    let sizes =
                        [weights[..positive].iter().sum::<f64>(), weights[positive..].iter().sum::<f64>()];
                    let most = 2.0 * sizes[0].min(sizes[1]) / (sizes[0] + sizes[1]);
                    if nu > most {
                        let (first, second) = (classes.labels[groups[0]], classes.labels[groups[1]]);
                        return Err(SvmError::Infeasible { nu, most, first, second, sizes });
                    }
                    (formulation::nu_svc(positive, &weights, nu), Form::NuSvc)
                }
            };
            Ok(Task { groups, dual, form })
        };
        pairs.into_iter().map(task).collect()
    }

    /// Gathers the support vectors of all machines.
    pub(crate) fn model(
        &self,
        setting: &Setting<'_>,
        classes: &Classes,
        tasks: &[Task],
        fitted: &[Fitted],
    ) -> Result<SvcModel, SvmError> {
        let count = classes.labels.len();
        let outputs = match self.multi_class {
            MultiClass::OneVsOne => count - 1,
            MultiClass::OneVsRest => tasks.len(),
        };
        // The coefficients of every sample.
        let mut coefficients: Vec<Vec<f64>> =
            classes.rows.iter().map(|rows| vec![0.0; rows.len() * outputs]).collect();
        for (index, (task, fitted)) in tasks.iter().zip(fitted).enumerate() {
            let mut begin = 0;
            for &group in &task.groups {
                let place = self.multi_class.place(group, &task.groups, index);
                for i in 0..classes.rows[group].len() {
                    coefficients[group][i * outputs + place] = fitted.coefficients[begin + i];
                }
                begin += classes.rows[group].len();
            }
        }
        let (mut support, mut class_sizes, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for (rows, coefficients) in classes.rows.iter().zip(&coefficients) {
            let before = support.len();
            for (&row, coefficients) in rows.iter().zip(coefficients.chunks_exact(outputs)) {
                if coefficients.iter().any(|&coefficient| coefficient != 0.0) {
                    support.push(row);
                    kept.extend_from_slice(coefficients);
                }
            }
            class_sizes.push(support.len() - before);
        }
        let vectors = SupportVectors::of(&setting.samples, &setting.kernel, &support)?;
        let largest = tasks.iter().flat_map(|task| &task.dual.upper).fold(0.0_f64, |a, &b| a.max(b));
        let single = setting.single(largest);
        let columns = setting.samples.columns();
        Ok(SvcModel {
            labels: classes.labels.clone(),
            multi_class: self.multi_class,
            penalty: self.penalty,
            break_ties: self.break_ties,
            rho: fitted.iter().map(|fitted| fitted.rho).collect(),
            reports: fitted.iter().map(|fitted| fitted.report).collect(),
            support,
            expansion: Expansion::new(setting.kernel.clone(), vectors, columns, class_sizes, kept, single),
        })
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
