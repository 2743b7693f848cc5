//! The floating-point types that data are gathered into.

use std::fmt::Debug;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`, with conversions from every stored type.
///
/// ```
/// use pellucid_data::Element;
/// assert_eq!(f32::from_u8_unit(255), 1.0);
/// assert_eq!(f64::from_u8_unit(51), 0.2);
/// ```
pub trait Element: sealed::Sealed + Copy + Debug + PartialOrd + Default + Send + Sync + 'static {
    /// Returns a pixel as a float in [0, 1]: `v / 255`, correctly rounded.
    fn from_u8_unit(v: u8) -> Self;
    /// Returns the value of an `f32`.
    fn from_f32(v: f32) -> Self;
    /// Returns the value of an `f64`, rounded to nearest.
    fn from_f64(v: f64) -> Self;
    /// Returns the value as an `f64`, exact.
    fn to_f64(self) -> f64;
}

macro_rules! element {
    ($t:ty) => {
        // For one of the two types each of these conversions is the identity.
        #[allow(clippy::cast_lossless, clippy::unnecessary_cast)]
        impl Element for $t {
            // v / 255 = v / 256 + v / 65280 without a division; a test compares all 256 results.
            #[inline(always)]
            fn from_u8_unit(v: u8) -> Self {
                v as Self * (1.0 / 256.0) + v as Self * (1.0 / 65280.0)
            }
            #[inline]
            fn from_f32(v: f32) -> Self {
                v as Self
            }
            #[inline]
            fn from_f64(v: f64) -> Self {
                v as Self
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    };
}
element!(f32);
element!(f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_divided_by_255_to_the_last_bit() {
        for v in 0..=u8::MAX {
            assert_eq!(f32::from_u8_unit(v), f32::from(v) / 255.0, "{v}");
            assert_eq!(f64::from_u8_unit(v), f64::from(v) / 255.0, "{v}");
        }
    }
}
