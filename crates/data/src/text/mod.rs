//! Text from files: its encoding, and how it is shown in messages.

pub(crate) mod encoding;
pub(crate) mod escaped;

pub use encoding::{plain_spaces, read_text, without_mark};
pub use escaped::{Escaped, quoted, short};
