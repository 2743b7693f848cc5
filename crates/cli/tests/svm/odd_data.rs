//! `pellucid svm` on data that are odd, but that svm-train takes: rows of a larger kernel, indices from 0, rare classes,
//! one class, no features. Right values are those of svm-train and svm-predict 3.24 unless it is said.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;

use crate::common::{folder, good, outcome, run};

/// Standard output and standard error of a command that succeeds.
fn both(folder: &Path, arguments: &[&str]) -> (String, String) {
    good(folder, &[&["svm"], arguments].concat())
}

fn output(folder: &Path, arguments: &[&str]) -> String {
    both(folder, arguments).0
}

/// What is said of a command that fails.
fn failure(folder: &Path, arguments: &[&str]) -> String {
    let (code, said) = outcome(&run(folder, &[&["svm"], arguments].concat()));
    assert_ne!(code, 0, "{arguments:?}");
    said
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// The numbers after `obj =` and `rho =`.
fn optimum(text: &str) -> (f64, f64) {
    let line = text.lines().find_map(|line| line.strip_prefix("obj = ")).unwrap();
    let (objective, rho) = line.split_once(", rho = ").unwrap();
    (objective.parse().unwrap(), rho.parse().unwrap())
}

fn close(found: (f64, f64), expected: (f64, f64)) {
    let near = |a: f64, b: f64| (a - b).abs() <= 2e-6 * b.abs().max(1.0);
    assert!(near(found.0, expected.0) && near(found.1, expected.1), "{found:?}, expected {expected:?}");
}

/// Case 14.
#[test]
fn rows_of_a_larger_kernel_are_found_by_serial_number() {
    let folder = folder();
    let path = folder.path();
    write(path, "k", "-1 0:2 1:0 2:4 3:2\n+1 0:3 1:1 2:2 3:2\n");
    close(optimum(&output(path, &["train", "-t", "4", "-c", "10", "k", "m"])), (-1.0, -1.0));
    let model = read(path, "m");
    assert!(model.ends_with("rho -1\nlabel 1 -1\nnr_sv 1 1\nSV\n1 0:3 \n-1 0:2 \n"), "{model}");
    // Their own rows lie on the margins.
    assert_eq!(output(path, &["predict", "k", "m", "o"]), "Accuracy = 100% (2/2) (classification)\n");
    output(path, &["train", "-t", "4", "-c", "10", "k", "m.safetensors"]);
    assert_eq!(
        output(path, &["predict", "k", "m.safetensors", "o"]),
        "Accuracy = 100% (2/2) (classification)\n"
    );
    // In reverse order.
    write(path, "r", "-1 0:3 1:0 2:2 3:4\n+1 0:2 1:1 2:2 3:2\n");
    close(optimum(&output(path, &["train", "-t", "4", "-c", "10", "r", "m"])), (-1.0, -1.0));
    // A sample twice.
    write(path, "t", "1 0:1 1:2 2:0.5 3:1\n-1 0:2 1:0.5 2:2 3:1\n-1 0:2 1:0.5 2:2 3:1\n");
    close(optimum(&output(path, &["train", "-t", "4", "-c", "10", "t", "m"])), (-2.0 / 3.0, 0.0));
    // Cross-validation and the search find them too.
    assert!(
        output(path, &["train", "-t", "4", "-v", "3", "t"]).starts_with("Cross Validation Accuracy = 66.6")
    );
    let text = output(path, &["grid", "-t", "4", "-v", "3", "-log2c", "0,1,1", "t"]);
    assert_eq!(text.lines().count(), 3, "{text}");
    output(path, &["train", "-t", "4", "-b", "1", "t", "m"]);
    for (wrong, serial) in [("1 0:0 1:1\n", "0"), ("1 0:5 1:1\n", "5")] {
        write(path, "w", &format!("{wrong}2 0:1 1:2 2:3\n"));
        let said = failure(path, &["train", "-t", "4", "w"]);
        let expected =
            format!("w: expected serial numbers from 1 to 2, the largest index, found {serial} for sample 1");
        assert!(said.contains(&expected), "{said}");
    }
}

/// Case 20: svm-train and scikit-learn find alpha = 0.00100001.
#[test]
fn a_kernel_is_symmetric_as_its_diagonal_sees_it() {
    let folder = folder();
    let path = folder.path();
    write(path, "a", "1 0:1 1:1000 2:0.01\n-1 0:2 1:0.01006 2:1000\n");
    output(path, &["train", "-t", "4", "a", "m"]);
    let model = read(path, "m");
    assert!(model.contains("\n0.0010000100") && model.contains("\n-0.0010000100"), "{model}");
    write(path, "b", "1 0:1 1:1000 2:1\n-1 0:2 1:2 2:1000\n");
    let said = failure(path, &["train", "-t", "4", "b", "m"]);
    assert!(said.contains("K(1, 2) = 1 and K(2, 1) = 2 (samples count from 1)"), "{said}");
}

/// Case 15.
#[test]
fn features_may_count_from_zero() {
    let folder = folder();
    let path = folder.path();
    write(path, "z", "1 0:1 1:0.5\n-1 0:-1 1:0.25\n");
    close(optimum(&output(path, &["train", "-t", "0", "z", "m"])), (-0.492_308, 0.046_154));
    let model = read(path, "m");
    assert!(model.contains(" 0:1 1:0.5 \n") && model.contains(" 0:-1 1:0.25 \n"), "{model}");
    // svm-train's model of it.
    let head = "svm_type c_svc\nkernel_type linear\nnr_class 2\ntotal_sv 2\nrho 0.046153846153846156\nlabel 1 -1\nnr_sv 1 1\nSV\n";
    write(
        path,
        "theirs",
        &format!("{head}0.49230769230769234 0:1 1:0.5 \n-0.49230769230769234 0:-1 1:0.25 \n"),
    );
    // Without index 0 in the samples: f = 0.492308 x 0.25 x 0.3 - rho < 0.
    write(path, "t", "-1 1:0.3\n1 0:2\n");
    for model in ["m", "theirs"] {
        assert_eq!(output(path, &["predict", "t", model, "o"]), "Accuracy = 100% (2/2) (classification)\n");
    }
    output(path, &["train", "-t", "0", "z", "m.safetensors"]);
    assert_eq!(
        output(path, &["predict", "t", "m.safetensors", "o"]),
        "Accuracy = 100% (2/2) (classification)\n"
    );
    // gamma is 1 over the largest index.
    close(optimum(&output(path, &["train", "z", "m"])), (-1.017_206, 0.0));
    // A kernel that is not meant as features.
    write(path, "k", "1 0:1 1:4 2:-4\n-1 0:2 1:-4 2:4\n");
    assert!(both(path, &["train", "k", "m"]).1.contains("is it a precomputed kernel (-t 4)?"));
    // A model that counts from 1.
    write(path, "one", "1 1:1\n-1 1:-1\n");
    output(path, &["train", "-t", "0", "one", "m"]);
    assert!(failure(path, &["predict", "z", "m", "o"]).contains("zero_based=False"));
}

/// Case 16: 80 % each; with -b 1, whose folds are the five samples, probA 4.08008 and probB -5.07586.
#[test]
fn rare_classes_are_validated_alike() {
    let folder = folder();
    let path = folder.path();
    write(path, "r", "1 1:1\n1 1:1.1\n1 1:0.9\n1 1:1.2\n2 1:-1\n");
    for folds in ["2", "3", "5", "10"] {
        for formulation in ["0", "1"] {
            let arguments = ["train", "-s", formulation, "-n", "0.1", "-v", folds, "r"];
            let (text, said) = both(path, &arguments);
            assert_eq!(text, "Cross Validation Accuracy = 80%\n");
            assert!(said.contains("classes have fewer samples than there are folds"), "{said}");
            assert_eq!(said.contains("each sample is left out once"), folds == "10", "{said}");
        }
        let (text, said) = both(path, &["grid", "-v", folds, "-log2c", "0,1,1", "-log2g", "null", "r"]);
        assert!(text.ends_with("\n1.0 1.0 80\n") && said.contains("fewer samples"), "{text}{said}");
    }
    let (_, said) = both(path, &["train", "-b", "1", "-e", "1e-6", "r", "m"]);
    assert!(said.contains("fewer samples"), "{said}");
    let model = read(path, "m");
    let number = |key: &str| -> f64 {
        model.lines().find_map(|line| line.strip_prefix(key)).unwrap().trim().parse().unwrap()
    };
    assert!(
        (number("probA") - 4.080_075).abs() < 2e-3 && (number("probB") + 5.075_861).abs() < 2e-3,
        "{model}"
    );
    // Regressions and outliers have no classes that could be rare.
    let (text, said) = both(path, &["train", "-s", "3", "-v", "10", "r"]);
    assert!(text.starts_with("Cross Validation Mean squared error"), "{text}");
    assert!(said.contains("each sample is left out once") && !said.contains("classes"), "{said}");
}

#[test]
fn one_class_is_a_model() {
    let folder = folder();
    let path = folder.path();
    write(path, "one", "5 1:1\n5 1:2\n");
    for more in [&[][..], &["-b", "1"]] {
        let (text, said) = both(path, &[&["train"], more, &["one", "m"]].concat());
        assert_eq!(text, "Total nSV = 0\n");
        assert!(said.contains("all samples are of one class, 5"), "{said}");
        let text = output(path, &[&["predict"], more, &["one", "m", "o"]].concat());
        assert_eq!(text, "Accuracy = 100% (2/2) (classification)\n");
        let expected = if more.is_empty() { "5\n5\n" } else { "labels 5\n5 1\n5 1\n" };
        assert_eq!(read(path, "o"), expected);
    }
    assert_eq!(output(path, &["train", "-v", "5", "one"]), "Cross Validation Accuracy = 100%\n");
}

/// Case 26 and 26b: obj -0.393995 for 0.1 x 0.1.
#[test]
fn weights_say_what_they_do() {
    let folder = folder();
    let path = folder.path();
    write(path, "q", "1 1:0\n1 1:1\n-1 1:1\n-1 1:2\n");
    let text = output(path, &["train", "-c", "10", "-w1", "0.1", "-w1", "0.1", "q", "m"]);
    close(optimum(&text), (-0.393_995, 0.950_916));
    // C is the same for both classes: nu = sum alpha / (C l).
    assert!(output(path, &["train", "-w1", "2", "-w-1", "0.5", "-w-1", "4", "q", "m"]).contains("\nnu = "));
    let said = |arguments: &[&str]| both(path, &[&["train"], arguments, &["q", "m"]].concat()).1;
    assert_eq!(said(&["-w0", "10", "-w0", "2"]), "warning: class label 0 specified in weight is not found\n");
    assert!(said(&["-s", "3", "-w1", "10"]).contains("-w weights classes"));
    assert!(said(&["-s", "1", "-n", "0.9", "-w1", "10"]).contains("-w is a factor of C"));
    assert_eq!(said(&["-w1", "10"]), "");
}

#[test]
fn labels_that_are_no_classes_are_told() {
    let folder = folder();
    let path = folder.path();
    write(path, "big", "3000000000 1:1\n2 1:1\n");
    let said = failure(path, &["train", "big"]);
    assert!(
        said.contains("whole numbers from -2147483648 to 2147483647, found 3000000000 for sample 1\n"),
        "{said}"
    );
    let targets: Vec<String> = (0..40).map(|i| format!("{} 1:{i}", 3 * i)).collect();
    write(path, "targets", &(targets.join("\n") + "\n"));
    let said = both(path, &["train", "targets", "m"]).1;
    assert_eq!(said, "hint: 40 classes of 40 samples: did you mean a regression (-s 3)?\n");
    assert_eq!(both(path, &["train", "-s", "3", "targets", "m"]).1, "");
    write(path, "unknown", "? 1:1\n");
    output(path, &["train", "-q", "targets", "m"]);
    let said = failure(path, &["predict", "unknown", "m", "o"]);
    assert!(said.contains("any number where labels are not known"), "{said}");
}

/// S10: svm-train gives both coefficients C, rho 0 and gamma 0, by which every kernel value is 1.
#[test]
fn features_may_all_be_scaled_away() {
    let folder = folder();
    let path = folder.path();
    write(path, "c", "1 1:5 2:3\n2 1:5 2:3\n");
    let scaled = output(path, &["scale", "c"]);
    assert_eq!(scaled, "1\n2\n");
    write(path, "s", &scaled);
    for kernel in ["0", "1", "2", "3"] {
        close(optimum(&output(path, &["train", "-t", kernel, "s", "m"])), (-2.0, 0.0));
        // svm-predict: 0 is not above 0, so the second class.
        assert_eq!(output(path, &["predict", "s", "m", "o"]), "Accuracy = 50% (1/2) (classification)\n");
    }
    output(path, &["train", "s", "m"]);
    assert!(read(path, "m").contains("\ngamma 0\n"));
    write(
        path,
        "theirs",
        "svm_type c_svc\nkernel_type rbf\ngamma 0\nnr_class 2\ntotal_sv 2\nrho 0\nlabel 1 2\nnr_sv 1 1\nSV\n1 \n-1 \n",
    );
    for model in ["m", "theirs"] {
        assert_eq!(output(path, &["predict", "c", model, "o"]), "Accuracy = 50% (1/2) (classification)\n");
        assert_eq!(output(path, &["predict", "s", model, "o"]), "Accuracy = 50% (1/2) (classification)\n");
    }
}

#[test]
fn a_model_refuses_tables_of_another_width() {
    let folder = folder();
    let path = folder.path();
    write(path, "a", "1 1:1 2:1\n-1 1:-1 2:0.5\n");
    write(path, "two.csv", "1,1\n-1,0.5\n");
    write(path, "three.csv", "1,1,7\n-1,0.5,7\n");
    write(path, "wide", "1 1:1 2:1 3:7\n");
    write(path, "narrow", "1 1:1\n");
    for model in ["m.model", "m.safetensors"] {
        output(path, &["train", "-t", "0", "a", model]);
        output(path, &["predict", "two.csv", model, "o"]);
        output(path, &["predict", "narrow", model, "o"]);
        let said = failure(path, &["predict", "three.csv", model, "o"]);
        assert!(said.contains("rows of 2 numbers"), "{said}");
    }
    // LIBSVM's models do not know how many features there were; svm-predict takes any.
    output(path, &["predict", "wide", "m.model", "o"]);
    let said = failure(path, &["predict", "wide", "m.safetensors", "o"]);
    assert!(said.contains("rows of at most 2 numbers, as in training, found rows of 3"), "{said}");
}

#[test]
fn grid_prints_points_as_they_come_and_one_best() {
    let folder = folder();
    let path = folder.path();
    let rows: Vec<String> = (0..40).map(|i| format!("{} 1:{}", (i / 10) % 2, i % 20)).collect();
    write(path, "d", &(rows.join("\n") + "\n"));
    let text = output(path, &["grid", "-log2c", "3,-1,-2", "-log2g", "0,-4,-2", "d"]);
    let lines: Vec<&str> = text.lines().collect();
    // The best that the last point names is the best of all.
    let best = lines[lines.len() - 2].split_once("(best c=").unwrap().1;
    let words: Vec<&str> = lines[lines.len() - 1].split(' ').collect();
    assert_eq!(best, format!("{}, g={}, rate={})", words[0], words[1], words[2]));
    assert_eq!(lines.len(), 10);
    let json: Value = serde_json::from_str(&output(path, &["grid", "--json", "d"])).unwrap();
    assert_eq!(json["points"].as_array().unwrap().len(), 110);
}

/// Case 28; the time leaves room for a busy machine.
#[test]
fn a_thousand_classes_take_no_minute() {
    let folder = folder();
    let path = folder.path();
    let rows: Vec<String> = (1..=1000).map(|i| format!("{i} 1:{i}")).collect();
    write(path, "n", &(rows.join("\n") + "\n"));
    let begin = Instant::now();
    output(path, &["train", "-q", "-g", "1", "n", "m"]);
    let text = output(path, &["train", "-g", "1", "n", "m"]);
    assert_eq!(text.matches("\nobj = ").count(), 499_500);
    // svm-train's numbers of the first pair.
    assert!(text.contains("\nnu = 1.000000\nobj = -1.367879, rho = 0.000000\nnSV = 2, nBSV = 2\n"));
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}
