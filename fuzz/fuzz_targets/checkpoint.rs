//! The checkpoint reader on any bytes, as a whole file and as the description in a good one: an error, or a
//! checkpoint that can be listed, summed up, and reads back as it is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pellucid_nn::Checkpoint;
use pellucid_nn::checkpoint::parse_header;
use serde_json::Value;

const GOOD: &[u8] = include_bytes!("../seeds/checkpoint/run.safetensors");

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    if let Ok(description) = std::str::from_utf8(bytes) {
        read(&described(description));
    }
});

fn read(file: &[u8]) {
    let listed = parse_header("fuzz", file);
    let Ok(checkpoint) = Checkpoint::<f32>::parse("fuzz", file) else { return };
    assert!(listed.is_ok());
    assert!(size_of_val(checkpoint.model().parameters()) <= file.len());
    let _ = checkpoint.model().summary().to_string();
    let written = checkpoint.to_bytes().unwrap();
    let again = Checkpoint::<f32>::parse("again", &written).unwrap();
    assert!(again.to_bytes().unwrap() == written);
}

/// The good file with another description, which the fuzzer could hardly reach through its header's length.
fn described(description: &str) -> Vec<u8> {
    let len = u64::from_le_bytes(GOOD[..8].try_into().unwrap()) as usize;
    let (header, data) = GOOD[8..].split_at(len);
    let mut header: Value = serde_json::from_slice(header).unwrap();
    header["__metadata__"]["pellucid"] = description.into();
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}
