//! Figure 12: the comparison with other frameworks in twelve panels.

mod bars;
mod curves;

use bars::Bar;

use crate::drawing::svg::{Anchor, Svg};
use crate::number::times;
use crate::performance::contest::{Better, Contest, Unit, Winner, svm_contests};
use crate::performance::names::{OURS, colour, is_ours, name};
use crate::performance::{Measured, Performance, Row};

/// Size of a panel.
const PANEL: [f64; 2] = [326.0, 274.0];

/// Draws training, memory, scaling, convergence, quality, XOR, lines of code, inference and support vector machines.
pub fn performance_panels(p: &Performance) -> Svg {
    let mut svg = Svg::new("Comparison with other frameworks in twelve panels", 1060.0, 1248.0);
    key(&mut svg, p);
    let mut places = (0..12).map(|i| [20.0 + 347.0 * f64::from(i % 3), 58.0 + 298.0 * f64::from(i / 3)]);
    let mut panel = |svg: &mut Svg, title: &str, unit: &str| {
        let [x, y] = places.next().unwrap_or_default();
        svg.text("pf-strong", [x, y + 12.0], Anchor::Start, 14.0, title);
        svg.text("pf-muted", [x, y + 29.0], Anchor::Start, 11.5, unit);
        [x, y]
    };
    let measured = |job: &'static str, field: &'static str, unit: Unit| Chosen {
        job,
        field,
        unit,
        better: Better::Less,
    };
    let panels = [
        (
            "Training, full size",
            "one epoch of 50,400 rows",
            measured("autoencoder", "epoch_seconds", Unit::Seconds),
        ),
        (
            "Training, small job",
            "2,000 rows, 15 epochs, warm",
            measured("small", "train_seconds", Unit::Seconds),
        ),
        (
            "Peak memory",
            "full-size training, whole process",
            measured("autoencoder", "peak_mb", Unit::Megabytes),
        ),
        (
            "Memory growth",
            "from the first epoch to the last",
            measured("autoencoder", "growth_mb", Unit::Megabytes),
        ),
    ];
    for (title, unit, chosen) in panels {
        let place = panel(&mut svg, title, unit);
        bars::draw(&mut svg, place, &of_implementations(p, chosen), &missing(p, chosen));
    }
    let place = panel(&mut svg, "Scaling", "seconds an epoch by rows; dashed: another mode");
    curves::scaling(&mut svg, place, p);
    let place = panel(&mut svg, "Convergence", "loss of the small job, mean and range of the seeds");
    curves::convergence(&mut svg, place, p);
    let more = Better::More;
    let panels = [
        (
            "Time to the course report’s quality",
            "from start to a test MSE of 0.008067",
            measured("quality", "seconds", Unit::Seconds),
        ),
        ("XOR", "5,000 steps, one thread, warm", measured("xor", "seconds", Unit::Seconds)),
        ("Code", "lines a user writes for the small job", measured("code", "lines", Unit::Lines)),
        ("Latency", "one sample, one thread", measured("inference", "single_seconds", Unit::Seconds)),
        (
            "Throughput",
            "samples a second, 10,000 at once; more is better",
            Chosen { better: more, ..measured("inference", "batch_per_second", Unit::PerSecond) },
        ),
    ];
    for (title, unit, chosen) in panels {
        let place = panel(&mut svg, title, unit);
        bars::draw(&mut svg, place, &of_implementations(p, chosen), &missing(p, chosen));
    }
    let place =
        panel(&mut svg, "Support vector machines", "best other over Pellucid; at 1 (dotted) they are level");
    let ratios: Vec<Bar> = svm_contests(p).iter().filter_map(of_contest).collect();
    bars::draw_ratios(&mut svg, place, &ratios);
    svg
}

/// What a panel of bars shows.
#[derive(Clone, Copy)]
struct Chosen {
    job: &'static str,
    field: &'static str,
    unit: Unit,
    better: Better,
}

/// Rows that a figure shows; those of narrower instruction sets have a table of their own.
fn shown<'a>(p: &'a Performance, job: &str) -> impl Iterator<Item = &'a Row> {
    p.rows(job).iter().filter(|row| !["pellucid_avx2", "pellucid_portable"].contains(&row.who.as_str()))
}

/// One bar for each implementation that was measured, the best first.
fn of_implementations(p: &Performance, chosen: Chosen) -> Vec<Bar> {
    let mut bars: Vec<Bar> = shown(p, chosen.job)
        .filter_map(|row| {
            let Measured { median, low, high, .. } = row.measured(chosen.field)?;
            Some(Bar {
                label: name(&row.who),
                class: colour(&row.who),
                ours: is_ours(&row.who),
                value: median,
                low,
                high,
                text: chosen.unit.write(median),
            })
        })
        .collect();
    bars.sort_by(|a, b| a.value.total_cmp(&b.value));
    if chosen.better == Better::More {
        bars.reverse();
    }
    bars
}

/// Who has no number in a panel.
fn missing(p: &Performance, chosen: Chosen) -> Vec<String> {
    shown(p, chosen.job)
        .filter(|row| row.measured(chosen.field).is_none())
        .map(|row| name(&row.who))
        .collect()
}

/// The ratio of a contest, in the colour of its winner.
fn of_contest(contest: &Contest) -> Option<Bar> {
    let (value, ours, (who, peer)) = (contest.ratio()?, contest.ours.as_ref()?, contest.peer.as_ref()?);
    Some(Bar {
        label: contest.aspect.trim_start_matches("SVM, ").replace(", ", " "),
        class: if contest.winner() == Some(Winner::Peer) { colour(who) } else { colour(OURS) },
        ours: false,
        value,
        low: peer.low / ours.high,
        high: peer.high / ours.low,
        text: format!("{} {}", times(value), name(who)),
    })
}

/// Says that a panel has nothing to show.
fn nothing(svg: &mut Svg, [x, y]: [f64; 2]) {
    svg.text("pf-muted", [x + PANEL[0] / 2.0, y + PANEL[1] / 2.0], Anchor::Middle, 13.0, "not measured");
}

/// Frameworks and their colours, over the panels.
fn key(svg: &mut Svg, p: &Performance) {
    let mut seen: Vec<(&str, String)> = vec![(colour(OURS), name(OURS))];
    for who in p.jobs.values().flatten().map(|row| row.who.as_str()) {
        let framework = name(who).split(", ").next().unwrap_or_default().to_owned();
        if !seen.contains(&(colour(who), framework.clone())) {
            seen.push((colour(who), framework));
        }
    }
    let [mut x, mut y] = [20.0, 26.0];
    for (class, framework) in seen {
        let wide = 34.0 + 7.3 * framework.chars().count() as f64;
        if x + wide > 1050.0 {
            (x, y) = (20.0, y + 20.0);
        }
        svg.rect(&format!("pf-who {class}"), [x, y - 10.0], [11.0, 11.0]);
        svg.text("pf-text", [x + 16.0, y], Anchor::Start, 12.5, &framework);
        x += wide;
    }
}
