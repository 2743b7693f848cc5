//! The computer that the comparison ran on.

use crate::number::fixed;
use crate::performance::Performance;
use crate::tables::table::Table;

pub(super) fn machine(p: &Performance) -> Table {
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
    Table::new(
        "Machine",
        "What the comparison ran on.",
        &["What", "Which"],
        rows.map(|(what, which)| vec![what.into(), which]).collect(),
        &[
            "Probe: what multiplying and adding, and reading memory, reached in the same run with nothing else to do.",
        ],
    )
}
