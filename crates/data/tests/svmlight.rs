//! The SVMlight format: what is read, what is refused, and that what is written is read back.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pellucid_data::{
    Csr, DataError, Matrix, SvmlightOptions, SvmlightTable, parse_svmlight, read_svmlight, write_svmlight,
    write_svmlight_to,
};
use proptest::collection::{btree_map, vec};
use proptest::num;
use proptest::prelude::*;

fn parse(text: &[u8]) -> Result<SvmlightTable, DataError> {
    parse_svmlight("x.svm", text, &SvmlightOptions::default())
}

fn precomputed() -> SvmlightOptions {
    SvmlightOptions { precomputed: true, ..SvmlightOptions::default() }
}

fn check(name: &str, error: &DataError, expected: &str) {
    let message = error.to_string();
    assert!(message.starts_with("x.svm: expected "), "{name}: no file in `{message}`");
    assert!(message.contains(expected), "{name}: `{message}` does not say `{expected}`");
}

#[test]
fn comments_blank_lines_queries_and_line_ends() {
    let text = b"# a header\r\n+1 qid:7 1:.5\t3:-2e-3  # 9:9\r\n\r\n   \n-1.5\n2 2:0 4:-0#\n0 3:1e2 ";
    let table = parse(text).unwrap();
    assert_eq!(table.labels, [1.0, -1.5, 2.0, 0.0]);
    assert_eq!((table.x.columns(), table.x.nonzeros()), (4, 3)); // the zeros tell the width, no more
    assert_eq!(table.x.row(0), (&[0, 2][..], &[0.5, -0.002][..]));
    assert_eq!(table.x.row(1), (&[][..], &[][..]));
    assert_eq!(table.x.row(3), (&[2][..], &[100.0][..]));
    assert_eq!(table.serials, None);
    let wide = SvmlightOptions { columns: Some(9), ..SvmlightOptions::default() };
    assert_eq!(parse_svmlight("x", text, &wide).unwrap().x.columns(), 9);
}

#[test]
fn precomputed_kernels_keep_their_serial_numbers() {
    let table = parse_svmlight("x", b"1 0:1 1:4 2:6\n-1 0:2.0 1:6 2:18\n", &precomputed()).unwrap();
    assert_eq!(table.serials, Some(vec![1, 2]));
    assert_eq!(table.x.to_dense().unwrap().data(), [4.0, 6.0, 6.0, 18.0]);
}

#[test]
fn gzip_is_told_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.svm.gz");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"1 2:3\n").unwrap();
    let zipped = encoder.finish().unwrap();
    std::fs::write(&path, &zipped).unwrap();
    assert_eq!(read_svmlight(&path, &SvmlightOptions::default()).unwrap(), parse(b"1 2:3").unwrap());
    check(
        "cut",
        &parse(&zipped[..zipped.len() - 6]).unwrap_err(),
        "an intact gzip stream, found a broken one",
    );
    let message = read_svmlight(folder.path().join("none"), &precomputed()).unwrap_err().to_string();
    assert!(message.contains("a file that can be read"), "{message}");
}

