//! The scores of all classes as one table.

use std::fmt::{self, Write};

use serde::Serialize;

use crate::classification::ConfusionMatrix;
use crate::classification_error::ClassificationError;
use crate::count::Count;
use crate::precision_recall::{Average, ClassScores, ZeroDivision};

/// The most characters of a name that are shown, and the most digits of a number.
const MOST_SHOWN: usize = 100;
const MOST_DIGITS: usize = 60;

/// The scores of one class and its name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedScores<N = u64> {
    /// Name of the class.
    pub name: String,
    /// Its scores.
    #[serde(flatten)]
    pub scores: ClassScores<N>,
}

/// Precision, recall, F1 and support of every class, their means, and the accuracy.
///
/// As text (`to_string`, [`to_text`](Self::to_text)) it has the layout of scikit-learn's `classification_report`. In
/// JSON a NaN becomes `null`.
///
/// ```
/// use pellucid_eval::{ClassificationReport, ConfusionMatrix, ZeroDivision};
/// let matrix = ConfusionMatrix::new(&[0, 1, 1], &[0, 1, 0], 2)?;
/// let report = ClassificationReport::new(&matrix, ZeroDivision::Zero).with_names(&["cat", "dog"])?;
/// assert_eq!(report.classes[1].scores.precision, 0.5);
/// assert!(report.to_string().contains("dog       0.50      1.00      0.67         1\n"));
/// # Ok::<(), pellucid_eval::ClassificationError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassificationReport<N = u64> {
    /// Each class in order; without names of their own they are named `0`, `1`, ...
    pub classes: Vec<NamedScores<N>>,
    /// Share of right predictions.
    pub accuracy: f64,
    /// Scores over the summed counts; each equals the accuracy.
    #[serde(rename = "micro")]
    pub micro_average: ClassScores<N>,
    /// Means of the classes' scores.
    #[serde(rename = "macro")]
    pub macro_average: ClassScores<N>,
    /// Means of the classes' scores, weighted by support.
    #[serde(rename = "weighted")]
    pub weighted_average: ClassScores<N>,
}

impl<N: Count> ClassificationReport<N> {
    /// Returns the report on these counts.
    pub fn new(matrix: &ConfusionMatrix<N>, zero: ZeroDivision) -> Self {
        let scores = matrix.class_scores(zero).into_iter().enumerate();
        Self {
            classes: scores.map(|(c, scores)| NamedScores { name: c.to_string(), scores }).collect(),
            accuracy: matrix.accuracy(),
            micro_average: matrix.average_scores(Average::Micro, zero),
            macro_average: matrix.average_scores(Average::Macro, zero),
            weighted_average: matrix.average_scores(Average::Weighted, zero),
        }
    }

    /// Returns the same report with names for the classes.
    ///
    /// # Errors
    /// Returns [`ClassificationError::Names`] if there is not one for each.
    pub fn with_names(mut self, names: &[impl AsRef<str>]) -> Result<Self, ClassificationError> {
        if names.len() != self.classes.len() {
            return Err(ClassificationError::Names { classes: self.classes.len(), names: names.len() });
        }
        for (class, name) in self.classes.iter_mut().zip(names) {
            name.as_ref().clone_into(&mut class.name);
        }
        Ok(self)
    }

    /// Returns the report as a table with this many digits after the point.
    pub fn to_text(&self, digits: usize) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text, digits);
        text
    }

    fn write(&self, text: &mut impl Write, digits: usize) -> fmt::Result {
        let digits = digits.min(MOST_DIGITS);
        let names: Vec<String> = self.classes.iter().map(|class| shown(&class.name)).collect();
        let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let width = longest.max("weighted avg".len()).max(digits);
        writeln!(
            text,
            "{:>width$}  {:>9} {:>9} {:>9} {:>9}\n",
            "", "precision", "recall", "f1-score", "support"
        )?;
        let number = |x: f64| if x.is_nan() { "nan".to_owned() } else { format!("{x:.digits$}") };
        let row = |text: &mut dyn Write, name: &str, s: &ClassScores<N>| {
            let [p, r, f] = [s.precision, s.recall, s.f1].map(number);
            writeln!(text, "{name:>width$}  {p:>9} {r:>9} {f:>9} {:>9}", format!("{:?}", s.support))
        };
        for (name, class) in names.iter().zip(&self.classes) {
            row(text, name, &class.scores)?;
        }
        let (accuracy, total) = (number(self.accuracy), format!("{:?}", self.micro_average.support));
        writeln!(text, "\n{:>width$}  {:>9} {:>9} {accuracy:>9} {total:>9}", "accuracy", "", "")?;
        row(text, "macro avg", &self.macro_average)?;
        row(text, "weighted avg", &self.weighted_average)
    }
}

/// A name on one line of a table: controls as escapes, cut where it is long.
fn shown(name: &str) -> String {
    let escaped = name.chars().flat_map(|c| {
        let (control, plain) =
            if c.is_control() { (Some(c.escape_default()), None) } else { (None, Some(c)) };
        control.into_iter().flatten().chain(plain)
    });
    let mut shown: String = escaped.take(MOST_SHOWN + 1).collect();
    if shown.chars().count() > MOST_SHOWN {
        shown.truncate(shown.char_indices().nth(MOST_SHOWN).map_or(0, |(at, _)| at));
        shown += "...";
    }
    shown
}

impl<N: Count> fmt::Display for ClassificationReport<N> {
    /// Two digits, as scikit-learn prints by default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 2)
    }
}
