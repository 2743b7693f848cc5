//! Model files that are damaged or lie: refused, with the place and what was expected.

use pellucid_svm::{Gamma, Kernel, Samples, StoredModel, Svc};

fn message(bytes: &[u8]) -> String {
    StoredModel::parse("model", bytes).err().expect("a refusal").to_string()
}

/// A good file, with one piece replaced.
const GOOD: &str = "svm_type c_svc
kernel_type polynomial
degree 3
gamma 0.25
coef0 1
nr_class 2
total_sv 3
rho 0.5
label 1 -1
probA -2
probB 0
nr_sv 1 2
SV
1 1:0.5 3:-1 
-0.5 2:1 
-0.5 1:0.25 
";

#[test]
#[allow(clippy::too_many_lines)] // a table of cases
fn libsvm_files_that_lie_are_refused_with_their_place() {
    assert!(StoredModel::parse("model", GOOD.as_bytes()).is_ok());
    assert!(StoredModel::parse("model", GOOD.replace('\n', "\r\n").as_bytes()).is_ok());
    let cases = [
        (
            "svm_type c_svc",
            "svm_kind c_svc",
            "a model: a LIBSVM file that begins with `svm_type`, or a safetensors file, found `svm_kind` (at line 1, column 1)",
        ),
        (
            "c_svc",
            "c-svc",
            "svm_type c_svc, nu_svc, one_class, epsilon_svr, nu_svr, found `c-svc` (at line 1, column 2)",
        ),
        (
            "polynomial",
            "poly",
            "kernel_type linear, polynomial, rbf, sigmoid, precomputed, found `poly` (at line 2, column 2)",
        ),
        ("degree 3", "degree -3", "a degree, a whole number, found `-3` (at line 3, column 2)"),
        ("gamma 0.25", "gamma nan", "a finite number, found `nan` (at line 4, column 2)"),
        ("gamma 0.25", "gamma -0.25", "a finite gamma of at least 0, found -0.25"),
        ("gamma 0.25\n", "", "a line `gamma`, found `SV` before it (at line 12)"),
        ("coef0 1", "coef0 1 2", "1 values after `coef0`, found 2 (at line 5)"),
        (
            "nr_class 2",
            "nr_class -2",
            "nr_class, a whole number up to 2147483647, found `-2` (at line 6, column 2)",
        ),
        ("nr_class 2", "nr_class 0", "at least 1 class, found 0 (at line 13)"),
        ("nr_class 2", "nr_class 1", "0 values after `rho`, found 1 (at line 8)"),
        ("nr_class 2", "nr_class 2147483647", "2305843005992468481 values after `rho`, found 1 (at line 8)"),
        ("nr_class 2", "nr_class 3", "3 values after `rho`, found 1 (at line 8)"),
        (
            "total_sv 3",
            "total_sv -1",
            "total_sv, a whole number up to 2147483647, found `-1` (at line 7, column 2)",
        ),
        (
            "total_sv 3",
            "total_sv 99999999999",
            "total_sv, a whole number up to 2147483647, found `99999999999` (at line 7, column 2)",
        ),
        (
            "total_sv 3",
            "total_sv 2147483647",
            "counts nr_sv that sum up to total_sv, 2147483647, found 3 (at line 12, column 2)",
        ),
        (
            "total_sv 3",
            "total_sv 2",
            "counts nr_sv that sum up to total_sv, 2, found 3 (at line 12, column 2)",
        ),
        ("total_sv 3", "total_sv 3\ntotal_sv 3", "one line `total_sv`, found a second one (at line 8)"),
        (
            "label 1 -1",
            "label 1 1.5",
            "a label, a whole number of 32 bits, found `1.5` (at line 9, column 3)",
        ),
        ("label 1 -1", "label 1 1", "different labels, found Some(1) twice"),
        ("probB 0\n", "", "a line `probB`, found `SV` before it (at line 12)"),
        ("probA -2", "probA inf", "a finite number, found `inf` (at line 10, column 2)"),
        ("probB 0", "prob_density_marks 1", "a line `probB`, found `SV` before it (at line 13)"),
        ("nr_sv 1 2", "nr_sv 1", "2 values after `nr_sv`, found 1 (at line 12)"),
        ("nr_sv 1 2", "nr_sv 4 -1", "a whole number up to total_sv, 3, found `4` (at line 12, column 2)"),
        (
            "nr_sv 1 2",
            "nr_sv 1 2\nextra 1",
            "a line of a LIBSVM model's header or `SV`, found `extra` (at line 13, column 1)",
        ),
        ("SV\n", "SV 1\n", "the end of the line `SV`, found `1` (at line 13, column 2)"),
        ("1 1:0.5 3:-1 ", "x 1:0.5", "a coefficient, a finite number, found `x` (at line 14, column 1)"),
        ("1 1:0.5 3:-1 ", "", "a coefficient, a finite number, found the end of the line (at line 14)"),
        ("3:-1", "1:-1", "an index above 1, the one before, found `1:-1` (at line 14, column 3)"),
        ("3:-1", "0:-1", "an index above 1, the one before, found `0:-1` (at line 14, column 3)"),
        ("3:-1", "-3:1", "an index from 0 to 2147483647, found `-3:1` (at line 14, column 3)"),
        (
            "3:-1",
            "2147483648:1",
            "an index from 0 to 2147483647, found `2147483648:1` (at line 14, column 3)",
        ),
        ("3:-1", "3:NaN", "a finite number as value, found `3:NaN` (at line 14, column 3)"),
        ("3:-1", "3", "<index>:<value>, found `3` (at line 14, column 3)"),
        ("-0.5 2:1 \n", "", "3 support vectors, found the end of the file after 2 (at line 15)"),
        (
            "-0.5 2:1 \n",
            "-0.5 2:1\n-0.5 2:1\n",
            "the end of the file after 3 support vectors, found another line (at line 17)",
        ),
    ];
    for (piece, instead, expected) in cases {
        assert_eq!(
            message(GOOD.replacen(piece, instead, 1).as_bytes()),
            format!("model: expected {expected}"),
            "{instead}"
        );
    }
    let no_end = message(GOOD.trim_end().as_bytes());
    assert!(
        no_end.ends_with("a newline, found the end of the file within it (cut off?) (at line 16)"),
        "{no_end}"
    );
    let mut bytes = GOOD.as_bytes().to_vec();
    bytes[20] = 0xff;
    assert_eq!(
        message(&bytes),
        "model: expected text in UTF-8, found a byte that is not, 5 bytes into the line (at line 2)"
    );
    assert!(message(b"").contains("expected a line `SV` after the header, found the end of the file"));
    let machine = GOOD.replace("c_svc", "epsilon_svr");
    assert!(message(machine.as_bytes()).contains("lines that belong to the svm_type"), "{machine}");
    let table = GOOD.replace("polynomial", "precomputed").replace("1 1:0.5 3:-1", "1 0:0");
    assert!(
        message(table.as_bytes()).contains("0:<serial number from 1> of a precomputed kernel, found `0:0`")
    );
}

