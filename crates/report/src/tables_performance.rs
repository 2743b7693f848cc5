//! Tables 12 to 14 and the machine: what each implementation took for the same work.

use crate::number::{count, fixed, percent, scientific, times, timing};
use crate::performance::{EPOCH_GFLOP, OURS, SVM_JOBS, Unit, name, slope, svm_size};
use crate::seed_values as seed;
use crate::tables::table;
use crate::{Measured, Performance, Row, Table, tables_contest};

/// The tables of section 7.
pub(crate) fn all(performance: &Performance) -> Vec<Table> {
    vec![
        machine(performance),
        tables_contest::instruction_sets(performance),
        tables_contest::seeds_optimization(),
        full_size(performance),
        small_job(performance),
        scaling(performance),
        scaling_memory(performance),
        xor(performance),
        tables_contest::trade_offs(performance),
        machines(performance),
    ]
}

fn machine(p: &Performance) -> Table {
    let m = &p.machine;
    let mut rows = vec![
        ("Machine", m.name.clone()),
        ("Processor", format!("{}; Pellucid chose {}", m.cpu, m.isa)),
        (
            "Size",
            match m.memory_gb {
                Some(memory) => format!("{} cores, {} GB of memory", m.cores, fixed(memory, 1)),
                None => format!("{} cores", m.cores),
            },
        ),
        ("System", m.os.clone()),
        ("Date", p.date.clone()),
        ("Rounds", format!("{}, each with {} threads", p.rounds, p.threads)),
    ];
    let probes = p.probe.iter().map(|(key, rate)| {
        let threads = key.rsplit('_').next().unwrap_or_default();
        let threads = if threads == "1" { "one thread".into() } else { format!("{threads} threads") };
        let rate =
            format!("{} to {}, median {}", fixed(rate.low, 1), fixed(rate.high, 1), fixed(rate.median, 1));
        match key.split('_').next() {
            Some("fma") => format!("{threads}: {rate} GFLOP/s"),
            Some("read") => format!("{threads}: reads {rate} GB/s"),
            _ => format!("{key}: {rate}"),
        }
    });
    rows.push(("Probe", probes.collect::<Vec<_>>().join("; ")));
    let versions: Vec<String> =
        p.versions.iter().map(|(package, version)| format!("{package} {version}")).collect();
    rows.push(("Versions", versions.join(", ")));
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    table(
        "Machine",
        "What the comparison ran on.",
        &["What", "Which"],
        rows.map(|(what, which)| vec![what.into(), which]).collect(),
        &[
            "Probe: what multiplying and adding, and reading memory, reached in the same run with nothing else to do.",
        ],
    )
}

/// One line for each implementation, ours first and then by `by`, with the rows of the seed below; `columns` fills what
/// comes after the name.
fn by_implementation(
    p: &Performance,
    job: &str,
    by: impl Fn(&Row) -> Option<f64>,
    columns: impl Fn(&Row) -> Vec<String>,
    width: usize,
) -> Vec<Vec<String>> {
    let mut rows: Vec<(&Row, Option<f64>)> = p.rows(job).iter().map(|row| (row, by(row))).collect();
    rows.sort_by(|(a, x), (b, y)| {
        let key = |row: &Row, value: &Option<f64>| (row.who != OURS, value.unwrap_or(f64::MAX));
        let ((a, x), (b, y)) = (key(a, x), key(b, y));
        a.cmp(&b).then(x.total_cmp(&y))
    });
    if rows.is_empty() {
        let mut none = vec!["–".to_owned(); width];
        none[0] = "Not measured: the file has no such job".into();
        return vec![none];
    }
    rows.into_iter().map(|(row, _)| [vec![row.label()], columns(row)].concat()).collect()
}

fn cell(measured: Option<&Measured>, unit: Unit) -> String {
    measured.map_or("–".into(), |m| unit.write(m.median))
}

