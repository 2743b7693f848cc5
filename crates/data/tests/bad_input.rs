//! Broken, lying and hostile input: each case gives one clear message, and no crash or large allocation.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use pellucid_data::{
    CsvOptions, DataError, Dataset, Features, LabelColumn, LabelTexts, Matrix, Mnist, Targets, load_labels,
    load_table, parse_csv, parse_idx, parse_npy, read_csv, read_idx, read_npy, write_csv, write_idx,
    write_npy,
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An IDX header with these sizes, and then `values`.
fn idx(code: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|s| s.to_be_bytes()));
    bytes.extend_from_slice(values);
    bytes
}

/// An NPY file of version 1.0 with this header, and then `values`.
fn npy(header: &str, values: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(values);
    bytes
}

fn npy_f4(shape: &str, values: &[u8]) -> Vec<u8> {
    npy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n"), values)
}

fn check(name: &str, error: &DataError, origin: &str, expected: &str) {
    let message = error.to_string();
    assert!(message.starts_with(&format!("{origin}: expected ")), "{name}: no file in `{message}`");
    assert!(message.contains(expected), "{name}: `{message}` does not say `{expected}`");
}

#[test]
fn broken_idx() {
    const BY_HEADER: &str = "expected 784 bytes of values, found the end of the file after";
    let good = idx(8, &[1, 28, 28], &[7; 784]);
    assert!(parse_idx("x", &good).is_ok() && parse_idx("x", &gzip(&good)).is_ok());
    let zipped = gzip(&good);
    let mut bad_sum = zipped.clone();
    let sum = bad_sum.len() - 8;
    bad_sum[sum] ^= 1;
    let mut bad_body = zipped.clone();
    bad_body[10] = 0xff;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty file", vec![], "4 bytes of IDX magic number, found the end of the file after 0 (at byte 0)"),
        ("cut magic", good[..3].to_vec(), "found the end of the file after 3 (at byte 3)"),
        (
            "cut sizes",
            good[..14].to_vec(),
            "4 bytes of IDX sizes, found the end of the file after 2 (at byte 14)",
        ),
        ("cut values", good[..500].to_vec(), "found the end of the file after 484 (at byte 500)"),
        ("no values", good[..16].to_vec(), BY_HEADER),
        ("one byte more", [&good[..], &[0]].concat(), "more bytes than the header announces (at byte 800)"),
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n".to_vec(),
            "an IDX magic number, two zero bytes first, found [89, 50",
        ),
        ("unknown type", idx(0x0a, &[1], &[0]), "found unsupported type 0a (at byte 2)"),
        (
            "lying size",
            idx(8, &[u32::MAX], &[1, 2, 3]),
            "4294967295 bytes of values, found the end of the file after 3",
        ),
        (
            "overflow",
            idx(8, &[u32::MAX; 3], &[]),
            "fits into memory, found an array of 4294967295 x 4294967295 x",
        ),
        ("overflow in bytes", idx(0x0e, &[1 << 31, 1 << 30], &[]), "sizes whose product fits into memory"),
        ("255 sizes", idx(8, &[2; 255], &[]), "an array of 2 x 2 x 2 x 2 x 2 x 2 x 2 x 2 x ..."),
        ("gzip cut", zipped[..zipped.len() / 2].to_vec(), "an intact gzip stream, found a broken one"),
        ("gzip without its end", zipped[..zipped.len() - 4].to_vec(), "an intact gzip stream"),
        ("gzip header only", zipped[..2].to_vec(), "an intact gzip stream"),
        ("gzip wrong sum", bad_sum, "corrupt gzip stream does not have a matching checksum"),
        ("gzip garbled", bad_body, "an intact gzip stream"),
        ("gzip then other bytes", [&zipped[..], b"more"].concat(), "an intact gzip stream"),
        ("gzip of a lying header", gzip(&idx(8, &[1 << 31], &[1])), "2147483648 bytes of values"),
    ];
    for (name, bytes, expected) in cases {
        check(name, &parse_idx("x.idx", &bytes).unwrap_err(), "x.idx", expected);
    }
}