#[test]
fn broken_lines_are_named() {
    const INDEX: &str = "a whole number from 0 to 2147483647 as index, found ";
    let cases: [(&str, &[u8], &str); 27] = [
        (
            "no label",
            b"1 1:1\n1:0.5 2:1\n",
            "a finite number as label (any number where labels are not known), found `1:0.5` (at line 2, column 1)",
        ),
        (
            "text label",
            b"yes 1:1\n",
            "a finite number as label (any number where labels are not known), found `yes` (at line 1, column 1)",
        ),
        (
            "NaN label",
            b"nan 1:1\n",
            "a finite number as label (any number where labels are not known), found `nan`",
        ),
        (
            "large label",
            b"1e999 1:1\n",
            "a finite number as label (any number where labels are not known), found `1e999`",
        ),
        ("labels", b"1,3 1:1\n", "column of labels is told), found `1,3` (at line 1, column 1)"),
        (
            "index 0 twice",
            b"1 0:1 0:1\n",
            "an index above 0, the one before, found `0:1` (at line 1, column 3)",
        ),
        ("index 0 later", b"1 1:1 0:1\n", "an index above 1, the one before, found `0:1`"),
        (
            "repeated",
            b"1 1:1\n1 2:1 2:1\n",
            "an index above 2, the one before, found `2:1` (at line 2, column 3)",
        ),
        ("descending", b"1 3:1 2:1\n", "an index above 3, the one before, found `2:1` (at line 1, column 3)"),
        ("descending after a zero", b"1 3:0 2:1\n", "an index above 3, the one before"),
        ("no colon", b"1 1:1 2\n", "<index>:<value>, found `2` (at line 1, column 3)"),
        ("commas", b"1 1:1,2:2\n", "a finite number as value, found `1:1,2:2`"),
        ("no value", b"1 1:\n", "a finite number as value, found `1:` (at line 1, column 2)"),
        ("space after the colon", b"1 1: 5\n", "a finite number as value, found `1:`"),
        ("no index", b"1 :5\n", "as index, found `:5`"),
        ("two colons", b"1 1:2:3\n", "a finite number as value, found `1:2:3`"),
        ("NaN", b"1 1:NaN\n", "a finite number as value, found `1:NaN`"),
        ("infinity", b"1 1:-inf\n", "a finite number as value, found `1:-inf`"),
        ("too large", b"1 1:1e999\n", "a finite number as value, found `1:1e999`"),
        ("hexadecimal", b"1 1:0x10\n", "a finite number as value, found `1:0x10`"),
        ("index below 0", b"1 -1:5\n", INDEX),
        ("index with a sign", b"1 +1:5\n", INDEX),
        ("index of a fraction", b"1 1.5:5\n", INDEX),
        ("index 2^31", b"1 2147483648:5\n", "found `2147483648:5` (at line 1, column 2)"),
        ("index of 30 digits", b"1 999999999999999999999999999999:5\n", INDEX),
        ("query without number", b"1 qid:x 1:1\n", "a whole number after qid:, found `qid:x`"),
        ("query in the middle", b"1 1:1 qid:3\n", "as index, found `qid:3` (at line 1, column 3)"),
    ];
    for (name, text, expected) in cases {
        check(name, &parse(text).unwrap_err(), expected);
    }
    check(
        "other bytes",
        &parse(b"1 1:\xff\xfe\n").unwrap_err(),
        "a finite number as value, found `1:\u{fffd}",
    );
    let long = [&b"1 "[..], &[b'7'; 5000]].concat();
    assert!(parse(&long).unwrap_err().to_string().len() < 120);
    let from_one = SvmlightOptions { zero_based: Some(false), ..SvmlightOptions::default() };
    let error = parse_svmlight("x.svm", b"1 0:1 1:1\n", &from_one).unwrap_err();
    check(
        "index 0",
        &error,
        "an index from 1 (a file that counts from 0: write it with zero_based=False), found `0:1` (at line 1, column 2)",
    );
    let narrow = SvmlightOptions { columns: Some(2), ..SvmlightOptions::default() };
    let error = parse_svmlight("x.svm", b"1 2:1\n1 3:0\n", &narrow).unwrap_err();
    check(
        "too wide",
        &error,
        "an index of at most 2, the number of features, found `3:0` (at line 2, column 2)",
    );
}

