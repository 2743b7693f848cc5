//! Checkpoints that are damaged, lie, or are of something else: a message that says what was expected and what
//! came, no panic, and no memory that the file does not pay for.

mod cases;
mod graphs;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use cases::{GOOD, described, header_len, network, with_header};
use pellucid_data::{Dataset, Features, Matrix, Targets};
use pellucid_nn::checkpoint::{describe, parse_header};
use pellucid_nn::*;
use proptest::prelude::*;
use serde_json::{Value, json};

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
    for (what, file, parts) in cases::all().into_iter().chain(graphs::all()) {
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
        (
            Sequential::new(4).with(leaky()).with(Dense::new(3)).view("encoder", 0..1),
            &["input 4", "found input 3"],
        ),
        (plain().with(Dense::new(4)).view("encoder", 0..1), &["dense2", "\"units\":4", "\"units\":3"]),
        (plain().view("encoder", 0..1), &["no such layer", "found dense2"]),
        (
            plain().with(Dense::new(3)).with(Softmax).view("encoder", 0..1),
            &["softmax1", "found no such layer"],
        ),
        (plain().with(Dense::new(3)), &["views []", "found views [[\"encoder\",[0,1]]]"]),
    ];
    for (network, parts) in cases {
        let message = Checkpoint::read_into(&path, network).unwrap_err().to_string();
        println!("{}", message.replace(&*folder.path().to_string_lossy(), "."));
        assert!(
            message.starts_with(&format!("{}: expected a checkpoint of this architecture", path.display()))
        );
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
    assert_io(checkpoint.write(folder.path()), folder.path(), &["found a folder"]);
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
            Checkpoint::<f32>::parse("lie", &described(|description| change(&mut description["training"])))
                .unwrap();
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
    // A batch beyond the data costs what the data cost.
    assert!(resume(&|training| training["config"]["batch_size"] = json!(1_u64 << 50)).is_ok());
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