#[test]
fn broken_npy() {
    const TYPES: &str = "an NPY type among b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8, found unsupported type";
    let good = npy_f4("(2, 1)", &[0; 8]);
    assert!(parse_npy("x", &good).is_ok());
    let typed =
        |descr: &str| npy(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}"), &[0; 16]);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty file", vec![], "6 bytes of NPY magic number, found the end of the file after 0"),
        ("an archive (.npz)", b"PK\x03\x04....".to_vec(), "the NPY magic number 93 `NUMPY`, found [50, 4b"),
        (
            "version 9",
            b"\x93NUMPY\x09\x00".to_vec(),
            "NPY version 1.0, 2.0 or 3.0, found version 9.0 (at byte 6)",
        ),
        ("cut header", good[..30].to_vec(), "bytes of values, found the end of the file after 20"),
        (
            "header of 4 GB",
            b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(),
            "an NPY header of at most 65536 bytes, found 4294967295",
        ),
        ("no dictionary", npy("hello", &[]), "an NPY header that begins with {, found `hello` (at byte 10)"),
        (
            "no shape",
            npy("{'descr': '<f4', 'fortran_order': False}", &[]),
            "the keys descr, fortran_order and shape",
        ),
        ("bytes for text", [&b"\x93NUMPY\x01\x00\x01\x00"[..], &[0xff]].concat(), "an NPY header in UTF-8"),
        ("complex", typed("'<c16'"), TYPES),
        ("dates", typed("'<M8[ns]'"), "unsupported type `<M8[ns]`"),
        ("text", typed("'<U5'"), "unsupported type `<U5`"),
        ("objects (pickle)", typed("'|O'"), "unsupported type `|O`"),
        ("native order", typed("'=f4'"), "unsupported type `=f4`"),
        ("type of no ASCII", typed("'\u{e9}f4'"), TYPES),
        ("records", typed("[('a', '<f4')]"), "a simple NPY type in quotes"),
        (
            "cut values",
            good[..good.len() - 1].to_vec(),
            "8 bytes of values, found the end of the file after 7",
        ),
        ("one byte more", [&good[..], &[0]].concat(), "more bytes than the header announces"),
        (
            "lying shape",
            npy_f4("(1000000000000, 4)", &[0; 16]),
            "16000000000000 bytes of values, found the end of the file after 16",
        ),
        ("overflow", npy_f4("(4294967296, 4294967296)", &[]), "sizes whose product fits into memory"),
        ("size beyond 64 bits", npy_f4("(18446744073709551616,)", &[]), "a tuple of sizes below 2^64"),
        ("size below 0", npy_f4("(-1,)", &[]), "a tuple of sizes"),
    ];
    for (name, bytes, expected) in cases {
        check(name, &parse_npy("x.npy", &bytes).unwrap_err(), "x.npy", expected);
    }
}

#[test]
fn arrays_that_are_no_table() {
    let features = |bytes: &[u8]| parse_npy("x.npy", bytes).unwrap().into_features("x.npy");
    let nan = [1.0_f32.to_le_bytes(), 2.0_f32.to_le_bytes(), 3.0_f32.to_le_bytes(), f32::NAN.to_le_bytes()];
    let cases = [
        (
            "NaN",
            npy_f4("(2, 2)", &nan.concat()),
            "a finite number, found NaN (at row 1, column 1, counted from 0)",
        ),
        (
            "infinity",
            npy_f4("(1,)", &f32::INFINITY.to_le_bytes()),
            "a finite number, found inf (at row 0, column 0",
        ),
        ("a single number", npy_f4("()", &[0; 4]), "at least one dimension"),
        ("endless empty rows", npy_f4("(1000000000000, 0)", &[]), "at least one value in a sample"),
    ];
    for (name, bytes, expected) in cases {
        check(name, &features(&bytes).unwrap_err(), "x.npy", expected);
    }
    let labels =
        |bytes: &[u8]| parse_npy("y.npy", bytes).unwrap().into_labels("y.npy").and_then(LabelTexts::classes);
    let cases = [
        ("two columns", npy_f4("(1, 2)", &[0; 8]), "one label for each sample, found shape [1, 2]"),
        (
            "a half",
            npy_f4("(1,)", &0.5_f32.to_le_bytes()),
            "a whole number or a name as label of a class, found 0.5 (at index 0",
        ),
        ("NaN as label", npy_f4("(1,)", &f32::NAN.to_le_bytes()), "found NaN (at index 0"),
    ];
    for (name, bytes, expected) in cases {
        check(name, &labels(&bytes).unwrap_err(), "y.npy", expected);
    }
}

