//! Sentences about a comparison, chosen by its numbers: a loss is called a loss.

use std::collections::BTreeMap;

use super::contest::{Contest, Winner, contests, svm_contests};
use super::names::{OURS, is_ours, name};
use super::{EPOCH_GFLOP, PASS_FLOP, Performance, slope};
use crate::course;
use crate::number::{count, fixed, percent, times, timing, whole};

/// The paragraphs of section 7 by their places in it; what was not measured is said to be so.
pub(crate) fn sentences(p: &Performance) -> BTreeMap<&'static str, String> {
    let all = contests(p);
    let about = |aspects: &[&str]| {
        let said = aspects.iter().map(|aspect| {
            let found = all.iter().find(|contest| contest.aspect == *aspect);
            found.map_or(format!("{aspect}: not measured."), versus)
        });
        said.collect::<Vec<_>>().join(" ")
    };
    let inference =
        about(&["One sample through the autoencoder", "10,000 samples at once"]) + &batch_floor(p);
    let memory = about(&[
        "Full-size training, peak memory",
        "Full-size training, memory growth",
        "Small job, peak memory",
    ]);
    BTreeMap::from([
        ("setup", setup(p)),
        ("training", about(&["Full-size training, an epoch"]) + &half_precision(&all)),
        ("quality", about(&["Time to the course report’s quality"]) + &epochs(p)),
        ("floor", floor(p)),
        ("small", about(&["Small job, training", "Small job, whole process"]) + &convergence(p)),
        ("memory", memory),
        ("scaling", scaling(p)),
        ("xor", about(&["XOR, warm", "XOR, whole process"])),
        ("inference", inference),
        ("svm", svm(p)),
        ("start", about(&["Start of the program", "Loading MNIST", "Lines of code, small job"])),
        ("summary", tally(&all)),
        ("verdict", verdict(&all)),
    ])
}

fn plural(n: u64, one: &str) -> String {
    if n == 1 { format!("one {one}") } else { format!("{n} {one}s") }
}

fn setup(p: &Performance) -> String {
    let turns = match p.rounds {
        1 => "In a single round each had its turn, so nothing is known about how far the numbers scatter."
            .to_owned(),
        n => format!(
            "In each of {} all took their turns one after the other, so that a machine whose speed drifts favours \
             nobody; numbers are medians over the rounds, and in the figure a thin line reaches from the least to the \
             greatest run.",
            plural(n, "round")
        ),
    };
    format!(
        "On {} every implementation did the same work on the same machine, {}: the same data, network, recipe and number \
         of threads ({}), in single precision where nothing else is said. {turns} Below a table stands what differs \
         between the implementations.",
        p.date, p.machine.cpu, p.threads
    )
}

/// An aspect in a sentence.
fn versus(contest: &Contest) -> String {
    let aspect = &contest.aspect;
    let write = |value: f64| contest.unit.write(value);
    match (&contest.ours, &contest.peer) {
        (None, _) => format!("{aspect}: Pellucid was not measured."),
        (Some(ours), None) => format!("{aspect}: {}; no other was measured.", write(ours.median)),
        (Some(ours), Some((who, peer))) => {
            let (ours, who, peer) = (write(ours.median), name(who), write(peer.median));
            let doubt = if contest.overlaps() { ", though the ranges of the runs overlap" } else { "" };
            let factor = contest.ratio();
            match contest.winner() {
                Some(Winner::Ours) => {
                    let by = factor.map_or(String::new(), |f| format!(", {} better", times(f)));
                    format!(
                        "{aspect}: {ours}; the best of the others is {who} with {peer}. Pellucid is ahead{by}{doubt}."
                    )
                }
                Some(Winner::Peer) => {
                    let by = factor.map_or(String::new(), |f| format!(", {} worse", times(1.0 / f)));
                    format!("{aspect}: {ours}; {who} has {peer}. Pellucid loses{by}{doubt}.")
                }
                _ => format!("{aspect}: {ours}; {who} has {peer}. Neither is ahead."),
            }
        }
    }
}

fn half_precision(all: &[Contest]) -> String {
    let found = all.iter().find(|contest| contest.aspect.contains("bf16"));
    found.map_or(String::new(), |contest| format!(" {}", versus(contest)))
}

/// How many epochs each took to the course report's quality.
fn epochs(p: &Performance) -> String {
    let rows = p.rows("quality").iter().filter(|row| row.who.as_str() == OURS || !is_ours(&row.who));
    let taken = rows
        .filter_map(|row| Some(format!("{} {}", name(&row.who), fixed(row.measured("epochs")?.median, 0))));
    let taken: Vec<String> = taken.collect();
    if taken.is_empty() { String::new() } else { format!(" Epochs until then: {}.", taken.join(", ")) }
}

