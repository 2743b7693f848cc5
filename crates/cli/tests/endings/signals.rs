//! Signals stop any work, at any moment, and leave nothing behind; ignored ones stay ignored.
#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{autoencoder_config, folder, outcome, pellucid, samples};

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until a process listens to signals, and some more.
fn listening(child: &Child, more: Duration) {
    let status = format!("/proc/{}/status", child.id());
    let caught = |status: String| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?.trim().to_owned();
        u64::from_str_radix(&mask, 16).ok().filter(|mask| mask & (1 << 14) != 0) // SIGTERM
    };
    let start = Instant::now();
    while fs::read_to_string(&status).ok().and_then(caught).is_none() && start.elapsed().as_secs() < 5 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(more);
}

/// Rows that take a machine a while; `wide` of them, of random features and labels.
fn noise(path: &Path, rows: usize) {
    let mut x = vec![0.0_f32; rows * 8];
    pellucid::prelude::Stream::new(3).fill_uniform(&mut x, -1.0, 1.0);
    let mut text = String::new();
    for (i, row) in x.chunks_exact(8).enumerate() {
        write!(text, "{}", (i * 7919) % 2).unwrap();
        row.iter().enumerate().for_each(|(j, v)| write!(text, " {}:{v}", j + 1).unwrap());
        text.push('\n');
    }
    fs::write(path, text).unwrap();
}

#[test]
fn work_without_a_state_stops_at_once() {
    let folder = folder();
    let path = folder.path();
    noise(&path.join("n.svm"), 6000);
    // A FIFO that nobody opens for writing: a reader that waits for ever.
    assert!(Command::new("mkfifo").arg(path.join("fifo.svm")).status().unwrap().success());
    let cases: [(&str, &str); 6] = [
        ("-TERM", "svm train -c 1000 n.svm n.model"),
        ("-HUP", "svm train -v 5 -c 1000 n.svm"),
        ("-INT", "svm grid n.svm"),
        ("-TERM", "svm scale fifo.svm"),
        ("-HUP", "svm predict n.svm fifo.svm o"),
        ("-TERM", "bench xor --steps 100000000000"),
    ];
    for (name, words) in cases {
        let child = pellucid(path, &words.split(' ').collect::<Vec<_>>())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        listening(&child, Duration::from_millis(50));
        signal(&child, name);
        let start = Instant::now();
        let (code, message) = outcome(&child.wait_with_output().unwrap());
        assert_eq!(code, 130, "{name} {words}: {message}");
        assert!(start.elapsed() < Duration::from_secs(5), "{words}");
        assert!(message.contains("interrupted"), "{message}");
    }
    let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["fifo.svm", "n.svm"]);
}

#[test]
fn a_training_writes_its_state() {
    let folder = folder();
    let path = folder.path();
    samples(path, 2000, 64);
    fs::write(path.join("config.toml"), autoencoder_config(64, 1_000_000)).unwrap();
    for name in ["-TERM", "-HUP", "-INT"] {
        let _ = fs::remove_dir_all(path.join("run"));
        let child = pellucid(path, &["train", "config.toml"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        listening(&child, Duration::from_millis(300));
        signal(&child, name);
        let (code, message) = outcome(&child.wait_with_output().unwrap());
        assert_eq!(code, 130, "{name}: {message}");
        assert!(message.contains("go on with --resume"), "{message}");
        assert!(path.join("run/latest.safetensors").exists());
        let left = fs::read_dir(path.join("run")).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with(".pellucid-")));
    }
}

#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let folder = folder();
    let path = folder.path();
    samples(path, 500, 16);
    fs::write(path.join("config.toml"), autoencoder_config(16, 200)).unwrap();
    // As nohup does.
    let script = format!("trap '' HUP; exec {} train config.toml", env!("CARGO_BIN_EXE_pellucid"));
    let child = Command::new("sh")
        .args(["-c", &script])
        .current_dir(path)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    listening(&child, Duration::from_millis(20));
    signal(&child, "-HUP");
    let output = child.wait_with_output().unwrap();
    assert_eq!(outcome(&output).0, 0);
    assert_eq!(fs::read_to_string(path.join("run/history.csv")).unwrap().lines().count(), 201);
}

#[test]
fn work_that_nobody_reads_stops_too() {
    let folder = folder();
    let path = folder.path();
    samples(path, 100, 4);
    // The table of so many layers does not fit into a pipe.
    let layers = "{ kind = \"identity\" }, ".repeat(20_000);
    let config = autoencoder_config(4, 1).replace("layers = [", &format!("layers = [ {layers}"));
    fs::write(path.join("config.toml"), config).unwrap();
    let (_reader, writer) = std::io::pipe().unwrap();
    let mut child =
        pellucid(path, &["train", "config.toml"]).stderr(writer).stdout(Stdio::null()).spawn().unwrap();
    listening(&child, Duration::from_secs(1));
    assert!(child.try_wait().unwrap().is_none(), "stuck in its message");
    signal(&child, "-TERM");
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "not stopped");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
