//! A standard output or error that is closed or full: nothing panics, no work is lost, and nobody is told that results
//! were printed which were not.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{outcome, pellucid, workshop};

/// Commands that print, and the files that they are to write whoever listens.
const COMMANDS: [(&str, &[&str]); 15] = [
    ("--help", &[]),
    ("--version", &[]),
    ("train --help", &[]),
    ("completions bash", &[]),
    ("train config.toml", &["run/latest.safetensors", "run/history.csv"]),
    ("eval old/latest.safetensors --data samples.npy", &[]),
    ("predict old/latest.safetensors --data samples.npy --out o.csv", &["o.csv"]),
    ("inspect old/latest.safetensors", &[]),
    ("check old/latest.safetensors --sample 2", &[]),
    ("reproduce xor --out page", &["page/index.html", "page/results.json"]),
    ("svm train n.svm n.model", &["n.model"]),
    ("svm train -v 3 n.svm", &[]),
    ("svm grid -v 2 --log2c -1,1,1 --log2g -1,1,1 n.svm", &[]),
    ("svm predict n.svm old.model p.txt", &["p.txt"]),
    ("svm scale -s n.range n.svm", &["n.range"]),
];

fn command(folder: &Path, words: &str) -> Command {
    pellucid(folder, &words.split(' ').collect::<Vec<_>>())
}

/// A pipe that nobody reads.
fn nobody() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn full() -> Option<Stdio> {
    Some(fs::OpenOptions::new().write(true).open("/dev/full").ok()?.into())
}

/// Runs every command, checks its exit code and its message, and that its files are there.
fn all_end(code: i32, said: &str, set_up: impl Fn(&mut Command)) {
    let folder = workshop();
    for (words, files) in COMMANDS {
        let mut command = command(folder.path(), words);
        set_up(&mut command);
        let output = command.output().unwrap();
        let (found, message) = outcome(&output);
        assert_eq!(found, code, "{words}: {message}");
        assert!(!message.contains("panicked"), "{words}: {message}");
        assert!(message.contains(said), "{words}: {message}");
        for file in files {
            let length = fs::metadata(folder.path().join(file)).map_or(0, |found| found.len());
            assert!(length > 0, "{words}: no {file}: {message}");
        }
    }
}

#[test]
fn a_reader_that_went_away_has_read_enough() {
    all_end(0, "", |command| {
        command.stdout(nobody());
    });
}

#[test]
fn results_that_do_not_fit_are_an_error_after_the_files_are_written() {
    if full().is_some() {
        all_end(
            1,
            "standard output: expected room for all results, found No space left on device",
            |command| {
                command.stdout(full().unwrap());
            },
        );
    }
}

#[test]
fn nobody_needs_to_hear_messages() {
    all_end(0, "", |command| {
        command.stderr(nobody());
    });
    if full().is_some() {
        all_end(0, "", |command| {
            command.stderr(full().unwrap());
        });
    }
}

#[test]
fn closed_descriptors_are_no_files() {
    let folder = workshop();
    for (words, files) in COMMANDS {
        let script = format!("exec {} {words} >&- 2>&- <&-", env!("CARGO_BIN_EXE_pellucid"));
        let status = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).status().unwrap();
        assert!(status.success(), "{words}");
        for file in files {
            assert!(folder.path().join(file).exists(), "{words}: no {file}");
        }
    }
    // Nothing that was meant for the terminal has gone into a file that was opened in its place.
    let model = fs::read_to_string(folder.path().join("n.model")).unwrap();
    assert!(model.starts_with("svm_type"), "{model}");
}

#[test]
fn errors_keep_their_code_where_nobody_hears_them() {
    let folder = workshop();
    let cases = [("svm train nothing.svm", 3), ("svm predict n.svm", 2), ("train old", 2), ("nonsense", 2)];
    for (words, code) in cases {
        for stderr in [Some(nobody()), full()].into_iter().flatten() {
            let output = command(folder.path(), words).stdout(nobody()).stderr(stderr).output().unwrap();
            assert_eq!(outcome(&output).0, code, "{words}");
        }
    }
}

#[test]
fn a_search_ends_when_nobody_reads_its_points() {
    let folder = workshop();
    let start = std::time::Instant::now();
    // Some 40,000 points, which take minutes.
    let words = "svm grid -v 2 --log2c -10,10,0.1 --log2g -10,10,0.1 n.svm";
    for (stdout, code) in [(Some(nobody()), 0), (full(), 1)] {
        if let Some(stdout) = stdout {
            let output = command(folder.path(), words).stdout(stdout).output().unwrap();
            assert_eq!(outcome(&output).0, code, "{}", outcome(&output).1);
        }
    }
    assert!(start.elapsed().as_secs() < 20);
}
