//! The readers of SVMlight files and of svm-scale's files on any bytes and with any options: an error, or finite numbers
//! that are written and read back the same; and that machines are fitted to, which predict them, whatever the indices.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pellucid_compute::Pool;
use pellucid_data::{Csr, Scaling, SvmlightOptions, SvmlightTable, parse_svmlight, write_svmlight_to};
use pellucid_svm::{
    ClassOrder, Fit, Gamma, Kernel, OneClassSvm, Options, Precision, Samples, StoredModel, Svc, SvmError, Svr,
};

// The first byte chooses the reader and its options.
fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else { return };
    if choice % 3 == 2 {
        let Ok(scaling) = Scaling::parse("fuzz", bytes) else { return };
        assert!(scaling.features().iter().all(|f| f.min < f.max));
        assert_eq!(Scaling::parse("fuzz", scaling.to_text().as_bytes()).unwrap(), scaling);
        return;
    }
    let columns = (choice & 64 != 0).then_some(usize::from(choice / 3 % 16));
    let zero_based = [None, Some(false), Some(true), None][usize::from(choice >> 4 & 3)];
    let options = SvmlightOptions { columns, precomputed: choice % 3 == 1, zero_based };
    let Ok(SvmlightTable { labels, x, serials, .. }) = parse_svmlight("fuzz", bytes, &options) else {
        return;
    };
    assert!(x.rows() == labels.len());
    assert!(columns.is_none_or(|columns| x.columns() == columns));
    assert!(labels.iter().chain(x.values()).all(|v| v.is_finite()));
    assert!(x.values().iter().all(|&v| v != 0.0));
    assert_eq!(serials.as_ref().map(Vec::len), options.precomputed.then_some(labels.len()));

    if x.columns() < 1 << 31 {
        let mut text = Vec::new();
        write_svmlight_to(&mut text, &labels, &x, serials.as_deref()).unwrap();
        let again = SvmlightOptions {
            columns: Some(x.columns()),
            zero_based: Some(false),
            precomputed: options.precomputed,
        };
        assert_eq!(
            parse_svmlight("fuzz", &text, &again).unwrap(),
            SvmlightTable { labels: labels.clone(), x: x.clone(), zero_based: false, serials }
        );
    }
    fit(choice, &x, &labels, options.precomputed);
    if x.rows().saturating_mul(x.columns()) <= 1 << 16 {
        assert_eq!(Csr::from_dense(&x.to_dense().unwrap()), x);
        // Bounds that leave zeros in place, and bounds that fill them in.
        for lower in [0.0, -1.0] {
            let Ok(scaling) = Scaling::fit(&x, lower, 1.0) else { continue };
            let scaled = scaling.apply(&x).unwrap();
            assert!(scaled.values().iter().all(|v| (lower..=1.0).contains(v)));
        }
    }
});

/// Rows and entries of what machines are fitted to.
const ROWS: usize = 12;
const ENTRIES: usize = 64;

/// Fits a machine of a kind and kernel that `choice` decides; it must predict its samples and go into files and back.
fn fit(choice: u8, x: &Csr<f64>, labels: &[f64], precomputed: bool) {
    if x.rows() > ROWS || x.nonzeros() > ENTRIES {
        return;
    }
    let kernel = match choice / 3 % 4 {
        _ if precomputed => Kernel::Precomputed,
        0 => Kernel::Linear,
        1 => Kernel::polynomial(2, Gamma::Auto, 1.0),
        2 => Kernel::rbf(Gamma::Scale),
        _ => Kernel::rbf(Gamma::Value(0.5)),
    };
    let precision = if choice & 128 == 0 { Precision::Auto } else { Precision::F64 };
    let options = Options { max_iterations: Some(200), precision, ..Options::default() };
    let (pool, samples) = (Pool::single(), Samples::from(x));
    let classes: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    let svc = || Svc::new(kernel.clone()).options(options).class_order(ClassOrder::Appearance);
    let fitted: Result<StoredModel, SvmError> = match choice / 12 % 5 {
        0 => svc().c(10.0).fit_with(samples, &classes, Fit::on(&pool)).map(Into::into),
        1 => svc().nu(0.3).fit_with(samples, &classes, Fit::on(&pool)).map(Into::into),
        2 => OneClassSvm::new(kernel, 0.5).options(options).fit_with(samples, Fit::on(&pool)).map(Into::into),
        3 => Svr::new(kernel).options(options).fit_with(samples, labels, Fit::on(&pool)).map(Into::into),
        _ => Svr::new(kernel)
            .nu(0.5)
            .options(options)
            .fit_with(samples, labels, Fit::on(&pool))
            .map(Into::into),
    };
    let Ok(stored) = fitted else { return };
    values(&stored, samples);
    // A number beyond what is finite cannot be written.
    let Ok(bytes) = stored.to_safetensors() else { return };
    values(&StoredModel::parse("fuzz", &bytes).unwrap(), samples);
    // Nor can more columns than indices.
    let Ok(text) = stored.to_libsvm() else { return };
    if x.columns() < 1 << 31 {
        values(&StoredModel::parse("fuzz", text.as_bytes()).unwrap(), samples);
    }
}

/// What a model says of samples that fit it: finite numbers, or that there are none.
fn values(stored: &StoredModel, samples: Samples<'_>) {
    let pool = Pool::single();
    let values = match &stored.model {
        pellucid_svm::AnyModel::Classifier(model) => {
            model.predict_with(samples, &pool).and_then(|_| model.decision_values(samples, &pool))
        }
        pellucid_svm::AnyModel::DecisionFunction(model) => model.predict_with(samples, &pool),
    };
    match values {
        Ok(values) => assert!(values.iter().all(|value| value.is_finite())),
        Err(SvmError::Decision { .. }) => {}
        Err(other) => panic!("{other}"),
    }
}