/// How many times `ours` a row's value is.
fn multiple(ours: Option<f64>, theirs: Option<f64>) -> String {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours > 0.0 => times(theirs / ours),
        _ => "–".into(),
    }
}

fn median(row: &Row, field: &str) -> Option<f64> {
    row.measured(field).map(|m| m.median)
}

fn spread(measured: Option<&Measured>) -> String {
    measured.map_or("–".into(), |m| if m.runs.len() > 1 { percent(m.spread()) } else { "–".into() })
}

/// What differs between the implementations of `jobs`, each remark once.
pub(crate) fn differences<'a>(p: &Performance, jobs: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut noted: Vec<(&str, Vec<String>)> = Vec::new();
    for row in jobs.into_iter().flat_map(|job| p.rows(job)) {
        let (Some(note), name) = (&row.note, name(&row.who)) else { continue };
        match noted.iter_mut().find(|(remark, _)| remark == note) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => noted.push((note, vec![name])),
        }
    }
    let noted: Vec<String> =
        noted.iter().map(|(note, names)| format!("{}: {note}", names.join(", "))).collect();
    (!noted.is_empty()).then(|| format!("What differs: {}.", noted.join("; ")))
}

fn full_size(p: &Performance) -> Table {
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
             epoch, with compilation. The seed has no such table."
                .to_owned(),
        ),
        differences(p, [job]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    table(
        "Table 12a",
        "Full-size training: 50,400 rows of MNIST, batches of 256, binary cross-entropy.",
        &["Implementation", "An epoch", "Spread", "Ratio", "Of the probe", "First", "Loss", "Peak", "Growth"],
        by_implementation(p, job, |row| median(row, "epoch_seconds"), columns, 9),
        &notes,
    )
}

/// Every data set and implementation of the support vector machines.
fn machines(p: &Performance) -> Table {
    let columns = |row: &Row| {
        vec![
            cell(row.measured("fit_seconds").as_ref(), Unit::Seconds),
            cell(row.measured("predict_seconds").as_ref(), Unit::Seconds),
            row.measured("accuracy").map_or("–".into(), |m| format!("{} %", fixed(100.0 * m.median, 2))),
            cell(row.measured("peak_mb").as_ref(), Unit::Megabytes),
        ]
    };
    let of_job = |job: &'static str| {
        let rows = by_implementation(p, job, |row| median(row, "fit_seconds"), columns, 5).into_iter();
        rows.map(move |mut row| {
            row.insert(1, svm_size(job));
            row
        })
    };
    let differences = differences(p, SVM_JOBS);
    let meaning = "Data: training rows × features. The seed measures no times of its machine.";
    let notes: Vec<&str> = std::iter::once(meaning).chain(differences.as_deref()).collect();
    table(
        "Table 15a",
        "Support vector machines: RBF, C = 10, gamma = scale.",
        &["Implementation", "Data", "Fit", "Predict", "Accuracy", "Peak"],
        SVM_JOBS.into_iter().flat_map(of_job).collect(),
        &notes,
    )
}

