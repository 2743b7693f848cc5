//! Tables 11, 11a and 15: instruction sets against each other, and Pellucid against the best of the others.

use super::rows::differences;
use crate::course;
use crate::number::{times, timing};
use crate::performance::contest::{Better, SVM_JOBS, Unit, contests, svm_size};
use crate::performance::names::{OURS, name};
use crate::performance::{Measured, Performance};
use crate::tables::table::Table;

/// Jobs without a table of their own.
const JOBS: [(&str, &str); 5] = [
    ("convergence", "Convergence"),
    ("quality", "Time to the course report’s quality"),
    ("inference", "Inference"),
    ("start", "Start"),
    ("code", "Lines of code"),
];

/// What Pellucid takes with the instruction set it chose, and when it is held to a narrower one.
pub(super) fn instruction_sets(p: &Performance) -> Table {
    let narrower = ["pellucid_avx2", "pellucid_portable"];
    let mut jobs = vec![
        ("Full-size training, an epoch".to_owned(), "autoencoder", "epoch_seconds", Unit::Seconds),
        ("Small job".to_owned(), "small", "train_seconds", Unit::Seconds),
        ("Time to the course report’s quality".to_owned(), "quality", "seconds", Unit::Seconds),
        ("XOR".to_owned(), "xor", "seconds", Unit::Seconds),
        ("One sample".to_owned(), "inference", "single_seconds", Unit::Seconds),
        ("10,000 samples at once".to_owned(), "inference", "batch_per_second", Unit::PerSecond),
    ];
    for job in SVM_JOBS {
        jobs.push((format!("SVM, {}, fit", svm_size(job)), job, "fit_seconds", Unit::Seconds));
        jobs.push((format!("SVM, {}, predict", svm_size(job)), job, "predict_seconds", Unit::Seconds));
    }
    let mut logs = [Vec::new(), Vec::new()];
    let mut rows = Vec::new();
    for (title, job, field, unit) in jobs {
        let ours = p.measured(job, OURS, field);
        let others = narrower.map(|who| p.measured(job, who, field));
        if others.iter().all(Option::is_none) {
            let errors =
                narrower.iter().filter_map(|who| p.row(job, who)?.error.clone().map(|why| (who, why)));
            let errors: Vec<String> = errors.map(|(who, why)| format!("{}: {why}", name(who))).collect();
            if !errors.is_empty() {
                let mut row = vec!["–".to_owned(); 6];
                row[0] = format!("{title}: not measured: {}", errors.join("; "));
                rows.push(row);
            }
            continue;
        }
        let write = |m: &Option<Measured>| m.as_ref().map_or("–".into(), |m| unit.write(m.median));
        let mut row = vec![title, write(&ours), write(&others[0]), write(&others[1])];
        for (other, logs) in others.iter().zip(&mut logs) {
            let speedup = ours.as_ref().zip(other.as_ref()).and_then(|(ours, other)| {
                let ratio = if unit == Unit::PerSecond {
                    ours.median / other.median
                } else {
                    other.median / ours.median
                };
                (ratio.is_finite() && ratio > 0.0).then_some(ratio)
            });
            logs.extend(speedup.map(f64::ln));
            row.push(speedup.map_or("–".into(), times));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        let mut row = vec!["–".to_owned(); 6];
        row[0] = "Not measured: the file has no rows of narrower instruction sets".into();
        rows.push(row);
    } else {
        let mean = |logs: &Vec<f64>| {
            if logs.is_empty() {
                "–".into()
            } else {
                times((logs.iter().sum::<f64>() / logs.len() as f64).exp())
            }
        };
        let mut row = vec!["Geometric mean".to_owned(), "–".into(), "–".into(), "–".into()];
        row.extend(logs.iter().map(mean));
        rows.push(row);
    }
    let chosen = format!("Chosen: {}", if p.machine.isa.is_empty() { "?" } else { &p.machine.isa });
    Table::new(
        "Table 11",
        "Adaptive selection: the instruction set chosen at run time, and what the narrower ones would take.",
        &["Work", &chosen, "AVX2", "Portable", "over AVX2", "over portable"],
        rows,
        &["“Over”: how many times faster the chosen instruction set is. Medians."],
    )
}

/// What the course report publishes under this number.
pub(super) fn courses_optimization() -> Table {
    let rows = course::SMART_OPTIMIZATION.into_iter().map(|(component, seconds, speedup)| {
        let [before, after] = seconds.map_or(["–".to_owned(), "–".to_owned()], |pair| pair.map(timing));
        vec![component.to_owned(), before, after, times(speedup)]
    });
    let mean = vec!["Geometric mean".into(), "–".into(), "–".into(), times(course::SMART_OPTIMIZATION_MEAN)];
    Table::new(
        "Table 11a",
        "The course report’s adaptive selection, as published: its “smart optimisation” of NumPy code.",
        &["Component", "Before", "After", "Speed-up"],
        rows.chain([mean]).collect(),
        &[
            "Another question than Table 11’s: the course report chooses between NumPy and compiled loops. Two of its six choices made things slower.",
        ],
    )
}

/// Pellucid and the best of the others in every aspect.
pub(super) fn trade_offs(p: &Performance) -> Table {
    let write = |m: Option<&Measured>, unit: Unit| m.map_or("–".into(), |m| unit.write(m.median));
    let mut rows: Vec<Vec<String>> = contests(p)
        .into_iter()
        .map(|contest| {
            let (who, peer) =
                contest.peer.as_ref().map_or(("–".into(), None), |(who, m)| (name(who), Some(m)));
            let aspect = match contest.better {
                Better::Less => contest.aspect.clone(),
                Better::More => format!("{} (more is better)", contest.aspect),
            };
            vec![
                aspect,
                write(contest.ours.as_ref(), contest.unit),
                write(peer, contest.unit),
                who,
                contest.ratio().map_or("–".into(), times),
                contest.verdict(),
                contest.course.to_owned(),
            ]
        })
        .collect();
    for (job, title) in JOBS {
        for failed in p.rows(job).iter().filter(|row| row.error.is_some()) {
            let mut row = vec!["–".to_owned(); 7];
            row[0] = format!("{title}, {}", failed.label());
            rows.push(row);
        }
    }
    let meaning = "Ratio: how many times better Pellucid is; below 1 it is worse. Winner: by the medians; “ranges overlap” \
                   where the least and greatest runs of both leave it open. Precision is single where nothing else is said. The \
                   course report compares its own (“Custom”) with TensorFlow only, and also judges scalability (a tie), \
                   educational value (its own) and production readiness (TensorFlow), which no measurement decides.";
    let differences = differences(p, JOBS.map(|(job, _)| job));
    let notes: Vec<&str> = std::iter::once(meaning).chain(differences.as_deref()).collect();
    Table::new(
        "Table 15",
        "Trade-offs: Pellucid and the best of the others, in everything that was measured.",
        &["Aspect", "Pellucid", "Best other", "Who", "Ratio", "Winner", "Course’s winner"],
        rows,
        &notes,
    )
}

/// The geometric mean of the course report's speed-ups is what it says.
#[cfg(test)]
#[test]
fn the_courses_mean_is_the_mean_of_its_speed_ups() {
    let logs: f64 = course::SMART_OPTIMIZATION.iter().map(|(.., speedup)| speedup.ln()).sum();
    assert_eq!(times((logs / 6.0).exp()), times(course::SMART_OPTIMIZATION_MEAN));
}
