//! `pellucid train`, `eval` and `check` on inputs found wrong by others: the cases of nets and training, by their numbers.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{folder, outcome, pellucid, run};

/// A network of one dense layer and its training, as TOML.
struct Net<'a> {
    data: &'a str,
    layers: &'a str,
    loss: &'a str,
    optimizer: &'a str,
    rate: &'a str,
    epochs: u64,
    batch: &'a str,
    more: &'a str,
}

const NET: Net<'static> = Net {
    data: "",
    layers: "",
    loss: "mse",
    optimizer: "sgd",
    rate: "0.1",
    epochs: 20,
    batch: "4",
    more: "",
};

fn write(folder: &Path, net: &Net) {
    let Net { data, layers, loss, optimizer, rate, epochs, batch, more } = net;
    let shares = if data.contains("validation") { "" } else { "validation = 0.0\ntest = 0.0" };
    let text = format!(
        "[data]\n{data}\n{shares}\n[model]\nlayers = [{layers}]\n[training]\nepochs = {epochs}\nbatch_size = {batch}\n\
         loss = {{ kind = \"{loss}\" }}\noptimizer = {{ kind = \"{optimizer}\" }}\nschedule = {{ learning_rate = {rate} }}\n\
         {more}\n[output]\ndirectory = \"run\"\n"
    );
    fs::write(folder.join("net.toml"), text).unwrap();
}

fn dense(units: usize) -> String {
    format!("{{ kind = \"dense\", units = {units} }}")
}

/// Writes the configuration and trains; the exit code, the figures and what is said.
fn train(folder: &Path, net: &Net, more: &[&str]) -> (i32, Value, String) {
    write(folder, net);
    let output = run(folder, &[&["train", "net.toml", "--json"], more].concat());
    let (code, said) = outcome(&output);
    (code, serde_json::from_slice(&output.stdout).unwrap_or(Value::Null), said)
}

fn trained(folder: &Path, net: &Net) -> Value {
    let (code, figures, said) = train(folder, net, &["--overwrite"]);
    assert_eq!(code, 0, "{said}");
    figures
}

/// x and 2 x in two files of `rows` rows.
fn line(folder: &Path, rows: usize) {
    let column =
        |scale: f64| (0..rows).map(|i| (scale * i as f64 / 20.0).to_string()).collect::<Vec<_>>().join("\n");
    fs::write(folder.join("x.csv"), column(1.0)).unwrap();
    fs::write(folder.join("t.csv"), column(2.0)).unwrap();
}

const LINE: &str = "source = \"x.csv\"\ntask = \"predict\"\ntargets = \"t.csv\"";

#[test]
fn case_1_a_correct_classifier_passes_the_check() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("c.csv"), "a,b,y\n0,0,0\n0,1,1\n1,0,2\n1,1,2\n").unwrap();
    let data = "source = \"c.csv\"\ntask = \"classify\"\nlabel_column = \"y\"";
    let loss = "cross_entropy_with_logits";
    trained(path, &Net { data, layers: &dense(3), loss, optimizer: "adam", epochs: 50, ..NET });
    let output = run(path, &["check", "run/latest.safetensors", "--json"]);
    assert_eq!(outcome(&output).0, 0, "{}", outcome(&output).1);
    let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(checked["max_relative_error"].as_f64().unwrap() <= 1e-7);
    assert!(checked["elements"].as_u64().unwrap() > 100 && checked["kinks"] == 0);

    // The same rows as numbers: PyTorch gets to 5.80.
    fs::write(path.join("i.csv"), "5.1,3.5\n4.9,3.0\n7.0,3.2\n").unwrap();
    let data = "source = \"i.csv\"";
    let irises = Net { data, layers: &dense(2), loss, optimizer: "adam", epochs: 200, ..NET };
    let loss = trained(path, &irises)["train_loss"].as_f64().unwrap();
    assert!((loss - 5.80).abs() < 0.005, "{loss}");
    // Case 6: a binary cross-entropy of these has no minimum.
    let (code, _, said) = train(path, &Net { loss: "bce_with_logits", ..irises }, &["--overwrite"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("targets in [0, 1], found 5.1 in row 0, column 0"), "{said}");
}

