//! Inputs of bug reports, by kind: bytes are numbers, labels have one rule, every number type of NPY is read.

use pellucid_data::{
    Array, CsvOptions, Dataset, Features, LabelColumn, LabelTexts, Matrix, TableOptions, Targets, Values,
    load_labels, load_table, parse_csv, parse_npy, read_label_texts, read_table,
};

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn features(bytes: &[u8]) -> Features {
    parse_npy("x.npy", bytes).unwrap().into_features("x.npy").unwrap()
}

fn gathered(features: &Features) -> Vec<f64> {
    let rows: Vec<u32> = (0..features.rows() as u32).collect();
    let mut out = vec![0.0; features.rows() * features.columns()];
    features.gather(&rows, &mut out);
    out
}

/// A number as the bytes of a type.
type Bytes = fn(u8) -> Vec<u8>;

/// The numbers 10, 20, 30, 40 in every type; oracle: `numpy.load(...).astype(float)`.
#[test]
fn every_number_type_of_npy_has_the_same_numbers() {
    let types: [(&str, Bytes); 19] = [
        ("|u1", |v| vec![v]),
        ("|i1", |v| vec![v]),
        ("<u2", |v| u16::from(v).to_le_bytes().to_vec()),
        (">u2", |v| u16::from(v).to_be_bytes().to_vec()),
        ("<i2", |v| i16::from(v).to_le_bytes().to_vec()),
        (">i2", |v| i16::from(v).to_be_bytes().to_vec()),
        ("<u4", |v| u32::from(v).to_le_bytes().to_vec()),
        ("<i4", |v| i32::from(v).to_le_bytes().to_vec()),
        (">i4", |v| i32::from(v).to_be_bytes().to_vec()),
        ("<u8", |v| u64::from(v).to_le_bytes().to_vec()),
        (">u8", |v| u64::from(v).to_be_bytes().to_vec()),
        ("<i8", |v| i64::from(v).to_le_bytes().to_vec()),
        (">i8", |v| i64::from(v).to_be_bytes().to_vec()),
        ("<f4", |v| f32::from(v).to_le_bytes().to_vec()),
        (">f4", |v| f32::from(v).to_be_bytes().to_vec()),
        ("<f8", |v| f64::from(v).to_le_bytes().to_vec()),
        (">f8", |v| f64::from(v).to_be_bytes().to_vec()),
        ("<f2", |v| half::f16::from_f64(v.into()).to_le_bytes().to_vec()),
        (">f2", |v| half::f16::from_f64(v.into()).to_be_bytes().to_vec()),
    ];
    for (descr, bytes) in types {
        let data: Vec<u8> = [10, 20, 30, 40].into_iter().flat_map(bytes).collect();
        for shape in ["(2, 2)", "(2L, 2L)"] {
            assert_eq!(gathered(&features(&npy(descr, shape, &data))), [10.0, 20.0, 30.0, 40.0], "{descr}");
        }
        let labels = parse_npy("y", &npy(descr, "(4,)", &data)).unwrap().into_labels("y").unwrap();
        assert_eq!(labels.classes().unwrap().labels, [10, 20, 30, 40], "{descr}");
    }
    let truth = npy("|b1", "(3, 1)", &[0, 1, 1]);
    assert_eq!(gathered(&features(&truth)), [0.0, 1.0, 1.0]);
    let labels = parse_npy("y", &truth).unwrap().into_labels("y").unwrap().classes().unwrap();
    assert_eq!((labels.labels, labels.names.len()), (vec![0, 1, 1], 2));
    // Half precision to its ends: the smallest, the largest, a third.
    let halves: Vec<u8> = [0x0001_u16, 0x7bff, 0x3555].into_iter().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        gathered(&features(&npy("<f2", "(3,)", &halves))),
        [5.960_464_477_539_063e-8, 65504.0, 0.333_251_953_125]
    );
}

