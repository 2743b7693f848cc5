//! Memory that is asked for and may be refused.

use crate::error::{DataError, Place};

/// Room for so many more elements, or an error where memory has none: what a file asks for must not end the program.
pub(crate) fn reserve<T>(list: &mut Vec<T>, more: usize, origin: &str) -> Result<(), DataError> {
    list.try_reserve(more).map_err(|_| {
        let found =
            format!("no room for {} numbers of {} bytes", list.len().saturating_add(more), size_of::<T>());
        DataError::invalid(origin, "data that fit into memory", found, Place::Whole)
    })
}

/// [`Iterator::collect`] with [`reserve`].
pub(crate) fn collect<T>(items: impl ExactSizeIterator<Item = T>, origin: &str) -> Result<Vec<T>, DataError> {
    let mut list = Vec::new();
    reserve(&mut list, items.len(), origin)?;
    list.extend(items);
    Ok(list)
}