#[test]
fn indices_may_count_from_zero() {
    // Case 15; scikit-learn's load_svmlight_file reads both alike.
    let table = parse(b"1 0:1 1:0.5\n-1 0:-1 1:0.25\n").unwrap();
    assert!(table.zero_based);
    assert_eq!(table.x.to_dense().unwrap().data(), [1.0, 0.5, -1.0, 0.25]);
    // One index 0 anywhere, also of a zero.
    let table = parse(b"1 2:1\n-1 0:0 1:2\n").unwrap();
    assert_eq!(
        (table.zero_based, table.x.to_dense().unwrap().data()),
        (true, &[0.0, 0.0, 1.0, 0.0, 2.0, 0.0][..])
    );
    // Test data without the first feature.
    let known = SvmlightOptions { zero_based: Some(true), ..SvmlightOptions::default() };
    let table = parse_svmlight("x.svm", b"1 1:5\n", &known).unwrap();
    assert_eq!(table.x.to_dense().unwrap().data(), [0.0, 5.0]);
    let known = SvmlightOptions { columns: Some(2), ..known };
    assert!(parse_svmlight("x.svm", b"1 2:5\n", &known).is_err());
    let last = parse(b"1 0:1 2147483647:1\n").unwrap();
    assert_eq!((last.x.columns(), last.x.nonzeros()), (1 << 31, 2));
}

#[test]
fn broken_serial_numbers_are_named() {
    let expected = "0:<serial number>, as a precomputed kernel has it after the label, found";
    for (text, found) in [
        (&b"1 1:4 2:6\n"[..], "`1:4` (at line 1, column 2)"),
        (b"1 0:1 1:4\n1\n", "`the end of the line` (at line 2, column 2)"),
        (b"1 0:1.5 1:4\n", "`0:1.5`"),
        (b"1 0:-1 1:4\n", "`0:-1`"),
        (b"1 0:2147483648 1:4\n", "`0:2147483648`"),
        (b"1 0:nan 1:4\n", "`0:nan`"),
    ] {
        let error = parse_svmlight("x.svm", text, &precomputed()).unwrap_err();
        check("serial", &error, &format!("{expected} {found}"));
    }
    let twice = parse_svmlight("x.svm", b"1 0:1 0:2\n", &precomputed()).unwrap_err();
    check("twice", &twice, "an index from 1");
}

#[test]
fn a_large_index_costs_nothing_until_it_is_made_dense() {
    let x = parse(b"1 2147483647:1\n-1 1:1\n").unwrap().x;
    assert_eq!((x.columns(), x.nonzeros()), (2_147_483_647, 2));
    let message = x.to_dense().unwrap_err().to_string();
    assert!(
        message.contains("at most 4294967296 bytes when dense, found 2 x 2147483647 entries of 8"),
        "{message}"
    );
}

#[test]
fn sparse_matrices_that_are_none() {
    let new = |starts: &[usize], indices: &[u32], values: usize| {
        Csr::new(3, starts.to_vec(), indices.to_vec(), vec![1.0; values]).unwrap_err().to_string()
    };
    for (message, expected) in [
        (new(&[0, 2], &[0, 1], 1), "2 values, one for each index, found 1"),
        (new(&[], &[], 0), "row starts from 0 to 0, the number of indices, found (None, None)"),
        (new(&[1, 2], &[0, 1], 2), "row starts from 0 to 2, the number of indices, found (Some(1), Some(2))"),
        (new(&[0, 1], &[0, 1], 2), "row starts from 0 to 2"),
        (new(&[0, 2, 1, 2], &[0, 1], 2), "ascending row starts, found 1 after 2 (at index 2"),
        (new(&[0, usize::MAX, 2], &[0, 1], 2), "ascending row starts, found 2 after"),
        (new(&[0, 1, 3], &[2, 1, 1], 3), "ascending indices in a row, found 1 after 1 in row 1 (at index 2"),
        (new(&[0, 1, 3], &[2, 1, 0], 3), "ascending indices in a row, found 0 after 1 in row 1"),
        (new(&[0, 1, 2], &[2, 3], 2), "an index below 3, found 3 in row 1 (at index 1"),
    ] {
        assert!(message.starts_with("sparse matrix: expected ") && message.contains(expected), "{message}");
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let x = |v: f64| Csr::new(2, vec![0, 1], vec![1], vec![v]).unwrap();
    let write = |labels: &[f64], x: &Csr<f64>, serials: Option<&[u32]>| {
        write_svmlight_to(&mut Vec::new(), labels, x, serials).unwrap_err().to_string()
    };
    for (message, expected) in [
        (write(&[], &x(1.0), None), "1 labels, one for each row, found 0"),
        (write(&[1.0], &x(1.0), Some(&[1, 2])), "1 serial numbers, one for each row, found 2"),
        (write(&[f64::NAN], &x(1.0), None), "a finite number as label, found NaN (at index 0"),
        (write(&[1.0], &x(f64::INFINITY), None), "a finite number, found inf (at row 0, column 1"),
        (
            write(&[], &Csr::new(1 << 31, vec![0], vec![], vec![]).unwrap(), None),
            "at most 2147483647 columns",
        ),
    ] {
        assert!(message.contains(expected), "{message}");
    }
    let folder = tempfile::tempdir().unwrap();
    let message = write_svmlight(folder.path().join("no/x"), &[1.0], &x(1.0), None).unwrap_err().to_string();
    assert!(message.contains("a folder in which files can be created"), "{message}");
}

#[test]
fn the_bytes_that_are_written() {
    let x = Csr::new(4, vec![0, 3, 3], vec![0, 1, 3], vec![1.0, 0.0, -1e-7]).unwrap();
    let mut bytes = Vec::new();
    write_svmlight_to(&mut bytes, &[1.0, -0.5], &x, None).unwrap();
    write_svmlight_to(&mut bytes, &[1.0, -0.5], &x.map(|v| v as f32 / 3.0), Some(&[7, 8])).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text, "1 1:1 4:-1e-7\n-0.5\n1 0:7 1:0.33333334 4:-3.3333333e-8\n-0.5 0:8\n");
}

