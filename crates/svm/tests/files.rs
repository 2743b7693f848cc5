//! Models in files: what is written reads back the same, and what is no model is refused with its place.

use pellucid_compute::Pool;
use pellucid_data::Csr;
use pellucid_svm::{
    AnyModel, Gamma, Kernel, MultiClass, OneClassSvm, Options, Precision, Probability, Samples, StoredModel,
    SupportVectors, Svc, Svr,
};

const ROWS: usize = 24;
const COLUMNS: usize = 3;

/// Points of three classes that overlap a little; some numbers are zero.
fn points() -> (Vec<f64>, Vec<i32>, Vec<f64>) {
    let number = |i: usize| {
        let (row, column) = (i / COLUMNS, i % COLUMNS);
        let noise = 0.8 * ((i * i + 7 * i) as f64 * 0.37).sin();
        if row % 3 == column {
            1.0 + noise
        } else if i.is_multiple_of(5) {
            0.0
        } else {
            noise
        }
    };
    let x: Vec<f64> = (0..ROWS * COLUMNS).map(number).collect();
    let labels = (0..ROWS).map(|i| [5, -3, 40][i % 3]).collect();
    let targets = (0..ROWS).map(|i| x[i * COLUMNS] - 0.5 * x[i * COLUMNS + 2] + 0.1 * i as f64).collect();
    (x, labels, targets)
}

fn kernels() -> [Kernel; 4] {
    [
        Kernel::Linear,
        Kernel::polynomial(2, Gamma::Value(0.3), 1.0),
        Kernel::rbf(Gamma::Scale),
        Kernel::sigmoid(Gamma::Value(0.1), 0.0),
    ]
}

/// A model of each formulation.
fn models(samples: Samples<'_>, kernel: &Kernel) -> Vec<StoredModel> {
    let (_, labels, targets) = points();
    let two: Vec<i32> = labels.iter().map(|&label| if label == 5 { 1 } else { -1 }).collect();
    let kernel = || kernel.clone();
    vec![
        Svc::new(kernel()).c(10.0).fit(samples, &labels).unwrap().into(),
        Svc::new(kernel()).fit(samples, &two).unwrap().into(),
        Svc::new(kernel()).nu(0.4).fit(samples, &labels).unwrap().into(),
        OneClassSvm::new(kernel(), 0.3).fit(samples).unwrap().into(),
        Svr::new(kernel()).fit(samples, &targets).unwrap().into(),
        Svr::new(kernel()).nu(0.3).fit(samples, &targets).unwrap().into(),
    ]
}

fn values(stored: &StoredModel, samples: Samples<'_>) -> Vec<f64> {
    match &stored.model {
        AnyModel::Classifier(model) => model.machine_values(samples, &Pool::single()).unwrap(),
        AnyModel::Machine(model) => model.predict(samples).unwrap(),
    }
}

fn message(bytes: &[u8]) -> String {
    StoredModel::parse("model", bytes).err().expect("a refusal").to_string()
}

/// Writes and reads in both formats.
fn round_trip(stored: &StoredModel, samples: Samples<'_>) {
    let expected = values(stored, samples);

    let bytes = stored.to_safetensors().unwrap();
    let again = StoredModel::parse("model", &bytes).unwrap();
    assert_eq!(values(&again, samples), expected);
    assert_eq!(again.to_safetensors().unwrap(), bytes);
    assert_eq!(again.probability, stored.probability);

    let text = stored.to_libsvm().unwrap();
    let again = StoredModel::parse("model", text.as_bytes()).unwrap();
    assert_eq!(again.to_libsvm().unwrap(), text);
    assert_eq!(again.probability, stored.probability);
    assert_eq!(again.model.formulation(), stored.model.formulation());
    for (again, expected) in values(&again, samples).iter().zip(&expected) {
        assert!((again - expected).abs() < 2e-5 * expected.abs().max(1.0), "{again} {expected}\n{text}");
    }
}

