//! Data mean what they say: inputs of bug reports through the command, by kind, with their right values.

use std::fs;
use std::path::Path;

use pellucid::data::{Values, read_npy, write_npy};

use crate::common::{expect, folder, good, outcome, run};

/// A figure that `eval --json` prints.
fn figure(folder: &Path, arguments: &[&str], name: &str) -> f64 {
    let json: serde_json::Value = serde_json::from_str(&good(folder, arguments).0).unwrap();
    json["figures"][name].as_f64().unwrap_or_else(|| panic!("{arguments:?}: no {name} in {json}"))
}

/// A configuration of one dense layer, all rows for training.
fn net(data: &str, units: usize, loss: &str, epochs: usize, rate: f64) -> String {
    format!(
        "[data]\n{data}\nvalidation = 0.0\ntest = 0.0\n[model]\nlayers = [{{ kind = \"dense\", units = {units} }}]\n\
         [training]\nepochs = {epochs}\nbatch_size = 4\nloss = {{ kind = \"{loss}\" }}\n\
         optimizer = {{ kind = \"adam\" }}\nschedule = {{ learning_rate = {rate} }}\n[output]\ndirectory = \"run\"\n"
    )
}

fn train(folder: &Path, config: &str) -> String {
    let _ = fs::remove_dir_all(folder.join("run"));
    fs::write(folder.join("c.toml"), config).unwrap();
    good(folder, &["train", "c.toml"]).1
}

const MODEL: &str = "run/latest.safetensors";

/// Cases 2 and 3: targets that are bytes are the numbers that they are; softmax of the logits goes to 1, as in PyTorch.
#[test]
fn bytes_are_targets_as_they_are() {
    let folder = folder();
    let path = folder.path();
    let unit = [1_u8, 0, 0, 0, 1, 0, 0, 0, 1];
    write_npy(path.join("x.npy"), &[3, 3], &unit.map(f32::from)).unwrap();
    write_npy(path.join("t.npy"), &[3, 3], &unit).unwrap();
    write_npy(path.join("r.npy"), &[3, 1], &[10_u8, 20, 30]).unwrap();
    write_npy(path.join("r8.npy"), &[3, 1], &[10_i8, 20, 30]).unwrap();
    let soft = "source = \"x.npy\"\ntask = \"predict\"\ntargets = \"t.npy\"";
    train(path, &net(soft, 3, "cross_entropy_with_logits", 300, 0.1));
    // Soft targets are evaluated as they are trained on.
    let loss = figure(path, &["eval", MODEL, "--json", "--data", "x.npy", "--targets", "t.npy"], "loss");
    assert!(loss < 0.01, "{loss}");
    train(path, &net("source = \"x.npy\"\ntask = \"predict\"\ntargets = \"r.npy\"", 1, "mse", 3000, 0.1));
    for targets in ["r.npy", "r8.npy"] {
        let loss = figure(path, &["eval", MODEL, "--json", "--data", "x.npy", "--targets", targets], "loss");
        assert!(loss < 1e-6, "{targets}: {loss}");
    }
}

/// Case 3: a network of bytes gets the same numbers from any file, and one of images keeps its scale.
#[test]
fn the_scale_of_inputs_is_kept_with_the_model() {
    let folder = folder();
    let path = folder.path();
    let bytes = [20_u8, 30, 40, 60];
    write_npy(path.join("x.npy"), &[4, 1], &bytes).unwrap();
    write_npy(path.join("x8.npy"), &[4, 1], &bytes.map(u8::cast_signed)).unwrap();
    write_npy(path.join("image.npy"), &[4, 1, 1], &bytes).unwrap();
    fs::write(path.join("x.csv"), "20\n30\n40\n60\n").unwrap();
    fs::write(path.join("t.csv"), "2\n3\n4\n6\n").unwrap();
    let outputs = |file: &str| {
        good(path, &["predict", MODEL, "--data", file, "--out", "o.npy"]);
        let Values::F32(outputs) = read_npy(path.join("o.npy")).unwrap().values else { panic!("no f32") };
        outputs
    };
    for (source, scale, note) in [
        ("x.npy", "", false),
        ("image.npy", "", true),
        ("image.npy", "\nscale = 1", false),
        ("x.csv", "\nscale = \"1/255\"", false),
        ("x8.npy", "\nscale = 0.00392156862745098", false),
    ] {
        let data = format!("source = \"{source}\"\ntask = \"predict\"\ntargets = \"t.csv\"{scale}");
        let said = train(path, &net(&data, 1, "mse", 50, 0.01));
        assert_eq!(said.contains("divided by 255"), note, "{said}");
        let expected = outputs("x.npy");
        for file in ["x8.npy", "image.npy", "x.csv"] {
            assert_eq!(outputs(file), expected, "trained on {source}{scale}, {file}");
        }
    }
    expect(
        path,
        &["predict", MODEL, "--data", "x.csv", "--scale", "0", "--out", "o.npy"],
        2,
        "a positive number",
    );
}

