//! What a message shows of a text.

use std::fmt::{self, Write as _};

/// The most characters of a text that a message shows.
const MOST_SHOWN: usize = 40;

/// A text with every character that cannot be seen written as an escape, for messages and tables.
///
/// Line feeds and other controls, unusual spaces, and characters that turn the direction of writing are written as Rust
/// writes them; all else, quotes and backslashes included, stays as it is.
///
/// ```
/// use pellucid_data::text::Escaped;
/// assert_eq!(Escaped("data\train.csv\u{a0}").to_string(), r"data\train.csv\u{a0}");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_hidden) {
            let (plain, from) = rest.split_at(at);
            f.write_str(plain)?;
            let mut characters = from.chars();
            if let Some(hidden) = characters.next() {
                write!(f, "{}", hidden.escape_debug())?;
            }
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

/// Whether a character cannot be seen, or changes how others are seen.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a path or name holds a control character, such as the tab that TOML makes of `"data\train.csv"`.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Returns at most 40 characters of a text, escaped and in quotes, with a word on characters that look like others.
///
/// ```
/// use pellucid_data::text::quoted;
/// assert_eq!(quoted("1,5\t"), r"`1,5\t`");
/// assert_eq!(quoted("\u{2212}2"), "`\u{2212}2` (with U+2212, a minus sign that is not the usual -)");
/// assert_eq!(quoted(&"x".repeat(50)), format!("`{}...`", "x".repeat(40)));
/// ```
pub fn quoted(text: &str) -> String {
    let mut shown = format!("`{}`", short(text, MOST_SHOWN));
    if let Some((c, name)) = text.chars().find_map(|c| Some((c, look_alike(c)?))) {
        // Writing to a string does not fail.
        let _ = write!(shown, " (with U+{:04X}, {name})", u32::from(c));
    }
    shown
}

/// Returns at most so many characters of a text, escaped, for a name in a table.
pub fn short(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let more = if end < text.len() { "..." } else { "" };
    format!("{}{more}", Escaped(&text[..end]))
}

/// [`quoted`] of bytes that should be text.
pub(crate) fn quoted_bytes(bytes: &[u8]) -> String {
    // A few more than are shown, so that a cut is seen.
    quoted(&String::from_utf8_lossy(&bytes[..bytes.len().min(4 * MOST_SHOWN + 4)]))
}

/// What a character is that is taken for another.
fn look_alike(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2212}' => "a minus sign that is not the usual -",
        '\u{2010}'..='\u{2015}' | '\u{fe63}' | '\u{ff0d}' => "a dash that is not the usual -",
        '\u{ff10}'..='\u{ff19}' => "a wide digit",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{feff}' => "a byte-order mark",
        '\u{200b}'..='\u{200d}' | '\u{2060}' => "a character without width",
        '\u{fffd}' => "in place of bytes that are no UTF-8",
        '\0' => "which UTF-16 has and text has not",
        _ => return None,
    })
}
