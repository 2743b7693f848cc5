//! Where outputs go: files, links, devices, FIFOs, descriptors, standard output; and what is refused before the work.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{autoencoder_config, folder, good, outcome, pellucid, run, samples, workshop};

/// The commands that write one file, without its name.
const WRITERS: [&[&str]; 3] = [
    &["svm", "train", "n.svm"],
    &["svm", "predict", "n.svm", "old.model"],
    &["predict", "old/latest.safetensors", "--data", "samples.npy", "--out"],
];

#[test]
fn a_file_a_link_a_fifo_and_a_descriptor_get_the_same_bytes() {
    let folder = workshop();
    let path = folder.path();
    for writer in WRITERS {
        let to = |name: &str| good(path, &[writer, &[name]].concat());
        let read = |name: &str| fs::read(path.join(name)).unwrap();
        to("plain.csv");
        let expected = read("plain.csv");

        symlink("behind.csv", path.join("link.csv")).unwrap();
        to("link.csv");
        assert!(fs::symlink_metadata(path.join("link.csv")).unwrap().is_symlink());
        assert!(read("behind.csv") == expected, "{writer:?} behind a link");

        fs::set_permissions(path.join("behind.csv"), fs::Permissions::from_mode(0o600)).unwrap();
        to("behind.csv");
        assert_eq!(fs::metadata(path.join("behind.csv")).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(Command::new("mkfifo").arg(path.join("fifo")).status().unwrap().success());
        let reader = std::thread::spawn({
            let fifo = path.join("fifo");
            move || fs::read(fifo).unwrap()
        });
        to("fifo");
        assert!(reader.join().unwrap() == expected, "{writer:?} through a FIFO");
        assert!(fs::symlink_metadata(path.join("fifo")).unwrap().file_type().is_fifo());

        let script =
            format!("exec {} {} /dev/fd/3 3>fd.csv", env!("CARGO_BIN_EXE_pellucid"), writer.join(" "));
        let status =
            Command::new("sh").args(["-c", &script]).current_dir(path).stdout(Stdio::null()).status();
        assert!(status.unwrap().success());
        assert!(read("fd.csv") == expected, "{writer:?} to a descriptor");

        let (printed, said) = to("-");
        assert!(printed.as_bytes() == expected, "{writer:?} to standard output: {printed}");
        assert!(!said.is_empty(), "what is printed otherwise is said");
        assert!(!path.join("-").exists());
        for name in ["link.csv", "behind.csv", "fifo", "fd.csv"] {
            fs::remove_file(path.join(name)).unwrap();
        }
    }
}

#[test]
fn a_device_stays_a_device() {
    let folder = workshop();
    for writer in WRITERS {
        good(folder.path(), &[writer, &["/dev/null"]].concat());
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        if Path::new("/dev/full").exists() {
            let (code, message) = outcome(&run(folder.path(), &[writer, &["/dev/full"]].concat()));
            assert_eq!(code, 1, "{message}");
            assert!(message.contains("No space left on device"), "{message}");
        }
    }
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_work() {
    let folder = workshop();
    let path = folder.path();
    fs::create_dir(path.join("folder.csv")).unwrap();
    let long = "n".repeat(300) + ".csv";
    for writer in WRITERS {
        for (name, found) in [
            ("folder.csv", "found a folder"),
            ("missing/o.csv", "No such file or directory"),
            ("n.svm/o.csv", "Not a directory"),
            (long.as_str(), "name too long"),
        ] {
            let (code, message) = outcome(&run(path, &[writer, &[name]].concat()));
            assert_eq!(code, 1, "{message}");
            assert!(message.contains(found), "{writer:?} {name}: {message}");
        }
    }
}

#[test]
fn samples_and_their_scaling_do_not_go_to_one_place() {
    let folder = workshop();
    let (code, message) = outcome(&run(folder.path(), &["svm", "scale", "-s", "-", "n.svm"]));
    assert_eq!(code, 2, "{message}");
    assert!(message.contains("-s: expected a file"), "{message}");
}

#[test]
fn an_input_is_not_replaced_by_the_output() {
    let folder = workshop();
    let path = folder.path();
    symlink("n.svm", path.join("link.svm")).unwrap();
    let before = fs::read(path.join("n.svm")).unwrap();
    let cases: [&[&str]; 5] = [
        &["svm", "train", "n.svm", "n.svm"],
        &["svm", "train", "n.svm", "./link.svm"],
        &["svm", "predict", "n.svm", "old.model", "n.svm"],
        &["svm", "predict", "n.svm", "old.model", "old.model"],
        &["svm", "scale", "-s", "n.svm", "n.svm"],
    ];
    for arguments in cases {
        let (code, message) = outcome(&run(path, arguments));
        assert_eq!(code, 2, "{message}");
        assert!(message.contains("expected an output other than the input"), "{message}");
    }
    assert!(fs::read(path.join("n.svm")).unwrap() == before);
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let folder = folder();
    let path = folder.path();
    samples(path, 400, 64);
    fs::write(path.join("config.toml"), autoencoder_config(64, 100_000)).unwrap();
    let names = || {
        let entries = fs::read_dir(path.join("run")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let temporary = |name: &String| name.starts_with(".pellucid-");
    for _ in 0..20 {
        let mut child = pellucid(path, &["train", "config.toml", "--overwrite"])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while !names().iter().any(temporary) && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        if names().iter().any(temporary) {
            break;
        }
    }
    fs::write(path.join("config.toml"), autoencoder_config(64, 1)).unwrap();
    // Whether or not there was one to be seen at the right moment, one of a process of long ago is there.
    fs::write(path.join("run/.pellucid-1-1.tmp"), "half a check").unwrap();
    let (code, message) = outcome(&run(path, &["train", "config.toml", "--overwrite"]));
    assert_eq!(code, 0, "{message}");
    assert!(!names().iter().any(temporary), "{:?}", names());
}
