//! The number types that networks compute in.

use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point type that a network can be trained in: `f32` for speed, `f64` for gradient checks.
///
/// ```
/// use pellucid_compute::Scalar;
/// fn mean<F: Scalar>(x: &[F]) -> F {
///     x.iter().copied().sum::<F>() / F::from_usize(x.len())
/// }
/// assert_eq!(mean(&[1.0_f32, 2.0, 6.0]), 3.0);
/// ```
pub trait Scalar:
    sealed::Sealed
    + Copy
    + Default
    + Debug
    + Display
    + LowerExp
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
    + crate::matmul::Product
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// One half.
    const HALF: Self;
    /// Two.
    const TWO: Self;
    /// The distance from one to the next larger number.
    const EPSILON: Self;
    /// The least positive number with all its digits; arithmetic with smaller ones takes a hundred times as long.
    const MIN_POSITIVE: Self;
    /// The name of the type as safetensors writes it: `F32` or `F64`.
    const NAME: &'static str;
    /// log2(e).
    const LOG2_E: Self;
    /// The leading bits of ln 2, few enough that a multiple by an exponent is exact.
    const LN_2_HIGH: Self;
    /// ln 2 less [`Scalar::LN_2_HIGH`].
    const LN_2_LOW: Self;
    /// The least x for which 2^round(x log2 e) is a normal number; below it `exp` is taken as 0.
    const EXP_MIN: Self;
    /// The largest x for which e^x is finite; above it `exp` is infinite.
    const EXP_MAX: Self;
    /// Adding and then subtracting this rounds a small number to the nearest integer.
    const ROUND: Self;
    /// The coefficients 1/k! of the series of e^r, highest first, down to 1/2!.
    const EXP_SERIES: &'static [Self];
    /// The coefficients 1/(2k+1) of the series of artanh(s)/s, highest first, down to 1/3.
    const ARTANH_SERIES: &'static [Self];

    /// Returns the nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// Returns the number as `f64`, exactly.
    fn to_f64(self) -> f64;
    /// Returns the nearest number to a count.
    fn from_usize(n: usize) -> Self;
    /// |x|.
    #[must_use]
    fn abs(self) -> Self;
    /// Returns the square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Not a number.
    fn is_nan(self) -> bool;
    /// Appends the bytes of the number, the lowest first.
    fn append_le_bytes(self, out: &mut Vec<u8>);
    /// Returns the number of `size_of::<Self>()` bytes, the lowest first; missing bytes are zero.
    fn from_le_bytes(bytes: &[u8]) -> Self;
    /// 2^n of an integer-valued n within the range of normal exponents.
    fn exp2_integer(n: Self) -> Self;
    /// Returns the larger of two numbers; `other` where `self` is NaN.
    #[must_use]
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
    /// Returns the smaller of two numbers; `other` where `self` is NaN.
    #[must_use]
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other { self } else { other }
    }
}

/// The two types differ in their names, in where the bits of the exponent lie, and in the numbers that the functions of
/// [`math`](crate::math) need.
macro_rules! scalar {
    (
        $type:ident, $name:literal, mantissa: $mantissa:literal, bias: $bias:literal,
        round: $round:literal, ln_2: $high:literal + $low:literal, exp_range: $min:literal to $max:literal,
        exp_series: [$($exp:expr),+], artanh_series: [$($artanh:expr),+]
    ) => {
        impl Scalar for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const HALF: Self = 0.5;
            const TWO: Self = 2.0;
            const EPSILON: Self = Self::EPSILON;
            const MIN_POSITIVE: Self = Self::MIN_POSITIVE;
            const NAME: &'static str = $name;
            const LOG2_E: Self = std::$type::consts::LOG2_E;
            const LN_2_HIGH: Self = $high;
            const LN_2_LOW: Self = $low;
            const EXP_MIN: Self = $min;
            const EXP_MAX: Self = $max;
            const ROUND: Self = $round;
            const EXP_SERIES: &'static [Self] = &[$($exp),+];
            const ARTANH_SERIES: &'static [Self] = &[$($artanh),+];

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as Self
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn from_usize(n: usize) -> Self {
                n as Self
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.is_finite()
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            fn append_le_bytes(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn from_le_bytes(bytes: &[u8]) -> Self {
                $type::from_le_bytes(std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0)))
            }
            #[inline(always)]
            fn exp2_integer(n: Self) -> Self {
                // The lowest bits of ROUND + n + bias hold n + bias, which is the exponent of the result.
                $type::from_bits((n + (Self::ROUND + $bias)).to_bits() << $mantissa)
            }
        }
    };
}

scalar!(
    f32, "F32", mantissa: 23, bias: 127.0,
    round: 12_582_912.0, // 1.5 * 2^23
    ln_2: 0.693_359_4 + -2.121_944_4e-4,
    exp_range: -87.0 to 88.7,
    exp_series: [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5],
    artanh_series: [1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0]
);

scalar!(
    f64, "F64", mantissa: 52, bias: 1023.0,
    round: 6_755_399_441_055_744.0, // 1.5 * 2^52
    ln_2: 0.693_147_180_369_123_8 + 1.908_214_929_270_587_7e-10,
    exp_range: -708.0 to 709.7,
    exp_series: [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5
    ],
    artanh_series: [
        1.0 / 33.0,
        1.0 / 31.0,
        1.0 / 29.0,
        1.0 / 27.0,
        1.0 / 25.0,
        1.0 / 23.0,
        1.0 / 21.0,
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0
    ]
);
