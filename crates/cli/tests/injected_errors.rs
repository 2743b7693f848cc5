//! Errors of the system, injected by strace into every write, fsync, rename, open and some others in turn: no panic, and
//! no file that is neither the old one nor a new one.
//!
//! A few dozen by default; skipped where strace is missing or may not trace. For more:
//! `PELLUCID_INJECTIONS=2000 cargo test -p pellucid-cli --test injected_errors -- --nocapture` (some minutes).
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::{autoencoder_config, outcome, workshop};
use pellucid::prelude::Checkpoint;

/// Calls, the threads' own count of which says where an error comes, and errors that they can give.
const CALLS: [(&str, &[&str]); 7] = [
    ("write,?writev,?pwrite64", &["ENOSPC", "EIO", "EDQUOT"]),
    ("fsync,?fdatasync", &["EIO", "ENOSPC"]),
    ("?rename,renameat,?renameat2", &["EIO", "ENOSPC", "EACCES"]),
    ("?open,openat", &["EACCES", "EMFILE", "EIO", "ENOENT"]),
    ("flock", &["ENOLCK", "EWOULDBLOCK"]),
    ("fchmod", &["EPERM"]),
    ("?mkdir,mkdirat,?unlink,unlinkat", &["EACCES", "EIO"]),
];

/// A command, and the files that it replaces, with what a whole one is.
struct Case {
    words: &'static str,
    files: &'static [(&'static str, Whole)],
}

/// What a file must be if it is not the old one.
#[derive(Clone, Copy, PartialEq)]
enum Whole {
    /// The bytes of an undisturbed run.
    Same,
    /// A checkpoint, of whichever epoch.
    Checkpoint,
    /// The first lines of the table of an undisturbed run.
    Lines,
    /// JSON, which tells times.
    Json,
    /// A page or a figure that ends as it must.
    Ends(&'static str),
}

const CASES: [Case; 5] = [
    Case { words: "svm train n.svm n.model", files: &[("n.model", Whole::Same)] },
    Case { words: "svm predict n.svm old.model p.txt", files: &[("p.txt", Whole::Same)] },
    Case {
        words: "train config.toml --overwrite",
        files: &[
            ("run/latest.safetensors", Whole::Checkpoint),
            ("run/best.safetensors", Whole::Checkpoint),
            ("run/history.csv", Whole::Lines),
        ],
    },
    Case {
        words: "predict old/latest.safetensors --data samples.npy --out o.npy",
        files: &[("o.npy", Whole::Same)],
    },
    Case {
        words: "reproduce xor autoencoder svm --epochs 1 --mnist mnist --out page",
        files: &[
            ("page/autoencoder.safetensors", Whole::Checkpoint),
            ("page/results.json", Whole::Json),
            ("page/index.html", Whole::Ends("</html>")),
            ("page/figures/figure-2-xor-loss.svg", Whole::Ends("</svg>")),
        ],
    },
];

const OLD: &[u8] = b"what was there before\n";

impl Whole {
    fn accepts(self, bytes: &[u8], undisturbed: &[u8]) -> bool {
        match self {
            Self::Same => bytes == undisturbed,
            Self::Checkpoint => Checkpoint::<f32>::parse("a checkpoint", bytes).is_ok(),
            Self::Lines => undisturbed.starts_with(bytes) && bytes.ends_with(b"\n"),
            Self::Json => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
            Self::Ends(end) => bytes.trim_ascii_end().ends_with(end.as_bytes()),
        }
    }
}

/// Runs a case with strace; the trace goes to `log`.
fn traced(folder: &Path, case: &Case, log: &Path, options: &[&str]) -> Output {
    for (file, _) in case.files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, OLD).unwrap();
    }
    Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(log)
        .args(options)
        .arg(env!("CARGO_BIN_EXE_pellucid"))
        .args(case.words.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The files of a case.
fn contents(folder: &Path, case: &Case) -> Vec<Vec<u8>> {
    case.files.iter().map(|(file, _)| fs::read(folder.join(file)).unwrap_or_default()).collect()
}

/// The most calls that a thread makes.
fn most_calls(log: &Path) -> usize {
    let text = fs::read_to_string(log).unwrap();
    let mut counts = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains('(')) {
        *counts.entry(line.split(' ').next()).or_insert(0) += 1;
    }
    counts.into_values().max().unwrap_or(0)
}

