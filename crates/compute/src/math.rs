//! Elementary functions that vectorise: exp, sigmoid, tanh and softplus.
//!
//! Each is a branch-free sequence of additions, multiplications and one division, so that a loop over it becomes
//! vector code inside [`vectorized!`](crate::vectorized), with the same bits on every instruction set. Largest
//! errors found over the whole range, in units of the last place (a test holds them to this):
//!
//! | function | f32 | f64 |
//! |---|---|---|
//! | [`exp`] | 2 | 2 |
//! | [`sigmoid`] | 4 | 4 |
//! | [`tanh`] | 5 | 5 |
//! | [`softplus`] | 4 | 4 |

use crate::scalar::Scalar;
use crate::vectorized;

/// The nearest integer n to x log2 e, and r = x - n ln 2 within +-ln 2 / 2 (Cody and Waite 1980).
#[inline(always)]
fn reduce<F: Scalar>(x: F) -> (F, F) {
    let n = (x * F::LOG2_E + F::ROUND) - F::ROUND;
    (n, (x - n * F::LN_2_HIGH) - n * F::LN_2_LOW)
}

/// The polynomial of the coefficients, highest first, by Horner's rule.
#[inline(always)]
fn polynomial<F: Scalar>(coefficients: &[F], x: F) -> F {
    let mut sum = coefficients[0];
    for &coefficient in &coefficients[1..] {
        sum = sum * x + coefficient;
    }
    sum
}

/// e^r - 1 of |r| <= ln 2 / 2: r + r^2 (1/2! + r/3! + ...).
#[inline(always)]
fn exp_minus_one_near_zero<F: Scalar>(r: F) -> F {
    r + (r * r) * polynomial(F::EXP_SERIES, r)
}

/// e^x. Results below the least normal number are 0; NaN gives NaN.
///
/// ```
/// assert!((pellucid_compute::math::exp(1.0_f64) - std::f64::consts::E).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn exp<F: Scalar>(x: F) -> F {
    let (n, r) = reduce(x.max(F::EXP_MIN).min(F::EXP_MAX));
    // 2^n in two factors: n itself may be one above the largest exponent.
    let half = (n * F::HALF + F::ROUND) - F::ROUND;
    let y = (F::ONE + exp_minus_one_near_zero(r)) * F::exp2_integer(half) * F::exp2_integer(n - half);
    let y = if x < F::EXP_MIN { F::ZERO } else { y };
    let y = if x > F::EXP_MAX { F::ONE / F::ZERO } else { y };
    if x.is_nan() { x } else { y }
}

/// e^x of x <= 0, the same bits as [`exp`] in fewer operations; not for NaN.
///
/// ```
/// use pellucid_compute::math::{exp, exp_of_negative};
/// assert_eq!(exp_of_negative(-1.5_f32), exp(-1.5_f32));
/// ```
#[inline(always)]
pub fn exp_of_negative<F: Scalar>(x: F) -> F {
    let (n, r) = reduce(x.max(F::EXP_MIN));
    let y = (F::ONE + exp_minus_one_near_zero(r)) * F::exp2_integer(n);
    if x < F::EXP_MIN { F::ZERO } else { y }
}

/// Computes the logistic function 1 / (1 + e^-x).
///
/// ```
/// assert_eq!(pellucid_compute::math::sigmoid(0.0_f32), 0.5);
/// ```
#[inline(always)]
pub fn sigmoid<F: Scalar>(x: F) -> F {
    sigmoid_and_softplus(x).0
}

/// ln(1 + e^x), without overflow or loss for x of any size: max(x, 0) + ln(1 + e^-|x|).
///
/// ```
/// assert_eq!(pellucid_compute::math::softplus(1000.0_f32), 1000.0);
/// ```
#[inline(always)]
pub fn softplus<F: Scalar>(x: F) -> F {
    sigmoid_and_softplus(x).1
}

/// [`sigmoid`] and [`softplus`] of one x, which share an exponential: what the cross-entropy of a logit needs.
#[inline(always)]
pub fn sigmoid_and_softplus<F: Scalar>(x: F) -> (F, F) {
    sigmoid_and_softplus_of(x, exp_of_negative(-x.abs()))
}

/// [`sigmoid_and_softplus`] of x, where u = e^-|x| is known. A loop that computes all u first and then these takes half
/// the time of one that computes both at once: the processor overlaps several short chains of operations, not long ones.
#[inline(always)]
pub fn sigmoid_and_softplus_of<F: Scalar>(x: F, u: F) -> (F, F) {
    let complement = F::ONE / (F::ONE + u);
    let sigmoid = if x < F::ZERO { u * complement } else { complement };
    let softplus = log_of_one_and(u) + if x > F::ZERO { x } else { F::ZERO };
    if x.is_nan() { (x, x) } else { (sigmoid, softplus) }
}

/// u / (1 + u) and ln(1 + u) for 0 <= u <= 1. Where u = e^-|x|, these are [`sigmoid`] and [`softplus`] of -|x|, which
/// keep all their digits where those of |x| round to 1 and |x|.
///
/// ```
/// use pellucid_compute::math::{exp_of_negative, sigmoid_and_softplus_below_zero};
/// let (sigmoid, softplus) = sigmoid_and_softplus_below_zero(exp_of_negative(-16.0_f32));
/// assert!((sigmoid / 1.125_351_6e-7 - 1.0).abs() < 1e-6 && (softplus / 1.125_351_7e-7 - 1.0).abs() < 1e-6);
/// ```
#[inline(always)]
pub fn sigmoid_and_softplus_below_zero<F: Scalar>(u: F) -> (F, F) {
    (u * (F::ONE / (F::ONE + u)), log_of_one_and(u))
}

