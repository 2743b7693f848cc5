//! Checks of hyper-parameters, for [`Loss::check`](crate::Loss::check) and [`Optimizer::check`](crate::Optimizer::check).

use pellucid_compute::Scalar;

/// Checks that a number is positive and finite.
///
/// # Errors
/// Returns an error that names it if it is not, or if `F` cannot tell it from 0 or infinity.
///
/// ```
/// use pellucid_nn::hyperparameters::positive;
/// assert!(positive::<f64>("delta", 1e-50).is_ok());
/// assert_eq!(positive::<f64>("delta", 0.0).unwrap_err(), "delta = 0: expected a positive number");
/// assert!(positive::<f32>("delta", 1e-50).unwrap_err().starts_with("delta = 1e-50: expected a number that f32"));
/// ```
pub fn positive<F: Scalar>(name: &str, x: f64) -> Result<(), String> {
    if x > 0.0 && x.is_finite() {
        held::<F>(name, x)
    } else {
        Err(format!("{name} = {x}: expected a positive number"))
    }
}

/// Checks that a number is finite and at least 0.
///
/// # Errors
/// Returns an error that names it if it is not, or if `F` cannot tell it from 0 or infinity.
pub fn non_negative<F: Scalar>(name: &str, x: f64) -> Result<(), String> {
    if x >= 0.0 && x.is_finite() {
        held::<F>(name, x)
    } else {
        Err(format!("{name} = {x}: expected 0 or more"))
    }
}

/// Checks that a number lies in [0, 1).
///
/// # Errors
/// Returns an error that names it if it does not.
pub fn below_one(name: &str, x: f64) -> Result<(), String> {
    if (0.0..1.0).contains(&x) { Ok(()) } else { Err(format!("{name} = {x}: expected 0 <= {name} < 1")) }
}

/// Checks that `F` can tell a number other than 0 from 0 and infinity.
///
/// # Errors
/// Returns an error that names it if it cannot.
pub fn held<F: Scalar>(name: &str, x: f64) -> Result<(), String> {
    let held = F::from_f64(x);
    if x == 0.0 || (held.abs() >= F::MIN_POSITIVE && held.is_finite()) {
        return Ok(());
    }
    let scalar = if F::NAME == "F32" { "f32" } else { "f64" };
    Err(format!("{name} = {x:e}: expected a number that {scalar} can tell from 0 and infinity"))
}
