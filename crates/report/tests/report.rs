//! The written report: its files, its numbers and its independence from everything outside.

mod common;

use std::fs;

use pellucid_report::*;

#[test]
fn all_files_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/report");
    let (results, evidence) = common::sample(None);
    let written = write_report(&out, &results, &evidence, Outputs::default()).unwrap();
    assert_eq!(written.page, out.join("index.html"));
    assert_eq!(written.figures.len(), 12);
    assert!(out.join("figures/figure-1-xor-network.svg").is_file());
    assert!(written.figures.iter().chain([&written.page, &written.results]).all(|path| path.is_file()));
    write_report(&out, &results, &evidence, Outputs::default()).expect("a second run replaces the first");
}

/// Keys of a run of a support vector machine.
const RUN: &str = "train_rows test_rows dimensions kernel c gamma tolerance iterations accuracy macro_f1 weighted_f1 \
                   fit_seconds predict_seconds support_vectors dual_objective kkt_gap";

#[test]
fn results_have_the_promised_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (results, evidence) = common::sample(None);
    let written = write_report(folder.path(), &results, &evidence, Outputs::default()).unwrap();
    let text = fs::read_to_string(written.results).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let promised = [
        ("", "version preset seed threads cpu gradcheck xor autoencoder svm performance"),
        ("/performance", "schema date machine threads rounds versions probe jobs"),
        ("/performance/jobs/xor/0", "who seconds process_seconds final_loss"),
        ("/gradcheck", "max_relative_error checks"),
        ("/gradcheck/checks/0", "component parameter analytic_norm numeric_norm relative_error"),
        ("/xor", "initial_loss final_loss accuracy predictions seconds"),
        (
            "/autoencoder",
            "epochs train_loss validation_loss test_bce test_mse test_mae mean_sample_mse std_sample_mse \
             range_preservation seconds seconds_per_epoch samples_per_second peak_rss_mb checkpoint",
        ),
        (
            "/svm",
            "latent latent_all latent_untrained raw latent_linear confusion per_class_f1 discriminative_features",
        ),
        ("/svm/latent", RUN),
        ("/svm/raw", RUN),
        ("/svm/discriminative_features/0", "feature variance"),
    ];
    for (place, keys) in promised {
        let object = json.pointer(place).unwrap();
        for key in keys.split_whitespace() {
            assert!(object.get(key).is_some_and(|value| !value.is_null()), "{place}/{key}");
        }
    }
    assert_eq!(json["svm"]["confusion"][4][9], 41);
    assert_eq!(json["svm"]["per_class_f1"].as_array().unwrap().len(), 10);
    assert_eq!(json["xor"]["predictions"].as_array().unwrap().len(), 4);
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
}

#[test]
fn parts_that_did_not_run_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (mut results, evidence) = common::sample(None);
    (results.gradcheck, results.autoencoder, results.svm) = (None, None, None);
    results.performance = None;
    let written = write_report(folder.path(), &results, &evidence, Outputs::default()).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(written.results).unwrap()).unwrap();
    assert!(
        json.get("svm").is_none() && json.get("autoencoder").is_none() && json.get("gradcheck").is_none()
    );
    let page = fs::read_to_string(written.page).unwrap();
    assert!(page.contains("id=\"xor\"") && !page.contains("id=\"autoencoder\"") && !page.contains("Table 8"));
    assert_eq!(written.figures.len(), 3);
}

#[test]
fn a_short_run_of_the_machines_shows_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let (mut results, evidence) = common::sample(None);
    if let Some(svm) = &mut results.svm {
        (svm.latent_all, svm.latent_untrained, svm.raw, svm.latent_linear) = (None, None, None, None);
        svm.discriminative_features.clear();
    }
    let written = write_report(folder.path(), &results, &evidence, Outputs::default()).unwrap();
    let text = fs::read_to_string(written.results).unwrap();
    assert!(!text.contains("latent_all") && !text.contains("\"raw\""));
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
    let page = fs::read_to_string(written.page).unwrap();
    assert!(page.contains("id=\"table-10\"") && !page.contains("table-10a") && !page.contains("Raw pixels"));
    assert!(page.contains("95.1 %") && !page.contains("73.6 %"));
}

