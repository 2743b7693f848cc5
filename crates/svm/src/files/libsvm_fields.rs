//! The header of LIBSVM's model files: lines of a key and its values, in any order.

use pellucid_data::Place;
use pellucid_data::text::quoted;

/// What was expected, what was found, and where.
pub(super) type RefusalAt = (String, String, Place);

/// The largest index and serial number: LIBSVM reads 32-bit signed integers.
pub(super) const MAX_INDEX: u64 = i32::MAX as u64;

/// Lines with their numbers, from 1; every one must end with a newline, or the file was cut.
pub(super) struct Lines<'a> {
    pub rest: &'a [u8],
    pub number: u64,
}

impl<'a> Lines<'a> {
    pub fn next(&mut self) -> Result<Option<(u64, &'a [u8])>, RefusalAt> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') else {
            let found = "the end of the file within it (cut off?)".to_owned();
            return Err(("a line that ends with a newline".into(), found, Place::Line(self.number)));
        };
        let (line, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        Ok(Some((self.number, line)))
    }
}

/// The words of a line with their places.
pub(super) fn words(line: &[u8], number: u64) -> Result<impl Iterator<Item = (Place, &str)>, RefusalAt> {
    let text = std::str::from_utf8(line).map_err(|error| {
        let found = format!("a byte that is not, {} bytes into the line", error.valid_up_to());
        ("text in UTF-8".to_owned(), found, Place::Line(number))
    })?;
    Ok((1..)
        .zip(text.split_whitespace())
        .map(move |(column, word)| (Place::Cell { line: number, column }, word)))
}

pub(super) fn refuse(expected: &str, found: &str, place: Place) -> RefusalAt {
    let found = if found.is_empty() { "the end of the line".to_owned() } else { quoted(found) };
    (expected.to_owned(), found, place)
}

pub(super) fn finite(word: &str) -> Option<f64> {
    word.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Digits and nothing else.
pub(super) fn whole(word: &str) -> Option<u64> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

/// The values of a line with their places.
type Words<'a> = Vec<(Place, &'a str)>;

/// A line of the header: its key, its number, its values.
type Field<'a> = (&'a str, u64, Words<'a>);

/// The lines before the support vectors, in any order.
pub(super) struct Fields<'a> {
    fields: Vec<Field<'a>>,
    /// The line `SV`.
    end: u64,
}

const KEYS: [&str; 12] = [
    "svm_type",
    "kernel_type",
    "degree",
    "gamma",
    "coef0",
    "nr_class",
    "total_sv",
    "rho",
    "label",
    "probA",
    "probB",
    "nr_sv",
];

impl<'a> Fields<'a> {
    pub fn read(lines: &mut Lines<'a>) -> Result<Self, RefusalAt> {
        let mut fields: Vec<Field<'_>> = Vec::new();
        while let Some((number, line)) = lines.next()? {
            let mut words = words(line, number)?;
            let Some((place, key)) = words.next() else { continue };
            if number == 1 && key != "svm_type" {
                let expected = "a model: a LIBSVM file that begins with `svm_type`, or a safetensors file";
                return Err(refuse(expected, key, place));
            }
            if key == "SV" {
                if let Some((place, word)) = words.next() {
                    return Err(refuse("the end of the line `SV`", word, place));
                }
                return Ok(Self { fields, end: number });
            }
            if !KEYS.contains(&key) && key != "prob_density_marks" {
                return Err(refuse("a line of a LIBSVM model's header or `SV`", key, place));
            }
            if fields.iter().any(|(known, ..)| *known == key) {
                return Err((format!("one line `{key}`"), "a second one".into(), Place::Line(number)));
            }
            fields.push((key, number, words.collect()));
        }
        Err(("a line `SV` after the header".into(), "the end of the file".into(), Place::Line(lines.number)))
    }

