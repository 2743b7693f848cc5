//! The readers of SVM models on any bytes, as a whole file of either format and as the description in a good safetensors
//! file: an error, or a model that predicts and reads back as it is written, in memory that the file pays for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pellucid_compute::Pool;
use pellucid_data::Csr;
use pellucid_svm::{AnyModel, Samples, StoredModel, SvmError};
use serde_json::Value;

const GOOD: &[u8] = include_bytes!("../seeds/svm_model/classes.safetensors");

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    if let Ok(description) = std::str::from_utf8(bytes) {
        read(&described(description));
    }
});

fn read(file: &[u8]) {
    let Ok(stored) = StoredModel::parse("fuzz", file) else { return };
    let written = stored.to_safetensors().unwrap();
    assert!(StoredModel::parse("again", &written).unwrap().to_safetensors().unwrap() == written);
    if let Ok(text) = stored.to_libsvm() {
        assert!(StoredModel::parse("again", text.as_bytes()).unwrap().to_libsvm().unwrap() == text);
    }
    // The first and the last number of a row, however many lie between.
    let columns = stored.model.columns();
    let Some(last) = columns.checked_sub(1).and_then(|last| u32::try_from(last).ok()) else { return };
    let indices = if last == 0 { vec![0] } else { vec![0, last] };
    let (starts, ones) = (vec![0, indices.len()], vec![1.0; indices.len()]);
    predict(&stored, Samples::from(&Csr::new(columns, starts, indices, ones).unwrap()));
    if columns <= 1 << 12 {
        let row = vec![1.0; columns];
        predict(&stored, Samples::dense(&row, columns));
    }
}

/// Finite numbers, or that there are none.
fn predict(stored: &StoredModel, samples: Samples<'_>) {
    let pool = Pool::single();
    let values = match &stored.model {
        AnyModel::Classifier(model) => {
            model.predict_with(samples, &pool).and_then(|_| model.decision_values(samples, &pool))
        }
        AnyModel::DecisionFunction(model) => model.predict_with(samples, &pool),
    };
    match values {
        Ok(values) => assert!(values.iter().all(|value| value.is_finite())),
        Err(SvmError::Decision { .. }) => {}
        Err(other) => panic!("{other}"),
    }
}

/// The good file with another description, which the fuzzer could hardly reach through its header's length.
fn described(description: &str) -> Vec<u8> {
    let len = u64::from_le_bytes(GOOD[..8].try_into().unwrap()) as usize;
    let (header, data) = GOOD[8..].split_at(len);
    let mut header: Value = serde_json::from_slice(header).unwrap();
    header["__metadata__"]["pellucid_svm"] = description.into();
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}
