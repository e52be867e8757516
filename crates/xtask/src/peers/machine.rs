//! The machine that measures: what it is, how busy it is, and one core of it for everyone.

use serde_json::{Value, json};
use std::process::Command;

/// Describes the machine, for the page.
pub(crate) fn describe() -> Value {
    let processor = file("/proc/cpuinfo");
    let flags = field(&processor, "flags");
    let widest = ["avx512f", "avx2"]
        .into_iter()
        .find(|name| flags.split(' ').any(|flag| flag == *name));
    let release = file("/etc/os-release");
    let system = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .unwrap_or("unknown system");
    // Behind the first dash stands whose build of the kernel it is.
    let kernel = file("/proc/sys/kernel/osrelease");
    let memory_kb: f64 = field(&file("/proc/meminfo"), "MemTotal")
        .trim_end_matches(" kB")
        .parse()
        .unwrap_or(0.0);
    json!({
        "cpu": format!(
            "{} (family {}, model {})",
            field(&processor, "model name"),
            field(&processor, "cpu family"),
            field(&processor, "model"),
        ),
        "vectors": widest.unwrap_or("none of AVX2, AVX-512"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_gib": (memory_kb / 1024.0 / 1024.0).round() as u64,
        "system": format!("{}, Linux {}", system.trim_matches('"'), kernel.trim().split('-').next().unwrap_or_default()),
        "compiler": said("c++", &["--version"]),
    })
}

fn file(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// The value behind the first `name :` of a table of the system.
fn field(text: &str, name: &str) -> String {
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then_some(value.trim())
    });
    value.unwrap_or("unknown").to_owned()
}

/// The first line that a program prints.
pub(crate) fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    text.lines().next().unwrap_or("unknown").to_owned()
}

/// Other work on the machine while something ran.
pub(crate) struct Busy {
    ticks: Option<(u64, u64)>,
}

impl Busy {
    /// Begins to look.
    pub(crate) fn start() -> Self {
        Self {
            ticks: ticks(&file("/proc/stat")),
        }
    }

    /// The load average now, and the share of time since the start that the host took away.
    pub(crate) fn end(&self) -> (f64, f64) {
        let load = file("/proc/loadavg");
        let load = load.split(' ').next().and_then(|text| text.parse().ok());
        let stolen = self
            .ticks
            .zip(ticks(&file("/proc/stat")))
            .map(|(before, after)| {
                let all = after.0.saturating_sub(before.0).max(1);
                after.1.saturating_sub(before.1) as f64 / all as f64
            });
        (load.unwrap_or(f64::NAN), stolen.unwrap_or(f64::NAN))
    }
}

/// All ticks and the stolen ones, of the line of all cores.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let parts: Vec<u64> = line
        .split_whitespace()
        .filter_map(|part| part.parse().ok())
        .collect();
    // The last two of ten, time of guests, are contained in the first two.
    Some((parts.iter().take(8).sum(), *parts.get(7)?))
}

/// Binds this process, and so all it starts, to one core; gives the others back when dropped.
pub(crate) struct OneCore {
    before: String,
    /// The core.
    pub(crate) core: String,
}

impl OneCore {
    /// Binds to the last core that is allowed; `None` where the system has no `taskset`.
    pub(crate) fn bind() -> Option<Self> {
        let before = field(&file("/proc/self/status"), "Cpus_allowed_list");
        let core = last_core(&before)?.to_owned();
        bind_to(&core).then_some(Self { before, core })
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        // Without the other cores the process still works.
        let _ = bind_to(&self.before);
    }
}

fn bind_to(cores: &str) -> bool {
    let own = std::process::id().to_string();
    let output = Command::new("taskset").args(["-cp", cores, &own]).output();
    output.is_ok_and(|output| output.status.success())
}

/// The last core of a list such as `0-3,8`.
fn last_core(list: &str) -> Option<&str> {
    let last = list.trim().rsplit([',', '-']).next()?;
    last.parse::<u32>().is_ok().then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_system_are_read() {
        let table = "processor\t: 0\nmodel name\t: Fast One\nmodel\t\t: 17\nmodel name\t: Other\n";
        assert_eq!(field(table, "model name"), "Fast One");
        assert_eq!(field(table, "model"), "17");
        assert_eq!(field(table, "flags"), "unknown");
        // user nice system idle iowait irq softirq steal guest guest_nice
        let stat = "cpu  10 0 5 80 1 0 1 3 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(ticks(stat), Some((100, 3)));
    }

    #[test]
    fn the_last_core_of_a_list() {
        assert_eq!(last_core("0-3,8\n"), Some("8"));
        assert_eq!(last_core("0-1"), Some("1"));
        assert_eq!(last_core("unknown"), None);
    }
}
