//! Class labels from files: one rule, whatever the file.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::error::{DataError, Place};
use crate::memory::reserve;
use crate::text::escaped::{is_hidden, quoted};

/// Whole numbers from here on are taken as names, so that one stray number cannot make a million classes.
const MAX_CLASS: i128 = 1 << 16;

/// Beyond these, not every whole number is an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The classes of the samples and their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Class of each sample, `< names.len()`.
    pub labels: Vec<u32>,
    /// Name of each class.
    pub names: Vec<String>,
}

impl Labels {
    /// Returns whether each class is named by its own number.
    ///
    /// ```
    /// use pellucid_data::LabelTexts;
    /// let labels = |texts: [&str; 2]| LabelTexts::from_texts("y", texts).classes();
    /// assert!(labels(["0", "2.0"])?.are_numbers());
    /// assert!(!labels(["-1", "+1"])?.are_numbers());
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn are_numbers(&self) -> bool {
        self.names.iter().enumerate().all(|(class, name)| *name == class.to_string())
    }
}

/// A label as it is told from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// A whole number, however it was written: `1`, `1.0` and `+1` are one label.
    Whole(i128),
    /// Anything else, as it was written.
    Text(String),
}

impl Key {
    fn of_text(text: &str) -> Self {
        let text = text.trim();
        if let Ok(whole) = text.parse() {
            return Self::Whole(whole);
        }
        match text.parse::<f64>() {
            Ok(v) if v.fract() == 0.0 && v.abs() < EXACT => Self::Whole(v as i128),
            _ => Self::Text(text.to_owned()),
        }
    }

    fn of_number(v: f64) -> Self {
        if v.fract() == 0.0 && v.abs() < EXACT { Self::Whole(v as i128) } else { Self::Text(v.to_string()) }
    }

    /// The label as a number, if it is one: also NaN, an infinity or a fraction.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(v) => Some(*v as f64),
            Self::Text(text) => text.parse().ok(),
        }
    }

    /// Whether this would be a number with the usual minus sign and without characters that cannot be seen.
    fn looks_like_a_number(&self) -> bool {
        let Self::Text(text) = self else { return false };
        let usual = |c: char| Some(if c == '\u{2212}' { '-' } else { c }).filter(|c| !is_hidden(*c));
        !text.is_ascii() && text.chars().filter_map(usual).collect::<String>().parse::<f64>().is_ok()
    }

    fn name(&self) -> String {
        match self {
            Self::Whole(v) => v.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// Whole numbers first, then text.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Whole(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Whole(_)) => Ordering::Greater,
        }
    }
}

/// The labels of a file before it is known what they are for: [`classes`](Self::classes) of a classifier, or
/// [`numbers`](Self::numbers), the targets of a regression.
///
/// The rule, the same for every kind of file: a whole number is that number, however it is written (`1`, `1.0`, `+1`);
/// anything else is a name.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelTexts {
    origin: String,
    numbers: HashMap<Key, u32>,
    /// Each different label, with the place where it was first seen.
    distinct: Vec<(Key, Place)>,
    /// Of each sample, the position of its label in `distinct`.
    samples: Vec<u32>,
}

