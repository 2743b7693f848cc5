//! Reading LIBSVM's model files.
//!
//! ```text
//! svm_type c_svc
//! kernel_type rbf
//! gamma 0.25
//! nr_class 2
//! total_sv 3
//! rho 0.42
//! label 1 -1
//! nr_sv 1 2
//! SV
//! 1 1:0.5 3:-1
//! -0.5 2:1
//! -0.5 1:0.25
//! ```
//!
//! Counts are compared with what the file holds before anything is made of their size.

use pellucid_data::{Csr, DataError, Place};

use crate::SupportVectors;

use super::header::{FORMAT, Header, StoredKernel, SvmType};
use super::parts::Parts;
use super::stored::{Probability, StoredModel};

/// What was expected, what was found, and where.
type Refusal = (String, String, Place);

/// The largest index and serial number: LIBSVM reads 32-bit signed integers.
const MAX_INDEX: u64 = i32::MAX as u64;

/// Reads a model; `origin` names it in errors.
pub(super) fn parse(origin: &str, bytes: &[u8]) -> Result<StoredModel, DataError> {
    let mut lines = Lines { rest: bytes, number: 0 };
    model(&mut lines)
        .and_then(|parts| parts.build().map_err(|(expected, found)| (expected, found, Place::Whole)))
        .map_err(|(expected, found, place)| DataError::invalid(origin, expected, found, place))
}

fn model(lines: &mut Lines<'_>) -> Result<Parts, Refusal> {
    let mut fields = Fields::read(lines)?;
    let svm_type = fields.name("svm_type", &SvmType::ALL.map(|svm_type| (svm_type.name(), svm_type)))?;
    let kernel = kernel(&mut fields)?;
    let classes = fields.count("nr_class")?;
    let total = fields.count("total_sv")?;
    let classifies = svm_type.classifies();
    if if classifies { classes < 2 } else { classes != 2 } {
        let expected = if classifies {
            "at least 2 classes"
        } else {
            "nr_class 2, as every model but of classes has it"
        };
        return Err((expected.into(), classes.to_string(), Place::Line(lines.number)));
    }
    let pairs = u128::from(classes) * u128::from(classes - 1) / 2;
    let rho = fields.numbers("rho", pairs)?;
    let labels = if classifies { fields.labels(u128::from(classes))? } else { Vec::new() };
    let probability = probability(&mut fields, svm_type, pairs)?;
    let sizes = if classifies { fields.class_sizes(u128::from(classes), total)? } else { Vec::new() };
    fields.finish()?;

    let mut vectors = Vectors::new(matches!(kernel, StoredKernel::Precomputed));
    let mut coefficients = Vec::new();
    for done in 0..total {
        let Some((number, line)) = lines.next()? else {
            let found = format!("the end of the file after {done}");
            return Err((format!("{total} support vectors"), found, Place::Line(lines.number)));
        };
        let mut words = words(line, number)?;
        // As many as there are classes but one, which `rho` has shown to be in proportion to the file.
        for _ in 1..classes {
            let (place, word) = words.next().unwrap_or((Place::Line(number), ""));
            coefficients
                .push(finite(word).ok_or_else(|| refuse("a coefficient, a finite number", word, place))?);
        }
        vectors.push(words)?;
    }
    while let Some((number, line)) = lines.next()? {
        if !line.trim_ascii().is_empty() {
            let expected = format!("the end of the file after {total} support vectors");
            return Err((expected, "another line".into(), Place::Line(number)));
        }
    }
    let count = vectors.row_starts.len() - 1;
    let (columns, vectors) = vectors
        .finish()
        .map_err(|error| ("sparse support vectors".to_owned(), error.to_string(), Place::Whole))?;
    let class_sizes = if classifies { sizes } else { vec![count] };
    let header = Header {
        format: FORMAT,
        svm_type,
        kernel,
        columns,
        labels,
        class_sizes,
        one_vs_rest: false,
        break_ties: false,
        penalty: None,
        single: false,
        reports: Vec::new(),
    };
    Ok(Parts { header, rho, support: Vec::new(), vectors, coefficients, probability })
}

