//! What cannot be seen in a text: marks, encodings, spaces and minus signs, the same in every reader; messages show it.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pellucid_data::text::{Escaped, quoted, read_text};
use pellucid_data::{
    CsvOptions, DataError, Mnist, Scaling, SvmlightOptions, load_labels, load_table, parse_csv, parse_npy,
    parse_svmlight, read_csv, read_npy, read_svmlight,
};
use proptest::prelude::*;

type Reader = fn(&[u8]) -> Result<Vec<f64>, DataError>;

/// Every reader of text, and a text of two numbers for it.
const READERS: [(&str, &str, Reader); 4] = [
    ("CSV", "1,2\n", |bytes| Ok(parse_csv("x", bytes, &CsvOptions::default())?.values.into_data())),
    ("SVMlight", "1 1:1 2:2\n", |bytes| {
        Ok(parse_svmlight("x", bytes, &SvmlightOptions::default())?.x.values().to_vec())
    }),
    ("range", "x\n-1 1\n1 1 2\n", |bytes| {
        Ok(Scaling::parse("x", bytes)?.features().iter().flat_map(|f| [f.min, f.max]).collect())
    }),
    ("labels", "1\n2\n", |bytes| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("y.csv");
        fs::write(&path, bytes).unwrap();
        Ok(load_labels(&path)?.labels.into_iter().map(f64::from).collect())
    }),
];

#[test]
fn marks_and_spaces_are_skipped_and_encodings_named_in_every_reader() {
    for (name, text, read) in READERS {
        assert_eq!(read(text.as_bytes()).unwrap(), [1.0, 2.0], "{name}");
        let marked = format!("\u{feff}{text}");
        assert_eq!(read(marked.as_bytes()).unwrap(), [1.0, 2.0], "{name} with a mark");
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(marked.as_bytes()).unwrap();
        assert_eq!(read(&zip.finish().unwrap()).unwrap(), [1.0, 2.0], "{name}, compressed with a mark");
        for space in ['\u{a0}', '\u{2003}', '\u{202f}', '\t'] {
            let spaced = if text.contains(',') {
                text.replace(',', &format!(",{space}"))
            } else {
                text.replace(' ', &space.to_string())
            };
            assert_eq!(read(spaced.as_bytes()).unwrap(), [1.0, 2.0], "{name} with {space:?}");
        }
        let wide = |order: fn(u16) -> [u8; 2], mark: &str| {
            format!("{mark}{text}").encode_utf16().flat_map(order).collect::<Vec<u8>>()
        };
        for bytes in [
            wide(u16::to_le_bytes, "\u{feff}"),
            wide(u16::to_be_bytes, "\u{feff}"),
            wide(u16::to_le_bytes, ""),
            wide(u16::to_be_bytes, ""),
        ] {
            let message = read(&bytes).unwrap_err().to_string();
            assert!(message.contains("expected text in UTF-8, found UTF-16"), "{name}: {message}");
        }
        // The first number with a minus that is not the usual one, a zero-width space, a wide digit.
        for (bad, word) in
            [("\u{2212}1", "U+2212, a minus sign"), ("\u{200b}1", "U+200B"), ("\u{ff11}", "U+FF11")]
        {
            let at = text.rfind('1').unwrap();
            let text = format!("{}{bad}{}", &text[..at], &text[at + 1..]);
            match read(text.as_bytes()) {
                Err(error) => assert!(error.to_string().contains(word), "{name}: {error}"),
                Ok(_) => assert!(name == "labels" && word == "U+FF11", "{name}: {text}"), // a name
            }
        }
    }
}

#[test]
fn a_text_is_read_as_utf_8_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        read_text(&path).map_err(|error| error.to_string())
    };
    assert_eq!(read(b"\xef\xbb\xbfa = 1").unwrap(), "a = 1");
    assert!(read(b"\xff\xfea\0").unwrap_err().contains("UTF-16"));
    assert!(read(b"a = \xe9").unwrap_err().contains("another byte, 0xe9 (at byte 4)"));
}

/// A path that TOML has made of `"data\train.csv"`.
#[test]
fn a_tab_in_a_path_is_shown_and_explained() {
    let message = read_csv("data\train.csv", &CsvOptions::default()).unwrap_err().to_string();
    assert!(message.starts_with(r"data\train.csv: expected a file that can be read"), "{message}");
    assert!(message.contains("control character") && message.contains("'...'"), "{message}");
    let message = read_csv("data/none.csv", &CsvOptions::default()).unwrap_err().to_string();
    assert!(!message.contains("control"), "{message}");
}

#[test]
fn messages_hold_nothing_raw() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}[31m\u{202e}\n.csv";
    fs::write(folder.path().join(name), "1,\u{1b}]0;title\u{7}\n").unwrap();
    let message = load_table(folder.path().join(name)).unwrap_err().to_string();
    assert!(
        message.contains(r"a\u{1b}[31m\u{202e}\n.csv") && message.contains(r"`\u{1b}]0;title\u{7}`"),
        "{message}"
    );
    let messages = [
        message,
        read_svmlight(folder.path().join(name), &SvmlightOptions::default()).unwrap_err().to_string(),
        read_npy(folder.path().join("\u{9b}")).unwrap_err().to_string(),
        Mnist::load(folder.path().join("\r")).unwrap_err().to_string(),
        parse_npy("x", b"\x93NUMPY\x01\x00\x04\x00{\x1b\x07'").unwrap_err().to_string(),
        parse_svmlight("x", b"1 1:\x1b[2J", &SvmlightOptions::default()).unwrap_err().to_string(),
    ];
    for message in messages {
        assert!(!message.chars().any(char::is_control), "{message:?}");
    }
    let long = "9".repeat(1 << 20) + "x";
    let message =
        parse_csv("x", long.as_bytes(), &CsvOptions { header: Some(false), label: None }).unwrap_err();
    assert!(message.to_string().len() < 200);
    assert_eq!(quoted("\u{e9}t\u{e9}"), "`\u{e9}t\u{e9}`");
}

proptest! {
    #[test]
    fn escapes_have_no_controls_and_leave_plain_text(text in any::<String>()) {
        let shown = Escaped(&text).to_string();
        prop_assert!(!shown.chars().any(char::is_control));
        if text.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            prop_assert_eq!(shown, text.clone());
        }
        prop_assert!(quoted(&text).chars().count() < 40 * 12);
    }
}

/// A compressed file of 130 MiB in one line, and a small file that is too long when decompressed is not tried: 4 GiB.
#[test]
fn a_line_has_a_limit() {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    let block = vec![b'1'; 1 << 20];
    for _ in 0..130 {
        zip.write_all(&block).unwrap();
    }
    let bytes = zip.finish().unwrap();
    for (name, _, read) in READERS {
        let message = read(&bytes).unwrap_err().to_string();
        assert!(message.contains("lines of at most 134217728 bytes, found more"), "{name}: {message}");
    }
}
