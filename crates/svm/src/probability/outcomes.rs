//! Decision values of held-out samples and their classes, to which sigmoids are fitted.

use std::collections::HashMap;

use pellucid_compute::Pool;

use crate::decision::pairs::pair_index;
use crate::error::SvmError;
use crate::input::copied_rows::CopiedRows;
use crate::input::samples::Samples;
use crate::models::multi_class::MultiClass;
use crate::models::svc_model::SvcModel;
use crate::probability::sigmoid::Sigmoid;

/// Decision values that are in memory at a time.
const VALUES: usize = 1 << 20;

pub(crate) struct Outcomes {
    /// The class of each label.
    class_of: HashMap<i32, usize>,
    labels: Vec<i32>,
    /// Whether each class is told from all others.
    rest: bool,
    /// Of each binary SVM, its values and whether they are of its positive class.
    svms: Vec<Vec<(f64, bool)>>,
}

impl Outcomes {
    /// Of the binary SVMs of a model.
    pub fn new(model: &SvcModel) -> Self {
        let class_of = model.labels.iter().enumerate().map(|(class, &label)| (label, class)).collect();
        let rest = model.multi_class == MultiClass::OneVsRest && model.labels.len() > 2;
        Self { class_of, labels: model.labels.clone(), rest, svms: vec![Vec::new(); model.rho.len()] }
    }

    /// Adds the values of `model`, which knows the classes `present`, for samples with these labels.
    pub fn add(
        &mut self,
        model: &SvcModel,
        present: &[usize],
        samples: &Samples<'_>,
        labels: &[i32],
        pool: &Pool,
    ) -> Result<(), SvmError> {
        let mut place_of = vec![None; self.labels.len()];
        present.iter().enumerate().for_each(|(place, &class)| place_of[class] = Some(place));
        let svms = model.rho.len();
        let rows: Vec<u32> = (0..labels.len() as u32).collect();
        for rows in rows.chunks((VALUES / svms.max(1)).max(1)) {
            let values = model.decision_values(CopiedRows::copy(samples, rows)?.samples(), pool)?;
            for (i, &row) in rows.iter().enumerate() {
                let label = labels[row as usize];
                let Some(&class) = self.class_of.get(&label) else {
                    let found = format!("{label} of sample {row} (from 0)");
                    return Err(SvmError::input(
                        "held-out labels",
                        format!("one of {:?}", self.labels),
                        found,
                    ));
                };
                self.add_row(&values[i * svms..(i + 1) * svms], class, &place_of, present.len());
            }
        }
        Ok(())
    }

    /// Adds the values of one row by a model of `known` classes.
    fn add_row(&mut self, values: &[f64], class: usize, place_of: &[Option<usize>], known: usize) {
        for other in 0..self.labels.len() {
            if self.rest {
                let value = match place_of[other] {
                    None => -1.0,
                    Some(_) if known == 1 => 1.0,
                    // A single one for two classes.
                    Some(place) if known == 2 => {
                        if place == 0 {
                            values[0]
                        } else {
                            -values[0]
                        }
                    }
                    Some(place) => values[place],
                };
                self.svms[other].push((value, other == class));
            } else if other != class {
                let (a, b) = (class.min(other), class.max(other));
                let value = match (place_of[a], place_of[b]) {
                    (Some(a), Some(b)) => values[pair_index(a, b, known)],
                    (Some(_), None) => 1.0,
                    (None, Some(_)) => -1.0,
                    (None, None) => 0.0,
                };
                self.svms[pair_index(a, b, self.labels.len())].push((value, class == a));
            }
        }
    }

    /// The sigmoid of each binary SVM.
    pub fn sigmoids(&self) -> Vec<Sigmoid> {
        self.svms.iter().map(|outcomes| Sigmoid::fit(outcomes)).collect()
    }
}
