//! What is written is read back, bit for bit.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use pellucid_data::{
    CsvOptions, Features, LabelColumn, Matrix, Values, load_labels, load_table, parse_csv, parse_npy,
    read_csv, read_idx, read_npy, write_csv, write_idx, write_npy,
};
use proptest::collection::vec;
use proptest::num;
use proptest::prelude::*;

/// A path in a folder that lasts as long as the returned guard.
fn place(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

/// A shape of up to three dimensions and values for it.
fn array<T: std::fmt::Debug>(
    value: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = (Vec<usize>, Vec<T>)> {
    vec(0_usize..5, 0..4).prop_flat_map(move |shape| {
        let count = shape.iter().product::<usize>();
        (Just(shape), vec(value.clone(), count))
    })
}

fn matrix<T: std::fmt::Debug>(value: impl Strategy<Value = T> + Clone) -> impl Strategy<Value = Matrix<T>> {
    (1_usize..6, 1_usize..6).prop_flat_map(move |(rows, columns)| {
        vec(value.clone(), rows * columns).prop_map(move |data| Matrix::new(rows, columns, data).unwrap())
    })
}

macro_rules! both_formats {
    ($($name:ident: $variant:ident, $value:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(32))]
            $(#[test]
            fn $name((shape, values) in array($value)) {
                let (_folder, path) = place("a");
                write_idx(&path, &shape, &values).unwrap();
                let array = read_idx(&path).unwrap();
                prop_assert_eq!((&array.shape, &array.values), (&shape, &Values::$variant(values.clone())));
                write_npy(&path, &shape, &values).unwrap();
                let array = read_npy(&path).unwrap();
                prop_assert_eq!((array.shape, array.values), (shape, Values::$variant(values)));
            })*
        }
    };
}
both_formats! {
    idx_and_npy_u8: U8, any::<u8>();
    idx_and_npy_i8: I8, any::<i8>();
    idx_and_npy_i16: I16, any::<i16>();
    idx_and_npy_i32: I32, any::<i32>();
    idx_and_npy_f32: F32, num::f32::NORMAL | num::f32::SUBNORMAL | num::f32::ZERO | num::f32::INFINITE;
    idx_and_npy_f64: F64, num::f64::NORMAL | num::f64::SUBNORMAL | num::f64::ZERO | num::f64::INFINITE;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn npy_i64_and_unsigned((shape, values) in array(any::<(i64, u32)>())) {
        let (a, b): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let (c, d) = (a.iter().map(|&v| v as u64).collect::<Vec<_>>(), b.iter().map(|&v| v as u16).collect::<Vec<_>>());
        let (_folder, path) = place("a.npy");
        write_npy(&path, &shape, &a).unwrap();
        prop_assert_eq!(read_npy(&path).unwrap().values, Values::I64(a));
        write_npy(&path, &shape, &b).unwrap();
        prop_assert_eq!(read_npy(&path).unwrap().values, Values::U32(b));
        write_npy(&path, &shape, &c).unwrap();
        prop_assert_eq!(read_npy(&path).unwrap().values, Values::U64(c));
        write_npy(&path, &shape, &d).unwrap();
        prop_assert_eq!(read_npy(&path).unwrap().values, Values::U16(d));
    }

    #[test]
    fn csv(m in matrix(num::f64::NORMAL | num::f64::SUBNORMAL | num::f64::ZERO), with_header in any::<bool>()) {
        let (_folder, path) = place("a.csv");
        let names: Vec<_> = (0..m.columns()).map(|j| format!("column \"{j}\", quoted")).collect();
        let header: Option<Vec<&str>> = with_header.then(|| names.iter().map(String::as_str).collect());
        write_csv(&path, header.as_deref(), &m).unwrap();
        let table = read_csv(&path, &CsvOptions::default()).unwrap();
        prop_assert_eq!(table.values, m);
        prop_assert_eq!(table.header, with_header.then_some(names));
    }

    #[test]
    fn csv_of_f32(m in matrix(num::f32::NORMAL | num::f32::SUBNORMAL | num::f32::ZERO)) {
        let (_folder, path) = place("a.csv");
        write_csv(&path, None, &m).unwrap();
        let values = read_csv(&path, &CsvOptions::default()).unwrap().values;
        let back: Vec<_> = values.data().iter().map(|&v| v as f32).collect();
        prop_assert_eq!(&back[..], m.data());
    }

    /// A Fortran-order file of the transpose holds the same bytes as a C-order file.
    #[test]
    fn npy_in_fortran_order(m in matrix(any::<u8>())) {
        let (_folder, path) = place("a.npy");
        write_npy(&path, &[m.rows(), m.columns()], m.data()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(&bytes[10..128]).into_owned();
        let header = text(&bytes)
            .replace("False", "True ")
            .replace(&format!("({}, {})", m.rows(), m.columns()), &format!("({}, {})", m.columns(), m.rows()));
        let turned = [&bytes[..10], header.as_bytes(), &bytes[128..]].concat();
        let array = parse_npy("turned", &turned).unwrap();
        prop_assert_eq!(&array.shape, &[m.columns(), m.rows()]);
        let Values::U8(values) = array.values else { panic!("u8 expected") };
        for i in 0..m.rows() {
            for j in 0..m.columns() {
                prop_assert_eq!(values[j * m.rows() + i], m.row(i)[j]);
            }
        }
    }
}

#[test]
fn npy_bytes_are_those_of_numpy() {
    let (_folder, path) = place("a.npy");
    write_npy(&path, &[3], &[1_i32, 2, -1]).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    // numpy.save(path, numpy.array([1, 2, -1], dtype=numpy.int32))
    let header = format!("{:<117}\n", "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }");
    let expected = [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), b"\x01\0\0\0\x02\0\0\0\xff\xff\xff\xff"];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn npy_big_endian_and_version_2() {
    let header = "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }";
    let length = (header.len() as u32).to_le_bytes();
    let bytes = [b"\x93NUMPY\x02\x00", &length[..], header.as_bytes(), &[1, 2, 0xff, 0xfe]].concat();
    assert_eq!(parse_npy("x", &bytes).unwrap().values, Values::I16(vec![258, -2]));
}

#[test]
fn the_name_tells_the_format_and_the_content_whether_it_is_gzip() {
    let folder = tempfile::tempdir().unwrap();
    let zip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let expected = [3.0_f32, 7.0];
    let idx = [0, 0, 9, 1, 0, 0, 0, 2, 3, 7];
    for path in [
        write("a.csv", b"3\n7\n"),
        write("a.CSV.gz", &zip(b"3\n7\n")),
        write("b.csv", &zip(b"3\n7\n")),
        write("a.idx", &idx),
        write("t10k-labels-idx1-ubyte.gz", &zip(&idx)),
    ] {
        let mut values = [0.0; 2];
        load_table(&path).unwrap().gather(&[0, 1], &mut values);
        assert_eq!(values, expected, "{}", path.display());
        assert_eq!(load_labels(&path).unwrap().labels, [3, 7]);
    }
}

#[test]
fn csv_headers_and_labels() {
    let read = |text: &str, label: Option<LabelColumn>, header: Option<bool>| {
        parse_csv("x", text.as_bytes(), &CsvOptions { header, label }).unwrap()
    };
    // A byte-order mark, spaces, CRLF and a missing last line feed are all common.
    let table = read("\u{feff}a, b\r\n1, 2\r\n3,4", None, None);
    assert_eq!(
        (table.header.unwrap(), table.values.data()),
        (vec!["a".into(), "b".into()], &[1., 2., 3., 4.][..])
    );

    let table = read("digit,x\n7,0.5\n3,0.25\n", Some(LabelColumn::Name("digit".into())), None);
    assert_eq!(
        (table.header.unwrap(), table.labels.unwrap().classes().unwrap().labels),
        (vec!["x".into()], vec![7, 3])
    );

    // Text in the label column makes no header.
    let table = read("1.5,setosa\n2.5,virginica\n", Some(LabelColumn::Last), None);
    assert_eq!((table.header, table.values.rows()), (None, 2));
    assert_eq!(table.labels.unwrap().classes().unwrap().names, ["setosa", "virginica"]);

    // Years as column names need a word.
    let table = read("2001,2002\n1,2\n", None, Some(true));
    assert_eq!((table.header.unwrap(), table.values.rows()), (vec!["2001".into(), "2002".into()], 1));

    assert!(matches!(load_table_from("1,2\n"), Features::F64(m) if m.row(0) == [1.0, 2.0]));
}

fn load_table_from(text: &str) -> Features {
    let (_folder, path) = place("t.csv");
    std::fs::write(&path, text).unwrap();
    load_table(&path).unwrap()
}
