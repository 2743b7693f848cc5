//! Sequential minimal optimisation as a first course teaches it.
//!
//! The smallest step that keeps the sum of beta is one of two variables. Pass over all variables i; where i and some
//! j violate the conditions of the optimum by more than the tolerance, minimise over the two, exactly. The partner j
//! is drawn by chance; where that one would not do, it is the one that violates most. When a whole pass changes
//! nothing, no pair violates, and that is the optimum.
//!
//! Source: the simplified algorithm of A. Ng's course CS 229, after J. Platt, *Sequential minimal optimization*,
//! 1998. Any choice of violating pairs ends after finitely many steps: S. S. Keerthi, E. G. Gilbert, *Convergence of a
//! generalized SMO algorithm*, Machine Learning 46, 2002.

use pellucid_compute::{Scalar, Stream};

use crate::error::SvmError;
use crate::kernel_matrix::gram::Gram;
use crate::options::Options;
use crate::problem::dual::{Dual, Solution};
use crate::solvers::watch::Watch;

pub(crate) fn solve<T: Scalar>(
    dual: &Dual,
    gram: &dyn Gram<T>,
    options: &Options,
    watch: &Watch<'_>,
) -> Result<Solution, SvmError> {
    let kernel = full_matrix(gram, options)?;
    let n = gram.len();
    let k = |i: usize, j: usize| kernel[i % n * n + j % n].to_f64();
    let random = Stream::new(options.seed);
    let mut beta = dual.beta.clone();
    let mut gradient = dual.gradient(gram, &beta);
    let (mut iterations, limit) = (0, options.limit(dual.variables()));

    // (i, j) violates if raising beta_i and lowering beta_j by the same step pays.
    let violates = |beta: &[f64], gradient: &[f64], i: usize, j: usize| {
        beta[i] < dual.upper[i] && beta[j] > dual.lower[j] && gradient[j] - gradient[i] > options.tolerance
    };
    let (mut changed, mut pass) = (true, 0);
    while changed {
        changed = false;
        pass += 1;
        for i in 0..dual.variables() {
            let group = dual.group_of(i);
            let drawn = group.start + random.child(pass).child(i as u64).index(group.len());
            let pair = [(i, drawn), (drawn, i)]
                .into_iter()
                .find(|&(i, j)| violates(&beta, &gradient, i, j))
                .or_else(|| {
                    let greatest = group.filter(|&j| beta[j] > dual.lower[j]);
                    let j = greatest.max_by(|&a, &b| gradient[a].total_cmp(&gradient[b]))?;
                    violates(&beta, &gradient, i, j).then_some((i, j))
                });
            let Some((i, j)) = pair else { continue };

            let curvature = k(i, i) + k(j, j) - 2.0 * k(i, j);
            let step = dual.step(&mut beta, &gradient, (i, j), curvature);
            for (v, g) in gradient.iter_mut().enumerate() {
                *g += step * (k(i, v) - k(j, v));
            }

            changed = true;
            iterations += 1;
            watch.iteration(iterations, gradient[j] - gradient[i])?;
            if iterations >= limit {
                changed = false;
                break;
            }
        }
    }
    let gap = dual.gap(&beta, &gradient);
    Ok(Solution { beta, gradient, iterations, gap })
}

/// All kernel values, if they fit the memory that the options allow.
fn full_matrix<T: Scalar>(gram: &dyn Gram<T>, options: &Options) -> Result<Vec<T>, SvmError> {
    let n = gram.len();
    let bytes = n.saturating_mul(n).saturating_mul(size_of::<T>());
    if bytes > options.cache_bytes {
        let expected =
            format!("at least {bytes} bytes for the full kernel matrix of {n} samples (simplified SMO)");
        return Err(SvmError::parameter("cache_bytes", expected, options.cache_bytes));
    }
    let mut kernel = vec![T::ZERO; n * n];
    let ids: Vec<u32> = (0..n as u32).collect();
    for (ids, rows) in ids.chunks(64).zip(kernel.chunks_mut((64 * n).max(1))) {
        gram.rows(ids, rows);
    }
    Ok(kernel)
}