fn kernel(fields: &mut Fields<'_>) -> Result<StoredKernel, Refusal> {
    let names = ["linear", "polynomial", "rbf", "sigmoid", "precomputed"].map(|name| (name, name));
    let name = fields.name("kernel_type", &names)?;
    // LIBSVM may write those that a kernel does not use.
    let mut number = |key: &str, needed: bool| -> Result<f64, Refusal> {
        if needed || fields.has(key) { Ok(fields.numbers(key, 1)?[0]) } else { Ok(0.0) }
    };
    let gamma = number("gamma", matches!(name, "polynomial" | "rbf" | "sigmoid"))?;
    let coef0 = number("coef0", matches!(name, "polynomial" | "sigmoid"))?;
    let degree = if name == "polynomial" || fields.has("degree") { fields.degree()? } else { 0 };
    Ok(match name {
        "linear" => StoredKernel::Linear,
        "polynomial" => StoredKernel::Polynomial { degree, gamma, coef0 },
        "rbf" => StoredKernel::Rbf { gamma },
        "sigmoid" => StoredKernel::Sigmoid { gamma, coef0 },
        _ => StoredKernel::Precomputed,
    })
}

fn probability(
    fields: &mut Fields<'_>,
    svm_type: SvmType,
    pairs: u128,
) -> Result<Option<Probability>, Refusal> {
    Ok(match svm_type {
        SvmType::CSvc | SvmType::NuSvc if fields.has("probA") || fields.has("probB") => {
            let (a, b) = (fields.numbers("probA", pairs)?, fields.numbers("probB", pairs)?);
            Some(Probability::PairwiseSigmoids { a, b })
        }
        SvmType::EpsilonSvr | SvmType::NuSvr if fields.has("probA") => {
            Some(Probability::Laplace { scale: fields.numbers("probA", 1)?[0] })
        }
        SvmType::OneClass if fields.has("prob_density_marks") => {
            Some(Probability::DensityMarks(fields.numbers("prob_density_marks", 10)?))
        }
        _ => None,
    })
}

/// Lines with their numbers, from 1; every one must end with a newline, or the file was cut.
struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<Option<(u64, &'a [u8])>, Refusal> {
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
fn words(line: &[u8], number: u64) -> Result<impl Iterator<Item = (Place, &str)>, Refusal> {
    let text = std::str::from_utf8(line).map_err(|error| {
        let found = format!("a byte that is not, {} bytes into the line", error.valid_up_to());
        ("text in UTF-8".to_owned(), found, Place::Line(number))
    })?;
    Ok((1..)
        .zip(text.split_ascii_whitespace())
        .map(move |(column, word)| (Place::Cell { line: number, column }, word)))
}

fn refuse(expected: &str, found: &str, place: Place) -> Refusal {
    let found = if found.is_empty() {
        "the end of the line".to_owned()
    } else {
        format!("`{}`", found.chars().take(40).collect::<String>())
    };
    (expected.to_owned(), found, place)
}

fn finite(word: &str) -> Option<f64> {
    word.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Digits and nothing else.
fn whole(word: &str) -> Option<u64> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok()).flatten()
}

/// The values of a line with their places.
type Words<'a> = Vec<(Place, &'a str)>;

/// A line of the header: its key, its number, its values.
type Field<'a> = (&'a str, u64, Words<'a>);

