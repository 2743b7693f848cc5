//! The tables show our values and the course report's.

mod common;

use pellucid_report::*;

fn table(label: &str) -> Table {
    let (results, _) = common::sample(None);
    tables(&results).into_iter().find(|table| table.label == label).unwrap()
}

#[test]
fn all_tables_are_there_and_square() {
    let (results, _) = common::sample(None);
    let set = tables(&results);
    let labels: Vec<&str> = set.iter().map(|table| table.label.as_str()).collect();
    let numbers = "1 2 3 1a 4 5 6 7 8 9 10 10a Machine 11 11a 12a 12 13 13a 14 15 15a".split(' ');
    let expected = numbers.map(|n| if n == "Machine" { n.into() } else { format!("Table {n}") });
    assert_eq!(labels, expected.collect::<Vec<String>>());
    for table in set {
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{}", table.label);
        assert!(!table.rows.is_empty() && !table.caption.is_empty());
        assert!(table.text().contains(&table.caption) && table.markdown().contains(&table.caption));
    }
    assert!(tables(&Results::default()).is_empty());
}

/// The columns of ours and theirs, by their heads.
fn columns(table: &Table) -> (Vec<usize>, Vec<usize>) {
    let with = |theirs: bool| {
        let is = |head: &String| head.contains("Course");
        (0..table.header.len()).filter(|&i| is(&table.header[i]) == theirs).collect::<Vec<usize>>()
    };
    (with(false), with(true))
}

#[test]
fn each_shows_ours_and_theirs() {
    for (label, ours, theirs) in [
        ("Table 1", "2.10 × 10⁻¹¹", "1.10 × 10⁻¹⁰"),
        ("Table 1", "1.30 × 10⁻¹¹", "7.98 × 10⁻¹¹"),
        ("Table 2", "✓ 1.1 × 10⁻¹⁶", "✓ passed, ✓ passed"),
        ("Table 3", "0.734211", "0.567807"),
        ("Table 5", "SGD", "SGD"),
        ("Table 5", "Xavier normal", "Xavier/Glorot"),
        ("Table 6", "0.9827", "0.9678"),
        ("Table 7", "0.002", "0.1"),
        ("Table 7", "489,136", "489,136"),
        ("Table 8", "0.006860", "0.008067"),
        ("Table 8", "0.082300", "0.088272"),
        ("Table 9", "5,000", "5,000"),
        ("Table 9", "scale: 0.01234", "scale"),
        ("Table 9", "0.951", "0.747"),
        ("Table 10", "95.1 %", "75.2 %"),
        ("Table 10", "73.6 %", "75.2 %"),
        ("Table 10", "95.0 %", "92.5 %"),
        ("Table 10", "7,037", "–"),
        ("Table 10a", "1.3481", "0.0772"),
    ] {
        let table = table(label);
        let (here, there) = columns(&table);
        assert!(!here.is_empty() && !there.is_empty(), "{label}: {:?}", table.header);
        // Each in a column of its own: one cell cannot be both.
        let row = table
            .rows
            .iter()
            .any(|row| here.iter().any(|&i| row[i] == ours) && there.iter().any(|&i| row[i] == theirs));
        assert!(row, "{label}: {ours} beside {theirs} in {:?} {:#?}", table.header, table.rows);
    }
    // Table 4 is the truth table beside what the network decides.
    let table = table("Table 4");
    assert_eq!(table.header[2..], ["Output", "Network"]);
    assert!(table.rows.iter().all(|row| row[3].starts_with(&row[2])), "{:?}", table.rows);
}

#[test]
fn a_failed_activation_is_marked() {
    let (mut results, _) = common::sample(None);
    if let Some(checks) = &mut results.gradcheck {
        checks.activations[0].backward_error = 1e-3;
        checks.activations[1].forward_error = f64::NAN;
    }
    let table = tables(&results).remove(1);
    assert_eq!(table.rows[0][2], "✗ 1.0 × 10⁻³");
    assert_eq!(table.rows[1][1], "✗ not finite");
}
