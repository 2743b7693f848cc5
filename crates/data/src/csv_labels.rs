//! Class labels from a column of text.

use std::collections::HashMap;

/// Whole numbers from here on are taken as names, so that one stray number cannot make a million classes.
const MAX_CLASS: u32 = 1 << 16;

/// The classes of the samples and their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Class of each sample, `< names.len()`.
    pub labels: Vec<u32>,
    /// Name of each class.
    pub names: Vec<String>,
}

/// Labels as they come, each different text with a number of its own.
#[derive(Debug, Default)]
pub(crate) struct LabelCollector {
    numbers: HashMap<String, u32>,
    labels: Vec<u32>,
}

impl LabelCollector {
    pub fn push(&mut self, text: &str) {
        let next = self.numbers.len() as u32;
        let number = match self.numbers.get(text) {
            Some(&number) => number,
            None => *self.numbers.entry(text.to_owned()).or_insert(next),
        };
        self.labels.push(number);
    }

    /// If all labels are whole numbers below 2^16 they are the classes; otherwise classes are numbered in
    /// alphabetical order.
    pub fn finish(self) -> Labels {
        let numeric = |text: &String| text.parse::<u32>().ok().filter(|&n| n < MAX_CLASS);
        let mut names: Vec<String>;
        let mut class_of = vec![0; self.numbers.len()];
        if let Some(values) = self.numbers.keys().map(numeric).collect::<Option<Vec<_>>>() {
            names = (0..=values.iter().copied().max().unwrap_or(0)).map(|n| n.to_string()).collect();
            for (number, value) in self.numbers.values().zip(values) {
                class_of[*number as usize] = value;
            }
        } else {
            names = self.numbers.keys().cloned().collect();
            names.sort_unstable();
            for (class, name) in names.iter().enumerate() {
                class_of[self.numbers[name] as usize] = class as u32;
            }
        }
        Labels { labels: self.labels.iter().map(|&n| class_of[n as usize]).collect(), names }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(texts: &[&str]) -> Labels {
        let mut collector = LabelCollector::default();
        for text in texts {
            collector.push(text);
        }
        collector.finish()
    }

    #[test]
    fn numbers_stay_what_they_are() {
        let labels = collect(&["7", "0", "7", "2"]);
        assert_eq!(labels.labels, [7, 0, 7, 2]);
        assert_eq!(labels.names.len(), 8);
    }

    #[test]
    fn names_are_numbered_in_alphabetical_order() {
        let labels = collect(&["pear", "apple", "pear", "70000"]);
        assert_eq!(labels.labels, [2, 1, 2, 0]);
        assert_eq!(labels.names, ["70000", "apple", "pear"]);
    }
}