/// Case 3: bytes are what they are to support vector machines; svm-train 3.24 of the same numbers: obj -5.005300, nBSV 0.
#[test]
fn bytes_are_numbers_to_support_vectors() {
    let folder = folder();
    let path = folder.path();
    write_npy(path.join("xor.npy"), &[4, 3], &[0_u8, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1]).unwrap();
    let arguments = ["svm", "train", "-c", "10", "-g", "1", "xor.npy", "--label-column", "last"];
    let said = good(path, &arguments).0;
    assert!(said.contains("obj = -5.0053") && said.contains("nBSV = 0"), "{said}");
}

/// Case 5: labels written as floats, in a column and in a file.
#[test]
fn labels_written_as_floats() {
    let folder = folder();
    let path = folder.path();
    let row = |i: usize| (0..12).map(|j| if i == j { "1" } else { "0" }).collect::<Vec<_>>().join(",");
    let names: Vec<String> = (0..12).map(|j| format!("f{j}")).collect();
    let rows = (0..24).map(|i| (row(i % 12), i % 12));
    let with: String =
        rows.clone().fold(names.join(",") + ",y\n", |text, (row, i)| text + &row + &format!(",{i}.0\n"));
    let without: String = rows.clone().fold(names.join(",") + "\n", |text, (row, _)| text + &row + "\n");
    let labels: String = rows.fold(String::new(), |text, (_, i)| text + &format!("{i}\n"));
    for (name, text) in [("f.csv", with), ("fx.csv", without), ("fy.csv", labels)] {
        fs::write(path.join(name), text).unwrap();
    }
    let data = "source = \"f.csv\"\ntask = \"classify\"\nlabel_column = \"y\"";
    train(path, &net(data, 12, "cross_entropy_with_logits", 200, 0.1));
    for arguments in [
        &["eval", MODEL, "--json", "--data", "fx.csv", "--labels", "fy.csv"][..],
        &["eval", MODEL, "--json", "--data", "f.csv", "--label-column", "y"],
    ] {
        assert_eq!(figure(path, arguments, "accuracy").to_bits(), 1.0_f64.to_bits());
    }
}

/// Cases 4 and 25: the network says how many classes there are, and its checkpoint what they are called.
#[test]
fn classes_are_those_of_the_network() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("c.csv", "a,b,y\n0,0,0\n0,1,1\n1,0,2\n1,1,2\n");
    let data = "source = \"c.csv\"\ntask = \"classify\"\nlabel_column = \"y\"";
    train(path, &net(data, 3, "cross_entropy_with_logits", 50, 0.1));
    write("e.csv", "a,b\n0,0\n0,1\n");
    write("two.csv", "y\n0\n1\n");
    write("seven.csv", "y\n0\n7\n");
    good(path, &["eval", MODEL, "--data", "e.csv", "--labels", "two.csv"]);
    expect(
        path,
        &["eval", MODEL, "--data", "e.csv", "--labels", "seven.csv"],
        3,
        "labels 0 to 7 need 8 outputs",
    );
    // The table is evaluated and predicted as it is trained on.
    good(path, &["eval", MODEL, "--data", "c.csv", "--label-column", "y"]);
    good(path, &["predict", MODEL, "--data", "c.csv", "--label-column", "last", "--out", "o.csv"]);

    write("n.csv", "a,b,y\n0,0,ant\n0,1,bee\n1,0,cat\n1,1,cat\n");
    let data = "source = \"n.csv\"\ntask = \"classify\"\nlabel_column = \"y\"";
    train(path, &net(data, 3, "cross_entropy_with_logits", 500, 0.1));
    // Two of three names: by order in the file they would be 0 and 1.
    write("m.csv", "a,b,y\n1,0,cat\n0,1,bee\n");
    let arguments = ["eval", MODEL, "--json", "--data", "m.csv", "--label-column", "y"];
    assert_eq!(figure(path, &arguments, "accuracy").to_bits(), 1.0_f64.to_bits());
    write("m.csv", "a,b,y\n1,0,cat\n0,1,dog\n");
    expect(
        path,
        &["eval", MODEL, "--data", "m.csv", "--label-column", "y"],
        3,
        "`ant`, `bee`, `cat`, found `dog` (at line 3",
    );
    assert!(good(path, &["inspect", MODEL]).0.contains("classes: ant, bee, cat"));
}