fn floor(p: &Performance) -> String {
    let work = format!(
        "An epoch of full-size training is {} GFLOP: forward, weight gradients and input gradients are one product \
         each for every layer, but the input of the first needs no gradient.",
        fixed(EPOCH_GFLOP, 0)
    );
    let Some(rate) = p.fma_gflops() else {
        return format!("{work} The probe did not run, so no floor is known for this machine.");
    };
    let least = EPOCH_GFLOP / rate;
    let share = |who: &str| p.measured("autoencoder", who, "epoch_seconds").map(|m| least / m.median);
    let floor = format!(
        "{work} At the {} GFLOP/s that the probe reached in the same run this takes {} at least.",
        whole(rate),
        timing(least)
    );
    let Some(ours) = share(OURS) else { return format!("{floor} Pellucid was not measured.") };
    let excess = if ours > 1.0 {
        " (more than all: what is left out, or a faster machine than when the probe ran)"
    } else {
        ""
    };
    let rows = p.rows("autoencoder").iter().filter(|row| !is_ours(&row.who));
    let shares = rows.filter_map(|row| Some((name(&row.who), share(&row.who)?)));
    let best = shares.max_by(|(_, a), (_, b)| a.total_cmp(b));
    let others = best
        .map_or(String::new(), |(who, share)| format!(", {who}, the best of the others, {}", percent(share)));
    format!(
        "{floor} Counting the products with zeros of its inputs, which it leaves out, Pellucid reaches {} of that \
         rate{excess}{others}.",
        percent(ours)
    )
}

fn batch_floor(p: &Performance) -> String {
    let ours = p.measured("inference", OURS, "batch_per_second");
    let Some((rate, ours)) = p.fma_gflops().zip(ours) else { return String::new() };
    let most = rate * 1e9 / PASS_FLOP;
    format!(
        " A pass of one sample is {} thousand operations, so the probe’s rate allows {} samples a second; Pellucid \
         reaches {} of that, products with zeros counted.",
        whole(PASS_FLOP / 1e3),
        whole(most),
        percent(ours.median / most)
    )
}

/// Mean loss after the last epoch, over the seeds.
fn last_loss(curves: &[Vec<f64>]) -> Option<f64> {
    let ends: Vec<f64> = curves.iter().filter_map(|curve| curve.last().copied()).collect();
    (!ends.is_empty()).then(|| ends.iter().sum::<f64>() / ends.len() as f64)
}

fn convergence(p: &Performance) -> String {
    let rows = p.rows("convergence");
    let ours = rows.iter().find(|row| row.who == OURS).and_then(|row| last_loss(row.curves("losses")));
    let others = rows.iter().filter(|row| !is_ours(&row.who));
    let others: Vec<f64> = others.filter_map(|row| last_loss(row.curves("losses"))).collect();
    let Some(ours) = ours else { return " Convergence was not measured.".into() };
    let low = others.iter().copied().fold(f64::INFINITY, f64::min);
    let high = others.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let here = format!(" Over several seeds its training loss ends at {} in the mean", fixed(ours, 5));
    if others.is_empty() {
        return format!("{here}; no other was measured.");
    }
    let verdict = match () {
        () if ours < 0.98 * low => "lower than all of them",
        () if ours > 1.02 * high => "higher than all of them",
        () if high <= 1.02 * low => "the same within two per cent, as one recipe should give",
        () => "within their range or two per cent of it",
    };
    let (low, high) = (fixed(low, 5), fixed(high, 5));
    let range = if low == high { format!("at {low}") } else { format!("between {low} and {high}") };
    format!("{here}, that of the others {range}: {verdict}.")
}

fn scaling(p: &Performance) -> String {
    let of = |who: &str| {
        let points = p.row("scaling", who)?.series("seconds").into_iter().map(|(rows, m)| (rows, m.median));
        slope(&points.collect::<Vec<_>>())
    };
    let theirs = course::SCALING.map(|(_, seconds, _)| {
        let points: Vec<_> = course::SCALING_ROWS.into_iter().zip(seconds).collect();
        slope(&points).map_or("–".into(), |slope| fixed(slope, 2))
    });
    let quoted = format!(
        "The course report calls both of its curves linear; the times it prints grow with the rows to the power {} for its own \
         library and {} for TensorFlow.",
        theirs[0], theirs[1]
    );
    let Some(ours) = of(OURS) else { return format!("Scaling: Pellucid was not measured. {quoted}") };
    let others = p.rows("scaling").iter().filter(|row| !is_ours(&row.who));
    let others: Vec<f64> = others.filter_map(|row| of(&row.who)).collect();
    let range = others.iter().copied().fold(None, |range: Option<(f64, f64)>, slope| {
        Some(range.map_or((slope, slope), |(low, high)| (low.min(slope), high.max(slope))))
    });
    let range = range.map_or(String::new(), |(low, high)| {
        format!(", of the others to powers between {} and {}", fixed(low, 2), fixed(high, 2))
    });
    let meaning = match ours {
        s if (s - 1.0).abs() <= 0.05 => "twice the rows take twice the time",
        s if s < 1.0 => "less than in proportion, since a fixed cost weighs on small sizes",
        _ => "more than in proportion",
    };
    format!("Pellucid’s time grows with the rows to the power {}{range}: {meaning}. {quoted}", fixed(ours, 2))
}

