//! One training step of a two-layer network, with every number beside its equation.

pub(crate) mod matrix;
mod stages;

use crate::error::ReportError;
use crate::step::matrix::Matrix;

/// The numbers of one step of gradient descent on `Y = σ(tanh(X W₁ + b₁) W₂ + b₂)` with the mean squared error,
/// as the training session holds them: `n` samples, `i` inputs, `h` hidden units, `o` outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct XorStep {
    /// Inputs, `n x i`.
    pub x: Matrix,
    /// Targets, `n x o`.
    pub t: Matrix,
    /// Weights of the hidden layer, `i x h`.
    pub w1: Matrix,
    /// Biases of the hidden layer, `1 x h`.
    pub b1: Matrix,
    /// `X W₁ + b₁`, `n x h`.
    pub z1: Matrix,
    /// `tanh Z₁`, `n x h`.
    pub a1: Matrix,
    /// Weights of the output layer, `h x o`.
    pub w2: Matrix,
    /// Biases of the output layer, `1 x o`.
    pub b2: Matrix,
    /// `A₁ W₂ + b₂`, `n x o`.
    pub z2: Matrix,
    /// `σ(Z₂)`, `n x o`.
    pub y: Matrix,
    /// Mean of `(Y - T)²` over all elements.
    pub loss: f64,
    /// `∂L/∂Y`, `n x o`.
    pub dy: Matrix,
    /// `∂L/∂Z₂`, `n x o`.
    pub dz2: Matrix,
    /// `∂L/∂W₂`, `h x o`.
    pub dw2: Matrix,
    /// `∂L/∂b₂`, `1 x o`.
    pub db2: Matrix,
    /// `∂L/∂A₁`, `n x h`.
    pub da1: Matrix,
    /// `∂L/∂Z₁`, `n x h`.
    pub dz1: Matrix,
    /// `∂L/∂W₁`, `i x h`.
    pub dw1: Matrix,
    /// `∂L/∂b₁`, `1 x h`.
    pub db1: Matrix,
    /// `W₁` after the update.
    pub new_w1: Matrix,
    /// `b₁` after the update.
    pub new_b1: Matrix,
    /// `W₂` after the update.
    pub new_w2: Matrix,
    /// `b₂` after the update.
    pub new_b2: Matrix,
    /// Learning rate `η`.
    pub learning_rate: f64,
}

/// A step as a sequence of stages, in the order they are computed.
#[derive(Clone, Debug, PartialEq)]
pub struct SpelledStep {
    /// The stages.
    pub stages: Vec<Stage>,
}

/// One equation with the numbers that go in and come out.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What is computed.
    pub title: String,
    /// Why, in a sentence.
    pub text: String,
    /// How: `MathML`.
    pub equation: String,
    /// One element of it in numbers: `MathML`, empty where there is nothing to work out.
    pub worked: String,
    /// The numbers that this stage computes.
    pub matrices: Vec<NamedMatrix>,
    /// Largest absolute difference between the session's numbers and the equation worked out anew, in f64, from the
    /// numbers of the stages before.
    pub discrepancy: Option<f64>,
}

/// A matrix under its symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedMatrix {
    /// The symbol, `MathML`.
    pub symbol: String,
    /// Its numbers.
    pub matrix: Matrix,
}

impl XorStep {
    /// Puts titles, equations and a worked element to the numbers, and computes every equation a second time.
    ///
    /// # Errors
    /// Returns [`ReportError::Shape`] if a matrix does not fit the others.
    pub fn spell(&self) -> Result<SpelledStep, ReportError> {
        self.check_shapes()?;
        let parts =
            [self.given(), self.forward(), self.backward_output(), self.backward_hidden(), self.update()];
        Ok(SpelledStep { stages: parts.concat() })
    }

    fn check_shapes(&self) -> Result<(), ReportError> {
        let (n, i, h, o) = (self.x.rows, self.x.columns, self.w1.columns, self.w2.columns);
        let expected = [
            ("X", &self.x, n, i),
            ("T", &self.t, n, o),
            ("W1", &self.w1, i, h),
            ("b1", &self.b1, 1, h),
            ("Z1", &self.z1, n, h),
            ("A1", &self.a1, n, h),
            ("W2", &self.w2, h, o),
            ("b2", &self.b2, 1, o),
            ("Z2", &self.z2, n, o),
            ("Y", &self.y, n, o),
            ("dL/dY", &self.dy, n, o),
            ("dL/dZ2", &self.dz2, n, o),
            ("dL/dW2", &self.dw2, h, o),
            ("dL/db2", &self.db2, 1, o),
            ("dL/dA1", &self.da1, n, h),
            ("dL/dZ1", &self.dz1, n, h),
            ("dL/dW1", &self.dw1, i, h),
            ("dL/db1", &self.db1, 1, h),
            ("W1'", &self.new_w1, i, h),
            ("b1'", &self.new_b1, 1, h),
            ("W2'", &self.new_w2, h, o),
            ("b2'", &self.new_b2, 1, o),
        ];
        for (name, matrix, rows, columns) in expected {
            let rows = rows.max(1); // an empty step has no row to work out
            let columns = columns.max(1);
            if (matrix.rows, matrix.columns, matrix.values.len()) != (rows, columns, rows * columns) {
                return Err(ReportError::Shape {
                    name,
                    rows,
                    columns,
                    found: format!(
                        "{} x {} with {} values",
                        matrix.rows,
                        matrix.columns,
                        matrix.values.len()
                    ),
                });
            }
        }
        Ok(())
    }
}
