//! The command `pellucid`; its code is the library beside.

use std::process::ExitCode;

fn main() -> ExitCode {
    pellucid_cli::run(std::env::args_os())
}
