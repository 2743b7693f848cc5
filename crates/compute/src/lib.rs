//! The ground floor of Pellucid: scalars, matrix products, vector maths, the thread pool and random streams.
//!
//! Everything here is deterministic: work is split over *outputs*, never over a sum, so that a result has the
//! same bits for any number of threads. This is the only crate that may use `unsafe`.
#![allow(unsafe_code)]

mod buffer;
pub mod descriptor;
pub mod half_precision;
pub mod isa;
pub mod math;
pub mod matmul;
pub mod pool;
pub mod random;
pub mod reduce;
mod scalar;
mod split;

pub use buffer::Buffer;
pub use matmul::{MatMut, MatRef, Start, matmul, matmul_relu};
pub use pool::Pool;
pub use random::Stream;
pub use scalar::Scalar;
pub use split::{Rows, Split};
