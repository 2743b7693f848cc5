//! No field of the report is left unfilled, whatever parts of a run took place.

#[path = "../../tests/common/mod.rs"]
mod common;

use typst::layout::{Frame, FrameItem};

use super::*;
use crate::figures::figures;
use crate::performance::prose::sentences;
use crate::tables::tables;

/// The report's text, page by page; figures are images in it and have tests of their own.
fn pages(results: &Results, figures: &[Figure]) -> Vec<String> {
    fn collect(frame: &Frame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => collect(&group.frame, text),
                FrameItem::Text(run) => {
                    text.push_str(&run.text);
                    text.push(' ');
                }
                _ => {}
            }
        }
    }
    let read = |document: &PagedDocument, _: &Memory| {
        let page = |page: &typst::layout::Page| {
            let mut text = String::new();
            collect(&page.frame, &mut text);
            text
        };
        Ok(document.pages.iter().map(page).collect())
    };
    with_document(results, figures, read).unwrap()
}

/// The text without its spaces, which may lie anywhere between the runs of a line.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The squeezed text as it runs on from page to page: without the line at the head of each and its number at the foot.
fn running(pages: &[String]) -> String {
    let body = |(number, page): (usize, &String)| {
        let page = squeezed(page);
        let begin = page.find(HEAD).map_or(0, |at| at + HEAD.len());
        let page = &page[begin..];
        page.strip_suffix(&(number + 1).to_string()).unwrap_or(page).to_owned()
    };
    pages.iter().enumerate().map(body).collect()
}

/// The end of the line at the head of a page.
const HEAD: &str = "preset“quick”,seed42";

/// Words that a field leaves behind which was not filled.
const UNFILLED: [&str; 7] = ["none", "None", "NaN", "null", "undefined", "{{", "auto)"];

fn assert_filled(text: &str) {
    for word in UNFILLED {
        let place = text.find(word).map(|at| text[..at].chars().rev().take(60).collect::<String>());
        let before = place.map(|reversed| reversed.chars().rev().collect::<String>());
        assert!(before.is_none(), "{word} after …{}", before.unwrap_or_default());
    }
}

#[test]
fn a_full_run_fills_every_section() {
    let (results, evidence) = common::sample(None);
    let pages = pages(&results, &figures(&results, &evidence));
    let (text, running) = (squeezed(&pages.concat()), running(&pages));
    assert_filled(&pages.concat());
    for heading in [
        "Introduction",
        "Librarydesign",
        "Gradientchecks",
        "TheXORproblem",
        "Theautoencoder",
        "Classificationbysupportvectormachines",
        "Performance",
        "Conclusions",
        "References",
    ] {
        assert!(text.matches(heading).count() >= 2, "{heading} in the contents and in its place");
    }
    for table in tables(&results) {
        let numbered =
            if table.label.starts_with("Table ") { format!("{}.", table.label) } else { String::new() };
        let caption = squeezed(&format!("{numbered}{}", table.caption));
        assert!(text.contains(&caption), "{caption}");
    }
    for figure in 1..=12 {
        assert!(text.contains(&format!("Figure{figure}.")), "figure {figure}");
    }
    for number in ["95.1%", "73.6%", "75.2%", "92.5%", "0.006860", "0.008067", "3.2×10−9", "9(41times)"] {
        assert!(text.contains(number), "{number}");
    }
    for sentence in sentences(results.performance.as_ref().unwrap()).values() {
        assert!(running.contains(&squeezed(sentence)), "{sentence}");
    }
    assert!(!text.contains("Thisrunleftout") && !text.contains("holdsnocomparison"));
    assert!((12..=30).contains(&pages.len()), "{} pages", pages.len());
}

#[test]
fn parts_that_did_not_run_say_so() {
    let (full, evidence) = common::sample(None);
    let nothing = Results {
        gradcheck: None,
        xor: None,
        autoencoder: None,
        svm: None,
        performance: None,
        date: None,
        ..full.clone()
    };
    let partial = [
        (nothing.clone(), 4),
        (Results { gradcheck: full.gradcheck.clone(), ..nothing.clone() }, 3),
        (Results { xor: full.xor.clone(), ..nothing.clone() }, 3),
        (Results { autoencoder: full.autoencoder.clone(), ..nothing.clone() }, 3),
        (Results { svm: full.svm.clone(), ..nothing.clone() }, 3),
        (Results { performance: full.performance.clone(), ..nothing }, 4),
    ];
    for (results, left_out) in partial {
        let text = pages(&results, &figures(&results, &evidence)).concat();
        assert_filled(&text);
        let text = squeezed(&text);
        assert_eq!(text.matches("Thisrunleftout").count(), left_out);
        assert_eq!(text.contains("holdsnocomparison"), results.performance.is_none());
    }
}

#[test]
fn numbers_that_are_missing_or_not_finite_are_said_to_be_so() {
    let (mut results, mut evidence) = common::sample(None);
    if let (Some(run), Some(svm)) = (&mut results.autoencoder, &mut results.svm) {
        (run.test_mse, run.samples_per_second) = (f64::NAN, f64::INFINITY);
        (run.peak_rss_mb, run.best_epoch, run.checkpoint) = (None, Some(12), None);
        run.train_loss = vec![];
        (svm.latent_all, svm.latent_untrained, svm.raw, svm.latent_linear) = (None, None, None, None);
        svm.latent.accuracy = f64::NAN;
        svm.latent.fit_seconds = f64::NAN;
        svm.per_class_f1[3] = f64::NAN;
        svm.discriminative_features.clear();
        svm.confusion = [[0; 10]; 10];
    }
    if let (Some(checks), Some(xor)) = (&mut results.gradcheck, &mut results.xor) {
        checks.max_relative_error = f64::NAN;
        (checks.step, checks.mse) = (0.0, None);
        xor.final_loss = f64::INFINITY;
    }
    evidence.svm = None;
    let text = pages(&results, &figures(&results, &evidence)).concat();
    assert_filled(&text);
    assert!(text.contains("not finite"));
}

#[test]
fn text_from_outside_stays_text() {
    let (mut results, evidence) = common::sample(None);
    let hostile = "#panic(\"no\") $x$ *bold* @nowhere [";
    results.cpu = hostile.into();
    results.command = hostile.into();
    let text = squeezed(&pages(&results, &figures(&results, &evidence)).concat());
    assert!(text.contains("#panic(\"no\")$x$*bold*@nowhere["));
}

#[test]
fn the_file_is_a_pdf_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (results, evidence) = common::sample(None);
    let drawn = figures(&results, &evidence);
    let first = std::fs::read(write_pdf(folder.path(), &results, &drawn).unwrap()).unwrap();
    let second = std::fs::read(write_pdf(folder.path(), &results, &drawn).unwrap()).unwrap();
    assert!(first.starts_with(b"%PDF-") && first.len() < 2_000_000, "{} bytes", first.len());
    assert!(first == second);
}

#[test]
fn a_mistake_in_the_source_is_named_with_its_place() {
    let mut files = files::all(&Results::default(), &[]).unwrap();
    files.insert("sections/xor.typ".into(), b"= Title\n\n#no-such-thing".to_vec());
    let memory = Memory::new(files);
    let errors = typst::compile::<PagedDocument>(&memory).output.unwrap_err();
    let message = failure(&memory, &errors).to_string();
    assert!(message.contains("sections/xor.typ, line 3: unknown variable"), "{message}");
}