/// The lines before the support vectors, in any order.
struct Fields<'a> {
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
    fn read(lines: &mut Lines<'a>) -> Result<Self, Refusal> {
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

    fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|(known, ..)| *known == key)
    }

    /// Takes a line out.
    fn take(&mut self, key: &str) -> Result<(u64, Words<'a>), Refusal> {
        let at = self.fields.iter().position(|(known, ..)| *known == key);
        let at =
            at.ok_or_else(|| (format!("a line `{key}`"), "`SV` before it".into(), Place::Line(self.end)))?;
        let (_, number, values) = self.fields.swap_remove(at);
        Ok((number, values))
    }

    /// The only value of a line.
    fn one(&mut self, key: &str) -> Result<(Place, &'a str), Refusal> {
        let (number, values) = self.take(key)?;
        match values[..] {
            [value] => Ok(value),
            _ => Err((format!("one value after `{key}`"), values.len().to_string(), Place::Line(number))),
        }
    }

    fn name<T: Copy>(&mut self, key: &str, names: &[(&str, T)]) -> Result<T, Refusal> {
        let (place, word) = self.one(key)?;
        let known = names.iter().find(|(name, _)| *name == word);
        known.map(|&(_, value)| value).ok_or_else(|| {
            let names: Vec<&str> = names.iter().map(|&(name, _)| name).collect();
            refuse(&format!("{key} {}", names.join(", ")), word, place)
        })
    }

    fn count(&mut self, key: &str) -> Result<u64, Refusal> {
        let (place, word) = self.one(key)?;
        whole(word)
            .filter(|&count| count <= MAX_INDEX)
            .ok_or_else(|| refuse(&format!("{key}, a whole number up to {MAX_INDEX}"), word, place))
    }

    fn degree(&mut self) -> Result<u32, Refusal> {
        let (place, word) = self.one("degree")?;
        let degree = whole(word).and_then(|degree| u32::try_from(degree).ok());
        degree.ok_or_else(|| refuse("a degree, a whole number", word, place))
    }

    /// Exactly `count` values of a line.
    fn values(&mut self, key: &str, count: u128) -> Result<Words<'a>, Refusal> {
        let (number, values) = self.take(key)?;
        if values.len() as u128 == count {
            return Ok(values);
        }
        Err((format!("{count} values after `{key}`"), values.len().to_string(), Place::Line(number)))
    }

    fn numbers(&mut self, key: &str, count: u128) -> Result<Vec<f64>, Refusal> {
        let number = |(place, word)| finite(word).ok_or_else(|| refuse("a finite number", word, place));
        self.values(key, count)?.into_iter().map(number).collect()
    }

    fn labels(&mut self, classes: u128) -> Result<Vec<i32>, Refusal> {
        let label = |(place, word): (Place, &str)| {
            word.parse().map_err(|_| refuse("a label, a whole number of 32 bits", word, place))
        };
        self.values("label", classes)?.into_iter().map(label).collect()
    }

    fn class_sizes(&mut self, classes: u128, total: u64) -> Result<Vec<usize>, Refusal> {
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
    fn finish(self) -> Result<(), Refusal> {
        match self.fields.first() {
            None => Ok(()),
            Some((key, number, _)) => {
                Err(("lines that belong to the svm_type".into(), format!("`{key}`"), Place::Line(*number)))
            }
        }
    }
}

/// The support vectors read so far.
struct Vectors {
    precomputed: bool,
    row_starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
    largest: u32,
}

impl Vectors {
    fn new(precomputed: bool) -> Self {
        Self { precomputed, row_starts: vec![0], indices: Vec::new(), values: Vec::new(), largest: 0 }
    }

    fn push<'a>(&mut self, mut words: impl Iterator<Item = (Place, &'a str)>) -> Result<(), Refusal> {
        if self.precomputed {
            let (place, word) = words.next().unwrap_or((Place::Whole, ""));
            let serial =
                word.strip_prefix("0:").and_then(whole).filter(|serial| (1..=MAX_INDEX).contains(serial));
            let serial = serial
                .ok_or_else(|| refuse("0:<serial number from 1> of a precomputed kernel", word, place))?;
            self.largest = self.largest.max(serial as u32);
            self.indices.push(serial as u32 - 1);
            self.row_starts.push(self.indices.len());
            return match words.next() {
                None => Ok(()),
                Some((place, word)) => {
                    Err(refuse("the end of the line after the serial number", word, place))
                }
            };
        }
        let mut last = 0;
        for (place, word) in words {
            let (index, value) =
                word.split_once(':').ok_or_else(|| refuse("<index>:<value>", word, place))?;
            let index = whole(index).filter(|index| (1..=MAX_INDEX).contains(index));
            let index = index.ok_or_else(|| refuse("an index from 1 to 2147483647", word, place))? as u32;
            if index <= last {
                return Err(refuse(&format!("an index above {last}, the one before"), word, place));
            }
            let value = finite(value).ok_or_else(|| refuse("a finite number as value", word, place))?;
            last = index;
            if value != 0.0 {
                self.indices.push(index - 1);
                self.values.push(value);
            }
        }
        self.largest = self.largest.max(last);
        self.row_starts.push(self.indices.len());
        Ok(())
    }

    /// Numbers in a sample, and the vectors.
    fn finish(self) -> Result<(usize, SupportVectors), DataError> {
        let columns = self.largest as usize;
        let vectors = if self.precomputed {
            SupportVectors::Columns(self.indices)
        } else {
            SupportVectors::Sparse(Csr::new(columns, self.row_starts, self.indices, self.values)?)
        };
        Ok((columns, vectors))
    }
}
