//! `pellucid svm` does what LIBSVM's commands do: the same lines, the same files, the same optimum.
//!
//! tests/data holds Fisher's iris (150 x 4), every third sample of Wisconsin's breast cancer (190 x 10, scaled) and of
//! Efron's diabetes (148 x 10), as scikit-learn has them, in LIBSVM's format.

#![allow(clippy::unreadable_literal)] // Figures as svm-train prints them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{folder, good, outcome, run};

fn data(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name).display().to_string()
}

/// Standard output of a command that succeeds.
fn output(folder: &Path, arguments: &[&str]) -> String {
    good(folder, &[&["svm"], arguments].concat()).0
}

fn failure(folder: &Path, arguments: &[&str]) -> (i32, String) {
    outcome(&run(folder, &[&["svm"], arguments].concat()))
}

/// The numbers after a name in the lines that a training prints.
fn numbers(text: &str, name: &str) -> Vec<f64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let named = words.windows(3).filter(|words| words[0] == name && words[1] == "=");
    named.map(|words| words[2].trim_end_matches(',').parse().unwrap()).collect()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{what}: {found}, expected {expected}"
        );
    }
}

/// A training and what svm-train 3.24 prints for it.
struct Case {
    data: &'static str,
    options: &'static str,
    /// nu, C or epsilon.
    named: (&'static str, &'static [f64]),
    obj: &'static [f64],
    rho: &'static [f64],
    support: &'static [f64],
    bounded: &'static [f64],
}

/// Of `svm-train OPTIONS -e 1e-9`.
const CASES: [Case; 10] = [
    Case {
        data: "cancer.svm",
        options: "-c 10",
        named: ("nu", &[0.189195]),
        obj: &[-310.484681],
        rho: &[-0.152039],
        support: &[40.0],
        bounded: &[32.0],
    },
    Case {
        data: "cancer.svm",
        options: "-c 10 -w1 0.5 -w-1 2",
        named: ("nu", &[]),
        obj: &[-348.133436],
        rho: &[-1.951564],
        support: &[53.0],
        bounded: &[46.0],
    },
    Case {
        data: "iris.svm",
        options: "-c 10",
        named: ("nu", &[0.004991, 0.003890, 0.134582]),
        obj: &[-2.495675, -1.945148, -106.182179],
        rho: &[0.060761, 0.167820, -0.087960],
        support: &[11.0, 10.0, 18.0],
        bounded: &[0.0, 0.0, 11.0],
    },
    Case {
        data: "iris.svm",
        options: "-s 1 -n 0.15",
        named: ("C", &[0.256614, 0.222926, 6.823001]),
        obj: &[1.795516, 1.587823, 22.237629],
        rho: &[0.114618, 0.175956, 0.122874],
        support: &[19.0, 20.0, 19.0],
        bounded: &[11.0, 11.0, 11.0],
    },
    Case {
        data: "cancer.svm",
        options: "-s 2 -n 0.1",
        named: ("nu", &[]),
        obj: &[95.816664],
        rho: &[10.864539],
        support: &[21.0],
        bounded: &[18.0],
    },
    Case {
        data: "cancer.svm",
        options: "-t 0",
        named: ("nu", &[0.214223]),
        obj: &[-34.775106],
        rho: &[3.211697],
        support: &[44.0],
        bounded: &[38.0],
    },
    Case {
        data: "cancer.svm",
        options: "-t 1 -d 2 -r 1",
        named: ("nu", &[0.295688]),
        obj: &[-45.728021],
        rho: &[2.137983],
        support: &[59.0],
        bounded: &[54.0],
    },
    Case {
        data: "cancer.svm",
        options: "-t 3 -r -0.5",
        named: ("nu", &[0.386132]),
        obj: &[-58.072913],
        rho: &[1.630947],
        support: &[76.0],
        bounded: &[72.0],
    },
    Case {
        data: "diabetes.svm",
        options: "-s 3 -c 10",
        named: ("nu", &[0.743518]),
        obj: &[-358.610403],
        rho: &[-2.331381],
        support: &[134.0],
        bounded: &[93.0],
    },
    Case {
        data: "diabetes.svm",
        options: "-s 4 -n 0.4",
        named: ("epsilon", &[0.434060]),
        obj: &[-43.771862],
        rho: &[-1.899742],
        support: &[67.0],
        bounded: &[51.0],
    },
];

#[test]
fn the_optimum_is_libsvms() {
    let folder = folder();
    for case in CASES {
        let name = data(case.data);
        let arguments: Vec<&str> = ["train"]
            .into_iter()
            .chain(case.options.split(' '))
            .chain(["-e", "1e-8", &name, "model"])
            .collect();
        let text = output(folder.path(), &arguments);
        let what = format!("{} {}\n{text}", case.data, case.options);
        close(&numbers(&text, case.named.0), case.named.1, 1e-5, &what);
        close(&numbers(&text, "obj"), case.obj, 1e-5, &what);
        // LIBSVM takes kernel values in f32, which moves rho a little.
        close(&numbers(&text, "rho"), case.rho, 1e-4, &what);
        close(&numbers(&text, "nSV")[..case.support.len()], case.support, 0.0, &what);
        close(&numbers(&text, "nBSV"), case.bounded, 0.0, &what);
        let model = fs::read_to_string(folder.path().join("model")).unwrap();
        let total = model.lines().find_map(|line| line.strip_prefix("total_sv ")).unwrap();
        let classifies = model.starts_with("svm_type c_svc") || model.starts_with("svm_type nu_svc");
        assert_eq!(text.contains(&format!("Total nSV = {total}\n")), classifies, "{what}");
    }
}

