//! What labels mean.

use pellucid::data::text::quoted;
use pellucid::data::{DataError, LabelTexts, Labels, Place};

/// What labels mean.
#[derive(Clone, Copy)]
pub enum Classes<'a> {
    /// The classes are those of the labels.
    New,
    /// The classes are those of a model: these, or numbers from 0.
    OfModel(Option<&'a [String]>),
    /// Labels are not asked for.
    Ignored,
}

impl Classes<'_> {
    /// The classes of labels from `origin`; those that are new and have names are noted in `names`.
    pub fn of(
        self,
        labels: LabelTexts,
        origin: &str,
        names: &mut Option<Vec<String>>,
    ) -> Result<Labels, DataError> {
        if let Classes::OfModel(Some(names)) = self {
            return labels.classes_named(names);
        }
        let labels = labels.classes()?;
        if labels.are_numbers() {
            return Ok(labels);
        }
        if matches!(self, Classes::OfModel(None)) {
            let shown: Vec<_> = labels.names.iter().take(3).map(|name| quoted(name)).collect();
            let expected = "whole numbers from 0 as labels, as the model's classes have no names";
            return Err(DataError::invalid(origin, expected, shown.join(", "), Place::Whole));
        }
        *names = Some(labels.names.clone());
        Ok(labels)
    }
}
