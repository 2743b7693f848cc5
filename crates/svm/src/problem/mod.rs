//! The mathematics: the one optimisation problem behind all formulations ([`dual::Dual`]), and the formulations.

pub(crate) mod dual;
pub(crate) mod fitted;
pub(crate) mod form;
pub(crate) mod formulations;
pub(crate) mod pair_step;
pub(crate) mod report;
