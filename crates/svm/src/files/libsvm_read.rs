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

use pellucid_data::text::without_mark;
use pellucid_data::{Csr, DataError, Place};

use crate::decision::support_vectors::SupportVectors;
use crate::files::header::{FORMAT, Header};
use crate::files::libsvm_fields::{Fields, Lines, MAX_INDEX, RefusalAt, finite, refuse, whole, words};
use crate::files::parts::Parts;
use crate::files::probability::Probability;
use crate::files::stored_kernel::StoredKernel;
use crate::files::stored_model::StoredModel;
use crate::files::svm_type::SvmType;

/// Reads a model; `origin` names it in errors.
pub(super) fn parse(origin: &str, bytes: &[u8]) -> Result<StoredModel, DataError> {
    let mut lines = Lines { rest: without_mark(origin, bytes)?, number: 0 };
    model(&mut lines)
        .and_then(|parts| parts.build().map_err(|(expected, found)| (expected, found, Place::Whole)))
        .map_err(|(expected, found, place)| DataError::invalid(origin, expected, found, place))
}

fn model(lines: &mut Lines<'_>) -> Result<Parts, RefusalAt> {
    let mut fields = Fields::read(lines)?;
    let svm_type = fields.name("svm_type", &SvmType::ALL.map(|svm_type| (svm_type.name(), svm_type)))?;
    let kernel = kernel(&mut fields)?;
    let classes = fields.count("nr_class")?;
    let total = fields.count("total_sv")?;
    let classifies = svm_type.classifies();
    if if classifies { classes < 1 } else { classes != 2 } {
        let expected =
            if classifies { "at least 1 class" } else { "nr_class 2, as every model but of classes has it" };
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
    let (count, zero_based) = (vectors.row_starts.len() - 1, vectors.zero_based());
    let (columns, vectors) = vectors
        .finish()
        .map_err(|error| ("sparse support vectors".to_owned(), error.to_string(), Place::Whole))?;
    let class_sizes = if classifies { sizes } else { vec![count] };
    let header = Header {
        format: FORMAT,
        svm_type,
        kernel,
        columns,
        open: true,
        zero_based,
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

fn kernel(fields: &mut Fields<'_>) -> Result<StoredKernel, RefusalAt> {
    let names = ["linear", "polynomial", "rbf", "sigmoid", "precomputed"].map(|name| (name, name));
    let name = fields.name("kernel_type", &names)?;
    // LIBSVM may write those that a kernel does not use.
    let mut number = |key: &str, needed: bool| -> Result<f64, RefusalAt> {
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
) -> Result<Option<Probability>, RefusalAt> {
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

/// The support vectors read so far.
struct Vectors {
    precomputed: bool,
    row_starts: Vec<usize>,
    /// Indices or serial numbers as the file has them.
    indices: Vec<u32>,
    values: Vec<f64>,
    /// Of the indices, also of zeros.
    range: Option<(u32, u32)>,
}

impl Vectors {
    fn new(precomputed: bool) -> Self {
        Self { precomputed, row_starts: vec![0], indices: Vec::new(), values: Vec::new(), range: None }
    }

    fn push<'a>(&mut self, mut words: impl Iterator<Item = (Place, &'a str)>) -> Result<(), RefusalAt> {
        if self.precomputed {
            let (place, word) = words.next().unwrap_or((Place::Whole, ""));
            let serial =
                word.strip_prefix("0:").and_then(whole).filter(|serial| (1..=MAX_INDEX).contains(serial));
            let serial = serial
                .ok_or_else(|| refuse("0:<serial number from 1> of a precomputed kernel", word, place))?;
            self.seen(serial as u32);
            self.indices.push(serial as u32);
            self.row_starts.push(self.indices.len());
            return match words.next() {
                None => Ok(()),
                Some((place, word)) => {
                    Err(refuse("the end of the line after the serial number", word, place))
                }
            };
        }
        let mut last = None;
        for (place, word) in words {
            let (index, value) =
                word.split_once(':').ok_or_else(|| refuse("<index>:<value>", word, place))?;
            let index = whole(index).filter(|&index| index <= MAX_INDEX);
            let index = index.ok_or_else(|| refuse("an index from 0 to 2147483647", word, place))? as u32;
            if let Some(last) = last.filter(|&last| index <= last) {
                return Err(refuse(&format!("an index above {last}, the one before"), word, place));
            }
            let value = finite(value).ok_or_else(|| refuse("a finite number as value", word, place))?;
            last = Some(index);
            self.seen(index);
            if value != 0.0 {
                self.indices.push(index);
                self.values.push(value);
            }
        }
        self.row_starts.push(self.indices.len());
        Ok(())
    }

    fn seen(&mut self, index: u32) {
        let (least, largest) = self.range.unwrap_or((index, index));
        self.range = Some((least.min(index), largest.max(index)));
    }

    /// Whether features count from 0: an index 0 occurs.
    fn zero_based(&self) -> bool {
        self.range.is_some_and(|(least, _)| least == 0)
    }

    /// Numbers in a sample, and the vectors.
    fn finish(mut self) -> Result<(usize, SupportVectors), DataError> {
        let first = u32::from(!self.zero_based());
        self.indices.iter_mut().for_each(|index| *index -= first);
        // Support vectors that are zero throughout have a feature all the same.
        let columns = self.range.map_or(1, |(_, largest)| (largest - first) as usize + 1);
        let vectors = if self.precomputed {
            SupportVectors::Columns(self.indices)
        } else {
            SupportVectors::Sparse(Csr::new(columns, self.row_starts, self.indices, self.values)?)
        };
        Ok((columns, vectors))
    }
}
