//! One training step of a two-layer network, with every number beside its equation.

use crate::equation::{block, inline};
use crate::number::plain;
use crate::{Matrix, ReportError};

/// The numbers of one step of gradient descent on `Y = σ(tanh(X W₁ + b₁) W₂ + b₂)` with the mean squared error,
/// as the training session holds them: `n` samples, `i` inputs, `h` hidden units, `o` outputs.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
pub struct SpelledStep {
    /// The stages.
    pub stages: Vec<Stage>,
}

/// One equation with the numbers that go in and come out.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
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
    /// [`ReportError::Shape`] for a matrix that does not fit the others.
    pub fn spell(&self) -> Result<SpelledStep, ReportError> {
        self.check_shapes()?;
        Ok(SpelledStep {
            stages: self
                .given()
                .into_iter()
                .chain(self.forward())
                .chain(self.backward())
                .chain(self.update())
                .collect(),
        })
    }

    fn given(&self) -> Vec<Stage> {
        vec![
            stage(
                "The batch",
                "All four cases at once, a row each: inputs and the outputs they should have.",
                r"X \in \mathbb{R}^{4 \times 2}, \quad T \in \mathbb{R}^{4 \times 1}",
                "",
                [("X", &self.x, None), ("T", &self.t, None)],
            ),
            stage(
                "The parameters before the step",
                "Drawn from Xavier’s normal distribution; biases start at zero.",
                r"W \sim \mathcal{N}\left(0, \frac{2}{n_{\text{in}} + n_{\text{out}}}\right), \quad b = 0",
                "",
                [
                    ("W_1", &self.w1, None),
                    ("b_1", &self.b1, None),
                    ("W_2", &self.w2, None),
                    ("b_2", &self.b2, None),
                ],
            ),
        ]
    }

    fn forward(&self) -> Vec<Stage> {
        let last = self.x.rows - 1;
        let n = self.y.values.len() as f64;
        let error = self.y.zip(&self.t, |y, t| y - t);
        let loss = error.values.iter().map(|e| e * e).sum::<f64>() / n;
        vec![
            stage(
                "Hidden layer: weighted sums",
                "Each hidden unit adds up its inputs, weighted, and its bias.",
                r"Z_1 = X W_1 + \mathbf{1} b_1",
                &format!(
                    "(Z_1)_{{{},1}} = {} = {}",
                    last + 1,
                    dot(&row(&self.x, last), &column(&self.w1, 0), self.b1.at(0, 0)),
                    f(self.z1.at(last, 0))
                ),
                [("Z_1", &self.z1, Some(self.x.times(&self.w1).plus_row(&self.b1)))],
            ),
            stage(
                "Hidden layer: activation",
                "The bend that makes XOR solvable: without it the two layers would be one linear map.",
                r"A_1 = \tanh Z_1",
                &format!(
                    r"(A_1)_{{{},1}} = \tanh({}) = {}",
                    last + 1,
                    f(self.z1.at(last, 0)),
                    f(self.a1.at(last, 0))
                ),
                [("A_1", &self.a1, Some(self.z1.map(f64::tanh)))],
            ),
            stage(
                "Output layer: weighted sums",
                "The one output adds up the four hidden units.",
                r"Z_2 = A_1 W_2 + \mathbf{1} b_2",
                &format!(
                    "(Z_2)_{{{},1}} = {} = {}",
                    last + 1,
                    dot(&row(&self.a1, last), &column(&self.w2, 0), self.b2.at(0, 0)),
                    f(self.z2.at(last, 0))
                ),
                [("Z_2", &self.z2, Some(self.a1.times(&self.w2).plus_row(&self.b2)))],
            ),
            stage(
                "Output layer: activation",
                "The logistic function turns any number into one between 0 and 1.",
                r"Y = \sigma(Z_2) = \frac{1}{1 + e^{-Z_2}}",
                &format!(
                    r"Y_{{{},1}} = \frac{{1}}{{1 + e^{{-({})}}}} = {}",
                    last + 1,
                    f(self.z2.at(last, 0)),
                    f(self.y.at(last, 0))
                ),
                [("Y", &self.y, Some(self.z2.map(sigmoid)))],
            ),
            stage(
                "Loss",
                "One number says how wrong all outputs are together.",
                r"L = \frac{1}{N} \sum_{i=1}^{N} (y_i - t_i)^2",
                &format!(
                    r"L = \frac{{1}}{{{n}}} \left({}\right) = {}",
                    error.values.iter().map(|&e| format!("({})^2", f(e))).collect::<Vec<_>>().join(" + "),
                    f(self.loss)
                ),
                [("L", &Matrix::new(1, 1, [self.loss]), Some(Matrix::new(1, 1, [loss])))],
            ),
        ]
    }

    fn backward(&self) -> Vec<Stage> {
        let last = self.x.rows - 1;
        let n = self.y.values.len() as f64;
        let (y, t) = (self.y.at(last, 0), self.t.at(last, 0));
        vec![
            stage(
                "Backward: the loss",
                "How the loss would change with each output.",
                r"\frac{\partial L}{\partial Y} = \frac{2}{N} (Y - T)",
                &format!(
                    r"\left(\frac{{\partial L}}{{\partial Y}}\right)_{{{},1}} = \frac{{2}}{{{n}}} ({} - {}) = {}",
                    last + 1,
                    f(y),
                    f(t),
                    f(self.dy.at(last, 0))
                ),
                [(
                    r"\frac{\partial L}{\partial Y}",
                    &self.dy,
                    Some(self.y.zip(&self.t, |y, t| 2.0 / n * (y - t))),
                )],
            ),
            stage(
                "Backward: through the logistic function",
                "The chain rule; the derivative of σ is written with its own value.",
                r"\frac{\partial L}{\partial Z_2} = \frac{\partial L}{\partial Y} \odot Y \odot (1 - Y)",
                &format!(
                    r"\left(\frac{{\partial L}}{{\partial Z_2}}\right)_{{{},1}} = {} \cdot {} \cdot (1 - {}) = {}",
                    last + 1,
                    p(self.dy.at(last, 0)),
                    f(y),
                    f(y),
                    f(self.dz2.at(last, 0))
                ),
                [(
                    r"\frac{\partial L}{\partial Z_2}",
                    &self.dz2,
                    Some(self.dy.zip(&self.y, |d, y| d * y * (1.0 - y))),
                )],
            ),
            stage(
                "Backward: the output layer’s parameters",
                "Each weight is blamed in proportion to the input it multiplied, summed over the batch.",
                r"\frac{\partial L}{\partial W_2} = A_1^{\top} \frac{\partial L}{\partial Z_2}, \quad \frac{\partial L}{\partial b_2} = \mathbf{1}^{\top} \frac{\partial L}{\partial Z_2}",
                &format!(
                    r"\left(\frac{{\partial L}}{{\partial W_2}}\right)_{{1,1}} = {} = {}",
                    dot(&column(&self.a1, 0), &column(&self.dz2, 0), 0.0),
                    f(self.dw2.at(0, 0))
                ),
                [
                    (
                        r"\frac{\partial L}{\partial W_2}",
                        &self.dw2,
                        Some(self.a1.transposed().times(&self.dz2)),
                    ),
                    (r"\frac{\partial L}{\partial b_2}", &self.db2, Some(self.dz2.summed_rows())),
                ],
            ),
            stage(
                "Backward: to the hidden layer",
                "The error flows back along the weights it came through.",
                r"\frac{\partial L}{\partial A_1} = \frac{\partial L}{\partial Z_2} W_2^{\top}",
                &format!(
                    r"\left(\frac{{\partial L}}{{\partial A_1}}\right)_{{{},1}} = {} = {}",
                    last + 1,
                    dot(&row(&self.dz2, last), &row(&self.w2, 0), 0.0),
                    f(self.da1.at(last, 0))
                ),
                [(
                    r"\frac{\partial L}{\partial A_1}",
                    &self.da1,
                    Some(self.dz2.times(&self.w2.transposed())),
                )],
            ),
            stage(
                "Backward: through the hyperbolic tangent",
                "Saturated units, near −1 or 1, pass on little.",
                r"\frac{\partial L}{\partial Z_1} = \frac{\partial L}{\partial A_1} \odot (1 - A_1 \odot A_1)",
                &format!(
                    r"\left(\frac{{\partial L}}{{\partial Z_1}}\right)_{{{},1}} = {} \cdot (1 - ({})^2) = {}",
                    last + 1,
                    p(self.da1.at(last, 0)),
                    f(self.a1.at(last, 0)),
                    f(self.dz1.at(last, 0))
                ),
                [(
                    r"\frac{\partial L}{\partial Z_1}",
                    &self.dz1,
                    Some(self.da1.zip(&self.a1, |d, a| d * (1.0 - a * a))),
                )],
            ),
            stage(
                "Backward: the hidden layer’s parameters",
                "The same two equations as for the output layer.",
                r"\frac{\partial L}{\partial W_1} = X^{\top} \frac{\partial L}{\partial Z_1}, \quad \frac{\partial L}{\partial b_1} = \mathbf{1}^{\top} \frac{\partial L}{\partial Z_1}",
                &format!(
                    r"\left(\frac{{\partial L}}{{\partial W_1}}\right)_{{1,1}} = {} = {}",
                    dot(&column(&self.x, 0), &column(&self.dz1, 0), 0.0),
                    f(self.dw1.at(0, 0))
                ),
                [
                    (
                        r"\frac{\partial L}{\partial W_1}",
                        &self.dw1,
                        Some(self.x.transposed().times(&self.dz1)),
                    ),
                    (r"\frac{\partial L}{\partial b_1}", &self.db1, Some(self.dz1.summed_rows())),
                ],
            ),
        ]
    }

    fn update(&self) -> Vec<Stage> {
        let step = |parameter: &Matrix, gradient: &Matrix| {
            Some(parameter.zip(gradient, |p, g| p - self.learning_rate * g))
        };
        vec![stage(
            "The update",
            "Every parameter takes one step downhill.",
            r"\theta' = \theta - \eta \frac{\partial L}{\partial \theta}",
            &format!(
                r"(W_1')_{{1,1}} = {} - {} \cdot {} = {}",
                f(self.w1.at(0, 0)),
                plain(self.learning_rate),
                p(self.dw1.at(0, 0)),
                f(self.new_w1.at(0, 0))
            ),
            [
                ("W_1'", &self.new_w1, step(&self.w1, &self.dw1)),
                ("b_1'", &self.new_b1, step(&self.b1, &self.db1)),
                ("W_2'", &self.new_w2, step(&self.w2, &self.dw2)),
                ("b_2'", &self.new_b2, step(&self.b2, &self.db2)),
            ],
        )]
    }

    fn check_shapes(&self) -> Result<(), ReportError> {
        let (n, i, h, o) = (self.x.rows, self.x.cols, self.w1.cols, self.w2.cols);
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
        for (name, matrix, rows, cols) in expected {
            let rows = rows.max(1); // an empty step has no row to work out
            let cols = cols.max(1);
            if (matrix.rows, matrix.cols, matrix.values.len()) != (rows, cols, rows * cols) {
                return Err(ReportError::Shape {
                    name,
                    rows,
                    cols,
                    found: format!("{} x {} with {} values", matrix.rows, matrix.cols, matrix.values.len()),
                });
            }
        }
        Ok(())
    }
}

