//! The binary problems of a classifier, made one after the other: those of a thousand classes would not fit into memory
//! together.

use crate::decision::pairs::class_pairs;
use crate::error::SvmError;
use crate::fitting::solve_all::Tasks;
use crate::fitting::task::Task;
use crate::input::classes::Classes;
use crate::models::multi_class::MultiClass;
use crate::models::penalty::Penalty;
use crate::models::svc::Svc;
use crate::problem::form::Form;
use crate::problem::formulations;

pub(crate) struct BinaryProblems<'a> {
    svc: &'a Svc,
    classes: &'a Classes,
    weights: Option<&'a [f64]>,
    /// What C of each class is multiplied by.
    factors: Vec<f64>,
}

impl<'a> BinaryProblems<'a> {
    /// The problems of these classes; an error for parameters out of range.
    pub fn new(svc: &'a Svc, classes: &'a Classes, weights: Option<&'a [f64]>) -> Result<Self, SvmError> {
        let factors = classes.factors(&svc.class_weight)?;
        match svc.penalty {
            Penalty::C(c) if c > 0.0 => {}
            Penalty::C(c) => return Err(SvmError::parameter("C", "a number above 0", c)),
            Penalty::Nu(nu) if nu > 0.0 && nu <= 1.0 => {}
            Penalty::Nu(nu) => {
                return Err(SvmError::parameter("nu", "a number above 0 and not above 1", nu));
            }
        }
        Ok(Self { svc, classes, weights, factors })
    }

    /// An error if nu is too large for the sizes of two classes.
    ///
    /// The folds of a cross-validation are not held to it, as in LIBSVM: there a class that is too small gives all it
    /// has.
    pub fn check(&self) -> Result<(), SvmError> {
        let Penalty::Nu(nu) = self.svc.penalty else { return Ok(()) };
        let size = |rows: &Vec<u32>| rows.iter().map(|&row| self.weight(row)).sum::<f64>();
        let sizes: Vec<f64> = self.classes.rows.iter().map(size).collect();
        let total: f64 = sizes.iter().sum();
        let labels = &self.classes.labels;
        let feasible = |(a, b): (usize, usize), sizes: [f64; 2]| {
            let most = 2.0 * sizes[0].min(sizes[1]) / (sizes[0] + sizes[1]);
            if nu <= most {
                return Ok(());
            }
            Err(SvmError::Infeasible { nu, most, first: labels[a], second: labels[b], sizes })
        };
        if self.rest() {
            return (0..labels.len())
                .try_for_each(|a| feasible((a, usize::from(a == 0)), [sizes[a], total - sizes[a]]));
        }
        class_pairs(labels.len()).try_for_each(|(a, b)| feasible((a, b), [sizes[a], sizes[b]]))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.svc.multi_class.problems(self.classes.labels.len())
    }

    /// The classes that each is about, the positive one first.
    pub fn groups(&self) -> impl Iterator<Item = Vec<usize>> + use<> {
        let count = self.classes.labels.len();
        let (one, both) = if self.rest() { (count, 0) } else { (0, count) };
        let rest = move |a: usize| (0..count).filter(move |&b| b != a);
        let one = (0..one).map(move |a| std::iter::once(a).chain(rest(a)).collect());
        one.chain(class_pairs(both).map(|(a, b)| vec![a, b]))
    }

    /// The problems.
    pub fn iter(&self) -> impl Iterator<Item = Task> + '_ {
        self.groups().map(|groups| self.task(groups))
    }

    /// Whether each class is told from all others; two classes need a single problem.
    fn rest(&self) -> bool {
        self.svc.multi_class == MultiClass::OneVsRest && self.classes.labels.len() > 2
    }

    fn weight(&self, row: u32) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row as usize])
    }

    fn task(&self, groups: Vec<usize>) -> Task {
        let positive = self.classes.rows[groups[0]].len();
        let variables = groups.iter().map(|&group| self.classes.rows[group].len()).sum();
        let mut bounds = Vec::with_capacity(variables);
        // What C of a class is multiplied by is the class's own in a pair, and against the rest.
        for &group in &groups {
            let factor = match self.svc.penalty {
                Penalty::C(c) => c * self.factors[group],
                Penalty::Nu(_) => 1.0,
            };
            bounds.extend(self.classes.rows[group].iter().map(|&row| factor * self.weight(row)));
        }
        let (dual, form) = match self.svc.penalty {
            Penalty::C(_) => (formulations::c_svc(positive, &bounds), Form::Plain),
            Penalty::Nu(nu) => (formulations::nu_svc(positive, &bounds, nu), Form::NuSvc),
        };
        Task { groups, dual, form }
    }
}

impl Tasks for BinaryProblems<'_> {
    fn count(&self) -> usize {
        self.len()
    }

    fn tasks(&self) -> Box<dyn Iterator<Item = Task> + '_> {
        Box::new(self.iter())
    }
}
