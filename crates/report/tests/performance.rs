//! The comparison with other frameworks: bad files are refused with their place, numbers are those of the file.

mod common;

use std::fs;

use pellucid_report::*;
use serde_json::{Value, json};

fn read(text: &str) -> Result<Performance, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.json");
    fs::write(&file, text).unwrap();
    let read = Performance::read(&file).map_err(|error| error.to_string());
    if let Err(message) = &read {
        assert!(message.contains("bench.json: expected the results of a comparison"), "{message}");
    }
    read
}

fn whole() -> Value {
    serde_json::from_str(&fs::read_to_string(common::comparison_file()).unwrap()).unwrap()
}

/// The table `label` of a comparison.
fn table(performance: &Performance, label: &str) -> Table {
    let results = Results { performance: Some(performance.clone()), ..Results::default() };
    tables(&results).into_iter().find(|table| table.label == label).unwrap()
}

fn cells<'a>(table: &'a Table, first: &str) -> &'a [String] {
    table.rows.iter().find(|row| row[0] == first).unwrap_or_else(|| panic!("{first} in {}", table.text()))
}

/// A comparison of two in one job.
fn small(ours: &Value, theirs: &Value) -> Performance {
    let mut file = whole();
    file["jobs"] = json!({"small": [
        {"who": "torch", "train_seconds": theirs},
        {"who": "pellucid", "train_seconds": ours},
    ]});
    read(&file.to_string()).unwrap()
}

#[test]
fn a_file_that_was_cut_is_refused() {
    let text = fs::read_to_string(common::comparison_file()).unwrap();
    let end = text.trim_end().len();
    for cut in (0..end).step_by(149).chain(end - 20..end) {
        let message = read(&text[..cut]).unwrap_err();
        assert!(message.contains("expected JSON"), "{cut}: {message}");
    }
    assert!(read(&text).is_ok());
}

#[test]
fn bytes_that_are_wrong_never_panic() {
    let text = fs::read(common::comparison_file()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.json");
    for place in (0..text.len()).step_by(211) {
        for byte in [b'"', b'9', b'-', b']', 0xff] {
            let mut bad = text.clone();
            bad[place] = byte;
            fs::write(&file, &bad).unwrap();
            if let Ok(performance) = Performance::read(&file) {
                let results = Results { performance: Some(performance), ..Results::default() };
                assert_eq!(tables(&results).len(), 10);
            }
        }
    }
}

/// Every value in turn replaced by one of another type.
#[test]
fn every_wrong_type_is_an_error_or_left_aside() {
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    places(value, &format!("{at}/{key}"), found);
                }
            }
            Value::Array(items) => {
                for (i, value) in items.iter().take(2).enumerate() {
                    places(value, &format!("{at}/{i}"), found);
                }
            }
            _ => {}
        }
    }
    let file = whole();
    let mut found = Vec::new();
    for job in ["", "/jobs", "/jobs/small/0", "/jobs/scaling/0", "/jobs/convergence/0", "/jobs/code/0"] {
        let mut under = Vec::new();
        places(file.pointer(job).unwrap(), job, &mut under);
        found.extend(under.into_iter().filter(|place| !job.is_empty() || !place.starts_with("/jobs/")));
    }
    found.sort();
    found.dedup();
    for place in found {
        let mut bad = file.clone();
        *bad.pointer_mut(&place).unwrap() = json!([{"odd": true}]);
        let message = read(&bad.to_string()).unwrap_err();
        assert!(message.contains("expected"), "{place}: {message}");
    }
}

