//! Checkpoints that are damaged, lie, or are of something else: a message that says what was expected and what
//! came, no panic, and no memory that the file does not pay for.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::checkpoint::{describe, parse_header};
use pellucid_nn::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn network() -> Sequential<f32> {
    Sequential::new(3)
        .with(Dense::new(2).activation(Activation::LeakyRelu(0.1)))
        .with(Dense::new(3))
        .view("encoder", 0..1)
}

/// A checkpoint with everything a checkpoint can hold.
static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let features = Features::U8(Matrix::new(5, 3, (0..15).collect()).unwrap());
    let data = Dataset::new(features, Targets::SameAsInput).unwrap();
    let config = TrainConfig {
        epochs: 3,
        batch_size: 2,
        optimizer: OptimizerConfig::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.0 },
        early_stopping: Some(EarlyStopping { patience: 3, min_delta: 0.0 }),
        ..TrainConfig::default()
    };
    let mut trainer = Trainer::new(Model::new(network(), 1).unwrap(), config, &Arc::default()).unwrap();
    trainer.fit(&data, Some(&data), &mut ()).unwrap();
    trainer.checkpoint().describe_as("task", "a test").to_bytes().unwrap()
});

/// The length of the safetensors header, which begins at byte 8.
fn header_len(file: &[u8]) -> usize {
    u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
}

