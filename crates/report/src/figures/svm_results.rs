//! Figure 9: classification on latent vectors in four panels.

use super::confusion_matrix::draw_cells;
use super::latent_space::draw_plane;
use crate::course;
use crate::drawing::axes::{Axis, Frame};
use crate::drawing::svg::{Anchor, Path, Svg};
use crate::number::{count, fixed, percent};
use crate::results::evidence::LatentPlane;
use crate::results::svm::SvmResults;

/// Draws accuracy by features, confusion matrix, F1 by digit, and the latent vectors on two principal components.
pub fn svm_results(run: &SvmResults, plane: &LatentPlane) -> Svg {
    let mut svg = Svg::new("Results of the support vector machines", 1060.0, 890.0);
    let title = |svg: &mut Svg, [x, y]: [f64; 2], text: &str| {
        svg.text("pf-strong", [x, y], Anchor::Start, 15.0, text);
    };

    title(&mut svg, [24.0, 30.0], "Accuracy");
    accuracies(&mut svg, run);
    title(&mut svg, [606.0, 30.0], "Confusion matrix");
    draw_cells(&mut svg, &run.confusion, [640.0, 84.0], 33.0, 11.0);
    svg.text("pf-text", [805.0, 54.0], Anchor::Middle, 13.0, "decision");
    svg.upward_text("pf-text", [606.0, 249.0], 13.0, "true digit");
    title(&mut svg, [24.0, 482.0], "F1 of each digit");
    f1_scores(&mut svg, &run.per_class_f1);
    title(&mut svg, [606.0, 482.0], "Latent vectors");
    draw_plane(&mut svg, plane, [640.0, 508.0], [340.0, 320.0]);
    svg
}

fn accuracies(svg: &mut Svg, run: &SvmResults) {
    let runs = run.runs();
    let (x, y) = (Axis::linear([0.0, 100.0]), Axis::linear([0.0, runs.len() as f64]));
    let frame = Frame { left: 196.0, top: 84.0, width: 344.0, height: 330.0, x, y };
    let across = |share: f64| frame.left + frame.width * share.clamp(0.0, 1.0);
    let pitch = frame.height / runs.len() as f64;
    let mut axes = Path::through([
        [frame.left, frame.top],
        [frame.left, frame.bottom()],
        [frame.right(), frame.bottom()],
    ]);
    for (value, label) in frame.x.ticks(4) {
        let x = across(value / 100.0);
        axes.segment([x, frame.bottom()], [x, frame.bottom() + 4.0]);
        svg.text("pf-muted", [x, frame.bottom() + 18.0], Anchor::Middle, 12.0, &label);
    }
    for (row, (name, run)) in runs.into_iter().enumerate() {
        let middle = frame.top + pitch * (row as f64 + 0.5);
        let half = (0.36 * pitch).min(28.0);
        let share = if run.accuracy.is_finite() { run.accuracy } else { 0.0 };
        svg.rect("pf-bar", [frame.left, middle - half], [across(share) - frame.left, 2.0 * half]);
        let rows = format!("{} rows × {}", count(run.train_rows), count(run.dimensions));
        svg.text("pf-text", [frame.left - 10.0, middle - 2.0], Anchor::End, 13.0, name);
        svg.text("pf-muted", [frame.left - 10.0, middle + 15.0], Anchor::End, 12.0, &rows);
        let value = percent(run.accuracy);
        svg.text("pf-text", [frame.left + 10.0, middle + 5.0], Anchor::Start, 14.0, &value);
    }
    svg.path("pf-axis", &axes);
    svg.text(
        "pf-text",
        [frame.left + frame.width / 2.0, frame.bottom() + 40.0],
        Anchor::Middle,
        13.0,
        "per cent",
    );
    let references = [
        ("course, latent", course::SVM_LATENT_ACCURACY, 8.0),
        ("course, raw pixels", course::SVM_RAW_ACCURACY, 26.0),
    ];
    for (name, share, above) in references {
        let (x, y) = (across(share), frame.top - above);
        svg.path("pf-reference", &Path::through([[x, y + 4.0], [x, frame.bottom()]]));
        svg.text("pf-muted", [x, y], Anchor::End, 12.0, &format!("{name} {}", percent(share)));
    }
}

fn f1_scores(svg: &mut Svg, scores: &[f64; 10]) {
    let (x, y) = (Axis::linear([0.0, 10.0]), Axis::linear([0.0, 1.0]));
    let frame = Frame { left: 84.0, top: 530.0, width: 456.0, height: 298.0, x, y };
    let mut axes = Path::through([
        [frame.left, frame.top],
        [frame.left, frame.bottom()],
        [frame.right(), frame.bottom()],
    ]);
    for (value, label) in frame.y.ticks(4) {
        let [left, y] = frame.place([0.0, value]);
        axes.segment([left - 4.0, y], [left, y]);
        svg.text("pf-muted", [left - 8.0, y + 4.0], Anchor::End, 12.0, &label);
    }
    for (digit, &score) in scores.iter().enumerate() {
        let height = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
        let [x, y] = frame.place([digit as f64 + 0.5, height]);
        svg.rect("pf-bar", [x - 17.0, y], [34.0, frame.bottom() - y]);
        svg.text("pf-muted", [x, y - 6.0], Anchor::Middle, 12.0, &fixed(score, 3));
        svg.text("pf-text", [x, frame.bottom() + 18.0], Anchor::Middle, 13.0, &digit.to_string());
    }
    svg.path("pf-axis", &axes);
    svg.text(
        "pf-text",
        [frame.left + frame.width / 2.0, frame.bottom() + 40.0],
        Anchor::Middle,
        13.0,
        "digit",
    );
    svg.upward_text("pf-text", [frame.left - 56.0, frame.top + frame.height / 2.0], 13.0, "F1");
    let y = frame.place([0.0, course::SVM_MACRO_F1])[1];
    svg.path("pf-reference", &Path::through([[frame.left, y], [frame.right(), y]]));
    let name = format!("course, mean {}", fixed(course::SVM_MACRO_F1, 3));
    svg.path(
        "pf-reference",
        &Path::through([[frame.right() - 160.0, 478.0], [frame.right() - 130.0, 478.0]]),
    );
    svg.text("pf-muted", [frame.right() - 124.0, 482.0], Anchor::Start, 12.0, &name);
}
