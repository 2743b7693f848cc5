//! The point that distances are measured from.

use crate::input::moments::{Moments, medians};
use crate::input::samples::Samples;
use crate::kernels::distance::Cancellation;
use crate::kernels::kernel::Kernel;

/// Where distances are measured from: the means; the medians where a few rows have moved the means so far that
/// distances would lose digits.
pub(crate) fn distance_centre(kernel: &Kernel, samples: &Samples<'_>, moments: &Moments) -> Option<Vec<f64>> {
    if !(matches!(kernel, Kernel::Rbf { .. }) && samples.is_dense()) {
        return None;
    }
    let check = Cancellation::new::<f32>(kernel.gamma().unwrap_or(1.0), samples.columns());
    let means = &moments.means;
    let far = !check.harmless(2.0 * moments.largest) || means.iter().any(|mean| !mean.is_finite());
    Some(if far { medians(samples) } else { means.clone() })
}
