//! `pellucid reproduce performance`: the page about a comparison, and what it says of a file that is none.

use std::fs;
use std::path::PathBuf;

use crate::common::{expect_all, folder, outcome, run};

/// A comparison of made-up numbers, that of the report's tests.
fn made_up() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../report/tests/made-up-comparison.json").into()
}

#[test]
fn a_file_that_is_named_makes_section_seven() {
    let folder = folder();
    let file = made_up();
    let output = run(folder.path(), &["reproduce", "performance", "--bench", file.to_str().unwrap()]);
    assert_eq!(outcome(&output).0, 0, "{}", outcome(&output).1);
    let said = String::from_utf8(output.stdout).unwrap();
    for table in ["Table 11.", "Table 12.", "Table 13.", "Table 14.", "Table 15."] {
        assert!(said.contains(table), "{table}");
    }
    let page = fs::read_to_string(folder.path().join("reproduction/index.html")).unwrap();
    assert!(page.contains("id=\"table-15\"") && page.contains("id=\"figure-12\""));
    assert!(folder.path().join("reproduction/figures/figure-12-performance.svg").is_file());
}

#[test]
fn the_newest_file_is_found() {
    let folder = folder();
    let results = folder.path().join("bench/results");
    expect_all(
        folder.path(),
        &["reproduce", "performance"],
        3,
        &["bench/results", "python3 bench/run.py", "--bench"],
    );
    fs::create_dir_all(&results).unwrap();
    let text = fs::read_to_string(made_up()).unwrap();
    for (name, date, seconds) in
        [("b.json", "2001-01-01", 100), ("a.json", "2002-02-02", 200), ("c.txt", "2003-03-03", 300)]
    {
        fs::write(results.join(name), text.replace("2000-01-01", date)).unwrap();
        let file = fs::File::options().write(true).open(results.join(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    }
    expect_all(folder.path(), &["reproduce", "performance"], 0, &["a.json"]);
    let page = fs::read_to_string(folder.path().join("reproduction/index.html")).unwrap();
    assert!(page.contains("2002-02-02"));
    // Another part alone does not look for it.
    expect_all(folder.path(), &["reproduce", "xor"], 0, &[]);
    let page = fs::read_to_string(folder.path().join("reproduction/index.html")).unwrap();
    assert!(!page.contains("table-15") && page.contains("python3 bench/run.py"));
}

#[test]
fn bad_files_are_data_errors() {
    let folder = folder();
    let text = fs::read_to_string(made_up()).unwrap();
    let cases = [
        (text[..text.len() / 2].to_owned(), "expected JSON"),
        (text.replace("\"schema\": 1", "\"schema\": 2"), "field schema: expected 1, got 2"),
        (
            text.replace("\"lines\": 31", "\"lines\": \"many\""),
            "job code, row 1 (pellucid), field lines: expected a number",
        ),
        (text.replace("\"rounds\": 3", "\"rounds\": -3"), "field rounds: expected a whole number, got -3"),
    ];
    for (bad, word) in cases {
        fs::write(folder.path().join("bad.json"), bad).unwrap();
        expect_all(
            folder.path(),
            &["reproduce", "performance", "--bench", "bad.json"],
            3,
            &["bad.json", word],
        );
    }
    expect_all(folder.path(), &["reproduce", "--bench", "absent.json"], 3, &["absent.json"]);
    assert!(!folder.path().join("reproduction/index.html").exists());
}
