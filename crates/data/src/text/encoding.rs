//! The encoding of text files.

use std::borrow::Cow;
use std::path::Path;

use crate::error::{DataError, Place};

/// The byte-order mark of UTF-8, which some editors put in front of a text.
pub(crate) const MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns the content of a text file without the byte-order mark that some editors put in front of it.
///
/// # Errors
/// Returns an error if the file is in UTF-16; `origin`, the path, begins the message.
///
/// ```
/// use pellucid_data::text::without_mark;
/// assert_eq!(without_mark("x", b"\xef\xbb\xbf1 2")?, b"1 2");
/// assert!(without_mark("x", b"\xff\xfe1\0").unwrap_err().to_string().contains("UTF-16"));
/// # Ok::<(), pellucid_data::DataError>(())
/// ```
pub fn without_mark<'a>(origin: &str, content: &'a [u8]) -> Result<&'a [u8], DataError> {
    match content {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [1..=255, 0, 1..=255, 0, ..] | [0, 1..=255, 0, 1..=255, ..] => {
            Err(DataError::invalid(origin, "text in UTF-8", "UTF-16 (save it anew as UTF-8)", Place::Byte(0)))
        }
        _ => Ok(content.strip_prefix(MARK).unwrap_or(content)),
    }
}

/// Returns the content of a text file in UTF-8, without a byte-order mark.
///
/// # Errors
/// Returns an error if the file cannot be read or is not in UTF-8.
pub fn read_text(path: impl AsRef<Path>) -> Result<String, DataError> {
    let path = path.as_ref();
    let origin = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| DataError::io(path, "a file that can be read", e))?;
    let text = without_mark(&origin, &bytes)?;
    match std::str::from_utf8(text) {
        Ok(text) => Ok(text.to_owned()),
        Err(e) => {
            let at = e.valid_up_to();
            let found = format!("another byte, {:#04x}", text[at]);
            Err(DataError::invalid(origin, "text in UTF-8", found, Place::Byte(at as u64)))
        }
    }
}

/// Returns a line with every kind of space as the usual one, so that all readers take a no-break space for a space; as it is
/// where it is plain ASCII, or no UTF-8.
pub fn plain_spaces(line: &[u8]) -> Cow<'_, [u8]> {
    if line.is_ascii() {
        return Cow::Borrowed(line);
    }
    match std::str::from_utf8(line) {
        Ok(text) if text.contains(|c: char| !c.is_ascii() && c.is_whitespace()) => {
            let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
            Cow::Owned(spaced.collect::<String>().into_bytes())
        }
        _ => Cow::Borrowed(line),
    }
}
