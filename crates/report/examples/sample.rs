//! Writes the report of made-up results into the folder named by the first argument, to be looked at:
//! `cargo run -p pellucid-report --features pdf --example sample -- out/sample`.

#[path = "../tests/common/mod.rs"]
mod common;

use pellucid_report::{Outputs, write_report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("expected the folder to write to, got no argument")?;
    let (results, evidence) = common::sample(None);
    let outputs = Outputs { pdf: cfg!(feature = "pdf"), ..Outputs::default() };
    println!("{}", write_report(folder.as_ref(), &results, &evidence, outputs)?.page.display());
    Ok(())
}