#[test]
fn every_formulation_and_kernel_goes_to_files_and_back() {
    let (x, ..) = points();
    let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    let sparse = Csr::from_dense(&pellucid_data::Matrix::new(ROWS, COLUMNS, x.clone()).unwrap());
    for kernel in kernels() {
        for samples in [Samples::dense(&x, COLUMNS), Samples::dense(&single, COLUMNS), Samples::from(&sparse)]
        {
            for stored in models(samples, &kernel) {
                round_trip(&stored, samples);
            }
        }
    }
}

#[test]
fn a_precomputed_kernel_is_columns() {
    let (x, ..) = points();
    let row = |i: usize| &x[i * COLUMNS..(i + 1) * COLUMNS];
    let rbf = Kernel::rbf(Gamma::Value(0.5));
    let table: Vec<f64> = (0..ROWS * ROWS).map(|i| rbf.evaluate(row(i / ROWS), row(i % ROWS))).collect();
    for stored in models(Samples::dense(&table, ROWS), &Kernel::Precomputed) {
        let SupportVectors::Columns(columns) = stored.model.support_vectors() else { panic!("rows") };
        let text = stored.to_libsvm().unwrap();
        assert!(text.contains(&format!(" 0:{} \n", columns[0] + 1)), "{text}");
        round_trip(&stored, Samples::dense(&table, ROWS));
    }
}

#[test]
fn safetensors_keeps_what_libsvm_cannot() {
    let (x, labels, _) = points();
    let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    let samples = Samples::dense(&single, COLUMNS);
    let options = Options { precision: Precision::F32, ..Options::default() };
    let svc = Svc::new(Kernel::rbf(Gamma::Auto))
        .multi_class(MultiClass::OneVsRest)
        .options(options)
        .break_ties(true);
    let model = svc.fit(samples, &labels).unwrap();
    let stored = StoredModel::from(model.clone());
    let again = StoredModel::parse("model", &stored.to_safetensors().unwrap()).unwrap();
    let AnyModel::Classifier(again) = again.model else { panic!("no classifier") };
    assert_eq!(again.support(), model.support());
    assert_eq!(again.reports(), model.reports());
    assert_eq!(again.support_vectors(), model.support_vectors());
    assert!(matches!(again.support_vectors(), SupportVectors::F32(_)));
    assert_eq!(
        again.class_values(samples, &Pool::single()).unwrap(),
        model.class_values(samples, &Pool::single()).unwrap()
    );
    let refusal = stored.to_libsvm().unwrap_err().to_string();
    assert_eq!(
        refusal,
        "LIBSVM model: expected a one-vs-one model, found one-vs-rest, which only a safetensors file can hold"
    );
}

#[test]
fn kernels_of_ones_own_are_refused() {
    let (x, labels, _) = points();
    let kernel = Kernel::custom(|x, z| x.iter().zip(z).map(|(x, z)| x * z).sum());
    let stored = StoredModel::from(Svc::new(kernel).fit(Samples::dense(&x, COLUMNS), &labels).unwrap());
    let end = "expected a kernel that a file can hold, found a function of one's own";
    assert_eq!(stored.to_libsvm().unwrap_err().to_string(), format!("LIBSVM model: {end}"));
    assert_eq!(stored.to_safetensors().unwrap_err().to_string(), format!("safetensors model: {end}"));
}