fn temporaries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut temporaries(&path));
        } else if path.file_name().unwrap().to_string_lossy().starts_with(".pellucid-") {
            found.push(path);
        }
    }
    found
}

/// The four files of MNIST with a few images of noise.
fn small_mnist(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (name, images) in [("train", 120), ("t10k", 30)] {
        let mut pixels = vec![0.0_f32; images * 784];
        pellucid::prelude::Stream::new(5).fill_uniform(&mut pixels, 0.0, 256.0);
        let mut file = vec![0, 0, 8, 3, 0, 0, 0, images as u8, 0, 0, 0, 28, 0, 0, 0, 28];
        file.extend(pixels.iter().map(|&pixel| pixel as u8));
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), file).unwrap();
        let mut file = vec![0, 0, 8, 1, 0, 0, 0, images as u8];
        file.extend((0..images).map(|image| (image % 10) as u8));
        fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), file).unwrap();
    }
}

#[test]
fn no_error_of_the_system_tears_a_file() {
    let wanted = std::env::var("PELLUCID_INJECTIONS").map_or(48, |number| number.parse().unwrap());
    let folder = workshop();
    let path = folder.path();
    let log = path.join("trace");
    let may = Command::new("strace").args(["-qq", "-o"]).arg(&log).arg("true").status();
    if !may.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no strace, or no right to trace");
        return;
    }
    small_mnist(&path.join("mnist"));
    fs::write(path.join("config.toml"), autoencoder_config(6, 3)).unwrap();

    // Every place at which an error can be injected.
    let mut places = Vec::new();
    let mut undisturbed = Vec::new();
    for case in &CASES {
        for (calls, errors) in CALLS {
            let output = traced(path, case, &log, &["-e", &format!("trace={calls}")]);
            assert_eq!(outcome(&output).0, 0, "{}: {}", case.words, outcome(&output).1);
            let count = most_calls(&log);
            places.extend((1..=count).flat_map(|n| errors.iter().map(move |error| (case, calls, *error, n))));
        }
        undisturbed.push(contents(path, case));
    }
    let all = places.len();
    let mut injected = BTreeMap::new();
    let mut codes = BTreeMap::new();
    for i in 0..wanted {
        // The same places again, should there be fewer: threads take turns as they like.
        let (case, calls, error, n) = places[i * all.max(wanted) / wanted % all];
        let inject = format!("inject={calls}:error={error}:when={n}");
        let output = traced(path, case, &log, &["-e", &format!("trace={calls}"), "-e", &inject]);
        let (code, message) = outcome(&output);
        let what = format!("{}: {inject}: {code}: {message}", case.words);
        if fs::read_to_string(&log).unwrap().contains("(INJECTED)") {
            *injected.entry((case.words.split(' ').next().unwrap(), calls)).or_insert(0) += 1;
        }
        *codes.entry(code).or_insert(0) += 1;
        assert!(!message.contains("panicked"), "{what}");
        // 127: the system's loader could not read a library.
        assert!([0, 1, 2, 3, 127].contains(&code), "{what}");
        let number = CASES.iter().position(|other| other.words == case.words).unwrap();
        let now = contents(path, case);
        for (((file, whole), now), undisturbed) in case.files.iter().zip(&now).zip(&undisturbed[number]) {
            let new = whole.accepts(now, undisturbed);
            let kept = now == OLD || (now.is_empty() && !path.join(file).exists());
            assert!(new || (code != 0 && kept), "{what}: {file} of {} bytes", now.len());
        }
        let removal_failed = calls.contains("unlink");
        let left = temporaries(path);
        assert!(left.is_empty() || removal_failed, "{what}: {left:?}");
        for path in left {
            fs::remove_file(path).unwrap();
        }
    }
    eprintln!("{all} places, errors injected: {injected:?}, exit codes: {codes:?}");
    assert!(injected.values().sum::<usize>() >= wanted * 9 / 10);
}
