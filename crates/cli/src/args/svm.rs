//! The arguments of `pellucid svm`: LIBSVM's letters, and names for them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};
use pellucid_svm::Gamma;
use pellucid_terminal::arguments::Common;

use super::Header;
use crate::output_path;

#[derive(Debug, Subcommand)]
pub enum Svm {
    /// Fit a machine: classification, regression or outliers (as svm-train does).
    Train(Box<Train>),
    /// Classes or values of samples by a model of ours or LIBSVM's (as svm-predict does).
    Predict(Predict),
    /// Bring every feature to one range (as svm-scale does), on standard output.
    Scale(Scale),
    /// Search for the best C and gamma by cross-validation (as grid.py does).
    Grid(Box<Grid>),
}

/// LIBSVM's spellings that no other command line has, in ours: `-w1 5` (a weight of class 1), `-log2c`, `-log2g`.
pub fn from_libsvm(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.into_iter();
    let mut rewritten: Vec<OsString> = arguments.by_ref().take(2).collect();
    let ours = rewritten.get(1).is_some_and(|command| command == "svm");
    while let Some(argument) = arguments.next() {
        let text = argument.to_str().filter(|_| ours);
        let class =
            text.and_then(|text| text.strip_prefix("-w")).filter(|class| class.parse::<i32>().is_ok());
        if let Some(class) = class {
            let weight = arguments.next().unwrap_or_default();
            let mut value = OsString::from(format!("--class-weight={class}="));
            value.push(weight);
            rewritten.push(value);
        } else if matches!(text, Some("-log2c" | "-log2g")) {
            rewritten.push(format!("-{}", argument.to_string_lossy()).into());
        } else {
            rewritten.push(argument);
        }
    }
    rewritten
}

/// Where samples come from.
#[derive(Debug, Args)]
pub struct Table {
    /// Labels or targets of the samples of a .csv or .npy table, one number each.
    #[arg(long, value_name = "FILE", conflicts_with = "label_column")]
    pub labels: Option<PathBuf>,
    /// The column of a .csv or .npy table that holds labels or targets: `first`, `last`, or its name in the header. With
    /// it, a file of any other ending is read as .csv.
    #[arg(long, value_name = "WHICH")]
    pub label_column: Option<String>,
    /// Whether .csv files begin with a header; `auto` takes a first row of text for one.
    #[arg(long, value_enum, value_name = "WHETHER", default_value_t)]
    pub header: Header,
}

