//! The optimisers: each file holds one, a flat loop over parameters, gradients and state.
//!
//! A new optimiser is a file, a `mod` and a `pub use` here, and a word in [`OptimizerConfig`].

mod adam;
mod adamw;
mod decay;
mod optimizer;
mod rms_prop;
mod sgd;
mod state;

pub use adam::Adam;
pub use adamw::AdamW;
pub use optimizer::{Optimizer, Update};
pub use rms_prop::RmsProp;
pub use sgd::Sgd;
pub use state::StateMut;

crate::configs::configs! {
    /// A built-in optimiser, as it stands in a checkpoint or a configuration file.
    ///
    /// ```
    /// use pellucid_nn::{Adam, OptimizerConfig};
    /// let config: OptimizerConfig = serde_json::from_str(r#"{"kind": "adam", "beta2": 0.98}"#)?;
    /// assert_eq!(config, Adam { beta2: 0.98, ..Default::default() }.into());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[derive(Copy)]
    pub enum OptimizerConfig: Optimizer { Sgd(Sgd), Adam(Adam), #[serde(rename = "adamw")] AdamW(AdamW), RmsProp(RmsProp) }
}

impl OptimizerConfig {
    /// Returns the weight decay, which applies to parameters whose group has none of its own.
    pub fn weight_decay(self) -> f64 {
        self.build::<f64>().weight_decay()
    }
}

#[cfg(test)]
mod tests {
    use pellucid_compute::Pool;

    use super::*;
    use crate::configs::Example;

    /// One gradient, then none: the state decays to zero and is never subnormal.
    #[test]
    fn decaying_state_never_becomes_subnormal() {
        for Example { config, .. } in OptimizerConfig::examples() {
            let optimizer = config.build::<f32>();
            let (mut theta, mut state) = ([1.0], vec![0.0; optimizer.state_per_parameter()]);
            for step in 1..=150_000 {
                optimizer.step(Update {
                    pool: &Pool::single(),
                    parameters: &mut theta,
                    gradients: &[if step == 1 { 1.0 } else { 0.0 }],
                    gradient_scale: 1.0,
                    state: StateMut::whole(&mut state, 1),
                    step,
                    learning_rate: 0.01,
                    weight_decay: 0.0,
                });
                assert!(
                    !state.iter().any(|x| x.is_subnormal()),
                    "{} step {step}: {state:?}",
                    optimizer.name()
                );
            }
            assert!(state.iter().all(|&x| x == 0.0), "{}: {state:?}", optimizer.name());
        }
    }
}
