//! Tables 12, 12a and 14: what trainings took.

use super::rows::{by_implementation, cell, differences, median, multiple, spread};
use crate::course;
use crate::number::{fixed, percent, scientific};
use crate::performance::contest::Unit;
use crate::performance::names::OURS;
use crate::performance::{EPOCH_GFLOP, Performance, Row};
use crate::tables::table::Table;

pub(super) fn full_size(p: &Performance) -> Table {
    let job = "autoencoder";
    let ours = p.measured(job, OURS, "epoch_seconds").map(|m| m.median);
    let least = p.fma_gflops().map(|rate| EPOCH_GFLOP / rate);
    let columns = |row: &Row| {
        let epoch = row.measured("epoch_seconds");
        let seconds = epoch.as_ref().map(|m| m.median).filter(|seconds| *seconds > 0.0);
        vec![
            cell(epoch.as_ref(), Unit::Seconds),
            spread(epoch.as_ref()),
            multiple(ours, seconds),
            least.zip(seconds).map_or("–".into(), |(least, seconds)| percent(least / seconds)),
            cell(row.measured("first_epoch_seconds").as_ref(), Unit::Seconds),
            cell(row.measured("final_loss").as_ref(), Unit::Error),
            cell(row.measured("peak_mb").as_ref(), Unit::Megabytes),
            cell(row.measured("growth_mb").as_ref(), Unit::Megabytes),
        ]
    };
    let notes = [
        Some(
            "Ratio: an epoch’s time over ours. Of the probe: the rate of multiplications and additions that an epoch \
             reaches, as a share of what the probe reaches in single precision, which bf16 may exceed. First: the first \
             epoch, with compilation. The course report has no such table."
                .to_owned(),
        ),
        differences(p, [job]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    Table::new(
        "Table 12a",
        "Full-size training: 50,400 rows of MNIST, batches of 256, binary cross-entropy.",
        &["Implementation", "An epoch", "Spread", "Ratio", "Of the probe", "First", "Loss", "Peak", "Growth"],
        by_implementation(p, job, |row| median(row, "epoch_seconds"), columns, 9),
        &notes,
    )
}

pub(super) fn small_job(p: &Performance) -> Table {
    let ours = p.measured("small", OURS, "train_seconds").map(|m| m.median);
    let columns = |row: &Row| {
        let train = row.measured("train_seconds");
        vec![
            cell(train.as_ref(), Unit::Seconds),
            spread(train.as_ref()),
            multiple(ours, train.map(|m| m.median)),
            cell(row.measured("process_seconds").as_ref(), Unit::Seconds),
            cell(row.measured("final_loss").as_ref(), Unit::Error),
            cell(row.measured("test_mse").as_ref(), Unit::Error),
            cell(row.measured("peak_mb").as_ref(), Unit::Megabytes),
            cell(row.measured("growth_mb").as_ref(), Unit::Megabytes),
        ]
    };
    let mut rows = by_implementation(p, "small", |row| median(row, "train_seconds"), columns, 9);
    for (who, seconds, loss, mse, peak, growth) in course::SMALL_JOB {
        let texts = [
            format!("Course report: {who}"),
            format!("{} s", fixed(seconds, 2)),
            "–".into(),
            "–".into(),
            "–".into(),
            Unit::Error.write(loss),
            Unit::Error.write(mse),
            format!("{} MB", fixed(peak, 1)),
            format!("{} MB", fixed(growth, 1)),
        ];
        rows.push(texts.to_vec());
    }
    let notes = [
        Some(
            "Training: once compiled and warm. Spread: greatest less least run, over the median. Ratio: training time over \
             ours. Process: from start to exit, with loading and compilation. Loss and MSE are what this recipe reaches; \
             the course report’s rows are another machine’s, with settings that its report does not give in full. The course report’s two MSEs are near 0.231, \
             that of images which are grey at 1/2 everywhere."
                .to_owned(),
        ),
        differences(p, ["small"]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    Table::new(
        "Table 12",
        "The small job: 2,000 rows of MNIST, 15 epochs, batches of 32, MSE.",
        &[
            "Implementation",
            "Training",
            "Spread",
            "Ratio",
            "Process",
            "Final loss",
            "Test MSE",
            "Peak",
            "Growth",
        ],
        rows,
        &notes,
    )
}

pub(super) fn xor(p: &Performance) -> Table {
    let ours = p.measured("xor", OURS, "seconds").map(|m| m.median);
    let columns = |row: &Row| {
        let warm = row.measured("seconds");
        let loss = median(row, "final_loss");
        vec![
            cell(warm.as_ref(), Unit::Seconds),
            spread(warm.as_ref()),
            multiple(ours, warm.map(|m| m.median)),
            cell(row.measured("process_seconds").as_ref(), Unit::Seconds),
            loss.map_or(
                "–".into(),
                |loss| if loss.abs() < 1e-4 { scientific(loss, 1) } else { fixed(loss, 6) },
            ),
        ]
    };
    let mut rows = by_implementation(p, "xor", |row| median(row, "seconds"), columns, 6);
    for (who, seconds, loss) in course::XOR_RUNS {
        let name = format!("Course report: {who}");
        rows.push(vec![
            name,
            format!("{} s", fixed(seconds, 3)),
            "–".into(),
            "–".into(),
            "–".into(),
            fixed(loss, 4),
        ]);
    }
    let notes = [
        Some(
            "Warm: the second of two trainings in one process where there is a compiler. Ratio: warm time over ours. \
             Process: from start to exit. The course report’s rows are another machine’s; it counts 55 lines of code for its own \
             and 20 for TensorFlow."
                .to_owned(),
        ),
        differences(p, ["xor"]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    Table::new(
        "Table 14",
        "XOR: 5,000 steps over all four cases on one thread.",
        &["Implementation", "Warm", "Spread", "Ratio", "Process", "Final loss"],
        rows,
        &notes,
    )
}
