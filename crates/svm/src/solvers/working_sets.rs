//! Rounds over working sets, for problems whose kernel rows cost more than anything else.
//!
//! A round takes a few hundred samples that violate the conditions of the optimum most, solves the problem in which only
//! they move, on their own small kernel matrix, and brings the gradient of all others up to date. Kernel rows of all
//! samples are needed only for those that have moved, and are computed many at a time, as one matrix product that reads
//! the samples once.
//!
//! Sources: R. Collobert, S. Bengio, *SVMTorch*, JMLR 1, 2001; Z. Wen, J. Shi, Q. Li, B. He, J. Chen, *ThunderSVM*, JMLR
//! 19, 2018, for sets of which half stays.

use pellucid_compute::Scalar;

use crate::error::SvmError;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::row_cache::RowCache;
use crate::solvers::active::{Active, Outcome};
use crate::solvers::watch::Watch;

/// The samples of a set (`docs/performance.md`).
const SET: usize = 256;

/// A round ends when the gap within the set has fallen to this share of that of all samples.
const SHARE: f64 = 0.1;

/// How to solve, the last set, and its kernel matrix.
pub(super) struct WorkingSets<'a, T> {
    tolerance: f64,
    /// Of iterations, in all rounds together.
    limit: u64,
    watch: &'a Watch<'a>,
    /// From the oldest to the newest.
    set: Vec<u32>,
    matrix: RowCache<T>,
}

impl<'a, T: Scalar> WorkingSets<'a, T> {
    /// The rows that are computed at once.
    pub const BATCH: usize = 64;

    pub fn new(tolerance: f64, limit: u64, watch: &'a Watch<'a>) -> Self {
        let matrix = RowCache::new(2 * SET * SET * size_of::<T>());
        Self { tolerance, limit, watch, set: Vec::new(), matrix }
    }

    /// Forgets the last set, whose samples have other numbers now.
    pub fn clear(&mut self) {
        self.set.clear();
    }

    /// Solves a set. The outcome says how far all samples are from the optimum afterwards.
    pub fn round(
        &mut self,
        active: &mut Active<T>,
        gram: &dyn Gram<T>,
        cache: &mut RowCache<T>,
        iterations: &mut u64,
    ) -> Result<Outcome, SvmError> {
        let before = active.outcome(self.tolerance);
        if before.optimal {
            return Ok(before);
        }
        // Half of the last set stays, so that its samples do not move to and fro.
        self.set.drain(..self.set.len().saturating_sub(SET / 2));
        let new = active.most_violating(SET - self.set.len(), &before.extremes, &self.set);
        self.set.extend(new);
        let mut samples = self.set.clone();
        samples.sort_unstable();

        let mut part = active.restricted(&samples);
        let small = gram.subset(&samples);
        let all: Vec<u32> = (0..samples.len() as u32).collect();
        self.matrix.reset(samples.len(), samples.len());
        for ids in all.chunks(self.matrix.batch()) {
            self.matrix.fetch(small.as_ref(), ids, None);
        }
        let within = self.tolerance.max(SHARE * before.gap);
        part.iterate(small.as_ref(), within, &mut self.matrix, iterations, self.limit, self.watch)?;

        let steps = active.take(&part, &samples);
        // The rows of a chunk are the last to be evicted, and fill less than half the cache.
        for steps in steps.chunks(cache.batch()) {
            let missing: Vec<u32> = steps.iter().map(|&(id, _)| id).filter(|&id| !cache.touch(id)).collect();
            if !missing.is_empty() {
                cache.fetch(gram, &missing, None);
            }
            let rows: Vec<(&[T], f64)> = steps.iter().map(|&(id, step)| (cache.row(id), step)).collect();
            active.add(&rows);
        }
        Ok(active.outcome(self.tolerance))
    }
}
