//! Progress of a training run on standard error: a bar on a terminal, else a line an epoch, at most ten a second.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pellucid::data::text::short;
use pellucid::nn::{EpochRecord, Observer, StepReport};
use pellucid::prelude::{Model, Scalar};

use crate::interrupt::{self, Unfinished};
use crate::say;

/// The least time between two lines.
const EPOCH_LINES: Duration = Duration::from_millis(100);

/// The most letters of a term's name that are shown.
const NAME: usize = 20;

/// Shows a run, times its training, and stops it on Ctrl-C.
pub struct Progress {
    name: &'static str,
    epochs: u64,
    /// The names of the terms of the objective, where there are several.
    terms: Vec<String>,
    bar: ProgressBar,
    terminal: bool,
    /// Since the beginning of the current epoch.
    epoch_start: Instant,
    /// Training so far, without validation and checkpoints.
    pub training: Duration,
    /// Samples trained on so far.
    pub samples: u64,
    epoch_training: Duration,
    epoch_samples: u64,
    last_drawn: Instant,
    last_epoch: Option<Instant>,
    /// Until it is finished, signals wait for its state to be written.
    unfinished: Option<Unfinished>,
}

impl Progress {
    /// Begins to show a run of `epochs` epochs under `name`, of which the first `first` are done.
    pub fn new(name: &'static str, epochs: u64, first: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(Some(epochs), ProgressDrawTarget::stderr());
        let colour = std::env::var_os("NO_COLOR").is_none();
        let template = if colour {
            "{prefix} [{bar:30.cyan/blue}] epoch {pos}/{len}  {msg}  {elapsed} of {duration}"
        } else {
            "{prefix} [{bar:30}] epoch {pos}/{len}  {msg}  {elapsed} of {duration}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(name);
        bar.set_position(first);
        let now = Instant::now();
        Self {
            name,
            epochs,
            terms: Vec::new(),
            bar,
            terminal,
            epoch_start: now,
            training: Duration::ZERO,
            samples: 0,
            epoch_training: Duration::ZERO,
            epoch_samples: 0,
            last_drawn: now,
            last_epoch: None,
            unfinished: Some(Unfinished::work()),
        }
    }

    /// Shows the loss of each term too, under these names.
    #[must_use]
    pub fn of_terms(mut self, names: &[String]) -> Self {
        self.terms = names.iter().map(|name| short(name, NAME)).collect();
        self
    }

    /// Returns the samples trained on a second, without validation and checkpoints; `None` before the first epoch ends.
    pub fn samples_per_second(&self) -> Option<f64> {
        (self.samples > 0).then(|| self.samples as f64 / self.training.as_secs_f64())
    }

    /// Takes the bar away; to be called when the state of the run is written, since signals then end the process at once.
    pub fn finish(&mut self) {
        self.bar.finish_and_clear();
        self.unfinished = None;
    }

    /// Takes note of a step; breaks where a signal asks the work to stop.
    pub fn on_step(&mut self, step: &StepReport) -> ControlFlow<()> {
        self.epoch_samples += step.samples as u64;
        let now = Instant::now();
        if step.step == step.steps {
            self.epoch_training = now - self.epoch_start;
        } else if self.terminal && now - self.last_drawn > Duration::from_millis(200) {
            self.last_drawn = now;
            let rate = self.epoch_samples as f64 / (now - self.epoch_start).as_secs_f64();
            let loss = self.losses(step.loss, step.terms);
            self.bar.set_message(format!("loss {loss}  {} samples/s", thousands(rate)));
        }
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Takes note of an epoch and shows it; breaks where a signal asks the work to stop.
    pub fn on_epoch(&mut self, record: &EpochRecord) -> ControlFlow<()> {
        let rate = self.epoch_samples as f64 / self.epoch_training.as_secs_f64().max(1e-9);
        self.training += self.epoch_training;
        self.samples += self.epoch_samples;
        let now = Instant::now();
        // Small networks make thousands of epochs a second, which nobody could read.
        let shown =
            self.last_epoch.is_none_or(|last| now - last > EPOCH_LINES) || record.epoch == self.epochs;
        if shown {
            self.last_epoch = Some(now);
            self.show(record, rate);
        }
        (self.epoch_training, self.epoch_samples) = (Duration::ZERO, 0);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn show(&self, record: &EpochRecord, rate: f64) {
        let validation = record.validation_loss.map_or(String::new(), |loss| {
            format!("  validation {}", self.losses(loss, &record.validation_terms))
        });
        let loss = self.losses(record.train_loss, &record.train_terms);
        let message = format!("loss {loss}{validation}  {} samples/s", thousands(rate));
        if self.terminal {
            self.bar.set_message(message);
            self.bar.set_position(record.epoch);
        } else {
            let left = self.training.as_secs_f64() / self.samples.max(1) as f64
                * self.epoch_samples as f64
                * self.epochs.saturating_sub(record.epoch) as f64;
            say!("{} epoch {}/{}  {message}  {left:.0} s left", self.name, record.epoch, self.epochs);
        }
    }

    /// A loss, and where it is of several terms those.
    fn losses(&self, total: f64, terms: &[f64]) -> String {
        let named = self.terms.iter().zip(terms).map(|(name, loss)| format!("{name} {loss:.5}"));
        match named.collect::<Vec<_>>().join(", ") {
            terms if terms.is_empty() => format!("{total:.5}"),
            terms => format!("{total:.5} ({terms})"),
        }
    }

    /// Starts the clock of the next epoch; to be called after work that is not training.
    pub fn restart_clock(&mut self) {
        self.epoch_start = Instant::now();
    }
}

impl<F: Scalar> Observer<F> for Progress {
    fn step(&mut self, step: &StepReport) -> ControlFlow<()> {
        self.on_step(step)
    }

    fn epoch(&mut self, record: &EpochRecord, _model: &Model<F>) -> ControlFlow<()> {
        let flow = self.on_epoch(record);
        self.restart_clock();
        flow
    }
}

/// Writes a number with commas, as in 123,456.
pub fn thousands(x: f64) -> String {
    let digits = format!("{x:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