/// Samples with ascending columns and no stored zeros.
fn tables() -> impl Strategy<Value = (Vec<f64>, Csr<f64>)> {
    let finite = num::f64::NORMAL | num::f64::SUBNORMAL;
    let row = btree_map(0_u32..2_147_483_647, finite, 0..8);
    vec((finite, row), 1..12).prop_map(|rows| {
        let (mut labels, mut starts, mut indices, mut values) = (vec![], vec![0], vec![], vec![]);
        for (label, row) in rows {
            labels.push(label);
            indices.extend(row.keys());
            values.extend(row.values());
            starts.push(indices.len());
        }
        (labels, Csr::new(2_147_483_647, starts, indices, values).unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((labels, x) in tables(), with_serials: bool) {
        let serials: Option<Vec<u32>> = with_serials.then(|| (1..=labels.len() as u32).collect());
        let mut bytes = Vec::new();
        write_svmlight_to(&mut bytes, &labels, &x, serials.as_deref()).unwrap();
        let options = SvmlightOptions { columns: Some(x.columns()), precomputed: with_serials, zero_based: None };
        let table = parse_svmlight("x", &bytes, &options).unwrap();
        prop_assert_eq!(table, SvmlightTable { labels, x, zero_based: false, serials });
    }

    #[test]
    fn dense_and_back(data in vec(prop_oneof![Just(0.0_f32), -1.0_f32..1.0], 12), columns in 1_usize..4) {
        let dense = Matrix::new(12 / columns, columns, data).unwrap();
        let sparse = Csr::from_dense(&dense);
        prop_assert!(sparse.values().iter().all(|&v| v != 0.0));
        prop_assert_eq!(&Csr::new(
            columns, sparse.row_starts().to_vec(), sparse.indices().to_vec(), sparse.values().to_vec(),
        ).unwrap(), &sparse);
        prop_assert_eq!(sparse.to_dense().unwrap(), dense);
    }

    #[test]
    fn any_line_ends_in_a_table_or_an_error(text in "[-+0-9.:,# eqid\t\r\n]{0,60}", precomputed: bool) {
        let options = SvmlightOptions { precomputed, ..SvmlightOptions::default() };
        if let Ok(table) = parse_svmlight("x", text.as_bytes(), &options) {
            prop_assert_eq!(table.x.rows(), table.labels.len());
            prop_assert!(table.x.values().iter().chain(&table.labels).all(|v| v.is_finite()));
        }
    }
}
