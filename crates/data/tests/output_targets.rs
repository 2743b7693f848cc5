//! What an output may be: a file, a link, a FIFO, a device, an open descriptor; and what stays as it was.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use pellucid_data::{atomic_write, check_output};

fn write(path: impl AsRef<Path>, content: &str) -> Result<(), String> {
    let path = path.as_ref();
    // Whatever can be told before is told before.
    let before = check_output(path).map_err(|e| e.to_string());
    let result = atomic_write(path, |w| w.write_all(content.as_bytes())).map_err(|e| e.to_string());
    assert!(before.is_ok() || before == result, "{before:?}, {result:?}");
    result
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs a command that makes something at `path`; false where it cannot.
fn made(command: &str, path: &Path, arguments: &[&str]) -> bool {
    Command::new(command).arg(path).args(arguments).status().is_ok_and(|status| status.success())
}

#[test]
fn a_link_stays_a_link_and_its_file_gets_the_content() {
    let (here, there) = (folder(), folder());
    let file = there.path().join("file");
    let links: Vec<PathBuf> = ["absolute", "relative", "to a link"].map(|name| here.path().join(name)).into();
    symlink(&file, &links[0]).unwrap();
    let there_name = there.path().file_name().unwrap();
    symlink(Path::new("..").join(there_name).join("file"), &links[1]).unwrap();
    symlink("absolute", &links[2]).unwrap();
    // Dangling at first.
    for (i, link) in links.iter().chain(&links).enumerate() {
        write(link, &i.to_string()).unwrap();
        assert!(fs::symlink_metadata(link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), i.to_string());
        assert!(fs::symlink_metadata(&file).unwrap().is_file());
        if i < links.len() {
            fs::remove_file(&file).unwrap();
        }
    }
    assert_eq!((names(there.path()).len(), names(here.path()).len()), (1, 3));
}

#[test]
fn a_link_to_nowhere_or_to_itself_is_refused() {
    let folder = folder();
    let (nowhere, circle) = (folder.path().join("nowhere"), folder.path().join("circle"));
    symlink(folder.path().join("no/such/folder"), &nowhere).unwrap();
    symlink("circle", &circle).unwrap();
    assert!(write(&nowhere, "x").unwrap_err().contains("No such file or directory"));
    assert!(write(&circle, "x").unwrap_err().contains("symbolic links"));
    assert_eq!(names(folder.path()), ["circle", "nowhere"]);
}

#[test]
fn a_folder_is_refused_however_it_is_spelled() {
    let folder = folder();
    fs::create_dir(folder.path().join("run")).unwrap();
    for name in ["run", "run/", "run/.", "run/../run", "new/", "new/.", ""] {
        assert!(write(folder.path().join(name), "x").is_err(), "{name:?}");
    }
    assert_eq!(names(folder.path()), ["run"]);
}

#[test]
fn names_may_be_as_long_as_the_system_allows() {
    let folder = folder();
    for length in [1, 200, 255] {
        write(folder.path().join("n".repeat(length)), "x").unwrap();
    }
    for length in [256, 5000, 100_000] {
        assert!(write(folder.path().join("n".repeat(length)), "x").unwrap_err().contains("name too long"));
    }
    assert!(write("a\0b", "x").is_err());
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
fn the_mode_of_a_file_is_kept() {
    let folder = folder();
    for mode in [0o600, 0o640, 0o644, 0o666, 0o755] {
        let path = folder.path().join(format!("{mode:o}"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let link = folder.path().join(format!("link to {mode:o}"));
        symlink(&path, &link).unwrap();
        for path in [&path, &link] {
            write(path, "new").unwrap();
            let metadata = fs::metadata(path).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o7777, mode);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
    // A new file gets the mode that any other program would give it.
    let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
    write(&ours, "x").unwrap();
    fs::write(&other, "x").unwrap();
    assert_eq!(fs::metadata(ours).unwrap().mode(), fs::metadata(other).unwrap().mode());
}

#[test]
fn the_owner_of_a_file_is_kept_where_we_may() {
    let folder = folder();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    if std::os::unix::fs::chown(&path, Some(1234), Some(5678)).is_err() {
        return; // Only the superuser may.
    }
    write(&path, "new").unwrap();
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (1234, 5678));
}

#[test]
fn a_file_that_is_not_to_be_written_is_refused() {
    let folder = folder();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    if OpenOptions::new().write(true).open(&path).is_ok() {
        return; // The superuser may.
    }
    assert!(write(&path, "new").unwrap_err().contains("Permission denied"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[test]
fn a_fifo_is_written_to() {
    let folder = folder();
    let path = folder.path().join("fifo");
    assert!(made("mkfifo", &path, &[]));
    let link = folder.path().join("link");
    symlink("fifo", &link).unwrap();
    for target in [&path, &link] {
        let reader = std::thread::spawn({
            let path = path.clone();
            move || fs::read_to_string(path).unwrap()
        });
        write(target, &"x".repeat(200_000)).unwrap();
        assert_eq!(reader.join().unwrap().len(), 200_000);
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    }
    assert_eq!(names(folder.path()), ["fifo", "link"]);
}

#[test]
fn a_device_stays_a_device() {
    let null = fs::metadata("/dev/null").unwrap();
    assert!(null.file_type().is_char_device());
    let folder = folder();
    let link = folder.path().join("link");
    symlink("/dev/null", &link).unwrap();
    for path in [Path::new("/dev/null"), &link] {
        write(path, "x").unwrap();
        let now = fs::metadata("/dev/null").unwrap();
        assert!(now.file_type().is_char_device());
        assert_eq!((now.ino(), now.mode(), now.rdev()), (null.ino(), null.mode(), null.rdev()));
    }
    if Path::new("/dev/full").exists() {
        assert!(write("/dev/full", "x").unwrap_err().contains("No space left on device"));
        assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
    }
}

#[test]
fn a_device_of_ones_own_stays_a_device() {
    let folder = folder();
    let path = folder.path().join("zero");
    if !made("mknod", &path, &["c", "1", "5"]) {
        return; // Only the superuser may make one.
    }
    if let Err(message) = write(&path, "x") {
        assert!(message.contains("Permission denied"), "a file system without devices: {message}");
    }
    assert!(fs::metadata(&path).unwrap().file_type().is_char_device());
    assert_eq!(names(folder.path()), ["zero"]);
}

#[test]
fn an_open_descriptor_is_written_where_it_stands() {
    let folder = folder();
    let path = folder.path().join("log");
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).unwrap();
    file.write_all(b"before ").unwrap();
    let inode = file.metadata().unwrap().ino();
    let number = file.as_raw_fd();
    for name in [format!("/dev/fd/{number}"), format!("/proc/self/fd/{number}")] {
        if Path::new(&name).exists() {
            write(&name, "ours ").unwrap();
        }
    }
    file.write_all(b"after").unwrap();
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "before ours ours after");
    assert_eq!(fs::metadata(&path).unwrap().ino(), inode);
    assert_eq!(names(folder.path()), ["log"]);
    assert!(write("/dev/fd/1000000", "x").is_err());
}

#[test]
fn a_file_without_a_name_and_a_socket_are_written_to() {
    let folder = folder();
    let path = folder.path().join("gone");
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    write(format!("/dev/fd/{}", file.as_raw_fd()), "still here").unwrap();
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "still here");

    let (ours, mut theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    write(format!("/dev/fd/{}", ours.as_raw_fd()), "hello").unwrap();
    drop(ours);
    let mut text = String::new();
    theirs.read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_killed_processes_left_is_removed_and_nothing_else() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    for name in
        [".pellucid-1-0.tmp", ".pellucid-4000000000-17.tmp", ".pellucid-x-0.tmp", ".pellucid-1.tmp", "a.tmp"]
    {
        fs::write(at(name), "half of a resu").unwrap();
    }
    // Another process is at work: it holds the lock of its file.
    let name = format!(".pellucid-{}-7000000.tmp", std::process::id());
    let live = File::create_new(at(&name)).unwrap();
    live.lock().unwrap();
    fs::create_dir(at(".pellucid-2-0.tmp")).unwrap();

    write(at("result"), "x").unwrap();
    // The process's number decides where its file comes in the order.
    let mut left = [".pellucid-1.tmp", ".pellucid-2-0.tmp", &name, ".pellucid-x-0.tmp", "a.tmp", "result"];
    left.sort_unstable();
    assert_eq!(names(folder.path()), left);
}

#[test]
fn many_writers_of_one_file_leave_one_of_their_contents() {
    let folder = folder();
    let path = folder.path().join("a");
    std::thread::scope(|scope| {
        for writer in 0..8_u8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..20 {
                    atomic_write(path, |w| w.write_all(&[writer; 10_000])).unwrap();
                }
            });
        }
        for _ in 0..100 {
            if let Ok(content) = fs::read(&path) {
                assert_eq!(content.len(), 10_000);
                assert!(content.iter().all(|&byte| byte == content[0]));
            }
        }
    });
    assert_eq!(names(folder.path()), ["a"]);
}
