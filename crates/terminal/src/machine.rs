//! The computer: its processor, its memory, and the threads to compute with.

use std::sync::Arc;

use anyhow::Result;
use pellucid::compute::isa;
use pellucid::prelude::Pool;

use crate::{failure, say};

/// Returns the processor's name, as the system gives it, and the instruction set in use.
pub fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let isa = isa::isa().name();
    name.map_or_else(|| format!("{} ({isa})", std::env::consts::ARCH), |(_, name)| format!("{name} ({isa})"))
}

/// Checks that `PELLUCID_ISA`, where it is set, names an instruction set, and warns where this computer lacks it.
///
/// # Errors
/// Returns a usage error if it names none.
pub fn check_isa() -> Result<()> {
    let requested = isa::requested().map_err(|error| failure::usage(format!("PELLUCID_ISA: {error}")))?;
    if let Some(requested) = requested.filter(|&requested| requested > isa::isa()) {
        let (requested, used) = (requested.name(), isa::isa().name());
        say!("warning: PELLUCID_ISA: this machine has no {requested}, {used} is used");
    }
    Ok(())
}

/// Returns the most memory that this process has held, in MB (10^6 bytes); `None` where the system does not tell.
pub fn peak_rss_mb() -> Option<f64> {
    memory("VmHWM:")
}

/// Returns the memory that this process holds now, in MB (10^6 bytes); `None` where the system does not tell.
pub fn rss_mb() -> Option<f64> {
    memory("VmRSS:")
}

fn memory(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// Returns a pool of as many threads as asked for, or one a core.
pub fn pool(threads: Option<u16>) -> Arc<Pool> {
    Arc::new(threads.map_or_else(Pool::per_core, |threads| Pool::new(threads.into())))
}
