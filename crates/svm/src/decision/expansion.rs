//! A sum of kernel values over support vectors, which is what every decision is made of.

use crate::decision::support_vectors::SupportVectors;
use crate::error::SvmError;
use crate::input::samples::Samples;
use crate::kernel_matrix::points::worth_panels;
use crate::kernels::kernel::Kernel;

/// For a row x, sums over support vectors s of coefficient_s K(s, x), one for each class and output.
#[derive(Clone)]
pub(crate) struct Expansion {
    pub kernel: Kernel,
    pub vectors: SupportVectors,
    /// Numbers in a row to be evaluated.
    pub columns: usize,
    /// Whether there may have been more in training: a LIBSVM file names the largest index that occurs in its support
    /// vectors, no more.
    pub open: bool,
    /// How many support vectors each class has; they are sorted by class.
    pub class_sizes: Vec<usize>,
    /// `outputs` coefficients of each support vector.
    pub coefficients: Vec<f64>,
    pub outputs: usize,
    /// Whether classes may be told by kernel values in f32, if their rounding cannot change the class.
    pub single: bool,
}

impl Expansion {
    pub fn new(
        kernel: Kernel,
        vectors: SupportVectors,
        columns: usize,
        class_sizes: Vec<usize>,
        coefficients: Vec<f64>,
        single: bool,
    ) -> Self {
        let outputs = (coefficients.len() / vectors.len().max(1)).max(1);
        Self { kernel, vectors, columns, open: false, class_sizes, coefficients, outputs, single }
    }

    /// Rows as wide as in training: dense ones exactly; sparse ones may leave the last numbers out, and have more if
    /// the model does not know how many there were.
    pub fn check_columns(&self, samples: &Samples<'_>) -> Result<(), SvmError> {
        let (expected, found) = (self.columns, samples.columns());
        if matches!(self.kernel, Kernel::Precomputed) {
            // A LIBSVM file names the support vectors only, not how many training samples there were after the last.
            if found < expected {
                let expected = format!("rows of {expected} kernel values, one for each training sample");
                return Err(SvmError::input("precomputed kernel", expected, format!("rows of {found}")));
            }
            return Ok(());
        }
        let fits = if samples.is_sparse() { found <= expected || self.open } else { found == expected };
        if fits {
            return Ok(());
        }
        let expected = match (samples.is_sparse(), self.open) {
            (true, _) => format!("rows of at most {expected} numbers, as in training"),
            (false, false) => format!("rows of {expected} numbers, as in training"),
            (false, true) => {
                format!("rows of {expected} numbers, the largest index in the model's support vectors")
            }
        };
        Err(SvmError::input("samples", expected, format!("rows of {found}")))
    }

    /// Whether sums are computed as matrix products: not where many classes have a few support vectors each.
    pub fn by_products(&self) -> bool {
        let classes = self.class_sizes.len();
        !matches!(self.kernel, Kernel::Custom(_))
            && worth_panels(classes, self.vectors.len())
            && self.vectors.samples().is_some_and(|vectors| vectors.is_dense())
    }

    /// Adds the kernel values of one row, times the coefficients, to the sums of their classes.
    pub fn add(&self, values: &[f64], sums: &mut [f64]) {
        let mut coefficients = values.iter().zip(self.coefficients.chunks_exact(self.outputs));
        for (sums, &size) in sums.chunks_exact_mut(self.outputs).zip(&self.class_sizes) {
            for (value, coefficients) in coefficients.by_ref().take(size) {
                sums.iter_mut().zip(coefficients).for_each(|(sum, c)| *sum += c * value);
            }
        }
    }
}
