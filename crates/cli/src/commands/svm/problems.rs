//! The binary problems of a fitted model, one after the other, in svm-train's words.

use std::collections::HashMap;
use std::io::{self, Write};

use anyhow::Result;
use pellucid_svm::{AnyModel, Kind, Report, StoredModel, SvcModel};
use serde::Serialize;

use super::settings::classes;
use crate::args::svm::{Formulation, Settings};

/// A binary problem and the number that LIBSVM names after it was solved.
#[derive(Serialize)]
pub struct Problem {
    iterations: u64,
    objective: f64,
    rho: f64,
    gap: f64,
    support_vectors: usize,
    bounded: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    nu: Option<f64>,
    #[serde(rename = "C", skip_serializing_if = "Option::is_none")]
    c: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
}

impl Problem {
    fn new(report: &Report, rho: f64) -> Self {
        let Report { dual_objective, kkt_gap, iterations, support_vectors, bounded, .. } = *report;
        let (nu, c, epsilon) = (None, None, None);
        Self {
            iterations,
            objective: dual_objective,
            rho,
            gap: kkt_gap,
            support_vectors,
            bounded,
            nu,
            c,
            epsilon,
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\noptimization finished, #iter = {}", self.iterations)?;
        for (name, value) in [("nu", self.nu), ("C", self.c), ("epsilon", self.epsilon)] {
            if let Some(value) = value {
                writeln!(out, "{name} = {value:.6}")?;
            }
        }
        writeln!(out, "obj = {:.6}, rho = {:.6}", self.objective, self.rho)?;
        writeln!(out, "nSV = {}, nBSV = {}", self.support_vectors, self.bounded)
    }
}

/// The problems of a model that was fitted to these labels or targets; a thousand classes have half a million, which are
/// made one by one.
pub fn problems<'a>(
    stored: &'a StoredModel,
    settings: &'a Settings,
    labels: &[f64],
) -> Result<Box<dyn Iterator<Item = Problem> + 'a>> {
    Ok(match &stored.model {
        AnyModel::DecisionFunction(model) => {
            let mut problem = Problem::new(model.report(), -model.intercept());
            match model.kind() {
                Kind::OneClass => {}
                Kind::EpsilonSvr => {
                    let sum: f64 = model.dual_coefficients().iter().map(|c| c.abs()).sum();
                    problem.nu = Some(sum / (settings.cost * labels.len() as f64));
                }
                Kind::NuSvr => problem.epsilon = model.report().equivalent,
            }
            Box::new(std::iter::once(problem))
        }
        AnyModel::Classifier(model) => {
            let nu = if settings.formulation == Formulation::NuSvc {
                None
            } else {
                Some(Nu::new(model, settings, &classes(labels)?))
            };
            let machines = model.reports().iter().zip(model.intercepts()).enumerate();
            Box::new(machines.map(move |(index, (report, intercept))| {
                let mut problem = Problem::new(report, -intercept);
                match &nu {
                    Some(nu) => problem.nu = nu.of(index),
                    None => problem.c = report.equivalent,
                }
                problem
            }))
        }
    })
}

/// What nu of the binary problems of a C-SVC is computed from: nu = sum alpha / (C l) of l samples.
struct Nu {
    cost: f64,
    /// What C is multiplied by, and the samples of each class.
    classes: Vec<(f64, usize)>,
    /// The classes of each problem; empty for one against the rest.
    pairs: Vec<(u32, u32)>,
    /// The sum of alpha of each problem.
    sums: Vec<f64>,
}

impl Nu {
    fn new(model: &SvcModel, settings: &Settings, labels: &[i32]) -> Self {
        let mut sizes = HashMap::new();
        for &label in labels {
            *sizes.entry(label).or_insert(0) += 1;
        }
        let count = model.classes().len();
        let factor = |label: i32| {
            let own = settings.class_weight.iter().filter(|(name, _)| *name == label);
            own.map(|(_, factor)| factor).product()
        };
        let of_class = |&label: &i32| (factor(label), sizes.get(&label).copied().unwrap_or(0));
        let problems = model.reports().len();
        let pairwise =
            problems == count * count.saturating_sub(1) / 2 && (count == 2 || !settings.one_vs_rest());
        let pairs = if pairwise {
            (0..count as u32).flat_map(|a| (a + 1..count as u32).map(move |b| (a, b))).collect()
        } else {
            Vec::new()
        };
        let mut sums = vec![0.0; problems];
        let outputs = model.dual_coefficients().len() / model.support_vectors().len().max(1);
        let mut rows = model.dual_coefficients().chunks_exact(outputs.max(1));
        for (class, &size) in model.support_per_class().iter().enumerate() {
            for row in rows.by_ref().take(size) {
                for (place, coefficient) in row.iter().enumerate() {
                    let problem = if pairwise {
                        let other = if place < class { place } else { place + 1 };
                        let (a, b) = (class.min(other), class.max(other));
                        a * (2 * count - a - 1) / 2 + b - a - 1
                    } else {
                        place
                    };
                    sums[problem] += coefficient.abs();
                }
            }
        }
        Self { cost: settings.cost, classes: model.classes().iter().map(of_class).collect(), pairs, sums }
    }

    /// `None` where C differs between the classes of a problem.
    fn of(&self, problem: usize) -> Option<f64> {
        let two;
        let classes = if let Some(&(a, b)) = self.pairs.get(problem) {
            two = [self.classes[a as usize], self.classes[b as usize]];
            &two[..]
        } else {
            &self.classes
        };
        let factor = classes.first()?.0;
        if classes.iter().any(|&(other, _)| other != factor) {
            return None;
        }
        let total: usize = classes.iter().map(|&(_, size)| size).sum();
        Some(self.sums[problem] / (self.cost * factor * total as f64))
    }
}

/// svm-train's lines.
pub fn write(
    out: &mut dyn Write,
    problems: impl Iterator<Item = Problem>,
    stored: &StoredModel,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for problem in problems {
        problem.write(&mut out)?;
    }
    if let AnyModel::Classifier(_) = stored.model {
        writeln!(out, "Total nSV = {}", stored.model.support_vectors().len())?;
    }
    out.flush()
}