/// Whole numbers that f64 cannot tell apart are different labels.
#[test]
fn large_integers_are_labels_of_their_own() {
    let values = [1_i64 << 53, (1 << 53) + 1];
    let array = Array { shape: vec![2], values: Values::I64(values.to_vec()) };
    let labels = array.into_labels("y").unwrap().classes().unwrap();
    assert_eq!((labels.labels, labels.names), (vec![0, 1], values.map(|v| v.to_string()).to_vec()));
}

/// Cases 2 and 3: only images are divided by 255, and never targets.
#[test]
fn bytes_are_numbers_but_for_images() {
    let data = [10, 20, 30, 40];
    assert_eq!(gathered(&features(&npy("|u1", "(4, 1)", &data))), [10.0, 20.0, 30.0, 40.0]);
    assert_eq!(gathered(&features(&npy("|u1", "(4,)", &data))), [10.0, 20.0, 30.0, 40.0]);
    let pixels = data.map(|v| f64::from(v) / 255.0);
    assert_eq!(gathered(&features(&npy("|u1", "(1, 2, 2)", &data))), pixels);
    assert_eq!(gathered(&features(&npy("|u1", "(1, 2, 2, 1)", &data))), pixels);
    // A mask of truth values is no image, nor are other types.
    assert_eq!(gathered(&features(&npy("|b1", "(1, 2, 2)", &[0, 1, 1, 0]))), [0.0, 1.0, 1.0, 0.0]);
    assert_eq!(gathered(&features(&npy("|i1", "(1, 2, 2)", &data))), [10.0, 20.0, 30.0, 40.0]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    std::fs::write(&path, npy("|u1", "(1, 2, 2)", &data)).unwrap();
    let table = read_table(&path, &TableOptions::default()).unwrap();
    assert_eq!((table.scale, table.notes.len()), (1.0 / 255.0, 1));
    assert!(table.notes[0].contains("divided by 255"), "{:?}", table.notes);
    let table = read_table(&path, &TableOptions { scale: Some(1.0), ..TableOptions::default() }).unwrap();
    assert_eq!((gathered(&table.features), table.notes.len()), (vec![10.0, 20.0, 30.0, 40.0], 0));

    let bytes = || Features::U8(Matrix::new(2, 2, data.to_vec()).unwrap());
    let dataset = Dataset::new(bytes(), Targets::Values(bytes())).unwrap();
    let mut targets = [0.0_f32; 4];
    dataset.gather_targets(&[0, 1], &mut targets);
    assert_eq!(targets, [10.0, 20.0, 30.0, 40.0]);
}

/// A scale that was kept makes the same inputs of the same numbers, whatever file they come from.
#[test]
fn a_kept_scale_is_the_same_for_all_files() {
    let folder = tempfile::tempdir().unwrap();
    let data = [0, 51, 102, 255];
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let wide: Vec<u8> = data.iter().flat_map(|&v| i32::from(v).to_le_bytes()).collect();
    for path in [
        write("image.npy", &npy("|u1", "(1, 2, 2)", &data)),
        write("table.npy", &npy("|u1", "(1, 4)", &data)),
        write("wide.npy", &npy("<i4", "(1, 4)", &wide)),
        write("table.csv", b"0,51,102,255\n"),
        write("image.idx", &[&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2][..], &data].concat()),
    ] {
        let options = TableOptions { scale: Some(1.0 / 255.0), ..TableOptions::default() };
        let table = read_table(&path, &options).unwrap();
        assert_eq!(gathered(&table.features), [0.0, 0.2, 0.4, 1.0], "{}", path.display());
    }
    let path = write("bad.csv", b"1e300\n");
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e100] {
        assert!(read_table(&path, &TableOptions { scale: Some(scale), ..TableOptions::default() }).is_err());
    }
}

