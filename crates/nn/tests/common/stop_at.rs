//! A run interrupted at a place.

use std::ops::ControlFlow;

use pellucid_nn::{EpochRecord, Model, Observer, StepReport};

/// Interrupts a run after a step of an epoch, or after an epoch (step 0).
pub struct StopAt(pub u64, pub u64);

impl Observer<f32> for StopAt {
    fn step(&mut self, report: &StepReport) -> ControlFlow<()> {
        stop_if((report.epoch, report.step) == (self.0, self.1))
    }
    fn epoch(&mut self, record: &EpochRecord, _model: &Model<f32>) -> ControlFlow<()> {
        stop_if((record.epoch, 0) == (self.0, self.1))
    }
}

fn stop_if(condition: bool) -> ControlFlow<()> {
    if condition { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
