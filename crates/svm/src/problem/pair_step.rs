//! The smallest step of the dual: two variables.

/// The step that minimises the objective when the first of a pair is raised and the second lowered by it, to
/// `(upper, lower)` at most.
///
/// `descent` is g_j - g_i and `curvature` K_ii + K_jj - 2 K_ij: along the step the objective changes by
/// -descent step + curvature step^2 / 2.
pub(crate) fn pair_step(
    pair: &mut [f64; 2],
    descent: f64,
    (upper, lower): (f64, f64),
    curvature: f64,
) -> f64 {
    let curvature = if curvature > 0.0 { curvature } else { TINY };
    let (room_i, room_j) = (upper - pair[0], pair[1] - lower);
    let step = (descent / curvature).min(room_i).min(room_j);
    // Exactly on the bound, not near it.
    pair[0] = if step == room_i { upper } else { pair[0] + step };
    pair[1] = if step == room_j { lower } else { pair[1] - step };
    step
}

/// What stands for a curvature that is not above zero, as in LIBSVM.
pub(crate) const TINY: f64 = 1e-12;