#[test]
fn broken_csv() {
    let plain = CsvOptions::default();
    let label = |label| CsvOptions { label: Some(label), ..CsvOptions::default() };
    let no_header = CsvOptions { header: Some(false), label: None };
    let cases: Vec<(&str, &[u8], CsvOptions, &str)> = vec![
        (
            "ragged",
            b"a,b\n1,2\n3\n",
            plain.clone(),
            "2 fields as in the first row, found 1 fields (at line 3)",
        ),
        (
            "too long",
            b"1,2\n3,4,5\n",
            plain.clone(),
            "2 fields as in the first row, found 3 fields (at line 2)",
        ),
        ("NaN", b"1,2\n3,NaN\n", plain.clone(), "a finite number, found `NaN` (at line 2, column 2)"),
        ("infinity", b"1,-inf\n", plain.clone(), "a finite number, found `-inf` (at line 1, column 2)"),
        ("too large", b"1e999\n", plain.clone(), "a finite number, found `1e999`"),
        ("empty field", b"1,\n", plain.clone(), "a value, found an empty field (at line 1, column 2)"),
        ("text", b"a,b\n\n1,x\n", plain.clone(), "a finite number, found `x` (at line 3, column 2)"),
        ("text after CRLF", b"\"a\",b\r\n\r\n1,x\r\n", plain.clone(), "found `x` (at line 3, column 2)"),
        ("text in the last line", b"\"a\nb\",c\n1,x", plain.clone(), "found `x` (at line 3, column 2)"),
        ("quote that does not close", b"1,2\n\"3,4\n5,6\n", plain.clone(), "found 1 fields (at line 2)"),
        ("header refused", b"a,b\n1,2\n", no_header, "a finite number, found `a` (at line 1, column 1)"),
        ("half a header", b"a,2\n3,4\n", plain.clone(), "a finite number, found `a` (at line 1, column 1)"),
        (
            "no UTF-8",
            b"1,2\n\n3,\xff\n",
            plain.clone(),
            "text in UTF-8, found other bytes (at line 3, column 2)",
        ),
        (
            "no such name",
            b"a,b\n1,2\n",
            label(LabelColumn::Name("kind".into())),
            "a header with a column `kind`",
        ),
        (
            "no such index",
            b"1,2\n",
            label(LabelColumn::Index(2)),
            "a label column with index 2, counted from 0, found 2 columns",
        ),
        ("labels alone", b"1\n2\n", label(LabelColumn::Last), "a column of numbers beside the labels"),
        ("empty label", b"1,a\n2,\n", label(LabelColumn::Last), "an empty field (at line 2, column 2)"),
    ];
    for (name, bytes, options, expected) in cases {
        check(name, &parse_csv("x.csv", bytes, &options).unwrap_err(), "x.csv", expected);
    }
    let cut = &gzip(&b"1,2\n".repeat(1000))[..20];
    check("gzip cut", &parse_csv("x.csv", cut, &plain).unwrap_err(), "x.csv", "an intact gzip stream");
}

