//! The CSV reader on any bytes and with any options: an error or a full table of finite numbers, and labels whose classes
//! are the same again when they are read by their names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pellucid_data::{CsvOptions, LabelColumn, parse_csv};

// The first byte chooses the options.
fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else { return };
    let header = [None, Some(false), Some(true)][usize::from(choice % 3)];
    let label = match choice / 3 % 4 {
        0 => None,
        1 => Some(LabelColumn::Last),
        2 => Some(LabelColumn::Index(usize::from(choice / 12))),
        _ => Some(LabelColumn::Name("y".to_owned())),
    };
    let labelled = label.is_some();
    let Ok(table) = parse_csv("fuzz", bytes, &CsvOptions { header, label }) else { return };
    assert!(table.values.rows() == 0 || table.values.columns() > 0);
    assert!(!table.notes.iter().flat_map(|note| note.chars()).any(char::is_control));
    assert!(table.values.data().iter().all(|v| v.is_finite()));
    assert!(table.header.is_none_or(|names| names.len() == table.values.columns()));
    assert_eq!(table.labels.is_some(), labelled);
    let Some(texts) = table.labels else { return };
    assert_eq!(texts.len(), table.values.rows());
    if let Ok(numbers) = texts.numbers() {
        assert!(numbers.len() == texts.len() && numbers.iter().all(|v| v.is_finite()));
    }
    let Ok(labels) = texts.clone().classes() else { return };
    assert_eq!(labels.labels.len(), table.values.rows());
    assert!(labels.labels.iter().all(|&l| (l as usize) < labels.names.len()));
    assert_eq!(texts.classes_named(&labels.names).unwrap().labels, labels.labels);
});