impl LabelTexts {
    /// No labels yet; `origin`, the path, begins the message of an error.
    pub(crate) fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), numbers: HashMap::new(), distinct: Vec::new(), samples: Vec::new() }
    }

    /// Labels from texts; `origin` begins the message of an error.
    pub fn from_texts<'a>(origin: &str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut labels = Self::new(origin);
        for (i, text) in texts.into_iter().enumerate() {
            labels.add(Key::of_text(text), Place::Index(i));
        }
        labels
    }

    pub(crate) fn push_text(&mut self, text: &str, place: Place) -> Result<(), DataError> {
        self.push(Key::of_text(text), place)
    }

    pub(crate) fn push_number(&mut self, v: f64, place: Place) -> Result<(), DataError> {
        self.push(Key::of_number(v), place)
    }

    pub(crate) fn push_whole(&mut self, v: i128, place: Place) -> Result<(), DataError> {
        self.push(Key::Whole(v), place)
    }

    /// Another label of a file, whose number of labels must not end the program.
    fn push(&mut self, key: Key, place: Place) -> Result<(), DataError> {
        reserve(&mut self.samples, 1, &self.origin)?;
        reserve(&mut self.distinct, 1, &self.origin)?;
        if self.numbers.try_reserve(1).is_err() {
            let found = format!("no room for {} different labels", self.distinct.len() + 1);
            return Err(DataError::invalid(&*self.origin, "data that fit into memory", found, place));
        }
        self.add(key, place);
        Ok(())
    }

    fn add(&mut self, key: Key, place: Place) {
        let number = if let Some(&number) = self.numbers.get(&key) {
            number
        } else {
            let next = self.distinct.len() as u32;
            self.distinct.push((key.clone(), place));
            self.numbers.insert(key, next);
            next
        };
        self.samples.push(number);
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Returns whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Returns whether a label is no number at all.
    pub fn has_names(&self) -> bool {
        self.distinct.iter().any(|(key, _)| key.number().is_none())
    }

    /// The place of the first label, if it is a name and all others are numbers: the header of a column, it seems.
    pub(crate) fn header_like(&self) -> Option<(String, Place)> {
        let (first, rest) = self.distinct.split_first()?;
        let alone = self.samples.iter().skip(1).all(|&label| label != 0);
        let numbers = !rest.is_empty() && rest.iter().all(|(key, _)| key.number().is_some());
        (first.0.number().is_none() && !first.0.looks_like_a_number() && alone && numbers)
            .then(|| (quoted(&first.0.name()), first.1))
    }

    /// Takes away the first sample, whose label no other has.
    pub(crate) fn remove_first(&mut self) {
        self.distinct.remove(0);
        self.samples.remove(0);
        self.samples.iter_mut().for_each(|label| *label -= 1);
        self.numbers.clear();
    }

    /// Returns the labels as classes. Whole numbers from 0 to 65,535 are the classes themselves; otherwise the labels are
    /// names, numbered in their order, numbers before text.
    ///
    /// # Errors
    /// Returns an error if all labels are numbers and one is not whole (a class cannot be 2.5, the target of a
    /// regression can), or one only looks like a number.
    ///
    /// ```
    /// use pellucid_data::LabelTexts;
    /// let labels = LabelTexts::from_texts("y", ["1", "1.0", "+1", "0"]).classes()?;
    /// assert_eq!(labels.labels, [1, 1, 1, 0]);
    /// let labels = LabelTexts::from_texts("y", ["10.0", "2.0", "-1"]).classes()?;
    /// assert_eq!((labels.labels, labels.names.join(" ")), (vec![2, 1, 0], "-1 2 10".to_owned()));
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn classes(self) -> Result<Labels, DataError> {
        if let Some((key, place)) = self.distinct.iter().find(|(key, _)| key.looks_like_a_number()) {
            let expected = "a number or a name as label of a class";
            return Err(DataError::invalid(self.origin, expected, quoted(&key.name()), *place));
        }
        if !self.has_names()
            && let Some((key, place)) = self.distinct.iter().find(|(key, _)| matches!(key, Key::Text(_)))
        {
            let expected = "a whole number or a name as label of a class";
            return Err(DataError::invalid(self.origin, expected, key.name(), *place));
        }
        let direct = |(key, _): &(Key, Place)| match key {
            Key::Whole(v) if (0..MAX_CLASS).contains(v) => Some(*v as u32),
            _ => None,
        };
        if let Some(values) = self.distinct.iter().map(direct).collect::<Option<Vec<u32>>>() {
            let classes = values.iter().max().map_or(0, |&largest| largest + 1);
            return Ok(Labels {
                labels: self.samples.iter().map(|&label| values[label as usize]).collect(),
                names: (0..classes).map(|class| class.to_string()).collect(),
            });
        }
        let mut order: Vec<usize> = (0..self.distinct.len()).collect();
        order.sort_unstable_by(|&a, &b| self.distinct[a].0.order(&self.distinct[b].0));
        let mut class_of = vec![0; order.len()];
        for (class, &label) in order.iter().enumerate() {
            class_of[label] = class as u32;
        }
        Ok(Labels {
            labels: self.samples.iter().map(|&label| class_of[label as usize]).collect(),
            names: order.iter().map(|&label| self.distinct[label].0.name()).collect(),
        })
    }

    /// Returns the labels as classes that are known already by these names, in this order, as a model keeps them.
    ///
    /// # Errors
    /// Returns an error if a label is none of the names; with its place.
    ///
    /// ```
    /// use pellucid_data::LabelTexts;
    /// let names = ["cat".to_owned(), "dog".to_owned()];
    /// let labels = LabelTexts::from_texts("y", ["dog", "dog"]).classes_named(&names)?;
    /// assert_eq!(labels.labels, [1, 1]);
    /// # Ok::<(), pellucid_data::DataError>(())
    /// ```
    pub fn classes_named(self, names: &[String]) -> Result<Labels, DataError> {
        let classes: HashMap<Key, u32> =
            names.iter().zip(0..).map(|(name, class)| (Key::of_text(name), class)).collect();
        let class = |(key, place): &(Key, Place)| {
            classes.get(key).copied().ok_or_else(|| {
                let shown: Vec<_> = names.iter().take(5).map(|name| quoted(name)).collect();
                let more = if names.len() > 5 { ", ..." } else { "" };
                let expected = format!("a label among those of the model, {}{more}", shown.join(", "));
                DataError::invalid(self.origin.as_str(), expected, quoted(&key.name()), *place)
            })
        };
        let class_of = self.distinct.iter().map(class).collect::<Result<Vec<_>, _>>()?;
        Ok(Labels {
            labels: self.samples.iter().map(|&label| class_of[label as usize]).collect(),
            names: names.to_vec(),
        })
    }

    /// Returns the labels as numbers.
    ///
    /// # Errors
    /// Returns an error if a label is a name, NaN or infinite; with its place.
    pub fn numbers(&self) -> Result<Vec<f64>, DataError> {
        let number = |(key, place): &(Key, Place)| {
            key.number().filter(|v| v.is_finite()).ok_or_else(|| {
                let found = quoted(&key.name());
                DataError::invalid(self.origin.as_str(), "a finite number as label", found, *place)
            })
        };
        let numbers = self.distinct.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        Ok(self.samples.iter().map(|&label| numbers[label as usize]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(texts: &[&str]) -> Labels {
        LabelTexts::from_texts("y", texts.iter().copied()).classes().unwrap()
    }

    #[test]
    fn numbers_stay_what_they_are() {
        let labels = collect(&["7", "0", "7.0", "2", "+2", "2e0", "-0"]);
        assert_eq!(labels.labels, [7, 0, 7, 2, 2, 2, 0]);
        assert_eq!(labels.names.len(), 8);
    }

    #[test]
    fn names_are_numbered_in_order() {
        let labels = collect(&["pear", "apple", "pear", "70000"]);
        assert_eq!(labels.labels, [2, 1, 2, 0]);
        assert_eq!(labels.names, ["70000", "apple", "pear"]);
        // Numbers as numbers, not as text.
        let labels = collect(&["10.0", "9", "100000", "9.0"]);
        assert_eq!((labels.labels, labels.names.join(" ")), (vec![1, 0, 2, 0], "9 10 100000".into()));
        assert_eq!(collect(&["-1", "+1", "1"]).labels, [0, 1, 1]);
    }

    #[test]
    fn fractions_and_nan_are_no_classes() {
        for (text, found) in [("2.5", "found 2.5"), ("nan", "found nan"), ("inf", "found inf")] {
            let message = LabelTexts::from_texts("y", ["1", text]).classes().unwrap_err().to_string();
            assert!(message.contains(found) && message.contains("index 1"), "{message}");
        }
        // Beside names they are names.
        assert_eq!(collect(&["1.5", "a"]).names, ["1.5", "a"]);
    }

    #[test]
    fn a_header_among_numbers_is_noticed() {
        let noticed =
            |texts: &[&str]| LabelTexts::from_texts("y", texts.iter().copied()).header_like().is_some();
        assert!(noticed(&["target", "0", "1"]));
        assert!(!noticed(&["a", "b", "1"]) && !noticed(&["a", "0", "a"]) && !noticed(&["1", "a"]));
    }
}