/// HOUSE.md's two: NaN, and tensors of which nothing can be compared.
#[test]
fn the_check_passes_nothing_that_it_has_not_compared() {
    use pellucid::prelude::*;
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, change: &dyn Fn(&mut Model<f32>)| {
        let network =
            Sequential::new(6).with(Dense::new(5).activation(Relu)).with(Dense::new(3)).named("last");
        let mut model = Model::<f32>::new(network, 3).unwrap();
        change(&mut model);
        Checkpoint::new(model, None).write(path.join(name)).unwrap();
        outcome(&run(path, &["check", name]))
    };
    assert_eq!(write("good", &|_| {}).0, 0);
    // The last 18 parameters are those of the last layer.
    for (name, bad) in [("nan", f32::NAN), ("infinite", f32::INFINITY)] {
        let (code, said) = write(name, &|model| model.parameters_mut()[35..].fill(bad));
        assert_eq!(code, 4, "{said}");
        assert!(said.contains("a gradient is not a number"), "{said}");
        let (code, said) = write(name, &|model| model.parameters_mut()[0] = bad);
        assert_eq!(code, 4, "{said}");
    }
    // Units whose sums are 0 whatever comes in sit on their kinks.
    let (code, said) = write("dead", &|model| model.parameters_mut()[..35].fill(0.0));
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("could not be compared") && said.contains("on kinks"), "{said}");
}

#[test]
fn case_8_min_delta_decides_patience_only() {
    let folder = folder();
    line(folder.path(), 20);
    let data = format!("{LINE}\nvalidation = 0.2\ntest = 0.0");
    let more = "early_stopping = { patience = 3, min_delta = 1000.0 }";
    let net = Net { data: &data, layers: &dense(1), rate: "0.01", epochs: 50, more, ..NET };
    let figures = trained(folder.path(), &net);
    assert_eq!((&figures["epochs"], &figures["best_epoch"]), (&4.into(), &4.into()), "{figures}");
}

#[test]
fn case_9_weights_that_are_not_finite_are_not_saved() {
    let folder = folder();
    let path = folder.path();
    line(path, 8);
    let net = Net { data: LINE, layers: &dense(1), epochs: 50, batch: "20", ..NET };
    trained(path, &net);
    let files =
        || ["run/latest.safetensors", "run/best.safetensors"].map(|file| fs::read(path.join(file)).unwrap());
    let good = files();
    let tested = format!("{LINE}\nvalidation = 0.0\ntest = 0.2");
    for rate in ["1e39", "1e38", "1e30"] {
        for data in [LINE, &tested] {
            let (code, _, said) = train(path, &Net { data, rate, epochs: 1, ..net }, &["--overwrite"]);
            assert_eq!(code, 1, "{rate}: {said}");
            assert!(said.contains("training diverged"), "{rate}: {said}");
            assert!(files() == good, "{rate}: a good file was written over");
        }
    }
    // A run that diverges later leaves its history.
    let (code, _, said) = train(path, &Net { rate: "1e5", epochs: 50, ..net }, &["--out", "late"]);
    assert_eq!(code, 1, "{said}");
    let history = fs::read_to_string(path.join("late/history.csv")).unwrap();
    assert!(history.lines().count() > 1 && !path.join("late/latest.safetensors").exists(), "{history}");
}

/// Oracle: scikit-learn takes min(batch_size, n).
#[test]
fn case_10_a_batch_costs_what_the_data_cost() {
    let folder = folder();
    line(folder.path(), 4);
    let net = Net { data: LINE, layers: &dense(1), ..NET };
    let four = trained(folder.path(), &net);
    for batch in ["10000000", "1000000000", "9223372036854775807"] {
        let figures = trained(folder.path(), &Net { batch, ..net });
        assert_eq!(figures["train_loss"], four["train_loss"], "{batch}");
        let (peak, small) = (figures["peak_rss_mb"].as_f64(), four["peak_rss_mb"].as_f64());
        assert!(
            peak.zip(small).is_none_or(|(peak, small)| peak < small + 5.0),
            "{batch}: {peak:?} {small:?}"
        );
    }
    let (code, _, said) = train(folder.path(), &Net { batch: "0", ..net }, &["--overwrite"]);
    assert!(code == 2 && said.contains("batch_size = 0: expected at least 1"), "{said}");
}

#[test]
fn cases_4_and_25_classes_come_from_the_network() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("l.csv"), "a,y\n0.1,1\n0.2,2\n0.3,3\n").unwrap();
    let data = "source = \"l.csv\"\ntask = \"classify\"\nlabel_column = \"y\"";
    let net = Net { data, layers: &dense(3), loss: "cross_entropy_with_logits", ..NET };
    let (code, _, said) = train(path, &net, &[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("labels 1 to 3 need 4 outputs; subtract 1 or use units = 4"), "{said}");
    for units in [4, 10] {
        trained(path, &Net { layers: &dense(units), ..net });
    }
}

