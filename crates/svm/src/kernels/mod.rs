//! Kernels: [`kernel::Kernel`], and those of the inner product as vector code.

pub(crate) mod centre;
pub(crate) mod distance;
pub(crate) mod dot_kernel;
pub(crate) mod evaluate;
pub(crate) mod kernel;
