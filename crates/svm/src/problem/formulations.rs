//! The five formulations as one kind of problem, and back.
//!
//! | formulation | variables | q | bounds | fixed sums |
//! |---|---|---|---|---|
//! | C-SVC | one a sample | -y | between 0 and y C | 0 |
//! | nu-SVC | one a sample | 0 | between 0 and y | of each class y nu n / 2 |
//! | one-class | one a sample | 0 | 0 to 1 | nu n |
//! | epsilon-SVR | two a sample | epsilon - t, -epsilon - t | 0 to C, -C to 0 | 0 |
//! | nu-SVR | two a sample | -t | 0 to C, -C to 0 | C nu n / 2, -C nu n / 2 |
//!
//! If samples have weights, n is their sum. See [`crate::problem::dual`] for the notation.
//!
//! Sources: B. Schoelkopf et al., *New support vector algorithms*, Neural Computation 12, 2000; C.-C. Chang, C.-J. Lin,
//! *LIBSVM*, 2011, sections 2 and 4.

use crate::problem::dual::Dual;

/// C-SVC: `positive` samples come first; `bounds` holds C of each sample.
pub(crate) fn c_svc(positive: usize, bounds: &[f64]) -> Dual {
    let n = bounds.len();
    let sign = |i: usize| if i < positive { 1.0 } else { -1.0 };
    Dual {
        linear: (0..n).map(|i| -sign(i)).collect(),
        lower: bounds.iter().enumerate().map(|(i, c)| (sign(i) * c).min(0.0)).collect(),
        upper: bounds.iter().enumerate().map(|(i, c)| (sign(i) * c).max(0.0)).collect(),
        second_group: n,
        beta: vec![0.0; n],
    }
}

/// nu-SVC: as [`c_svc`], with the weights as bounds.
pub(crate) fn nu_svc(positive: usize, weights: &[f64], nu: f64) -> Dual {
    let share = nu * weights.iter().sum::<f64>() / 2.0;
    let mut dual = c_svc(positive, weights);
    dual.linear.fill(0.0);
    dual.second_group = positive;
    let (first, second) = dual.beta.split_at_mut(positive);
    fill(first, &weights[..positive], share);
    fill(second, &weights[positive..], share);
    for beta in second {
        *beta = -*beta;
    }
    dual
}

/// One-class: the support of a distribution.
pub(crate) fn one_class(weights: &[f64], nu: f64) -> Dual {
    let n = weights.len();
    let mut beta = vec![0.0; n];
    fill(&mut beta, weights, nu * weights.iter().sum::<f64>());
    Dual { linear: vec![0.0; n], lower: vec![0.0; n], upper: weights.to_vec(), second_group: n, beta }
}

/// epsilon-SVR of targets t; `bounds` holds C of each sample.
pub(crate) fn epsilon_svr(targets: &[f64], bounds: &[f64], epsilon: f64) -> Dual {
    let n = targets.len();
    let linear = targets.iter().map(|t| epsilon - t).chain(targets.iter().map(|t| -epsilon - t));
    Dual {
        linear: linear.collect(),
        lower: std::iter::repeat_n(0.0, n).chain(bounds.iter().map(|c| -c)).collect(),
        upper: bounds.iter().copied().chain(std::iter::repeat_n(0.0, n)).collect(),
        second_group: 2 * n,
        beta: vec![0.0; 2 * n],
    }
}

/// nu-SVR of targets t; `bounds` holds C of each sample.
pub(crate) fn nu_svr(targets: &[f64], bounds: &[f64], nu: f64) -> Dual {
    let n = targets.len();
    let mut dual = epsilon_svr(targets, bounds, 0.0);
    dual.second_group = n;
    let (first, second) = dual.beta.split_at_mut(n);
    fill(first, bounds, nu * bounds.iter().sum::<f64>() / 2.0);
    second.iter_mut().zip(first).for_each(|(second, first)| *second = -*first);
    dual
}

/// Fills `beta` to its bounds from the front until the sum is reached.
fn fill(beta: &mut [f64], bounds: &[f64], mut sum: f64) {
    for (beta, bound) in beta.iter_mut().zip(bounds) {
        *beta = bound.min(sum);
        sum -= *beta;
    }
}