/// The good file with another header.
fn with_header(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let (header, data) = GOOD[8..].split_at(header_len(&GOOD));
    let mut header = serde_json::from_slice(header).unwrap();
    change(&mut header);
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// The good file with another description.
fn described(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    with_header(|header| {
        let text = &mut header["__metadata__"]["pellucid"];
        let mut description = serde_json::from_str(text.as_str().unwrap()).unwrap();
        change(&mut description);
        *text = description.to_string().into();
    })
}

/// A description with another architecture.
fn built(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    described(|description| change(&mut description["architecture"]))
}

fn dense(units: u64) -> Value {
    json!({"kind": "dense", "units": units})
}

/// The first layer's configuration replaced.
fn first_layer(config: Value) -> Vec<u8> {
    built(|architecture| architecture["layers"][0]["layer"] = config)
}

fn prefixed(len: u64, rest: &[u8]) -> Vec<u8> {
    [&len.to_le_bytes(), rest].concat()
}

/// What is wrong, the file, and what its message must say after the path.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let whole = GOOD.len();
    let header = header_len(&GOOD);
    let cut = |len: usize| GOOD[..len].to_vec();
    vec![
        // Not a safetensors file.
        ("empty", vec![], &["expected a safetensors file", "0 bytes, too short for a header"]),
        ("cut off in the length", cut(7), &["expected a safetensors file", "7 bytes, too short"]),
        ("cut off after the length", cut(8), &["a header that reaches beyond the file's 8 bytes"]),
        ("cut off in the header", cut(100), &["a header that reaches beyond the file's 100 bytes"]),
        ("cut off at the data", cut(8 + header), &["tensors that do not end where the file", "cut off?"]),
        ("cut off at the end", cut(whole - 1), &["tensors that do not end where the file", "cut off?"]),
        ("longer than its tensors", [&GOOD[..], &[0]].concat(), &["tensors that do not end where the file"]),
        ("another format", b"\x89PNG\r\n\x1a\n, and so on".to_vec(), &["expected a safetensors file"]),
        ("a header of 2^63 bytes", prefixed(1 << 63, b"{}"), &["a header that claims more than 100 MB"]),
        ("a header of 2^64 - 1 bytes", prefixed(u64::MAX, b"{}"), &["a header that claims more than 100 MB"]),
        ("a header of 99 MB", prefixed(99_000_000, b"{}"), &["a header that reaches beyond the file's 10 bytes"]),
        ("a header that is no JSON", prefixed(4, b"oops"), &["a header that is not JSON"]),
        ("a header that is no text", prefixed(4, b"\xff\xfe\xfd\xfc"), &["a header that is not UTF-8"]),
        (
            "offsets that lie",
            with_header(|header| header["parameter/dense1.bias"]["data_offsets"] = json!([8, 0])),
            &["expected a safetensors file", "tensor"],
        ),
        (
            "a shape that overflows",
            with_header(|header| header["parameter/dense1.bias"]["shape"] = json!([1_u64 << 62, 1_u64 << 62])),
            &["expected a safetensors file", "a tensor whose size overflows"],
        ),
        (
            "a shape larger than the data",
            with_header(|header| header["parameter/dense1.bias"]["shape"] = json!([1_u64 << 40])),
            &["expected a safetensors file", "a tensor whose shape does not fit its offsets"],
        ),
        // Not a checkpoint of this library.
        ("no metadata", prefixed(2, b"{}"), &["expected a Pellucid checkpoint", "found a safetensors file without it"]),
        (
            "another program's metadata",
            with_header(|header| header["__metadata__"] = json!({"format": "pt"})),
            &["expected a Pellucid checkpoint", "found a safetensors file without it"],
        ),
        (
            "a description cut off",
            with_header(|header| header["__metadata__"]["pellucid"] = json!("{\"format\": 1,")),
            &["a description that is damaged", "EOF while parsing"],
        ),
        (
            "a description without an architecture",
            described(|description| drop(description.as_object_mut().unwrap().remove("architecture"))),
            &["a description that is damaged", "missing field `architecture`"],
        ),
        (
            "an unknown setting",
            described(|description| description["training"]["config"]["rate"] = json!(1)),
            &["a description that is damaged", "unknown field `rate`"],
        ),
        (
            "a learning rate of no number",
            described(|description| description["training"]["config"]["schedule"]["learning_rate"] = Value::Null),
            &["a description that is damaged", "invalid type: null, expected f64"],
        ),
        (
            "a layer nested without end",
            with_header(|header| {
                let layers = r#"{"format":1,"scalar":"F32","architecture":{"input":[3],"layers":[{"name":"a","layer":"#;
                header["__metadata__"]["pellucid"] = (layers.to_owned() + &"[".repeat(100_000)).into();
            }),
            &["a description that is damaged", "recursion limit exceeded"],
        ),
        (
            "a later format",
            described(|description| description["format"] = json!(99)),
            &["expected a Pellucid checkpoint", "found format 99, this version reads 1"],
        ),
        // An architecture that lies or cannot be.
        (
            "numbers of another type",
            described(|description| description["scalar"] = json!("F64")),
            &["expected numbers of type F32", "found F64"],
        ),
        (
            "an unknown layer",
            first_layer(json!({"kind": "convolution", "filters": 3})),
            &["expected a built-in layer, found", "convolution"],
        ),
        ("negative units", first_layer(json!({"kind": "dense", "units": -1})), &["expected a built-in layer", "-1"]),
        (
            "a slope of zero",
            first_layer(json!({"kind": "leaky_relu", "slope": 0.0})),
            &["layer dense1: expected a positive, finite slope", "found 0"],
        ),
        ("no units", first_layer(dense(0)), &["layer dense1: expected at least one input and one unit, found 3 and 0"]),
        (
            "10^15 units",
            first_layer(dense(1_000_000_000_000_000)),
            &["expected tensor \"parameter/dense1.weight\" of shape [3, 1000000000000000]", "found [3, 2] of F32"],
        ),
        (
            "2^64 - 1 units",
            first_layer(dense(u64::MAX)),
            &["layer dense1: the sizes overflow the address space"],
        ),
        (
            "an input of 2^80 numbers",
            built(|architecture| architecture["input"] = json!([1_u64 << 40, 1_u64 << 40])),
            &["layer input: the sizes overflow the address space"],
        ),
        (
            "an input of no numbers",
            built(|architecture| {
                architecture["input"] = json!([0]);
                architecture["layers"] = json!([{"name": "a", "layer": {"kind": "relu"}}]);
            }),
            &["layer input: expected samples of at least one number, found samples of shape 0"],
        ),
        ("no layers", built(|architecture| architecture["layers"] = json!([])), &["the network has no layers"]),
        (
            "two layers of one name",
            built(|architecture| architecture["layers"][1]["name"] = json!("dense1")),
            &["two layers are named \"dense1\": expected every name once"],
        ),
        (
            "a view outside",
            built(|architecture| architecture["views"] = json!([["encoder", [1, 7]]])),
            &["view \"encoder\" has layers 1 to 7: expected a non-empty range within 2 layers"],
        ),
        (
            "a view that ends before it begins",
            built(|architecture| architecture["views"] = json!([["encoder", [2, 1]]])),
            &["view \"encoder\" has layers 2 to 1"],
        ),
        // Tensors that are not those of the architecture.
        (
            "a missing tensor",
            with_header(|header| {
                let tensors = header.as_object_mut().unwrap();
                let bias = tensors.remove("parameter/dense2.bias").unwrap();
                tensors.insert("parameter/elsewhere".into(), bias);
            }),
            &["expected tensor \"parameter/dense2.bias\" of shape [3], found no such tensor"],
        ),
        (
            "a tensor of another shape",
            with_header(|header| header["parameter/dense1.weight"]["shape"] = json!([2, 3])),
            &["expected tensor \"parameter/dense1.weight\" of shape [3, 2], found [2, 3] of F32"],
        ),
        (
            "a tensor of another type",
            with_header(|header| header["parameter/dense1.weight"]["dtype"] = json!("I32")),
            &["expected tensor \"parameter/dense1.weight\"", "found [3, 2] of I32"],
        ),
        (
            "another optimiser than its state",
            described(|description| {
                description["training"]["config"]["optimizer"] = json!({"kind": "sgd", "momentum": 0.9});
            }),
            &["expected tensor \"optimizer\" of shape [17], found [34] of F32"],
        ),
        (
            "no best parameters",
            with_header(|header| {
                let tensors = header.as_object_mut().unwrap();
                let best = tensors.remove("best").unwrap();
                tensors.insert("worst".into(), best);
            }),
            &["expected tensor \"best\" of shape [17], found no such tensor"],
        ),
    ]
}

fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

#[test]
fn the_good_file_is_good() {
    let read = Checkpoint::<f32>::parse("good", &GOOD).unwrap();
    assert_eq!(read.to_bytes().unwrap(), *GOOD);
    // What the cases change is all that is wrong with them.
    for same in [with_header(|_| ()), described(|_| ())] {
        assert_eq!(Checkpoint::<f32>::parse("good", &same).unwrap().to_bytes().unwrap(), *GOOD);
    }
}

#[test]
fn bad_files_are_refused_with_what_was_expected_and_what_came() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.safetensors");
    for (what, file, parts) in cases() {
        std::fs::write(&path, &file).unwrap();
        let Err(error) = Checkpoint::<f32>::read(&path) else { panic!("{what}: was read") };
        let message = error.to_string();
        println!("{what}: {}", message.replace(&*folder.path().to_string_lossy(), "."));
        assert!(message.starts_with(&format!("{}: ", path.display())), "{what}: {message}");
        assert_says(&message, parts);
    }
}

#[test]
fn every_truncation_is_refused() {
    for len in 0..GOOD.len() {
        assert!(Checkpoint::<f32>::parse("cut", &GOOD[..len]).is_err(), "{len} of {} bytes", GOOD.len());
    }
}

#[test]
fn the_other_precision_is_refused() {
    let message = Checkpoint::<f64>::parse("single", &GOOD).unwrap_err().to_string();
    assert_eq!(message, "single: expected numbers of type F64, found F32");
}

#[test]
fn another_architecture_is_refused_with_the_first_difference() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, &*GOOD).unwrap();
    let leaky = || Dense::new(2).activation(Activation::LeakyRelu(0.1));
    let plain = || Sequential::<f32>::new(3).with(leaky());
    let cases: [(Sequential<f32>, &[&str]); 5] = [
        (Sequential::new(4).with(leaky()).with(Dense::new(3)).view("encoder", 0..1), &["input 4", "found input 3"]),
        (plain().with(Dense::new(4)).view("encoder", 0..1), &["dense2", "\"units\":4", "\"units\":3"]),
        (plain().view("encoder", 0..1), &["no such layer", "found dense2"]),
        (plain().with(Dense::new(3)).with(Softmax).view("encoder", 0..1), &["softmax1", "found no such layer"]),
        (plain().with(Dense::new(3)), &["views []", "found views [(\"encoder\", [0, 1])]"]),
    ];
    for (network, parts) in cases {
        let message = Checkpoint::read_into(&path, network).unwrap_err().to_string();
        println!("{}", message.replace(&*folder.path().to_string_lossy(), "."));
        assert!(message.starts_with(&format!("{}: expected a checkpoint of this architecture", path.display())));
        assert_says(&message, parts);
    }
    assert!(Checkpoint::read_into(&path, network()).is_ok());
}

