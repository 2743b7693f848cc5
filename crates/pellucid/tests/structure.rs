//! The order of the house: no circle of modules in a crate, no crowded folder, no long file.

mod rust_source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rust_source::{Crate, Module};

/// The most lines of a file.
const LINES: usize = 400;

/// The most source files side by side in a folder.
const FILES: usize = 15;

/// The top of the source tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The entries of a folder, in order of their names.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.into_iter().collect()
}

/// All files of Rust and Python below a folder, by the folder that holds them.
fn sources(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<PathBuf>>) {
    for path in entries(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
            found.entry(folder.to_owned()).or_default().push(path);
        }
    }
}

/// A path as it is seen from the top of the source tree.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The sources of the workspace, of the examples, and of what stands beside them.
fn all_sources() -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut found = BTreeMap::new();
    for part in ["bench", "crates", "examples", "fuzz"] {
        sources(&root().join(part), &mut found);
    }
    assert!(found.len() > 20, "{found:?}");
    found
}

/// Fails where something is amiss.
fn expect_none(amiss: &[String]) {
    assert!(amiss.is_empty(), "\n{}", amiss.join("\n"));
}

#[test]
fn no_file_is_long() {
    let length = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let files = all_sources().into_values().flatten();
    let long = files.map(|path| (shown(&path), length(&path))).filter(|&(_, lines)| lines > LINES);
    let long = long.map(|(path, lines)| format!("{path}: {lines} lines, at most {LINES}"));
    expect_none(&long.collect::<Vec<_>>());
}

#[test]
fn no_folder_is_crowded() {
    let folders = all_sources().into_iter().map(|(folder, files)| (shown(&folder), files.len()));
    let crowded = folders
        .filter(|&(_, files)| files > FILES)
        .map(|(folder, files)| format!("{folder}: {files} source files side by side, at most {FILES}"));
    expect_none(&crowded.collect::<Vec<_>>());
}

/// A module depends on those that it names, seen through re-exports to where a thing is defined. A module may name its
/// own children, to put together what they make, while they use what it defines.
#[test]
fn no_modules_depend_on_each_other_in_a_circle() {
    let mut circles = Vec::new();
    for part in entries(&root().join("crates")) {
        let source = part.join("src");
        let mut files = BTreeMap::new();
        sources(&source, &mut files);
        let modules = files.into_values().flatten().map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            Module::parse(path.strip_prefix(&source).unwrap(), &text)
        });
        let name = shown(&source);
        for circle in Crate::new(modules).circles() {
            circles.push(format!("{name}: {circle}"));
        }
    }
    expect_none(&circles);
}

/// The documents name files by the end of their path, in backticks.
#[test]
fn files_named_in_the_documents_exist() {
    let files: Vec<String> = all_sources().into_values().flatten().map(|path| shown(&path)).collect();
    let mut missing = Vec::new();
    for document in ["CONTRIBUTING.md", "docs/architecture.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let is_path = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        let named = text.split('`').skip(1).step_by(2).filter(is_path);
        for name in
            named.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "rs"))
        {
            // A crate's name stands for its sources, as in `nn/session/plan.rs`.
            let (head, rest) = name.split_once('/').unwrap_or(("", name));
            let within = format!("crates/{head}/src/{rest}");
            if !files
                .iter()
                .any(|file| file.ends_with(&format!("/{name}")) || *file == within || file == name)
            {
                missing.push(format!("{document}: {name} is no file"));
            }
        }
    }
    expect_none(&missing);
}

#[test]
fn a_circle_is_found_through_a_re_export() {
    let circles = |modules: &[(&str, &str)]| {
        let modules = modules.iter().map(|(path, text)| Module::parse(Path::new(path), text));
        Crate::new(modules).circles()
    };
    let root = ("lib.rs", "mod a;\nmod b;\npub use b::{inner::Deep as Thing, Other};\nmod c;");
    let a = ("a.rs", "//! use crate::c::Name;\nuse crate::{Thing, c};\n");
    let b = ("b/mod.rs", "mod inner;\npub struct Other;");
    let (inner, quiet) =
        ("b/inner.rs", "fn f() -> &'static str { crate::a::X; \"crate::c\" } // super::super::c");
    let c = (
        "c.rs",
        "#[cfg(test)]\nmod tests { use crate::a; }\nfn f(x: &'a u8) -> char { '\\'' }\nmod d { use super::e; $crate::a }",
    );
    let found = circles(&[root, a, b, (inner, quiet), c]);
    assert_eq!(found, ["a -> b::inner, b::inner -> a"]);
    let parent = ("b/mod.rs", "mod inner;\nfn f() { inner::g() }");
    // The parent is what `super` names, and within a module of the file the file itself.
    assert!(circles(&[root, ("a.rs", ""), parent, (inner, "use super::f;"), c]).is_empty());
}
