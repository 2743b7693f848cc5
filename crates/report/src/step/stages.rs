//! The stages of a spelled-out step: titles, equations, and each equation computed anew.

use crate::equation::{block, inline};
use crate::number::plain;
use crate::step::matrix::Matrix;
use crate::step::{NamedMatrix, Stage, XorStep};

impl XorStep {
    pub(crate) fn given(&self) -> Vec<Stage> {
        vec![
            stage(
                "The batch",
                "All cases at once, a row each: inputs and the outputs they should have.",
                &format!(
                    r"X \in \mathbb{{R}}^{{{0} \times {1}}}, \quad T \in \mathbb{{R}}^{{{0} \times {2}}}",
                    self.x.rows, self.x.columns, self.t.columns
                ),
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

    pub(crate) fn forward(&self) -> Vec<Stage> {
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
                "The output adds up the hidden units, weighted, and its bias.",
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

    pub(crate) fn backward_output(&self) -> Vec<Stage> {
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
        ]
    }

    pub(crate) fn backward_hidden(&self) -> Vec<Stage> {
        let last = self.x.rows - 1;
        vec![
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

    pub(crate) fn update(&self) -> Vec<Stage> {
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
    (0..matrix.columns).map(|j| matrix.at(i, j)).collect()
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
