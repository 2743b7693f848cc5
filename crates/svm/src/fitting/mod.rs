//! What every fit does: check, choose the precision, solve binary problems side by side.

pub(crate) mod fit;
pub(crate) mod kernel_store;
pub(crate) mod matrices;
pub(crate) mod precision;
pub(crate) mod setting;
pub(crate) mod solve;
pub(crate) mod solve_all;
pub(crate) mod solve_task;
pub(crate) mod task;
pub(crate) mod task_queue;