/// Case 7 and S06: headers of numbers by a word, names of classes in any table.
#[test]
fn headers_and_names_through_the_command() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("s.csv", "0,1,2\n0.1,0.2,0\n0.4,0.5,1\n0.1,0.3,0\n0.5,0.5,1\n");
    let (_, said) = good(path, &["svm", "train", "s.csv", "--label-column", "last", "m"]);
    assert!(said.contains("--header yes"), "{said}");
    let arguments = ["svm", "train", "s.csv", "--label-column", "last", "--header", "yes", "--json", "m"];
    let json: serde_json::Value = serde_json::from_str(&good(path, &arguments).0).unwrap();
    assert_eq!(json["samples"], 4);

    write(
        "iris.data",
        "5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n7.0,3.2,Iris-versicolor\n6.4,3.2,Iris-versicolor\n",
    );
    expect(path, &["svm", "train", "iris.data"], 3, "column of labels is told");
    let (_, said) = good(path, &["svm", "train", "iris.data", "--label-column", "last", "m"]);
    assert!(said.contains("0 = `Iris-setosa`, 1 = `Iris-versicolor`"), "{said}");
    let (said, _) = good(path, &["svm", "predict", "iris.data", "m", "o", "--label-column", "last"]);
    assert!(said.contains("Accuracy = 100%"), "{said}");
    write("other.data", "5.1,3.5,Iris-virginica\n");
    expect(
        path,
        &["svm", "predict", "other.data", "m", "o", "--label-column", "last"],
        3,
        "numbers of the model's classes",
    );
    expect(
        path,
        &["svm", "train", "-s", "3", "iris.data", "--label-column", "last"],
        3,
        "numbers as targets of a regression",
    );
    // A machine is no network.
    for arguments in [&["inspect", "m"][..], &["predict", "m", "--out", "o.npy"], &["eval", "m"]] {
        expect(
            path,
            arguments,
            3,
            "a support vector machine in LIBSVM's text format; `pellucid svm predict` reads it",
        );
    }
}

/// Case 11: a prediction for no rows has no rows, and as many columns as ever.
#[test]
fn no_rows() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("x.csv", "a,b\n0,1\n1,0\n");
    train(path, &net("source = \"x.csv\"", 2, "mse", 1, 0.1));
    write("header.csv", "a,b\n");
    write("empty.csv", "");
    write_npy(path.join("z.npy"), &[0, 2], &[0.0_f32; 0]).unwrap();
    for file in ["z.npy", "header.csv", "empty.csv"] {
        for weights in ["trained", "bf16"] {
            good(path, &["predict", MODEL, "--data", file, "--weights", weights, "--out", "o.npy"]);
            assert_eq!(read_npy(path.join("o.npy")).unwrap().shape, [0, 2], "{file}");
        }
        expect(path, &["eval", MODEL, "--data", file], 3, "at least one sample");
    }
    write("wide.csv", "a,b,c\n");
    expect(path, &["predict", MODEL, "--data", "wide.csv", "--out", "o.npy"], 3, "samples of 2");
    write("t.svm", "1 1:1\n-1 1:-1\n");
    write("none.svm", "");
    good(path, &["svm", "train", "t.svm", "m"]);
    good(path, &["svm", "predict", "none.svm", "m", "o"]);
    assert_eq!(fs::read(path.join("o")).unwrap(), b"");
    expect(path, &["svm", "train", "none.svm", "m"], 3, "found none");
}

/// Numbers that the model cannot hold or makes infinite are named by their row.
#[test]
fn numbers_beyond_the_model() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("x.csv", "1,2\n3,4\n");
    // A rate that leaves weights near 100, with which outputs overflow.
    train(path, &net("source = \"x.csv\"", 2, "mse", 1, 100.0));
    write("huge.csv", "1,2\n3,1e300\n");
    write("large.csv", "1,2\n3e38,3e38\n");
    for weights in ["trained", "bf16"] {
        let predict = |file| {
            ["predict", MODEL, "--data", file, "--weights", weights, "--out", "o.npy"].map(str::to_owned)
        };
        let huge: Vec<String> = predict("huge.csv").to_vec();
        let (code, message) = outcome(&run(path, &huge.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(code == 3 && message.contains("row 1"), "{message}");
    }
    expect(path, &["eval", MODEL, "--data", "huge.csv"], 3, "row 1");
    expect(path, &["eval", MODEL, "--data", "large.csv"], 1, "");
    assert!(!path.join("o.npy").exists());
}

/// Case 29: what TOML makes of a backslash is shown, and said.
#[test]
fn hidden_text_in_a_configuration() {
    let folder = folder();
    let path = folder.path();
    let config = net("source = \"data\\train.csv\"", 2, "mse", 1, 0.1);
    let train = |text: &[u8]| {
        fs::write(path.join("c.toml"), text).unwrap();
        outcome(&run(path, &["train", "c.toml"]))
    };
    let (code, message) = train(config.as_bytes());
    assert!(
        code == 3 && message.contains(r"data\train.csv: expected") && message.contains("'...'"),
        "{message}"
    );
    assert!(!message.contains('\t'), "{message:?}");
    let wide: Vec<u8> = format!("\u{feff}{config}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (code, message) = train(&wide);
    assert!(code == 2 && message.contains("found UTF-16"), "{message}");
    let (code, message) = train(format!("\u{feff}{config}").as_bytes());
    assert!(code == 3 && message.contains("train.csv"), "{message}");
}
