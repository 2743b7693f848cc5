//! How well predictions are, in svm-train's and svm-predict's words.

use super::format::general;

/// Predictions and what was to be predicted.
pub struct Scores<'a> {
    pub predicted: &'a [f64],
    pub labels: &'a [f64],
    pub regression: bool,
}

impl Scores<'_> {
    /// Predictions that are exactly right.
    pub fn correct(&self) -> usize {
        self.predicted.iter().zip(self.labels).filter(|(p, t)| p == t).count()
    }

    /// The share of them.
    pub fn accuracy(&self) -> f64 {
        self.correct() as f64 / self.labels.len() as f64
    }

    pub fn mean_squared_error(&self) -> f64 {
        let squares = self.predicted.iter().zip(self.labels).map(|(p, t)| (p - t) * (p - t));
        squares.sum::<f64>() / self.labels.len() as f64
    }

    /// The square of Pearson's correlation of predictions and targets; NaN where one of them is constant.
    pub fn squared_correlation(&self) -> f64 {
        let n = self.labels.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let (p_mean, t_mean) = (mean(self.predicted), mean(self.labels));
        let (mut pp, mut tt, mut pt) = (0.0, 0.0, 0.0);
        for (p, t) in self.predicted.iter().zip(self.labels) {
            pp += (p - p_mean) * (p - p_mean);
            tt += (t - t_mean) * (t - t_mean);
            pt += (p - p_mean) * (t - t_mean);
        }
        pt * pt / (pp * tt)
    }

    /// svm-predict's lines.
    pub fn prediction(&self) -> String {
        if self.regression {
            return format!(
                "Mean squared error = {} (regression)\nSquared correlation coefficient = {} (regression)",
                general(self.mean_squared_error(), 6),
                general(self.squared_correlation(), 6)
            );
        }
        let percent = general(self.accuracy() * 100.0, 6);
        format!("Accuracy = {percent}% ({}/{}) (classification)", self.correct(), self.labels.len())
    }

    /// svm-train's lines with `-v`.
    pub fn cross_validation(&self) -> String {
        if self.regression {
            return format!(
                "Cross Validation Mean squared error = {}\nCross Validation Squared correlation coefficient = {}",
                general(self.mean_squared_error(), 6),
                general(self.squared_correlation(), 6)
            );
        }
        format!("Cross Validation Accuracy = {}%", general(self.accuracy() * 100.0, 6))
    }

    pub fn json(&self) -> serde_json::Value {
        if self.regression {
            let (error, correlation) = (self.mean_squared_error(), self.squared_correlation());
            serde_json::json!({ "mean_squared_error": error, "squared_correlation": correlation })
        } else {
            serde_json::json!({ "accuracy": self.accuracy(), "correct": self.correct(), "total": self.labels.len() })
        }
    }
}