#[test]
fn probabilities_are_kept() {
    let (x, ..) = points();
    let samples = Samples::dense(&x, COLUMNS);
    let mut models = models(samples, &Kernel::Linear);
    let sigmoids = |pairs: usize| Probability::PairwiseSigmoids { a: vec![-1.5; pairs], b: vec![0.1; pairs] };
    let marks = Probability::DensityMarks((0..10).map(|i| f64::from(i) / 3.0).collect());
    let laplace = || Probability::Laplace { scale: 0.7 };
    for (model, probability) in
        models.iter_mut().zip([sigmoids(3), sigmoids(1), sigmoids(3), marks, laplace(), laplace()])
    {
        model.probability = Some(probability);
        round_trip(model, samples);
    }
    models[0].probability = Some(sigmoids(2));
    let refusal = models[0].to_libsvm().unwrap_err().to_string();
    assert_eq!(refusal, "LIBSVM model: expected 3 numbers probA and probB, found 2 and 2");
    models[0].probability = Some(laplace());
    let refusal = models[0].to_safetensors().unwrap_err().to_string();
    assert!(
        refusal.ends_with("expected what makes probabilities of a model c_svc, found that of another"),
        "{refusal}"
    );
}

#[test]
fn files_are_written_and_told_apart() {
    let (x, ..) = points();
    let folder = tempfile::tempdir().unwrap();
    let stored = &models(Samples::dense(&x, COLUMNS), &Kernel::Linear)[0];
    let (text, tensors) = (folder.path().join("a.model"), folder.path().join("b"));
    stored.write_libsvm(&text).unwrap();
    stored.write_safetensors(&tensors).unwrap();
    for path in [&text, &tensors] {
        let again = StoredModel::read(path).unwrap();
        assert_eq!(again.to_libsvm().unwrap(), stored.to_libsvm().unwrap());
    }
    let missing = StoredModel::read(folder.path().join("c")).err().unwrap().to_string();
    assert!(missing.contains("expected a model file that can be read"), "{missing}");
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let (x, ..) = points();
    let samples = Samples::dense(&x, COLUMNS);
    for mut stored in models(samples, &Kernel::rbf(Gamma::Auto)) {
        if let AnyModel::Machine(model) = &stored.model {
            stored.probability = Some(match model.kind() {
                pellucid_svm::Kind::OneClass => Probability::DensityMarks(vec![1.0; 10]),
                _ => Probability::Laplace { scale: 1.0 },
            });
        }
        for bytes in [stored.to_libsvm().unwrap().into_bytes(), stored.to_safetensors().unwrap()] {
            for end in 0..bytes.len() {
                assert!(
                    StoredModel::parse("model", &bytes[..end]).is_err(),
                    "cut at {end} of {}",
                    bytes.len()
                );
            }
            assert!(StoredModel::parse("model", &bytes).is_ok());
        }
    }
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
        ("nr_class 2", "nr_class 1", "at least 2 classes, found 1 (at line 13)"),
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
        ("3:-1", "0:-1", "an index from 1 to 2147483647, found `0:-1` (at line 14, column 3)"),
        ("3:-1", "-3:1", "an index from 1 to 2147483647, found `-3:1` (at line 14, column 3)"),
        (
            "3:-1",
            "2147483648:1",
            "an index from 1 to 2147483647, found `2147483648:1` (at line 14, column 3)",
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
fn libsvm_files_of_old_read_as_they_are() {
    // Gamma of a kernel that has none, more spaces, an index that is zero's.
    let text = "svm_type epsilon_svr\nkernel_type linear\ngamma 0.5\nnr_class 2\ntotal_sv 1\nrho -1\nprobA 0.2\nSV\n2   1:3   4:0  \n";
    let stored = StoredModel::parse("model", text.as_bytes()).unwrap();
    assert_eq!(stored.model.columns(), 4);
    assert_eq!(stored.probability, Some(Probability::Laplace { scale: 0.2 }));
    let wide = Csr::new(9, vec![0, 2], vec![0, 8], vec![2.0, 5.0]).unwrap();
    assert_eq!(values(&stored, Samples::from(&wide)), [13.0]);
}

#[test]
fn safetensors_files_that_lie_are_refused() {
    let (x, ..) = points();
    let stored = &models(Samples::dense(&x, COLUMNS), &Kernel::rbf(Gamma::Auto))[0];
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