/// Case 5: one rule for labels in a column of CSV, a file of CSV, an array of integers, an array of floats.
#[test]
fn labels_mean_the_same_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let column = |text: &str| {
        let options = CsvOptions { label: Some(LabelColumn::Name("y".into())), header: None };
        parse_csv("x.csv", text.as_bytes(), &options).unwrap().labels.unwrap().classes().unwrap()
    };
    // Twelve classes written as floats: 10.0 comes after 2.0.
    let expected: Vec<u32> = (0..12).collect();
    let rows = (0..12).map(|i| format!("{i}.5,{i}.0")).collect::<Vec<_>>().join("\n");
    assert_eq!(column(&format!("a,y\n{rows}")).labels, expected);
    let lines = (0..12).map(|i| format!("{i}.0")).collect::<Vec<_>>().join("\n");
    assert_eq!(load_labels(write("y.csv", lines.as_bytes())).unwrap().labels, expected);
    assert_eq!(load_labels(write("h.csv", format!("label\n{lines}").as_bytes())).unwrap().labels, expected);
    let floats: Vec<u8> = (0..12).flat_map(|i| f64::from(i).to_le_bytes()).collect();
    assert_eq!(load_labels(write("y.npy", &npy("<f8", "(12,)", &floats))).unwrap().labels, expected);
    // `1`, `1.0` and `+1` are one class.
    let labels = column("a,y\n0,1\n1,1.0\n2,0\n3,+1\n");
    assert_eq!((labels.labels, labels.names.len()), (vec![1, 1, 0, 1], 2));
    // Names, and numbers below 0, in any file.
    let names = |labels: pellucid_data::Labels| (labels.labels, labels.names.join(" "));
    assert_eq!(names(column("a,y\n0,b\n1,a\n2,b\n")), (vec![1, 0, 1], "a b".into()));
    assert_eq!(names(load_labels(write("n.csv", b"b\na\nb\n")).unwrap()), (vec![1, 0, 1], "a b".into()));
    assert_eq!(names(column("a,y\n0,-1\n1,+1\n2,-1.0\n")), (vec![0, 1, 0], "-1 1".into()));
    let signs: Vec<u8> = [-1_i8, 1, -1].map(|v| v as u8).to_vec();
    assert_eq!(
        names(load_labels(write("s.npy", &npy("|i1", "(3,)", &signs))).unwrap()),
        (vec![0, 1, 0], "-1 1".into())
    );
    // A file of labels as pandas writes it, and one whose header must be said.
    assert_eq!(load_labels(write("p.csv", b",y\n0,3\n1,1\n")).unwrap().labels, [3, 1]);
    let said = read_label_texts(write("q.csv", b"0\n3\n1\n"), Some(true)).unwrap();
    assert_eq!(said.classes().unwrap().labels, [3, 1]);
    // Fractions are targets of a regression, no classes.
    let message = load_labels(write("f.csv", b"1\n2.5\n")).unwrap_err().to_string();
    assert!(
        message.contains("whole number or a name as label of a class, found 2.5 (at line 2, column 1)"),
        "{message}"
    );
}

/// The names that a model keeps say which class a label is, however few of them a file has.
#[test]
fn names_that_were_kept_number_the_classes() {
    let names = ["ant".to_owned(), "bee".to_owned(), "cat".to_owned()];
    let labels = LabelTexts::from_texts("y", ["cat", "bee"]).classes_named(&names).unwrap();
    assert_eq!(labels.labels, [2, 1]);
    let signs = ["-1".to_owned(), "1".to_owned()];
    assert_eq!(LabelTexts::from_texts("y", ["+1", "1.0"]).classes_named(&signs).unwrap().labels, [1, 1]);
    let error = LabelTexts::from_texts("y", ["bee", "dog"]).classes_named(&names).unwrap_err().to_string();
    assert!(
        error.contains("among those of the model, `ant`, `bee`, `cat`, found `dog` (at index 1"),
        "{error}"
    );
}

