//! The folds of a cross-validation.
//!
//! One rule for `svm train -v`, probabilities and the grid search: a class with fewer samples than folds is missing from
//! some fits, which predict the classes that they have seen, and a fit that has seen one class only predicts that one.

use crate::error::SvmError;
use crate::input::classes::{Classes, check_labels};
use crate::input::copied_rows::CopiedRows;
use crate::input::samples::Samples;
use crate::models::binary_problems::BinaryProblems;
use crate::models::svc::Svc;
use crate::search::fold::Fold;
use crate::search::folds::{fold_count, stratified_folds};

/// Samples in folds.
pub(crate) struct CrossValidation {
    pub classes: Classes,
    /// The rows of class c and fold f, at c x folds + f.
    pub cells: Vec<Vec<u32>>,
    pub folds: Vec<Fold>,
}

impl CrossValidation {
    pub fn new(
        svc: &Svc,
        samples: &Samples<'_>,
        labels: &[i32],
        folds: usize,
        seed: u64,
    ) -> Result<Self, SvmError> {
        samples.check()?;
        check_labels(samples, labels)?;
        let classes = Classes::new(labels, svc.class_order, None)?;
        BinaryProblems::new(svc, &classes, None)?.check()?;
        let (folds, fold_of) = (fold_count(folds, labels.len())?, stratified_folds(labels, folds, seed)?);
        let mut cells = vec![Vec::new(); classes.labels.len() * folds];
        for (class, rows) in classes.rows.iter().enumerate() {
            for &row in rows {
                cells[class * folds + fold_of[row as usize] as usize].push(row);
            }
        }
        let mut held_out = vec![Vec::new(); folds];
        for (row, &fold) in fold_of.iter().enumerate() {
            held_out[fold as usize].push(row as u32);
        }
        let fold = |(index, rows): (usize, Vec<u32>)| {
            let mut training = Classes { labels: Vec::new(), rows: Vec::new() };
            let mut present = Vec::new();
            for (class, cells) in cells.chunks_exact(folds).enumerate() {
                // In the order of the cells, which is that of the binary problems' variables.
                let others = (0..folds).filter(|&fold| fold != index).flat_map(|fold| &cells[fold]);
                let others: Vec<u32> = others.copied().collect();
                if !others.is_empty() {
                    training.labels.push(classes.labels[class]);
                    training.rows.push(others);
                    present.push(class);
                }
            }
            Ok(Fold { index, folds, held_out: CopiedRows::copy(samples, &rows)?, rows, training, present })
        };
        let parts = held_out.into_iter().enumerate().map(fold).collect::<Result<_, SvmError>>()?;
        Ok(Self { cells, folds: parts, classes })
    }

    /// How many binary problems all folds make.
    pub fn problems(&self, svc: &Svc) -> usize {
        self.folds.iter().map(|fold| svc.multi_class.problems(fold.present.len())).sum()
    }
}
