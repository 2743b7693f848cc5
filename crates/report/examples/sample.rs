//! Writes the report of made-up results, or of a run's own with made-up pictures, to be looked at:
//! `cargo run -p pellucid-report --features pdf --example sample -- out/sample [reproduction/results.json]`.

#[path = "../tests/common/mod.rs"]
mod common;

use pellucid_report::{Outputs, write_report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("expected the folder to write to, got no argument")?;
    let (mut results, evidence) = common::sample(None);
    if let Some(file) = std::env::args().nth(2) {
        results = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    }
    let outputs = Outputs { pdf: cfg!(feature = "pdf"), ..Outputs::default() };
    println!("{}", write_report(folder.as_ref(), &results, &evidence, outputs)?.page.display());
    Ok(())
}