/// ln(1 + u) = 2 artanh(u / (2 + u)) for 0 <= u <= 1, where that argument is at most 1/3.
#[inline(always)]
fn log_of_one_and<F: Scalar>(u: F) -> F {
    let s = u / (F::TWO + u);
    let square = s * s;
    F::TWO * s + F::TWO * s * square * polynomial(F::ARTANH_SERIES, square)
}

/// Computes the hyperbolic tangent (e^2x - 1) / (e^2x + 1).
///
/// ```
/// assert!((pellucid_compute::math::tanh(0.5_f64) - 0.5_f64.tanh()).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn tanh<F: Scalar>(x: F) -> F {
    // From 2|x| = 44 on, tanh rounds to 1 in f64 too.
    let (n, r) = reduce((F::TWO * x.abs()).min(F::from_f64(44.0)));
    let power = F::exp2_integer(n);
    let m = power * exp_minus_one_near_zero(r) + (power - F::ONE);
    let t = m / (m + F::TWO);
    let t = if x < F::ZERO { -t } else { t };
    if x.is_nan() { x } else { t }
}

vectorized! {
    /// x := e^x, element by element.
    pub fn exp_in_place<F>(x: &mut [F]) {
        for x in x {
            *x = exp(*x);
        }
    }

    /// x := sigmoid(x), element by element.
    pub fn sigmoid_in_place<F>(x: &mut [F]) {
        for x in x {
            *x = sigmoid(*x);
        }
    }

    /// x := tanh(x), element by element.
    pub fn tanh_in_place<F>(x: &mut [F]) {
        for x in x {
            *x = tanh(*x);
        }
    }

    /// x := softplus(x), element by element.
    pub fn softplus_in_place<F>(x: &mut [F]) {
        for x in x {
            *x = softplus(*x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::{Isa, Kernel, dispatch_to};

    /// Points that cover the range densely near zero and coarsely far away, of both signs.
    fn points() -> Vec<f64> {
        let near = (0..60_000).map(|i| f64::from(i) * 1e-3);
        let small = (0..300).map(|i| 0.9_f64.powi(i));
        let far = (0..1000).map(|i| f64::from(i) * 0.71);
        near.chain(small).chain(far).flat_map(|x| [x, -x]).collect()
    }

    /// The largest error of `f` against `exact`, in units of the last place of a number of type `F`.
    fn largest_ulp<F: Scalar>(f: impl Fn(F) -> F, exact: impl Fn(f64) -> f64) -> f64 {
        let mut worst = 0.0_f64;
        for x in points() {
            let x = F::from_f64(x);
            let (y, truth) = (f(x).to_f64(), exact(x.to_f64()));
            let range = F::EXP_MAX.to_f64().exp() * 0.9;
            if truth.abs() > range || truth.abs() < 1.0 / range * 16.0 {
                continue;
            }
            let ulp = F::EPSILON.to_f64() * 2.0_f64.powi(truth.abs().log2().floor() as i32);
            worst = worst.max((y - truth).abs() / ulp);
        }
        worst
    }

    fn check<F: Scalar>(type_name: &str) {
        let softplus_exact = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        let sigmoid_exact =
            |x: f64| if x > 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) };
        let errors = [
            ("exp", largest_ulp::<F>(exp, f64::exp), 2.0),
            ("sigmoid", largest_ulp::<F>(sigmoid, sigmoid_exact), 4.0),
            ("tanh", largest_ulp::<F>(tanh, f64::tanh), 5.0),
            ("softplus", largest_ulp::<F>(softplus, softplus_exact), 4.0),
        ];
        for (name, error, bound) in errors {
            println!("{name} {type_name}: {error:.2} ulp");
            assert!(error <= bound, "{name} {type_name}: {error} ulp, stated {bound}");
        }
    }

    #[test]
    fn exp_of_negative_is_exp() {
        for x in points().into_iter().map(|x| -x.abs()) {
            assert_eq!(exp_of_negative(x).to_bits(), exp(x).to_bits(), "{x}");
            assert_eq!(exp_of_negative(x as f32).to_bits(), exp(x as f32).to_bits(), "{x}");
        }
    }

    #[test]
    fn errors_are_within_the_stated_bounds() {
        check::<f32>("f32");
        check::<f64>("f64");
    }

    #[test]
    fn special_values() {
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(0.0_f64), 1.0);
        assert!(exp(f64::NAN).is_nan() && tanh(f32::NAN).is_nan() && sigmoid(f32::NAN).is_nan());
        assert_eq!(tanh(1e30_f32), 1.0);
        assert_eq!(tanh(f64::NEG_INFINITY), -1.0);
        assert_eq!(tanh(1e-30_f32), 1e-30);
        assert_eq!(sigmoid(-1e4_f32), 0.0);
        assert_eq!(sigmoid(1e4_f64), 1.0);
        assert_eq!(softplus(-1e4_f64), 0.0);
        assert_eq!(softplus(f32::INFINITY), f32::INFINITY);
    }

    struct AllFour;
    impl<F: Scalar> Kernel<&mut [F]> for AllFour {
        type Output = ();
        #[inline(always)]
        fn call(x: &mut [F]) {
            for x in x {
                *x = exp(*x * F::HALF) + sigmoid(*x) * tanh(*x) - softplus(*x);
            }
        }
    }

    #[test]
    fn all_instruction_sets_give_the_same_bits() {
        let run = |isa| {
            let mut x: Vec<f32> = points().into_iter().map(|x| x as f32).collect();
            dispatch_to::<AllFour, _>(isa, &mut x[..]);
            x.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        };
        let portable = run(Isa::Portable);
        assert_eq!(portable, run(Isa::Avx2));
        assert_eq!(portable, run(Isa::Avx512));
    }
}
