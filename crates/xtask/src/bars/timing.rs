//! Times: CPU time of a run, wall time of a process.

use super::Outcome;
use super::tool::{Tool, show};
use crate::series::Series;
use anyhow::Result;
use std::time::Instant;

/// The CPU time of the steps of a run.
///
/// A process also parses, compiles and builds; a second run over one step has the same share of that, and
/// what is left is the run itself. The median of the differences counts.
pub(crate) struct CpuTime {
    /// The text.
    pub(crate) text: &'static str,
    /// Options of both runs.
    pub(crate) options: &'static [&'static str],
    /// The length of the long and of the short run.
    pub(crate) lengths: [&'static str; 2],
    /// The largest median; unit s.
    pub(crate) most_s: f64,
    /// How often.
    pub(crate) repeats: usize,
}

impl CpuTime {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let [long, short] = self.lengths;
        let command = show(&[&["run", self.text, "--for", long][..], self.options].concat());
        let expected = format!(
            "CPU time of the run, median of {}, at most {} s",
            self.repeats, self.most_s
        );
        if !tool.has(self.text) {
            return Ok(Outcome::missing(&command, &expected, self.text));
        }
        let measure = |length: &str| -> Result<Option<f64>> {
            let before = children_cpu_s();
            let options = [&["--for", length][..], self.options].concat();
            tool.simulate(self.text, &options)?;
            Ok(children_cpu_s()
                .zip(before)
                .map(|(after, before)| after - before))
        };
        let mut times = Vec::new();
        for _ in 0..self.repeats {
            let Some((long, short)) = measure(long)?.zip(measure(short)?) else {
                return Ok(Outcome::missing(
                    &command,
                    &expected,
                    "CPU times of this system",
                ));
            };
            times.push(long - short);
        }
        let times = Series::of(times);
        Ok(Outcome::judge(
            &command,
            &expected,
            &seconds(times),
            times.median <= self.most_s,
        ))
    }
}

/// The wall time from the start of the process to its end.
pub(crate) struct WallTime {
    /// The text.
    pub(crate) text: &'static str,
    /// Options of the run.
    pub(crate) options: &'static [&'static str],
    /// The largest median; unit s.
    pub(crate) most_s: f64,
    /// How often.
    pub(crate) repeats: usize,
}

impl WallTime {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let command = show(&[&["run", self.text][..], self.options].concat());
        let expected = format!(
            "start to exit, median of {}, at most {} s",
            self.repeats, self.most_s
        );
        if !tool.has(self.text) {
            return Ok(Outcome::missing(&command, &expected, self.text));
        }
        let mut times = Vec::new();
        for _ in 0..self.repeats {
            let start = Instant::now();
            let results = tool.simulate(self.text, self.options)?;
            times.push(start.elapsed().as_secs_f64());
            drop(results);
        }
        let times = Series::of(times);
        Ok(Outcome::judge(
            &command,
            &expected,
            &seconds(times),
            times.median <= self.most_s,
        ))
    }
}

/// The median and the range, as a bar prints them.
fn seconds(times: Series) -> String {
    let Series {
        median,
        least,
        most,
    } = times;
    format!("{median:.4} s ({least:.4} to {most:.4})")
}

/// CPU seconds of all finished children, user and system, where the system tells it.
///
/// The 16th and 17th field of `stat` count in ticks of 10 ms, the constant of the Linux interface. The name in the
/// second field may hold blanks, so counting starts behind its closing parenthesis.
pub(crate) fn children_cpu_s() -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(13);
    let user: f64 = ticks.next()?.parse().ok()?;
    let system: f64 = ticks.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn finished_children_are_counted() {
        let before = children_cpu_s().expect("the system tells it");
        let spin = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let status = std::process::Command::new("sh").args(["-c", spin]).status();
        assert!(status.expect("a shell").success());
        let after = children_cpu_s().expect("the system tells it");
        assert!(after > before, "{before} {after}");
    }
}