#[test]
fn what_is_wrong_is_named_by_job_row_and_field() {
    let cases = [
        ("/schema", json!(2), "field schema: expected 1, got 2"),
        ("/rounds", json!(1.5), "field rounds: expected a whole number, got 1.5"),
        ("/machine/cpu", json!(7), "field machine.cpu: expected a string, got 7"),
        ("/probe/read_gbs_1", json!("fast"), "field probe.read_gbs_1: expected a measurement"),
        ("/jobs/xor", json!({}), "job xor: expected a list of rows, got {}"),
        ("/jobs/xor/1/who", json!(null), "job xor, row 2, field who: expected a string, got null"),
        ("/jobs/xor/1/who", json!("pellucid"), "got a second of pellucid"),
        (
            "/jobs/xor/1",
            json!({"who": "jax"}),
            "job xor, row 2 (jax), field error: expected it, or one of seconds",
        ),
        (
            "/jobs/xor/1/seconds/low",
            json!([]),
            "job xor, row 2 (jax), field seconds.low: expected a number, got []",
        ),
        ("/jobs/xor/1/seconds/low", json!(5e9), "row 2 (jax), field seconds: expected low ≤ median ≤ high"),
        ("/jobs/xor/1/seconds/runs", json!(["a"]), "field seconds.runs: expected a number, got \"a\""),
        (
            "/jobs/scaling/1/seconds",
            json!({"few": 1.0}),
            "row 2 (jax), field seconds.few: expected a number of rows",
        ),
        (
            "/jobs/convergence/0/losses",
            json!([[0.1, "b"]]),
            "job convergence, row 1 (pellucid), field losses",
        ),
    ];
    for (place, value, word) in cases {
        let mut bad = whole();
        *bad.pointer_mut(place).unwrap() = value;
        let message = read(&bad.to_string()).unwrap_err();
        assert!(message.contains(word), "{place}: expected {word:?} in {message}");
    }
    for field in ["schema", "date", "machine", "threads", "rounds", "jobs"] {
        let mut bad = whole();
        bad.as_object_mut().unwrap().remove(field);
        assert!(read(&bad.to_string()).unwrap_err().contains(&format!("field {field}")), "{field}");
    }
    assert!(read("{\"schema\": 1e999}").is_err());
}

#[test]
fn ratios_are_those_of_the_medians() {
    let times =
        |median: f64| json!({"median": median, "low": 0.9 * median, "high": 1.1 * median, "runs": [median]});
    let won = small(&times(0.05), &times(0.2));
    let table12 = table(&won, "Table 12");
    assert_eq!(table12.rows[0][..4], ["Pellucid", "50.0 ms", "–", "1.00×"]);
    assert_eq!(table12.rows[1][..4], ["PyTorch", "0.200 s", "–", "4.00×"]);
    let row = cells(&table(&won, "Table 15"), "Small job, training").to_vec();
    assert_eq!(row[1..], ["50.0 ms", "0.200 s", "PyTorch", "4.00×", "Pellucid", "TensorFlow"]);

    let lost = table(&small(&times(0.3), &times(0.2)), "Table 15");
    assert_eq!(cells(&lost, "Small job, training")[4..6], ["0.67×", "PyTorch"]);
    let near = table(&small(&times(0.19), &times(0.2)), "Table 15");
    assert_eq!(cells(&near, "Small job, training")[4..6], ["1.05×", "Pellucid (ranges overlap)"]);
    let level = table(&small(&times(0.2), &times(0.2)), "Table 15");
    assert_eq!(cells(&level, "Small job, training")[4..6], ["1.00×", "tie"]);
    let open = table(&small(&times(0.2), &json!(null)).clone(), "Table 15");
    assert_eq!(cells(&open, "Small job, training")[2..6], ["–", "–", "–", "not measured"]);
}

#[test]
fn the_courses_values_stand_beside_ours() {
    let performance = common::comparison();
    for (label, row, value) in [
        ("Table 11a", "Dense layer", "2.97×"),
        ("Table 12", "Course report: its own library", "0.225255"),
        ("Table 12", "Course report: TensorFlow", "445.9 MB"),
        ("Table 13", "Course report: its own library", "1.05"),
        ("Table 13", "Course report: TensorFlow", "0.32"),
        ("Table 13a", "Course report: TensorFlow", "364 MB"),
        ("Table 14", "Course report: the same, optimised", "1.744 s"),
    ] {
        let table = table(&performance, label);
        assert!(cells(&table, row).contains(&value.to_owned()), "{label}: {}", table.text());
    }
}

#[test]
fn instruction_sets_have_a_geometric_mean() {
    let mut file = whole();
    file["jobs"] = json!({
        "xor": [{"who": "pellucid", "seconds": 1.0}, {"who": "pellucid_avx2", "seconds": 2.0}],
        "inference": [
            {"who": "pellucid", "single_seconds": 1.0, "batch_per_second": 80.0},
            {"who": "pellucid_avx2", "single_seconds": 1.0, "batch_per_second": 20.0},
        ],
    });
    let table = table(&read(&file.to_string()).unwrap(), "Table 11");
    assert_eq!(cells(&table, "10,000 samples at once")[4], "4.00×"); // more is better
    assert_eq!(cells(&table, "Geometric mean")[4..], ["2.00×", "–"]); // of 2, 1 and 4
}

