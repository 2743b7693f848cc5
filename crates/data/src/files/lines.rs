//! Text files line by line.

use std::io::{BufRead, BufReader};

use crate::error::{DataError, Place};
use crate::files::input::Input;
use crate::text::encoding::plain_spaces;

/// Expected, found, where.
pub(crate) type Refusal = (String, String, Place);

/// Hands every line, without its end and with plain spaces, and its number from 1 to `take`.
pub(crate) fn lines(
    input: &mut Input<'_>,
    mut take: impl FnMut(&[u8], u64) -> Result<(), Refusal>,
) -> Result<(), DataError> {
    let mut reader = BufReader::with_capacity(1 << 16, &mut *input);
    let mut line = Vec::new();
    let mut number = 0;
    let failure = loop {
        number += 1;
        line.clear();
        reader.get_mut().next_line();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => return Ok(()),
            Ok(_) => {
                if let Err(refusal) = take(plain_spaces(&line).trim_ascii_end(), number) {
                    break Err(refusal);
                }
            }
            Err(e) => break Ok(e),
        }
    };
    drop(reader);
    Err(match failure {
        Ok(e) => input.failed(e, Place::Line(number)),
        Err((expected, found, place)) => input.invalid(expected, found, place),
    })
}

/// A number that is neither NaN nor infinite.
pub(crate) fn finite(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok().filter(|v: &f64| v.is_finite())
}

/// Digits, and nothing else, below 10^18.
pub(crate) fn whole(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.iter().all(u8::is_ascii_digit);
    digits.then(|| text.iter().fold(0, |n, b| 10 * n + u64::from(b - b'0')))
}