#[test]
fn lines_are_svm_trains_and_svm_predicts() {
    let folder = folder();
    let path = folder.path();
    let iris = data("iris.svm");
    let text = output(path, &["train", "-c", "10", &iris]);
    let first: Vec<&str> = text.lines().take(5).collect();
    assert!(first[1].starts_with("optimization finished, #iter = "), "{text}");
    assert!(first[2].starts_with("nu = 0.00499"), "{text}");
    assert!(first[3].starts_with("obj = -2.4956"), "{text}");
    assert_eq!((first[4], text.lines().last()), ("nSV = 11, nBSV = 0", Some("Total nSV = 30")));
    let text = output(path, &["predict", &iris, "iris.svm.model", "labels"]);
    assert_eq!(text, "Accuracy = 97.3333% (146/150) (classification)\n");
    let labels = fs::read_to_string(path.join("labels")).unwrap();
    assert_eq!(
        (labels.lines().count(), labels.lines().next(), labels.lines().last()),
        (150, Some("0"), Some("2"))
    );
    assert_eq!(output(path, &["predict", "-q", &iris, "iris.svm.model", "labels"]), "");
    assert_eq!(output(path, &["train", "-q", &iris, "quiet.model"]), "");

    let diabetes = data("diabetes.svm");
    output(path, &["train", "-s", "3", "-c", "10", "-e", "1e-6", &diabetes, "model"]);
    let text = output(path, &["predict", &diabetes, "model", "values"]);
    assert!(text.starts_with("Mean squared error = 0.1620"), "{text}");
    assert!(text.contains(" (regression)\nSquared correlation coefficient = 0.7439"), "{text}");
}

#[test]
fn models_of_svm_train_predict_the_same() {
    // Written by svm-train 3.24 -s 3 -t 1 -d 2 -g 0.5 -r 1 -p 0.5 from the first lines of diabetes.svm; the values are
    // svm-predict's.
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("model"), include_str!("../data/svm-train.model")).unwrap();
    output(path, &["predict", &data("diabetes.svm"), "model", "values"]);
    let read = |text: &str| -> Vec<f64> { text.lines().map(|line| line.parse().unwrap()).collect() };
    let found = read(&fs::read_to_string(path.join("values")).unwrap());
    close(&found[..12], &read(include_str!("../data/svm-predict.values")), 1e-12, "values");
}

#[test]
fn folds_and_probabilities() {
    let folder = folder();
    let path = folder.path();
    let (iris, diabetes) = (data("iris.svm"), data("diabetes.svm"));
    let text = output(path, &["train", "-v", "5", "-c", "10", &iris]);
    let rate =
        text.strip_prefix("Cross Validation Accuracy = ").unwrap().trim_end().strip_suffix('%').unwrap();
    assert!(rate.parse::<f64>().unwrap() > 94.0, "{text}");
    assert!(!path.join("iris.svm.model").exists());
    let text = output(path, &["train", "-v", "4", "-s", "3", &diabetes]);
    assert!(text.starts_with("Cross Validation Mean squared error = 0."), "{text}");
    assert!(text.contains("\nCross Validation Squared correlation coefficient = 0."), "{text}");

    output(path, &["train", "-b", "1", "-c", "10", &iris, "model"]);
    let model = fs::read_to_string(path.join("model")).unwrap();
    assert!(model.contains("\nprobA -") && model.contains("\nprobB "), "{model}");
    let text = output(path, &["predict", "-b", "1", &iris, "model", "out"]);
    assert!(text.starts_with("Accuracy = 9"), "{text}");
    let lines = fs::read_to_string(path.join("out")).unwrap();
    assert_eq!(lines.lines().next(), Some("labels 0 1 2"));
    for line in lines.lines().skip(1) {
        let words: Vec<f64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        assert!((words[1..].iter().sum::<f64>() - 1.0).abs() < 1e-5, "{line}");
        assert!(words[1..].iter().all(|p| *p <= words[1 + words[0] as usize]), "{line}");
    }
    let text = output(path, &["predict", &iris, "model", "out"]);
    assert!(
        text.starts_with("Model supports probability estimates, but disabled in prediction.\nAccuracy"),
        "{text}"
    );

    let text = output(path, &["train", "-b", "1", "-s", "4", &diabetes, "model"]);
    assert!(text.contains("z: Laplace distribution e^(-|z|/sigma)/(2sigma),sigma=0."), "{text}");
    let again = output(path, &["predict", "-b", "1", &diabetes, "model", "out"]);
    assert!(text.ends_with(again.split("Mean").next().unwrap()), "{text}{again}");
}

