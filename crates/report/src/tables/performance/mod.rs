//! Tables 11 to 15a and the computer: what each implementation took for the same work.

mod computer;
mod contest;
mod machines;
mod rows;
mod scaling;
mod training;

use crate::performance::Performance;
use crate::tables::table::Table;

/// The tables of section 7.
pub(super) fn all(performance: &Performance) -> Vec<Table> {
    vec![
        computer::machine(performance),
        contest::instruction_sets(performance),
        contest::courses_optimization(),
        training::full_size(performance),
        training::small_job(performance),
        scaling::scaling(performance),
        scaling::scaling_memory(performance),
        training::xor(performance),
        contest::trade_offs(performance),
        machines::machines(performance),
    ]
}
