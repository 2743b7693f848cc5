//! A fold of a cross-validation.

use crate::input::classes::Classes;
use crate::input::copied_rows::CopiedRows;

/// A fold and the samples that are not in it.
pub(crate) struct Fold {
    pub index: usize,
    /// How many there are.
    pub folds: usize,
    pub rows: Vec<u32>,
    pub held_out: CopiedRows,
    /// The others, by class.
    pub training: Classes,
    /// Which of all classes those are.
    pub present: Vec<usize>,
}

impl Fold {
    /// The cells of a class of the training samples that hold samples.
    pub fn cells<'a>(&self, class: usize, cells: &'a [Vec<u32>]) -> impl Iterator<Item = usize> + use<'a> {
        let (class, index, folds) = (self.present[class], self.index, self.folds);
        let own = (0..folds).filter(move |&fold| fold != index).map(move |fold| class * folds + fold);
        own.filter(|&cell| !cells[cell].is_empty())
    }
}