#[test]
fn case_27_a_softmax_before_a_loss_that_takes_logits_is_told() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("x.csv"), "0,1\n1,0\n").unwrap();
    let data = "source = \"x.csv\"";
    let softmax = format!("{}, {{ kind = \"softmax\" }}, {{ kind = \"identity\" }}", dense(2));
    let sigmoid = "{ kind = \"dense\", units = 2, activation = \"sigmoid\" }";
    for (layers, loss, word) in [
        (&softmax[..], "cross_entropy_with_logits", "softmax"),
        (sigmoid, "bce_with_logits", "sigmoid"),
        (sigmoid, "mse", ""),
        (&dense(2), "bce_with_logits", ""),
    ] {
        let (code, _, said) = train(path, &Net { data, layers, loss, epochs: 1, ..NET }, &["--overwrite"]);
        assert_eq!(code, 0, "{said}");
        let warning = format!("warning: net.toml: the network ends in a {word}");
        assert_eq!(said.contains("warning"), !word.is_empty(), "{said}");
        assert!(word.is_empty() || said.contains(&warning), "{said}");
    }
}

#[test]
fn case_31_a_number_beyond_f32_is_named() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("s.csv"), "0.1,0.2\n0.5,1e300\n").unwrap();
    let (code, _, said) = train(path, &Net { data: "source = \"s.csv\"", layers: &dense(2), ..NET }, &[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("found 1e300 in row 1, column 1") && said.contains("f32"), "{said}");
}

const XOR: &str = "{ kind = \"dense\", units = 4, activation = \"tanh\" }, \
                   { kind = \"dense\", units = 1, activation = \"sigmoid\" }";

/// Case X2: the README's 3 to 8 ms of training are not drowned by the disk; a release build takes 0.1 s.
#[test]
fn case_x2_small_networks_do_not_wait_for_the_disk() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("x.csv"), "0,0\n0,1\n1,0\n1,1\n").unwrap();
    fs::write(path.join("t.csv"), "0\n1\n1\n0\n").unwrap();
    let start = Instant::now();
    let figures = trained(path, &Net { data: LINE, layers: XOR, rate: "0.5", epochs: 5000, ..NET });
    let taken = start.elapsed();
    assert!(figures["train_loss"].as_f64().unwrap() < 5e-3);
    assert!(taken < Duration::from_secs(2), "{taken:?}, which was 40 s");
    assert_eq!(fs::read_to_string(path.join("run/history.csv")).unwrap().lines().count(), 5001);
}

#[test]
fn what_a_folder_holds_is_kept_until_it_is_asked_for() {
    let folder = folder();
    let path = folder.path();
    line(path, 8);
    let net = Net { data: LINE, layers: &dense(1), epochs: 3, ..NET };
    // There is nothing to go on with yet.
    let (code, _, said) = train(path, &net, &["--resume"]);
    assert!(code == 0 && said.contains("nothing to go on with"), "{said}");
    let first = fs::read(path.join("run/latest.safetensors")).unwrap();
    let (code, _, said) = train(path, &net, &[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--resume") && said.contains("--overwrite"), "{said}");
    assert!(first == fs::read(path.join("run/latest.safetensors")).unwrap());

    // More epochs of the finished run are the longer run.
    let long = Net { epochs: 7, ..net };
    assert_eq!(train(path, &long, &["--resume"]).1["epochs"], 7);
    assert_eq!(train(path, &long, &["--out", "long"]).0, 0);
    for file in ["latest.safetensors", "best.safetensors", "history.csv"] {
        let read = |folder: &str| fs::read(path.join(folder).join(file)).unwrap();
        assert!(read("run") == read("long"), "{file}");
    }
    // What differs is named.
    let (code, _, said) = train(path, &Net { rate: "0.2", ..net }, &["--resume"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("epochs = 7 there, 3 here; schedule.learning_rate = 0.1 there, 0.2 here"),
        "{said}"
    );

    // No epochs: the model as it began, and no best.
    let figures = trained(path, &Net { epochs: 0, ..net });
    assert!(path.join(figures["checkpoint"].as_str().unwrap()).exists());
    assert!(!path.join("run/best.safetensors").exists());
}

#[test]
fn two_runs_in_one_folder_notice_each_other() {
    let folder = folder();
    let path = folder.path();
    line(path, 8);
    let net = Net { data: LINE, layers: &dense(1), epochs: 1 << 40, ..NET };
    write(path, &net);
    let mut first = pellucid(path, &["train", "net.toml"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !path.join("run/history.csv").exists() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    for more in [&[][..], &["--overwrite"], &["--resume"]] {
        let (code, _, said) = train(path, &Net { epochs: 1, ..net }, more);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("found another run that is writing to it"), "{said}");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // The lock ends with the process.
    assert_eq!(train(path, &Net { epochs: 1, ..net }, &["--overwrite"]).0, 0);
}
