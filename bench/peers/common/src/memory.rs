//! The memory of this process as the system reports it; `None` where it does not.

/// The most that was resident, in MB (10^6 bytes).
pub fn peak_mb() -> Option<f64> {
    status("VmHWM:")
}

/// What is resident now, in MB (10^6 bytes).
pub fn resident_mb() -> Option<f64> {
    status("VmRSS:")
}

fn status(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}