#[test]
fn the_page_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (results, evidence) = common::sample(None);
    let page = fs::read_to_string(
        write_report(folder.path(), &results, &evidence, Outputs::default()).unwrap().page,
    )
    .unwrap();
    let page = common::without_images(&page);
    for outside in ["<script", "<link", "@import", "src=", "href=\"http", "url(http", "url(//", "@font-face"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").matches("http").count(), 0);
    assert_eq!(page.matches("<figure ").count(), 12);
    for table in 1..=15 {
        assert!(page.contains(&format!("id=\"table-{table}\"")), "table {table}");
    }
    assert!(!page.contains("merror") && !page.contains("{{") && !page.contains("{%"));
    for id in page.split("href=\"#").skip(1).map(|rest| &rest[..rest.find('"').unwrap()]) {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[test]
fn text_from_outside_cannot_become_markup() {
    let folder = tempfile::tempdir().unwrap();
    let (mut results, mut evidence) = common::sample(None);
    let hostile = "<script>alert(1)</script>".to_string();
    results.cpu.clone_from(&hostile);
    results.command.clone_from(&hostile);
    if let (Some(checks), Some(xor), Some(run)) =
        (&mut results.gradcheck, &mut evidence.xor, &mut results.autoencoder)
    {
        checks.checks[0].parameter.clone_from(&hostile);
        xor.network.layers[1].name.clone_from(&hostile);
        run.hyperparameters.architecture.clone_from(&hostile);
        run.checkpoint = Some(hostile);
    }
    let page = fs::read_to_string(
        write_report(folder.path(), &results, &evidence, Outputs::default()).unwrap().page,
    )
    .unwrap();
    assert!(!page.contains("<script"));
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn a_run_that_diverged_still_gets_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let (mut results, mut evidence) = common::sample(None);
    if let (Some(run), Some(xor)) = (&mut results.autoencoder, &mut evidence.xor) {
        run.test_mse = f64::NAN;
        run.train_loss = vec![f64::NAN; 3];
        run.samples_per_second = f64::INFINITY;
        xor.loss = vec![f64::INFINITY; 10];
        if let Some(step) = &mut xor.step {
            step.w1.values[0] = f64::NAN;
            step.loss = f64::NAN;
        }
    }
    let page = fs::read_to_string(
        write_report(folder.path(), &results, &evidence, Outputs::default()).unwrap().page,
    )
    .unwrap();
    let page = common::without_images(&page);
    assert!(page.contains("not finite") && !page.contains("NaN"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    fs::write(&file, "").unwrap();
    let (results, evidence) = common::sample(None);
    let error = write_report(&file, &results, &evidence, Outputs::default()).unwrap_err();
    assert!(matches!(error, ReportError::Folder { .. }));
    assert!(error.to_string().contains("taken"), "{error}");
}

#[cfg(not(feature = "pdf"))]
#[test]
fn pdf_without_the_feature_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (results, evidence) = common::sample(None);
    let outputs = Outputs { pdf: true, ..Outputs::default() };
    let error = write_report(folder.path(), &results, &evidence, outputs).unwrap_err();
    assert!(matches!(error, ReportError::PdfUnsupported));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(not(feature = "png"))]
#[test]
fn png_without_the_feature_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (results, evidence) = common::sample(None);
    let error = write_report(folder.path(), &results, &evidence, Outputs { png: true, ..Outputs::default() })
        .unwrap_err();
    assert!(matches!(error, ReportError::PngUnsupported));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(feature = "png")]
#[test]
fn png_figures_are_rendered_with_their_images() {
    let folder = tempfile::tempdir().unwrap();
    let (results, evidence) = common::sample(None);
    let written =
        write_report(folder.path(), &results, &evidence, Outputs { png: true, ..Outputs::default() })
            .unwrap();
    assert_eq!(written.figures.len(), 24);
    let file = fs::File::open(folder.path().join("figures/figure-3-xor-decision-boundary.png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let reds = pixels.chunks(4).filter(|p| p[0] > 150 && p[1] < 80 && p[2] < 90).count();
    assert!(reds > 50_000, "the heat map has {reds} red pixels");
}
