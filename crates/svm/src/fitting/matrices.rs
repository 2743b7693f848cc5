//! The kernel matrices of problems that share groups of rows.

use pellucid_compute::Scalar;

use crate::fitting::setting::Setting;
use crate::kernel_matrix::dense_gram::DenseGram;
use crate::kernel_matrix::function_gram::FunctionGram;
use crate::kernel_matrix::gram::Gram;
use crate::kernel_matrix::kept_rows::KeptRows;
use crate::kernel_matrix::points::{Points, worth_panels};
use crate::kernel_matrix::shared_gram::SharedGram;
use crate::kernel_matrix::sparse_gram::SparseGram;
use crate::kernel_matrix::table_gram::TableGram;
use crate::kernels::dot_kernel::Computed;

/// Makes the kernel matrix of any of some groups of rows.
pub(super) struct Matrices<'a, T> {
    setting: &'a Setting<'a>,
    groups: &'a [Vec<u32>],
    points: Option<&'a Points<T>>,
    shared: Option<Shared<'a, T>>,
}

/// The matrix of all groups, whose rows are kept.
struct Shared<'a, T> {
    all: Box<dyn Gram<T> + 'a>,
    kept: &'a KeptRows<T>,
    /// The first sample of each group, and the end.
    starts: Vec<u32>,
}

impl<'a, T: Scalar> Matrices<'a, T> {
    /// A copy of the samples that the matrices of all groups share; `None` if kernel values are not matrix products.
    pub fn points(setting: &Setting<'_>, groups: &[Vec<u32>]) -> Option<Points<T>> {
        let rows = groups.iter().map(Vec::len).sum();
        let by_products = setting.samples.is_dense()
            && worth_panels(groups.len(), rows)
            && matches!(setting.kernel.computed(), Computed::Dot(_));
        by_products.then(|| {
            let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
            Points::new(&setting.samples, &groups, setting.centre.as_deref(), setting.pool)
        })
    }

    /// Of groups whose samples may be laid out as `points`; rows are kept in `kept`.
    pub fn new(
        setting: &'a Setting<'a>,
        groups: &'a [Vec<u32>],
        points: Option<&'a Points<T>>,
        kept: Option<&'a KeptRows<T>>,
    ) -> Self {
        let mut matrices = Self { setting, groups, points, shared: None };
        // A table is at hand already.
        matrices.shared =
            kept.filter(|_| !matches!(setting.kernel.computed(), Computed::Table)).map(|kept| {
                let every: Vec<usize> = (0..groups.len()).collect();
                let mut starts = vec![0];
                starts.extend(groups.iter().scan(0, |end, group| {
                    *end += group.len() as u32;
                    Some(*end)
                }));
                Shared { all: matrices.own(&every), kept, starts }
            });
        matrices
    }

    /// Whether rows are kept.
    pub fn keep_rows(&self) -> bool {
        self.shared.is_some()
    }

    /// The kernel matrix of the samples of some groups, side by side.
    pub fn of(&self, chosen: &[usize]) -> Box<dyn Gram<T> + '_> {
        let Some(Shared { all, kept, starts }) = &self.shared else { return self.own(chosen) };
        let ids = chosen.iter().flat_map(|&group| starts[group]..starts[group + 1]).collect();
        Box::new(SharedGram::new(all.as_ref(), kept, ids))
    }

    /// The same, which shares no rows with others.
    fn own(&self, chosen: &[usize]) -> Box<dyn Gram<T> + 'a> {
        let Setting { samples, pool, .. } = *self.setting;
        let groups = self.groups;
        let ids = || -> Vec<u32> { chosen.iter().flat_map(|&group| &groups[group]).copied().collect() };
        match (self.setting.kernel.computed(), self.points) {
            (Computed::Table, _) => Box::new(TableGram::new(samples, ids())),
            (Computed::Function(function), _) => {
                Box::new(FunctionGram::new(function.clone(), &samples, &ids()))
            }
            (Computed::Dot(kernel), Some(points)) => {
                Box::new(DenseGram::new(points, samples, chosen, kernel.rounded(), pool))
            }
            (Computed::Dot(kernel), None) => {
                Box::new(SparseGram::new(samples, &ids(), kernel.rounded(), pool))
            }
        }
    }
}