    pub fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|(known, ..)| *known == key)
    }

    /// Takes a line out.
    fn take(&mut self, key: &str) -> Result<(u64, Words<'a>), RefusalAt> {
        let at = self.fields.iter().position(|(known, ..)| *known == key);
        let at =
            at.ok_or_else(|| (format!("a line `{key}`"), "`SV` before it".into(), Place::Line(self.end)))?;
        let (_, number, values) = self.fields.swap_remove(at);
        Ok((number, values))
    }

    /// The only value of a line.
    fn one(&mut self, key: &str) -> Result<(Place, &'a str), RefusalAt> {
        let (number, values) = self.take(key)?;
        match values[..] {
            [value] => Ok(value),
            _ => Err((format!("one value after `{key}`"), values.len().to_string(), Place::Line(number))),
        }
    }

    pub fn name<T: Copy>(&mut self, key: &str, names: &[(&str, T)]) -> Result<T, RefusalAt> {
        let (place, word) = self.one(key)?;
        let known = names.iter().find(|(name, _)| *name == word);
        known.map(|&(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = names.iter().map(|&(name, _)| name).collect();
            refuse(&format!("{key} {}", names.join(", ")), word, place)
        })
    }

    pub fn count(&mut self, key: &str) -> Result<u64, RefusalAt> {
        let (place, word) = self.one(key)?;
        whole(word)
            .filter(|&count| count <= MAX_INDEX)
            .ok_or_else(|| refuse(&format!("{key}, a whole number up to {MAX_INDEX}"), word, place))
    }

    pub fn degree(&mut self) -> Result<u32, RefusalAt> {
        let (place, word) = self.one("degree")?;
        let degree = whole(word).and_then(|degree| u32::try_from(degree).ok());
        degree.ok_or_else(|| refuse("a degree, a whole number", word, place))
    }

    /// Exactly `count` values of a line.
    fn values(&mut self, key: &str, count: u128) -> Result<Words<'a>, RefusalAt> {
        let (number, values) = self.take(key)?;
        if values.len() as u128 == count {
            return Ok(values);
        }
        Err((format!("{count} values after `{key}`"), values.len().to_string(), Place::Line(number)))
    }

    pub fn numbers(&mut self, key: &str, count: u128) -> Result<Vec<f64>, RefusalAt> {
        let number = |(place, word)| finite(word).ok_or_else(|| refuse("a finite number", word, place));
        self.values(key, count)?.into_iter().map(number).collect()
    }

    pub fn labels(&mut self, classes: u128) -> Result<Vec<i32>, RefusalAt> {
        let label = |(place, word): (Place, &str)| {
            word.parse().map_err(|_| refuse("a label, a whole number of 32 bits", word, place))
        };
        self.values("label", classes)?.into_iter().map(label).collect()
    }

    pub fn class_sizes(&mut self, classes: u128, total: u64) -> Result<Vec<usize>, RefusalAt> {
        let size = |&(place, word): &(Place, &str)| {
            let size = whole(word).filter(|&size| size <= total);
            size.ok_or_else(|| refuse(&format!("a whole number up to total_sv, {total}"), word, place))
        };
        let values = self.values("nr_sv", classes)?;
        let sizes = values.iter().map(size).collect::<Result<Vec<u64>, _>>()?;
        let sum: u128 = sizes.iter().map(|&size| u128::from(size)).sum();
        if sum != u128::from(total) {
            let place = values.first().map_or(Place::Whole, |&(place, _)| place);
            return Err((format!("counts nr_sv that sum up to total_sv, {total}"), sum.to_string(), place));
        }
        Ok(sizes.into_iter().map(|size| size as usize).collect())
    }

    /// Nothing may be left over.
    pub fn finish(self) -> Result<(), RefusalAt> {
        match self.fields.first() {
            None => Ok(()),
            Some((key, number, _)) => {
                Err(("lines that belong to the svm_type".into(), format!("`{key}`"), Place::Line(*number)))
            }
        }
    }
}
