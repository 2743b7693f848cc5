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
        AnyModel::Classifier(model) => model.decision_values(samples, &Pool::single()).unwrap(),
        AnyModel::DecisionFunction(model) => model.predict(samples).unwrap(),
    }
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
    let end = "expected a kernel that a file can hold, found a custom function";
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
        if let AnyModel::DecisionFunction(model) = &stored.model {
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

/// The rule of `StoredModel::zero_based`, with svm-train's model of `1 0:1 1:0.5` and `-1 0:-1 1:0.25` (case 15).
#[test]
fn features_may_count_from_zero() {
    let text = "svm_type c_svc\nkernel_type linear\nnr_class 2\ntotal_sv 2\nrho 0.046153846153846156\nlabel 1 -1\nnr_sv 1 1\nSV\n0.49230769230769234 0:1 1:0.5 \n-0.49230769230769234 0:-1 1:0.25 \n";
    let stored = StoredModel::parse("model", text.as_bytes()).unwrap();
    assert!(stored.zero_based);
    assert_eq!((stored.model.columns(), stored.to_libsvm().unwrap().as_str()), (2, text));
    let found = values(&stored, Samples::dense(&[1.0, 0.5, -1.0, 0.25], 2));
    for (found, expected) in found.iter().zip([1.0, -1.0]) {
        assert!((found - expected).abs() < 1e-12, "{found}");
    }
    let again = StoredModel::parse("model", &stored.to_safetensors().unwrap()).unwrap();
    assert_eq!((again.zero_based, again.to_libsvm().unwrap().as_str()), (true, text));
    // The mark of where features count from is kept where the first feature is zero.
    let text = text.replace("0:1 ", "").replace("0:-1 ", "");
    let mut stored = StoredModel::parse("model", text.as_bytes()).unwrap();
    assert!(!stored.zero_based);
    stored.zero_based = true;
    assert!(StoredModel::parse("model", stored.to_libsvm().unwrap().as_bytes()).unwrap().zero_based);
}

/// Every way to a model of two features, and tables of one, two and three.
#[test]
fn models_know_how_wide_they_are() {
    let x = [1.0, 0.5, -1.0, 0.25];
    let csr = |columns: usize| Csr::new(columns, vec![0, 1], vec![0], vec![1.0]).unwrap();
    let sparse = Csr::new(2, vec![0, 2, 4], vec![0, 1, 0, 1], x.to_vec()).unwrap();
    for samples in [Samples::dense(&x, 2), Samples::from(&sparse)] {
        let fitted = StoredModel::from(Svc::new(Kernel::Linear).fit(samples, &[1, -1]).unwrap());
        let kept = StoredModel::parse("model", &fitted.to_safetensors().unwrap()).unwrap();
        let text = StoredModel::parse("model", fitted.to_libsvm().unwrap().as_bytes()).unwrap();
        let still = StoredModel::parse("model", &text.to_safetensors().unwrap()).unwrap();
        for (stored, wider) in [(fitted, false), (kept, false), (text, true), (still, true)] {
            let AnyModel::Classifier(model) = &stored.model else { panic!("no classifier") };
            for columns in 1..=3 {
                let row = vec![1.0; columns];
                assert_eq!(model.predict(Samples::dense(&row, columns)).is_ok(), columns == 2);
                let fits = columns <= 2 || wider;
                assert_eq!(model.predict(Samples::from(&csr(columns))).is_ok(), fits);
            }
        }
    }
}

#[test]
fn columns_of_a_larger_kernel_are_renamed() {
    let table = [4.0, 2.0, 2.0, 2.0];
    let model = Svc::new(Kernel::Precomputed).c(10.0).fit(Samples::dense(&table, 2), &[-1, 1]).unwrap();
    let stored = StoredModel::from(model).in_larger_kernel(&[1, 2]).unwrap();
    // svm-train's model of case 14: f = K(x, 3) - K(x, 2) + 1.
    assert!(stored.to_libsvm().unwrap().contains("0:2 ") && stored.to_libsvm().unwrap().contains("0:3 "));
    assert_eq!(stored.model.columns(), 3);
    assert!(stored.clone().in_larger_kernel(&[5]).is_err());
    let linear =
        StoredModel::from(Svc::new(Kernel::Linear).fit(Samples::dense(&[1.0, -1.0], 1), &[0, 1]).unwrap());
    assert!(linear.in_larger_kernel(&[0, 1]).is_err());
}
