//! What only a face may ask the machine: time, memory, cores.

use std::sync::OnceLock;
use std::time::Instant;

use neuropil::bench::MemoryProbe;

/// The time since the process began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// Starts at zero.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub(crate) fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Nanoseconds since the first call.
pub(crate) fn nanoseconds() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// The cores that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The bytes that may be taken without swapping or being ended by the system; `None` if unknown.
///
/// The smaller of what the machine has free and what its control group leaves.
pub(crate) fn available_memory() -> Option<u64> {
    let system = field(&read("/proc/meminfo")?, "MemAvailable:")?.saturating_mul(1024);
    Some(group_memory().map_or(system, |group| system.min(group)))
}

/// What the control group (version 2) leaves of its limit.
fn group_memory() -> Option<u64> {
    let limit: u64 = read("/sys/fs/cgroup/memory.max")?.trim().parse().ok()?;
    let used: u64 = read("/sys/fs/cgroup/memory.current")?.trim().parse().ok()?;
    // Pages of files that are not in use are given back when memory runs short.
    let idle = read("/sys/fs/cgroup/memory.stat").and_then(|stat| field(&stat, "inactive_file"));
    Some(limit.saturating_sub(used.saturating_sub(idle.unwrap_or(0))))
}

/// The largest resident memory of this process in MiB; `None` if unknown.
pub(crate) fn peak_rss_mb() -> Option<f64> {
    Some(status("VmHWM:")? as f64 / f64::from(1 << 20))
}

/// How the resident memory of this process is read.
pub(crate) const MEMORY: MemoryProbe = MemoryProbe {
    resident: || status("VmRSS:"),
    peak: || status("VmHWM:"),
    // Clears the peak and nothing else.
    forget_peak: || std::fs::write("/proc/self/clear_refs", "5").is_ok(),
};

/// A number of bytes that the system knows of this process.
fn status(name: &str) -> Option<u64> {
    field(&read("/proc/self/status")?, name)?.checked_mul(1024)
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The number after a name at the start of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text
        .lines()
        .find(|line| line.split_whitespace().next() == Some(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "MemTotal:  10 kB\nMemAvailable:    7 kB\nMemAvailableX: 9 kB\nbroken\n";
        assert_eq!(field(text, "MemAvailable:"), Some(7));
        assert_eq!(field(text, "Mem"), None);
        assert_eq!(field(text, "broken"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_has_memory() {
        assert!(available_memory().is_some_and(|bytes| bytes > 1 << 20));
        assert!(peak_rss_mb().is_some_and(|mb| mb > 0.1));
    }
}