fn svm(p: &Performance) -> String {
    let all = svm_contests(p);
    let ratios: Vec<f64> = all.iter().filter_map(Contest::ratio).collect();
    if ratios.is_empty() {
        return "Support vector machines were not compared.".into();
    }
    let ahead = all.iter().filter(|contest| contest.winner() == Some(Winner::Ours)).count();
    let lost: Vec<String> = all
        .iter()
        .filter(|contest| contest.winner() == Some(Winner::Peer))
        .map(|contest| {
            let who = contest.peer.as_ref().map_or(String::new(), |(who, _)| name(who));
            format!("{} (to {who})", contest.aspect.trim_start_matches("SVM, "))
        })
        .collect();
    let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let high = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let losses = if lost.is_empty() { String::new() } else { format!(" It loses {}.", lost.join("; ")) };
    format!(
        "Support vector machines (RBF, C = 10, gamma = scale): of {} times of fitting and predicting, Pellucid has the \
         better one in {}; against the best of the others in each, the ratios run from {} to {}.{losses}",
        count(ratios.len()),
        count(ahead),
        times(low),
        times(high)
    )
}

/// Aspects by their winner; none for those measured on one side only.
fn won_by(all: &[Contest], winner: Option<Winner>) -> Vec<&str> {
    all.iter().filter(|c| c.winner() == winner).map(|c| c.aspect.as_str()).collect()
}

/// How many aspects Pellucid is ahead in, level and behind.
fn tally(all: &[Contest]) -> String {
    let counts = [Winner::Ours, Winner::Nobody, Winner::Peer].map(|winner| won_by(all, Some(winner)).len());
    let [won, level, lost] = counts;
    match won + level + lost {
        0 => "nothing was measured on both sides, so there is nothing to conclude.".into(),
        compared => format!(
            "of {} aspects that were measured on both sides, Pellucid is ahead of the best of the others in {}, level in \
             {} and behind in {}.",
            count(compared),
            count(won),
            count(level),
            count(lost)
        ),
    }
}

/// The same with the names of the aspects that are not won.
fn verdict(all: &[Contest]) -> String {
    let list = |what: &str, winner: Option<Winner>| {
        let aspects = won_by(all, winner);
        if aspects.is_empty() { String::new() } else { format!(" {what}: {}.", aspects.join("; ")) }
    };
    let tally = tally(all);
    let (first, rest) = tally.split_at(1);
    let doubtful = all.iter().filter(|c| c.winner() == Some(Winner::Ours) && c.overlaps()).count();
    let doubts = match doubtful {
        0 => String::new(),
        n => format!(" In {} of those it is ahead in, the ranges of the runs overlap.", count(n)),
    };
    let lost = list("It loses in", Some(Winner::Peer));
    let level = list("It is level in", Some(Winner::Nobody));
    let open = list("Not measured on both sides", None);
    format!("{}{rest}{doubts}{lost}{level}{open}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::super::Measured;
    use super::super::contest::{Better, Unit};
    use super::*;

    fn contest(ours: f64, peer: f64, better: Better) -> Contest {
        let around = |value: f64| Measured { low: 0.99 * value, high: 1.01 * value, ..Measured::once(value) };
        let unit = if better == Better::Less { Unit::Seconds } else { Unit::PerSecond };
        let peer = Some(("jax".into(), around(peer)));
        Contest { aspect: "Work".into(), unit, better, course: "–", ours: Some(around(ours)), peer }
    }

    #[test]
    fn a_loss_is_called_a_loss() {
        let won = versus(&contest(1.0, 2.0, Better::Less));
        assert_eq!(
            won,
            "Work: 1.00 s; the best of the others is JAX with 2.00 s. Pellucid is ahead, 2.00× better."
        );
        assert_eq!(
            versus(&contest(2.0, 1.0, Better::Less)),
            "Work: 2.00 s; JAX has 1.00 s. Pellucid loses, 2.00× worse."
        );
        assert!(versus(&contest(2.0, 1.0, Better::More)).contains("ahead, 2.00× better"));
        assert!(versus(&contest(1.0, 2.0, Better::More)).contains("loses, 2.00× worse"));
        assert!(
            versus(&contest(1.0, 1.015, Better::Less))
                .contains("better, though the ranges of the runs overlap")
        );
        assert!(versus(&contest(1.0, 1.002, Better::Less)).contains("Neither is ahead"));
    }

    #[test]
    fn nothing_against_something_is_won_without_a_ratio() {
        let growth = contest(0.0, 12.0, Better::Less);
        assert_eq!((growth.winner(), growth.ratio()), (Some(Winner::Ours), None));
        let both = contest(0.0, -1.0, Better::Less);
        assert_eq!(both.winner(), Some(Winner::Nobody));
    }
}