#[test]
fn safetensors_files_that_lie_are_refused() {
    let x = [1.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.2, 0.0, 1.0, 0.9, 0.1, 0.4, 0.1, 1.2, 0.3, 0.0, 0.3, 0.8];
    let svc = Svc::new(Kernel::rbf(Gamma::Auto)).c(10.0);
    let stored = StoredModel::from(svc.fit(Samples::dense(&x, 3), &[5, -3, 40, 5, -3, 40]).unwrap());
    let bytes = stored.to_safetensors().unwrap();
    let len = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + len]).unwrap();
    let description = header["__metadata__"]["pellucid_svm"].as_str().unwrap().to_owned();
    let with = |piece: &str, instead: &str| {
        assert!(description.contains(piece), "{piece} is not in {description}");
        let mut header = header.clone();
        header["__metadata__"]["pellucid_svm"] = description.replacen(piece, instead, 1).into();
        let header = header.to_string();
        message(&[&(header.len() as u64).to_le_bytes(), header.as_bytes(), &bytes[8 + len..]].concat())
    };
    for (piece, instead, expected) in [
        ("\"columns\":3", "\"columns\":4", "expected support vectors of 4 numbers, found 3"),
        ("\"format\":1", "\"format\":9", "found format 9, this version reads 1"),
        ("[-3,5,40]", "[-3,5]", "expected 1 numbers rho, found 3"),
        ("[-3,5,40]", "[5,5,40]", "expected different labels, found Some(5) twice"),
        ("[-3,5,40]", "[-3,5,4000000000]", "found a damaged description: "),
        ("c_svc", "one_class", "expected one number rho, found 3"),
        ("\"class_sizes\":[", "\"class_sizes\":[1,", "expected 3 counts of support vectors, found 4"),
        ("\"class_sizes\":[", "\"class_sizes\":[1844674407370955161", "by the counts of the classes"),
        ("\"gamma\":", "\"gamma\":-", "expected a finite gamma of at least 0"),
        ("\"name\":\"rbf\"", "\"name\":\"custom\"", "found a damaged description: unknown variant"),
    ] {
        let message = with(piece, instead);
        assert!(message.contains(expected), "{instead}: {message}");
    }
    let other =
        safetensors::serialize(Vec::<(String, safetensors::tensor::TensorView<'_>)>::new(), None).unwrap();
    assert_eq!(
        message(&other),
        "model: expected a Pellucid SVM model (metadata key \"pellucid_svm\"), found a safetensors file without it"
    );
}

/// What cannot be seen in a text is skipped or named as by all other readers: a byte-order mark, UTF-16, a no-break space,
/// a minus sign that is not the usual one.
#[test]
fn hidden_text_in_a_model() {
    let text = "svm_type c_svc\nkernel_type linear\nnr_class 2\ntotal_sv 2\nrho 0\nlabel 1 -1\nnr_sv 1 1\nSV\n1 1:1\n-1 1:2\n";
    let parse = |bytes: &[u8]| StoredModel::parse("m", bytes);
    let expected = parse(text.as_bytes()).unwrap().to_libsvm().unwrap();
    for same in
        [format!("\u{feff}{text}"), text.replace("1 1:1", "1\u{a0}1:1").replace("label 1", "label\u{2003}1")]
    {
        assert_eq!(parse(same.as_bytes()).unwrap().to_libsvm().unwrap(), expected);
    }
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = parse(&wide).err().unwrap().to_string();
    assert!(message.contains("expected text in UTF-8, found UTF-16"), "{message}");
    let message = parse(text.replace("rho 0", "rho \u{2212}1").as_bytes()).err().unwrap().to_string();
    assert!(message.contains("U+2212, a minus sign"), "{message}");
    let message = parse(b"svm_\x1btype c_svc\n").err().unwrap().to_string();
    assert!(!message.chars().any(char::is_control), "{message}");
}