#[test]
fn what_was_not_measured_is_said_and_not_invented() {
    let failed = table(&common::comparison(), "Table 12");
    let row = cells(&failed, "burn: not measured: TimeoutExpired after 600 seconds");
    assert!(row[1..].iter().all(|cell| cell == "–"));

    let mut file = whole();
    file["jobs"]["quality"][1] = json!({"who": "jax", "error": "did not reach it", "note": "Adam of optax"});
    let failed = table(&read(&file.to_string()).unwrap(), "Table 15");
    assert_eq!(
        cells(&failed, "Time to the course report’s quality, JAX: not measured: did not reach it")[1],
        "–"
    );
    assert!(failed.notes[1].contains("JAX: Adam of optax"));
    file["jobs"]["svm_5000x32"][1] = json!({"who": "sklearn", "error": "no such module", "note": "in f64"});
    file["jobs"]["svm_5000x32"][2]["note"] = json!("in f64");
    let failed = table(&read(&file.to_string()).unwrap(), "Table 15a");
    assert!(
        failed.rows.iter().any(|row| row[0] == "scikit-learn: not measured: no such module" && row[2] == "–")
    );
    assert_eq!(failed.notes[1], "What differs: scikit-learn, intelex: in f64.");

    file["jobs"] = json!({});
    file["probe"] = json!({});
    let nothing = read(&file.to_string()).unwrap();
    for label in ["Table 11", "Table 12", "Table 12a", "Table 13", "Table 13a", "Table 14"] {
        let table = table(&nothing, label);
        assert!(table.rows[0][0].starts_with("Not measured"), "{label}: {}", table.text());
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{label}");
    }
    let trade_offs = table(&nothing, "Table 15");
    assert_eq!(trade_offs.rows.len(), 26);
    assert!(trade_offs.rows.iter().all(|row| row[1] == "–" && row[4] == "–" && row[5] == "not measured"));
    let drawn = performance_panels(&nothing).inline();
    assert_eq!(drawn.matches(">not measured<").count(), 12);

    let folder = tempfile::tempdir().unwrap();
    let results = Results { performance: Some(nothing), ..Results::default() };
    let written = write_report(folder.path(), &results, &Evidence::default(), Outputs::default()).unwrap();
    let page = fs::read_to_string(written.page).unwrap();
    for text in ["Pellucid was not measured", "The probe did not run", "Nothing was measured on both sides"] {
        assert!(page.contains(text), "{text}");
    }
    for unfilled in ["NaN", "{{", "undefined", "none</", "inf "] {
        assert!(!page.contains(unfilled), "{unfilled}");
    }
}

#[test]
fn every_panel_shows_its_bars_in_order() {
    let drawn = performance_panels(&common::comparison()).inline();
    assert!(!drawn.contains(">not measured<") && !drawn.contains("portable") && !drawn.contains("AVX2"));
    let place = |text: &str| drawn.find(&format!(">{text}<")).unwrap_or_else(|| panic!("{text}"));
    let order = [
        "Training, full size",
        "Pellucid, bf16",
        "JAX, step by step",
        "not measured: burn",
        "Peak memory",
        "Latency",
    ];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
    assert!(drawn.contains(">0.94× intelex<") && drawn.contains(">4.63× scikit-learn<"));
}

#[test]
fn text_from_a_file_cannot_become_markup() {
    let hostile = "<script>alert(1)</script>";
    let mut file = whole();
    file["machine"]["cpu"] = json!(hostile);
    file["versions"][hostile] = json!(hostile);
    file["jobs"]["xor"][1]["who"] = json!(hostile);
    file["jobs"]["xor"][1]["note"] = json!(hostile);
    file["jobs"]["xor"].as_array_mut().unwrap().push(json!({"who": "candle", "error": hostile}));
    let folder = tempfile::tempdir().unwrap();
    let results = Results { performance: Some(read(&file.to_string()).unwrap()), ..Results::default() };
    let written = write_report(folder.path(), &results, &Evidence::default(), Outputs::default()).unwrap();
    let page = fs::read_to_string(written.page).unwrap();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    for figure in written.figures {
        assert!(!fs::read_to_string(figure).unwrap().contains("<script"));
    }
}

#[test]
fn a_page_without_a_comparison_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let written =
        write_report(folder.path(), &Results::default(), &Evidence::default(), Outputs::default()).unwrap();
    let page = fs::read_to_string(written.page).unwrap();
    assert!(page.contains("python3 bench/run.py") && page.contains("pellucid reproduce performance"));
    assert!(!page.contains("table-15"));
}
