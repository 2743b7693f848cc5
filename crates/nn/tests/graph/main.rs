//! Networks that are graphs: gradients, tied tensors, state, memory, views, checkpoints and what is refused.

mod case;
mod checkpoints;
mod custom;
mod examples;
mod fixed;
mod memory;
mod random;
mod refused;
mod resume;
mod state;
#[path = "../common/stop_at.rs"]
mod stop_at;
mod trained;
mod transposed;