fn small_job(p: &Performance) -> Table {
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
    for (who, seconds, loss, mse, peak, growth) in seed::SMALL_JOB {
        let texts = [
            format!("Seed’s report: {who}"),
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
             the seed’s rows are another machine’s, with settings that its report does not give in full. The seed’s two MSEs are near 0.231, \
             that of images which are grey at 1/2 everywhere."
                .to_owned(),
        ),
        differences(p, ["small"]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    table(
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

/// The numbers of rows that anyone was given.
fn sizes(p: &Performance) -> Vec<usize> {
    let mut sizes: Vec<usize> =
        p.rows("scaling").iter().flat_map(|row| row.series("seconds")).map(|(rows, _)| rows).collect();
    sizes.extend(seed::SCALING_ROWS);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The cells of a series at `sizes`.
fn at_sizes(points: &[(usize, f64)], sizes: &[usize], unit: Unit) -> Vec<String> {
    let at = |size: &usize| points.iter().find(|(rows, _)| rows == size);
    sizes.iter().map(|size| at(size).map_or("–".into(), |(_, value)| unit.write(*value))).collect()
}

fn medians(row: &Row, field: &str) -> Vec<(usize, f64)> {
    row.series(field).into_iter().map(|(rows, m)| (rows, m.median)).collect()
}

fn scaling(p: &Performance) -> Table {
    let sizes = sizes(p);
    let cells = |points: &[(usize, f64)]| {
        let a_sample = |point: Option<&(usize, f64)>| {
            point.map_or("–".into(), |&(rows, seconds)| timing(seconds / rows.max(1) as f64))
        };
        let mut cells = at_sizes(points, &sizes, Unit::Seconds);
        cells.extend([a_sample(points.first()), a_sample(points.last())]);
        cells.push(slope(points).map_or("–".into(), |slope| fixed(slope, 2)));
        cells
    };
    let last = |row: &Row| medians(row, "seconds").last().map(|(_, seconds)| *seconds);
    let width = sizes.len() + 4;
    let mut rows = by_implementation(p, "scaling", last, |row| cells(&medians(row, "seconds")), width);
    for (who, seconds, _) in seed::SCALING {
        let points: Vec<_> = seed::SCALING_ROWS.into_iter().zip(seconds).collect();
        rows.push([vec![format!("Seed’s report: {who}")], cells(&points)].concat());
    }
    let heads: Vec<String> = sizes.iter().map(|rows| count(*rows)).collect();
    let mut header = vec!["Implementation"];
    header.extend(heads.iter().map(String::as_str));
    header.extend(["A row, fewest", "A row, most", "Slope"]);
    let notes = [
        Some(
            "A row: time for one row with the fewest and with the most rows. Slope: the exponent b in time ∝ rows^b, by \
             least squares of the logarithms; 1 is proportional, less says that a fixed cost weighs on small sizes. The \
             seed’s rows are another job on another machine, of several epochs: only their slopes compare. It scores \
             both as 1.00, linear; the slopes here are computed from the times it prints."
                .to_owned(),
        ),
        differences(p, ["scaling"]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    table(
        "Table 13",
        "Scaling with the number of rows: one epoch of the full-size recipe, warm.",
        &header,
        rows,
        &notes,
    )
}

fn scaling_memory(p: &Performance) -> Table {
    let sizes = sizes(p);
    let last = |row: &Row| medians(row, "peak_mb").last().map(|(_, mb)| *mb);
    let cells = |row: &Row| at_sizes(&medians(row, "peak_mb"), &sizes, Unit::Megabytes);
    let mut rows = by_implementation(p, "scaling", last, cells, sizes.len() + 1);
    for (who, _, peaks) in seed::SCALING {
        let points: Vec<_> = seed::SCALING_ROWS.into_iter().zip(peaks).collect();
        let name = vec![format!("Seed’s report: {who}")];
        rows.push([name, at_sizes(&points, &sizes, Unit::Megabytes)].concat());
    }
    let heads: Vec<String> = sizes.iter().map(|rows| count(*rows)).collect();
    let header: Vec<&str> =
        std::iter::once("Implementation").chain(heads.iter().map(String::as_str)).collect();
    table("Table 13a", "Peak memory of the process by number of rows.", &header, rows, &[])
}

fn xor(p: &Performance) -> Table {
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
    for (who, seconds, loss) in seed::XOR_RUNS {
        let name = format!("Seed’s report: {who}");
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
             Process: from start to exit. The seed’s rows are another machine’s; it counts 55 lines of code for its own \
             and 20 for TensorFlow."
                .to_owned(),
        ),
        differences(p, ["xor"]),
    ];
    let notes: Vec<&str> = notes.iter().flatten().map(String::as_str).collect();
    table(
        "Table 14",
        "XOR: 5,000 steps over all four cases on one thread.",
        &["Implementation", "Warm", "Spread", "Ratio", "Process", "Final loss"],
        rows,
        &notes,
    )
}