#[test]
fn broken_values_in_memory() {
    let three = || Features::F32(Matrix::new(3, 1, vec![0.0; 3]).unwrap());
    let classes = |labels| Targets::Classes { labels, classes: 2 };
    let cases = [
        ("entries", Matrix::new(2, 2, vec![0; 3]).unwrap_err(), "matrix", "2 x 2 entries, found 3 entries"),
        ("overflow", Matrix::<u8>::new(usize::MAX, 2, vec![]).unwrap_err(), "matrix", "found 0 entries"),
        (
            "label out of range",
            Dataset::new(three(), classes(vec![0, 2, 1])).unwrap_err(),
            "labels",
            "a class below 2, found 2 (at index 1, counted from 0)",
        ),
        (
            "too few labels",
            Dataset::new(three(), classes(vec![0, 1])).unwrap_err(),
            "dataset",
            "3 targets, one for each sample, found 2 targets",
        ),
        (
            "position out of range",
            Dataset::new(three(), Targets::SameAsInput).unwrap().subset(&[0, 3]).unwrap_err(),
            "subset",
            "a position below 3, found 3 (at index 1, counted from 0)",
        ),
    ];
    for (name, error, origin, expected) in cases {
        check(name, &error, origin, expected);
    }
}

#[test]
fn files_that_cannot_be_read_or_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder.npy")).unwrap();
    fs::write(at("table.xlsx"), "1,2").unwrap();
    fs::write(at("two.csv"), "1,2").unwrap();
    let m = Matrix::new(1, 2, vec![1.0_f32, 2.0]).unwrap();
    let cases = [
        ("missing IDX", "none.idx", read_idx(at("none.idx")).unwrap_err(), "a file that can be read"),
        ("missing CSV", "none.csv", load_table(at("none.csv")).unwrap_err(), "No such file"),
        ("a folder", "folder.npy", read_npy(at("folder.npy")).unwrap_err(), "Is a directory"),
        ("ending", "table.xlsx", load_table(at("table.xlsx")).unwrap_err(), "a name that ends in .csv, .npy"),
        ("two columns", "two.csv", load_labels(at("two.csv")).unwrap_err(), "one column of labels, found 2"),
        ("no MNIST", "", Mnist::load(folder.path()).unwrap_err(), "a folder with train-images-idx3-ubyte or"),
        (
            "no folder",
            "no/x.npy",
            write_npy(at("no/x.npy"), &[1], &[1_u8]).unwrap_err(),
            "a folder in which files",
        ),
        (
            "onto a folder",
            "folder.npy",
            write_csv(at("folder.npy"), None, &m).unwrap_err(),
            "the path of a file",
        ),
        (
            "header",
            "x.csv",
            write_csv(at("x.csv"), Some(&["a"]), &m).unwrap_err(),
            "a header of 2 names, found 1",
        ),
        (
            "shape",
            "x.idx",
            write_idx(at("x.idx"), &[2], &[1_u8]).unwrap_err(),
            "values for 2, found 1 values",
        ),
    ];
    for (name, file, error, expected) in cases {
        let origin = if file.is_empty() { folder.path().to_path_buf() } else { at(file) };
        check(name, &error, &origin.display().to_string(), expected);
    }
    assert!(read_csv(at("two.csv"), &CsvOptions::default()).is_ok());
}

#[test]
fn mnist_files_that_do_not_fit_together() {
    let images = idx(8, &[2, 28, 28], &[0; 1568]);
    let labels = idx(8, &[2], &[3, 9]);
    let cases = [
        (
            "other size",
            idx(8, &[2, 28, 27], &[0; 1512]),
            labels.clone(),
            "u8 images of shape [n, 28, 28], found u8 of shape [2, 28, 27]",
        ),
        ("other type", idx(9, &[2, 28, 28], &[0; 1568]), labels.clone(), "found another type of shape"),
        ("swapped", labels.clone(), images.clone(), "u8 images of shape [n, 28, 28]"),
        (
            "too few labels",
            images.clone(),
            idx(8, &[1], &[3]),
            "u8 labels of shape [2], found u8 of shape [1]",
        ),
        ("no digit", images.clone(), idx(8, &[2], &[3, 10]), "a digit from 0 to 9, found 10 (at index 1"),
    ];
    for (name, images, labels, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("train-images-idx3-ubyte"), images).unwrap();
        fs::write(folder.path().join("train-labels-idx1-ubyte"), labels).unwrap();
        let message = Mnist::load(folder.path()).unwrap_err().to_string();
        assert!(message.contains(expected), "{name}: `{message}`");
    }
}