fn assert_io(result: Result<impl Sized, impl ToString>, path: &Path, parts: &[&str]) {
    let Err(error) = result else { panic!("{} was taken", path.display()) };
    let message = error.to_string();
    assert!(message.starts_with(&format!("{}: ", path.display())), "{message}");
    assert_says(&message, parts);
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_io(Checkpoint::<f32>::read(folder.path()), folder.path(), &["s a directory"]);
    let missing = folder.path().join("missing");
    assert_io(Checkpoint::<f32>::read(&missing), &missing, &["No such file"]);
    assert_io(describe(&missing), &missing, &["No such file"]);
    assert_io(Checkpoint::read_into(&missing, network()), &missing, &["No such file"]);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_and_leaves_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let checkpoint = Checkpoint::new(Model::new(network(), 0).unwrap(), None);
    let elsewhere = folder.path().join("no/such/folder/model");
    assert_io(checkpoint.write(&elsewhere), &elsewhere, &["expected a folder", "No such file"]);
    // A file where a folder is needed cannot be written to by root either.
    let file = folder.path().join("file");
    std::fs::write(&file, "old").unwrap();
    assert_io(checkpoint.write(file.join("model")), &file.join("model"), &["Not a directory"]);
    assert_io(checkpoint.write(folder.path()), folder.path(), &["expected a file that can be written"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"old");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
}

#[test]
fn a_run_that_cannot_write_its_checkpoint_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let latest = folder.path().join("no/such/folder/latest");
    let features = Features::U8(Matrix::new(1, 3, vec![1, 2, 3]).unwrap());
    let data = Dataset::new(features, Targets::SameAsInput).unwrap();
    let model = Model::new(network(), 0).unwrap();
    let policy = CheckpointPolicy { latest: Some(latest.clone()), ..CheckpointPolicy::default() };
    let mut trainer =
        Trainer::new(model, TrainConfig::default(), &Arc::default()).unwrap().checkpoints(policy);
    assert_io(trainer.fit(&data, None, &mut ()), &latest, &["No such file"]);
}

/// Ends a run whose number of epochs lies.
struct AfterTwoEpochs(u64);

impl Observer<f32> for AfterTwoEpochs {
    fn epoch(&mut self, _record: &EpochRecord, _model: &Model<f32>) -> ControlFlow<()> {
        self.0 += 1;
        if self.0 == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Progress that no run leaves behind must not bring down the trainer that resumes it.
#[test]
fn progress_that_lies_is_refused_or_harmless() {
    let features = Features::U8(Matrix::new(5, 3, (0..15).collect()).unwrap());
    let data = Dataset::new(features, Targets::SameAsInput).unwrap();
    let resume = |change: &dyn Fn(&mut Value)| {
        let checkpoint =
            Checkpoint::<f32>::parse("lie", &described(|description| change(&mut description["training"]))).unwrap();
        let config = checkpoint.training().unwrap().config.clone();
        let mut trainer = Trainer::resume(checkpoint, config, &Arc::default())?;
        trainer.fit(&data, Some(&data), &mut AfterTwoEpochs(0))
    };
    let numbers = [0, 1, 2, 3, 1 << 32, (1 << 53) - 1, 1 << 53, u64::MAX];
    for number in numbers {
        for field in ["epoch", "step", "step_in_epoch"] {
            let _ = resume(&|training| training["progress"][field] = json!(number));
        }
        let _ = resume(&|training| training["history"]["best"] = json!([number, 0.5]));
        let _ = resume(&|training| {
            training["config"]["epochs"] = json!(number.max(1));
            training["config"]["early_stopping"]["patience"] = json!(1);
            training["config"]["early_stopping"]["min_delta"] = json!(10.0);
            training["history"]["best"] = json!([number, 0.5]);
        });
    }
    let refused = resume(&|training| training["progress"]["epoch"] = json!(4)).unwrap_err().to_string();
    assert_says(&refused, &["expected progress within 3 epochs", "found Progress { epoch: 4,"]);
    let refused = resume(&|training| training["config"]["batch_size"] = json!(1_u64 << 50)).unwrap_err().to_string();
    assert_says(&refused, &["fit into memory"]);
    let refused = resume(&|training| training["config"]["batch_size"] = json!(0)).unwrap_err().to_string();
    assert_says(&refused, &["batch_size = 0"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// Bytes flipped, most of them in the header, and the rest cut off: an error, or a checkpoint that can be
    /// written and read again.
    #[test]
    fn any_damage_is_an_error_or_harmless(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        in_header in any::<bool>(),
    ) {
        let mut file = GOOD.clone();
        for (place, value) in flips {
            let range = if in_header { 8 + header_len(&GOOD) } else { file.len() };
            file[place.index(range)] = value;
        }
        if let Some(place) = cut {
            file.truncate(place.index(GOOD.len()));
        }
        let listed = parse_header("damaged", &file);
        match Checkpoint::<f32>::parse("damaged", &file) {
            Err(error) => prop_assert!(error.to_string().starts_with("damaged: ")),
            Ok(checkpoint) => {
                prop_assert!(listed.is_ok());
                let bytes = checkpoint.to_bytes().unwrap();
                prop_assert_eq!(Checkpoint::<f32>::parse("again", &bytes).unwrap().to_bytes().unwrap(), bytes);
            }
        }
    }
}
