//! A file is replaced as a whole or not at all.

use std::fs;
use std::io::{self, Write};

use pellucid_data::atomic_write;

fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn an_old_file_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    for content in ["first, long", "second"] {
        atomic_write(&path, |w| w.write_all(content.as_bytes())).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert_eq!(names(&folder), ["a"]);
}

#[test]
fn an_error_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    let error = atomic_write(&path, |w| {
        w.write_all(&vec![0; 100_000])?;
        Err(io::Error::other("the network is on fire"))
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{}: expected a file that can be written, found an error of the system: the network is on fire",
            path.display()
        )
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(names(&folder), ["a"]);
}

#[test]
fn the_old_file_stands_until_the_new_one_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    atomic_write(&path, |w| {
        w.write_all(b"new")?;
        w.flush()?;
        assert_eq!(fs::read_to_string(&path)?, "old");
        Ok(())
    })
    .unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
}

#[test]
fn a_path_without_a_folder_is_in_the_current_one() {
    let name = format!("pellucid-atomic-{}.tmp", std::process::id());
    atomic_write(&name, |w| w.write_all(b"x")).unwrap();
    assert_eq!(fs::read(&name).unwrap(), b"x");
    fs::remove_file(&name).unwrap();
    let message = atomic_write("..", |_| Ok(())).unwrap_err().to_string();
    assert!(message.contains("expected the path of a file"), "{message}");
}