/// Symbol, the session's numbers, and the same from the equation.
type Row<'a> = (&'a str, &'a Matrix, Option<Matrix>);

fn stage<const N: usize>(title: &str, text: &str, equation: &str, worked: &str, rows: [Row; N]) -> Stage {
    let distances = rows.iter().filter_map(|(_, shown, anew)| anew.as_ref().map(|anew| shown.distance(anew)));
    Stage {
        title: title.into(),
        text: text.into(),
        equation: block(equation),
        worked: if worked.is_empty() { String::new() } else { inline(worked) },
        discrepancy: distances.reduce(f64::max),
        matrices: rows
            .into_iter()
            .map(|(symbol, shown, _)| NamedMatrix { symbol: inline(symbol), matrix: shown.clone() })
            .collect(),
    }
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

fn row(matrix: &Matrix, i: usize) -> Vec<f64> {
    (0..matrix.cols).map(|j| matrix.at(i, j)).collect()
}

fn column(matrix: &Matrix, j: usize) -> Vec<f64> {
    (0..matrix.rows).map(|i| matrix.at(i, j)).collect()
}

/// `a₁ · b₁ + a₂ · b₂ + … + bias` as LaTeX; a bias of zero is left out.
fn dot(a: &[f64], b: &[f64], bias: f64) -> String {
    let mut terms: Vec<String> =
        a.iter().zip(b).map(|(&a, &b)| format!(r"{} \cdot {}", p(a), p(b))).collect();
    if bias != 0.0 {
        terms.push(p(bias));
    }
    terms.join(" + ")
}

/// A number in LaTeX: four decimals, or a power of ten where those would say too little.
fn f(value: f64) -> String {
    if !value.is_finite() {
        return r"\text{not finite}".into();
    }
    if value.fract() == 0.0 && value.abs() < 1e6 {
        return format!("{}", value + 0.0); // −0 becomes 0
    }
    if value.abs() >= 1e-3 {
        return format!("{value:.4}");
    }
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!(r"{mantissa} \times 10^{{{exponent}}}")
}

/// The same, in brackets where it is negative.
fn p(value: f64) -> String {
    if value < 0.0 { format!("({})", f(value)) } else { f(value) }
}
