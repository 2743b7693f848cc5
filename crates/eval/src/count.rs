//! What a confusion matrix adds up.

use std::fmt::Debug;
use std::iter::Sum;

use serde::Serialize;

mod sealed {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for f64 {}
}

/// A number of samples (`u64`) or their weight (`f64`).
pub trait Count:
    sealed::Sealed + Copy + Debug + Default + PartialEq + PartialOrd + Serialize + Sum<Self>
{
    /// Returns the number as a float.
    fn to_f64(self) -> f64;
}

impl Count for u64 {
    fn to_f64(self) -> f64 {
        self as f64
    }
}

impl Count for f64 {
    fn to_f64(self) -> f64 {
        self
    }
}