/// Case 7: columns that are named by numbers or not at all.
#[test]
fn headers_that_need_a_word() {
    let read = |text: &str, header, label: Option<&str>| {
        let label = label.map(|name| LabelColumn::Name(name.into()));
        parse_csv("x.csv", text.as_bytes(), &CsvOptions { header, label })
    };
    let text = "0,1,2\n0.1,0.2,0.3\n0.4,0.5,0.6\n";
    let table = read(text, None, None).unwrap();
    assert_eq!((table.values.rows(), table.notes.len()), (3, 1));
    assert!(table.notes[0].contains("0,1,2, was read as data") && table.notes[0].contains("--header yes"));
    let table = read(text, Some(true), None).unwrap();
    assert_eq!((table.values.data(), table.notes.len()), (&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6][..], 0));
    assert_eq!(read(text, Some(false), None).unwrap().notes.len(), 0);
    // Two columns are too few to wonder.
    assert!(read("0,1\n1,0\n", None, None).unwrap().notes.is_empty());

    // A header that looks like a class.
    let text = "0,1,kind\n0.1,0.2,0\n0.4,0.5,1\n0.3,0.1,0\n";
    let message = read(text, None, Some("last")).unwrap_err().to_string();
    assert!(message.contains("found `kind` before numbers (at line 1, column 3)"), "{message}");
    for (header, label) in [(Some(true), "last"), (None, "kind")] {
        let table = read(text, header, Some(label)).unwrap();
        assert_eq!(
            (table.values.rows(), table.labels.unwrap().classes().unwrap().labels),
            (3, vec![0, 1, 0])
        );
    }
    let message = read(text, Some(false), Some("kind")).unwrap_err().to_string();
    assert!(message.contains("found header = false"), "{message}");

    // A column that counts the rows, as pandas and R write it.
    for text in [
        ",a,b\n0,1.5,2\n1,2.5,3\n",
        "\"\",\"a\",\"b\"\n\"1\",1.5,2\n\"2\",2.5,3\n",
        "Unnamed: 0,a,b\n17,1.5,2\n4,2.5,3\n",
        ",a,b\nMazda RX4,1.5,2\nDatsun,2.5,3\n",
    ] {
        let table = read(text, None, None).unwrap();
        assert_eq!(table.values.data(), [1.5, 2.0, 2.5, 3.0], "{text}");
        assert_eq!(table.header.unwrap(), ["a", "b"]);
        assert!(table.notes[0].contains("was left out"), "{:?}", table.notes);
    }
    let table = read(",a\n0.5,1\n0.25,2\n", None, None).unwrap();
    assert_eq!(table.values.data(), [0.5, 1.0, 0.25, 2.0]);
    assert_eq!((table.header.unwrap(), table.notes.len()), (vec![String::new(), "a".into()], 1));
}

/// Case 11: a table without rows is a table.
#[test]
fn no_rows_are_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    for (path, columns) in [
        (write("header.csv", b"a,b\n"), 2),
        (write("empty.csv", b""), 0),
        (write("x.npy", &npy("<f4", "(0, 2)", &[])), 2),
    ] {
        let features = load_table(&path).unwrap();
        assert_eq!((features.rows(), features.columns()), (0, columns), "{}", path.display());
    }
    assert!(load_labels(write("none.csv", b"")).unwrap().labels.is_empty());
    let label = Some(LabelColumn::Last);
    let table = parse_csv("x", b"a,b,y\n", &CsvOptions { header: None, label }).unwrap();
    assert_eq!((table.values.columns(), table.labels.unwrap().classes().unwrap().labels.len()), (2, 0));
}

/// UCI's iris.data: names without a header, in a file of another ending.
#[test]
fn a_label_column_makes_a_table_of_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iris.data");
    std::fs::write(&path, "5.1,3.5,Iris-setosa\n7.0,3.2,Iris-versicolor\n\n").unwrap();
    let options = TableOptions { label: Some(LabelColumn::Name("last".into())), ..TableOptions::default() };
    let table = read_table(&path, &options).unwrap();
    assert_eq!((table.features.rows(), table.labels.unwrap().classes().unwrap().labels), (2, vec![0, 1]));
    assert!(load_table(&path).is_err());
    // And of an array.
    let path = folder.path().join("x.npy");
    std::fs::write(&path, npy("|u1", "(2, 3)", &[1, 2, 9, 3, 4, 8])).unwrap();
    let table = read_table(&path, &options).unwrap();
    assert_eq!(gathered(&table.features), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(table.labels.unwrap().classes().unwrap().labels, [9, 8]);
}