/// What a machine is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Formulation {
    /// Classes; C is the price of a mistake.
    #[default]
    #[value(alias = "0")]
    CSvc,
    /// Classes; nu bounds the share of samples within the margin.
    #[value(alias = "1")]
    NuSvc,
    /// Outliers; nu bounds their share.
    #[value(alias = "2")]
    OneClass,
    /// Regression; errors below epsilon cost nothing.
    #[value(alias = "3")]
    EpsilonSvr,
    /// Regression; nu bounds the share of larger errors.
    #[value(alias = "4")]
    NuSvr,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum KernelName {
    /// u.v
    #[value(alias = "0")]
    Linear,
    /// (gamma u.v + coef0)^degree
    #[value(alias = "1")]
    Polynomial,
    /// exp(-gamma |u - v|^2)
    #[default]
    #[value(alias = "2")]
    Rbf,
    /// tanh(gamma u.v + coef0)
    #[value(alias = "3")]
    Sigmoid,
    /// The file holds kernel values.
    #[value(alias = "4")]
    Precomputed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SolverName {
    /// The textbook's, for reading.
    Simplified,
    /// Platt's, with an error cache.
    Platt,
    /// Second-order working sets: the fast one.
    #[default]
    SecondOrder,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EffortName {
    /// A tolerance of 0.01 and at most 100,000 iterations a problem.
    Fast,
    /// A tolerance of 0.001, as LIBSVM.
    #[default]
    Balanced,
    /// A tolerance of 1e-6 with kernels in f64.
    Exact,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MultiClassName {
    /// A machine for each pair of classes.
    #[default]
    OneVsOne,
    /// A machine for each class.
    OneVsRest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// The text that svm-predict reads.
    Libsvm,
    /// Everything, in full precision.
    Safetensors,
}

// Short letters are LIBSVM's, -h included; so help is --help only.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Train {
    #[command(flatten)]
    pub settings: Settings,
    /// Do not write a model; say how well n machines do, each on the n-th of the samples that it was not fitted to.
    #[arg(short = 'v', long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub folds: Option<u32>,
    /// Fit probabilities too, by cross-validation: 0 or 1.
    #[arg(short = 'b', long, default_value = "0", value_parser = switch, action = ArgAction::Set)]
    pub probability: bool,
    /// The format of the model. [default: safetensors for a file name that ends so, else libsvm]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output_format: Option<OutputFormat>,
    /// Print nothing.
    #[arg(short, long)]
    pub quiet: bool,
    /// The samples: a LIBSVM (svmlight) file, .csv or .npy.
    pub data: PathBuf,
    /// The model, - for standard output. [default: the name of the data file and .model, in this folder]
    #[arg(value_parser = output_path::parser())]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    pub table: Table,
    #[command(flatten)]
    pub common: Common,
    /// Print help.
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

/// What is fitted, and how.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// What it is for, by name or LIBSVM's number.
    #[arg(short = 's', long, value_enum, value_name = "TYPE", default_value_t)]
    pub formulation: Formulation,
    /// The kernel, by name or LIBSVM's number.
    #[arg(short = 't', long, value_enum, default_value_t)]
    pub kernel: KernelName,
    /// The degree of a polynomial kernel.
    #[arg(short = 'd', long, default_value_t = 3)]
    pub degree: u32,
    /// Gamma of the kernel: a number, `auto` for 1/features (of a LIBSVM file, its largest index), `scale` for 1/(features x variance).
    #[arg(short = 'g', long, default_value = "auto", value_parser = gamma, allow_negative_numbers = true)]
    pub gamma: Gamma,
    /// The number added in a polynomial or sigmoid kernel.
    #[arg(short = 'r', long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub coef0: f64,
    /// C of C-SVC, epsilon-SVR and nu-SVR; `inf` for a hard margin.
    #[arg(short = 'c', long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub cost: f64,
    /// Nu of nu-SVC, one-class and nu-SVR.
    #[arg(short = 'n', long, default_value_t = 0.5, allow_negative_numbers = true)]
    pub nu: f64,
    /// Epsilon of epsilon-SVR: half the width of the tube.
    #[arg(short = 'p', long, default_value_t = 0.1, allow_negative_numbers = true)]
    pub epsilon: f64,
    /// The most memory for kernel values.
    #[arg(short = 'm', long, value_name = "MB", default_value_t = 100.0, value_parser = megabytes)]
    pub cache: f64,
    /// The KKT gap at which a fit is done. [default: the effort's, 0.001]
    #[arg(short = 'e', long, value_name = "GAP")]
    pub tolerance: Option<f64>,
    /// Whether samples that stay at their bounds are set aside: 0 or 1.
    #[arg(short = 'h', long, default_value = "1", value_parser = switch, action = ArgAction::Set)]
    pub shrinking: bool,
    /// What C of a class is multiplied by; LIBSVM's -wLABEL FACTOR is the same. Several of one class are multiplied.
    #[arg(long, value_name = "LABEL=FACTOR", value_parser = class_weight, allow_hyphen_values = true)]
    pub class_weight: Vec<(i32, f64)>,
    /// How more than two classes are told apart.
    #[arg(long, value_enum, default_value_t)]
    pub multi_class: MultiClassName,
    /// Of classes that win equally many pairs take the one with the largest values.
    #[arg(long)]
    pub break_ties: bool,
    /// The method; all find the same optimum.
    #[arg(long, value_enum, default_value_t)]
    pub solver: SolverName,
    /// Tolerance and limits.
    #[arg(long, value_enum, default_value_t)]
    pub effort: EffortName,
    /// The seed of what is drawn by chance: folds, and the solvers simplified and platt.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct Predict {
    /// Write the probability of each class too: 0 or 1.
    #[arg(short = 'b', long, default_value = "0", value_parser = switch, action = ArgAction::Set)]
    pub probability: bool,
    /// Print nothing.
    #[arg(short, long)]
    pub quiet: bool,
    /// The samples: a LIBSVM (svmlight) file, .csv or .npy.
    pub data: PathBuf,
    /// The model, of ours or of svm-train.
    pub model: PathBuf,
    /// The file for the predictions, one a line; - for standard output.
    #[arg(value_parser = output_path::parser())]
    pub output: PathBuf,
    #[command(flatten)]
    pub table: Table,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Grid {
    #[command(flatten)]
    pub settings: Settings,
    /// The binary logarithms of C, or `null` for the one of -c.
    #[arg(long, value_name = "BEGIN,END,STEP", default_value = "-5,15,2", value_parser = exponents, allow_hyphen_values = true)]
    pub log2c: Exponents,
    /// The binary logarithms of gamma, or `null` for the one of -g.
    #[arg(long, value_name = "BEGIN,END,STEP", default_value = "3,-15,-2", value_parser = exponents, allow_hyphen_values = true)]
    pub log2g: Exponents,
    /// The folds of each cross-validation.
    #[arg(short = 'v', long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    pub folds: u32,
    /// Print the last line only: the best C, gamma and accuracy.
    #[arg(short, long)]
    pub quiet: bool,
    /// The samples: a LIBSVM (svmlight) file, .csv or .npy.
    pub data: PathBuf,
    #[command(flatten)]
    pub table: Table,
    #[command(flatten)]
    pub common: Common,
    /// Print help.
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

/// Numbers from one to another; `None` for none.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponents(pub Option<Vec<f64>>);

#[derive(Debug, Args)]
pub struct Scale {
    /// The least value of a feature.
    #[arg(short = 'l', long, default_value_t = -1.0, allow_negative_numbers = true)]
    pub lower: f64,
    /// The largest value of a feature.
    #[arg(short = 'u', long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub upper: f64,
    /// Scale the targets too, to this range.
    #[arg(short = 'y', long, num_args = 2, value_names = ["LOWER", "UPPER"], allow_negative_numbers = true)]
    pub targets: Option<Vec<f64>>,
    /// Write the scaling to a file.
    #[arg(short = 's', long, value_name = "FILE", value_parser = output_path::parser())]
    pub save: Option<PathBuf>,
    /// Scale as a file of -s says.
    #[arg(short = 'r', long, value_name = "FILE", conflicts_with_all = ["save", "targets"])]
    pub restore: Option<PathBuf>,
    /// The samples, a LIBSVM (svmlight) file.
    pub data: PathBuf,
}

fn gamma(text: &str) -> Result<Gamma, String> {
    match text {
        "scale" => Ok(Gamma::Scale),
        "auto" => Ok(Gamma::Auto),
        _ => match text.parse::<f64>() {
            // So LIBSVM reads it.
            Ok(0.0) => Ok(Gamma::Auto),
            Ok(gamma) if gamma > 0.0 && gamma.is_finite() => Ok(Gamma::Value(gamma)),
            _ => Err("expected a number of at least 0, `auto` or `scale`".into()),
        },
    }
}

fn exponents(text: &str) -> Result<Exponents, String> {
    const MOST: f64 = 1000.0;
    if text == "null" {
        return Ok(Exponents(None));
    }
    let numbers: Option<Vec<f64>> = text.split(',').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[begin, end, step]) if (0.0..MOST).contains(&((end - begin) / step)) => {
            let steps = ((end - begin) / step).floor() as u32;
            Ok(Exponents(Some((0..=steps).map(|i| begin + f64::from(i) * step).collect())))
        }
        _ => Err(format!("expected `null` or <begin>,<end>,<step> of at most {MOST} steps towards the end")),
    }
}

fn megabytes(text: &str) -> Result<f64, String> {
    let size = text.parse().ok().filter(|size: &f64| *size > 0.0 && size.is_finite());
    size.ok_or_else(|| "expected a number above 0".into())
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err("expected 0 or 1".into()),
    }
}

fn class_weight(text: &str) -> Result<(i32, f64), String> {
    let pair =
        text.split_once('=').and_then(|(label, factor)| Some((label.parse().ok()?, factor.parse().ok()?)));
    pair.ok_or_else(|| "expected <label>=<factor>, a whole number and a number".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libsvms_spellings_become_ours() {
        let rewrite = |line: &str| {
            let words = from_libsvm(line.split(' ').map(OsString::from));
            words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            rewrite("pellucid svm train -w1 5 -w-1 0.5 -s 0 data"),
            "pellucid svm train --class-weight=1=5 --class-weight=-1=0.5 -s 0 data"
        );
        assert_eq!(rewrite("pellucid svm grid -log2c -5,5,2 data"), "pellucid svm grid --log2c -5,5,2 data");
        assert_eq!(rewrite("pellucid train -w1 5"), "pellucid train -w1 5");
        assert_eq!(rewrite("pellucid svm train -w1"), "pellucid svm train --class-weight=1=");
        assert_eq!(rewrite("pellucid"), "pellucid");
    }

    #[test]
    fn exponents_are_grid_pys() {
        assert_eq!(exponents("-5,15,10").unwrap().0.unwrap(), [-5.0, 5.0, 15.0]);
        assert_eq!(exponents("3,0,-2").unwrap().0.unwrap(), [3.0, 1.0]);
        assert_eq!(exponents("null").unwrap().0, None);
        for bad in ["1,2", "1,2,-1", "1,2,0", "0,1e9,1", "a,b,c", "nan,1,1"] {
            assert!(exponents(bad).is_err(), "{bad}");
        }
    }
}