#[test]
fn scaling_and_searching() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("a"), "1 1:0 2:5\n2 1:10 2:5 3:1\n").unwrap();
    assert_eq!(output(path, &["scale", "-s", "range", "a"]), "1 1:-1 3:-1\n2 1:1 3:1\n".replace(" 2:5", ""));
    assert_eq!(fs::read_to_string(path.join("range")).unwrap(), "x\n-1 1\n1 0 10\n3 0 1\n");
    fs::write(path.join("b"), "1 1:5\n").unwrap();
    assert_eq!(output(path, &["scale", "-r", "range", "b"]), "1 3:-1\n");
    assert_eq!(output(path, &["scale", "-l", "0", "-u", "2", "-y", "-1", "1", "a"]), "-1\n1 1:2 3:2\n");

    let iris = data("iris.svm");
    let text = output(path, &["grid", "-log2c", "-1,3,2", "-log2g", "-1,-3,-2", "-v", "3", &iris]);
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(text.starts_with("[local] -1 -1 9"), "{text}");
    let best: Vec<f64> = text.lines().last().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
    assert!(best.len() == 3 && best[2] > 94.0, "{text}");
}

#[test]
fn tables_and_long_options() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("x.csv"), "0,0,1\n0,1,2\n1,0,2\n1,1,1\n").unwrap();
    let long =
        ["train", "--kernel", "rbf", "--gamma", "scale", "--cost", "100", "--label-column", "last", "--json"];
    let text = output(path, &[&long[..], &["--effort", "exact", "x.csv", "x.safetensors"]].concat());
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (json["gamma"].as_f64(), json["features"].as_u64(), json["support_vectors"].as_u64()),
        (Some(2.0), Some(2), Some(4))
    );
    assert_eq!(fs::read(path.join("x.safetensors")).unwrap()[8], b'{');
    let text = output(path, &["predict", "--label-column", "last", "x.csv", "x.safetensors", "out"]);
    assert_eq!(text, "Accuracy = 100% (4/4) (classification)\n");
    assert_eq!(fs::read_to_string(path.join("out")).unwrap(), "1\n2\n2\n1\n");
    let rest = ["train", "--multi-class", "one-vs-rest", &data("iris.svm"), "rest"];
    let (code, message) = failure(path, &rest);
    assert_eq!(code, 2, "{message}");
    output(path, &[&rest[..], &["--output-format", "safetensors"]].concat());
    let text = output(path, &["predict", &data("iris.svm"), "rest", "out"]);
    assert!(text.starts_with("Accuracy = 9"), "{text}");
}

#[test]
fn a_precomputed_kernel_is_read() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("k"), "1 0:1 1:4 2:-4\n-1 0:2 1:-4 2:4\n").unwrap();
    output(path, &["train", "-t", "4", "k", "m"]);
    let model = fs::read_to_string(path.join("m")).unwrap();
    assert!(model.ends_with("SV\n0.125 0:1 \n-0.125 0:2 \n"), "{model}");
    fs::write(path.join("t"), "1 0:9 1:2 2:-1\n").unwrap();
    assert_eq!(output(path, &["predict", "t", "m", "out"]), "Accuracy = 100% (1/1) (classification)\n");
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder();
    let path = folder.path();
    let iris = data("iris.svm");
    fs::write(path.join("half"), "1 1:1\n1.5 1:2\n").unwrap();
    fs::write(path.join("text"), "no model\n").unwrap();
    for (arguments, code, words) in [
        (vec!["train", "missing"], 3, "missing: expected a file that can be read"),
        (vec!["train", "half"], 3, "found 1.5 for sample 2 (did you mean a regression, -s 3?)"),
        (vec!["train", "-c", "-1", &iris], 2, "C: expected a number above 0, found -1"),
        (vec!["train", "-s", "1", "-n", "2", &iris], 2, "nu: expected a number above 0"),
        (vec!["train", "-s", "7", &iris], 2, "c-svc, nu-svc, one-class, epsilon-svr, nu-svr"),
        (vec!["train", "-g", "-1", &iris], 2, "expected a number of at least 0, `auto` or `scale`"),
        (vec!["train", "-h", "2", &iris], 2, "expected 0 or 1"),
        (vec!["train", "-w1", "x", &iris], 2, "expected <label>=<factor>"),
        (vec!["train", "-m", "0", &iris], 2, "expected a number above 0"),
        (vec!["train", "-s", "2", "-b", "1", &iris], 2, "a one-class machine has no probabilities"),
        (vec!["train", "--labels", "x", &iris], 2, "--labels is for .csv and .npy tables"),
        (
            vec!["predict", &iris, "text", "out"],
            3,
            "text: expected a model: a LIBSVM file that begins with `svm_type`",
        ),
        (vec!["grid", "-log2c", "1,2", &iris], 2, "<begin>,<end>,<step>"),
        (vec!["scale", "-l", "2", &iris], 2, "a finite lower bound below a finite upper one"),
    ] {
        let (found, message) = failure(path, &arguments);
        assert_eq!(found, code, "{arguments:?}: {message}");
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
}
