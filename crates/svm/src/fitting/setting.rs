//! What all problems of a fit have in common, checked.

use pellucid_compute::Pool;

use crate::error::SvmError;
use crate::input::kernel_table::check_table;
use crate::input::moments::Moments;
use crate::input::samples::Samples;
use crate::kernels::centre::distance_centre;
use crate::kernels::kernel::Kernel;
use crate::options::Options;

/// Samples, a kernel whose gamma is a number, and how to fit.
pub(crate) struct Setting<'a> {
    pub samples: Samples<'a>,
    pub kernel: Kernel,
    pub options: Options,
    pub pool: &'a Pool,
    pub(crate) moments: Moments,
    /// What distances of dense samples are measured from.
    pub(crate) centre: Option<Vec<f64>>,
}

impl<'a> Setting<'a> {
    pub fn new(
        samples: Samples<'a>,
        kernel: &Kernel,
        options: Options,
        pool: &'a Pool,
    ) -> Result<Self, SvmError> {
        options.check()?;
        samples.check()?;
        let precomputed = matches!(kernel, Kernel::Precomputed);
        if precomputed {
            check_table(&samples)?;
        }
        let moments = if precomputed { Moments::default() } else { Moments::new(&samples) };
        let kernel = kernel.resolve(&samples, moments.variance)?;
        let centre = distance_centre(&kernel, &samples, &moments);
        Ok(Self { samples, kernel, options, pool, moments, centre })
    }
}
