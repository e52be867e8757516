//! Bars of speed that `neuropil bench` measures: floors, costs, threads, the full microcircuit, a plot.
//!
//! Times are wall times of this machine as it is; what a hypervisor took meanwhile is told beside those
//! that compare threads. A bar that is missed prints `FAIL` and is not widened.

use super::Outcome;
use super::tool::{Tool, show};
use crate::spiking::Spiking;
use anyhow::{Context, Result, anyhow, ensure};
use neuropil_testkit::golden;
use serde_json::Value;

/// A number of the first measurement of `neuropil bench`.
pub(crate) struct Measured {
    /// The network or text, and options.
    pub(crate) arguments: &'static [&'static str],
    /// Which number, with its median and range.
    pub(crate) number: Number,
    /// What the median must be; none where it is only told.
    pub(crate) bound: Option<Bound>,
}

/// What is read of a measurement.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    /// The run over its floor.
    FloorRatio,
    /// Wall time in ns a neuron and step.
    NeuronStep,
    /// Events that the deliveries add in a second.
    Events,
    /// Synapses that are built in a second.
    Building,
    /// Bytes that a synapse takes.
    SynapseBytes,
    /// Bytes that a synapse takes in resident memory.
    ResidentBytes,
    /// The peak of resident memory while building, over what is left of it.
    PeakRatio,
}

/// A limit of a median.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    /// At most this.
    Most(f64),
    /// At least this.
    Least(f64),
}

impl Number {
    /// Where it stands, how much one of its unit is there, and the unit.
    fn place(self) -> (&'static str, f64, &'static str) {
        match self {
            Self::FloorRatio => ("/floor/ratio", 1.0, "times the floor"),
            Self::NeuronStep => ("/ns_per_neuron_step", 1.0, "ns a neuron-step"),
            Self::Events => ("/events_per_s", 1e6, "million events/s"),
            Self::Building => ("/synapses_per_s", 1e6, "million synapses/s"),
            Self::SynapseBytes => ("/bytes_per_synapse", 1.0, "bytes a synapse"),
            Self::ResidentBytes => (
                "/resident_bytes_per_synapse",
                1.0,
                "resident bytes a synapse",
            ),
            Self::PeakRatio => (
                "/build_memory/peak_ratio",
                1.0,
                "times what is resident after building",
            ),
        }
    }
}

impl Measured {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let (place, one, unit) = self.number.place();
        let object = bench(tool, self.arguments)?;
        let first = &object["measurements"][0];
        // Some are one number, others have a range.
        let (median, range) = match first.pointer(place).and_then(Value::as_f64) {
            Some(only) => (only / one, String::new()),
            None => {
                let value = |key: &str| -> Result<f64> {
                    Ok(number(first, &format!("{place}/{key}"))? / one)
                };
                let (low, high) = (value("low")?, value("high")?);
                (value("median")?, format!(" ({low:.3} to {high:.3})"))
            }
        };
        let (expected, holds) = match self.bound {
            None => ("told beside the others".to_owned(), true),
            Some(Bound::Most(most)) => (format!("median at most {most} {unit}"), median <= most),
            Some(Bound::Least(least)) => {
                (format!("median at least {least} {unit}"), median >= least)
            }
        };
        Ok(Outcome::judge(
            &command(self.arguments),
            &expected,
            &format!("{median:.3} {unit}{range}"),
            holds,
        ))
    }
}

/// One network on one thread and on two, in turn; beside them two runs of one thread at once, which tell what
/// a second processor of this machine is worth where nothing is shared.
pub(crate) struct TwoThreads {
    /// The network and its size, and how long.
    pub(crate) arguments: &'static [&'static str],
    /// How many times faster two threads must be.
    pub(crate) least: f64,
}

/// Runs of each kind, and how many of them count: the quietest.
const TURNS: usize = 20;
const QUIETEST: usize = 5;

impl TwoThreads {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let once = &["--repeats", "1", "--no-floor", "--precision", "f64"][..];
        let arguments = [self.arguments, once].concat();
        let run = |threads| -> Result<f64> {
            let object = bench(tool, &[&arguments[..], &["--threads", threads]].concat())?;
            number(&object, "/measurements/0/run_s/median")
        };
        let [mut one, mut two, mut apart] = [const { Vec::new() }; 3];
        let before = processor_ticks();
        for _ in 0..TURNS {
            one.push(run("1")?);
            two.push(run("2")?);
            let [first, second] = std::thread::scope(|scope| {
                let both = [(); 2].map(|()| scope.spawn(|| run("1")));
                both.map(|run| {
                    run.join()
                        .unwrap_or_else(|_| Err(anyhow!("a run panicked")))
                })
            });
            apart.push(f64::max(first?, second?));
        }
        let stolen = stolen(before, processor_ticks());
        let [one, two, apart] = [one, two, apart].map(quietest);
        Ok(Outcome::judge(
            &command(&arguments),
            &format!(
                "two threads at least {} times one, quietest {QUIETEST} of {TURNS} runs each, in turn",
                self.least
            ),
            &format!(
                "{:.2} times ({one:.4} s and {two:.4} s; two runs that share nothing get {:.2} times the work \
                 done), {stolen}",
                one / two,
                2.0 * one / apart
            ),
            one / two >= self.least,
        ))
    }
}

/// The mean of the quietest runs.
fn quietest(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.truncate(QUIETEST);
    times.iter().sum::<f64>() / times.len() as f64
}

/// The microcircuit at full size: 10 s after 0.5 s.
pub(crate) struct FullMicrocircuit {
    /// The float type.
    pub(crate) precision: &'static str,
    /// The number of threads.
    pub(crate) threads: &'static str,
    /// The largest wall time over simulated time.
    pub(crate) most_factor: f64,
    /// The longest time of building in s, where it is asked for.
    pub(crate) most_build_s: Option<f64>,
}

/// The largest resident memory of the process; unit MiB.
const MOST_RESIDENT_MIB: f64 = 2048.0;

impl FullMicrocircuit {
    pub(super) fn run(&self, tool: &Tool) -> Result<Vec<Outcome>> {
        let arguments = [
            "microcircuit",
            "--full",
            "--after",
            "500 ms",
            "--for",
            "10 s",
            "--repeats",
            "1",
            "--no-floor",
            "--precision",
            self.precision,
            "--threads",
            self.threads,
        ];
        let before = processor_ticks();
        let object = bench(tool, &arguments)?;
        let stolen = stolen(before, processor_ticks());
        let factor = number(&object, "/measurements/0/real_time_factor/median")?;
        let built = number(&object, "/measurements/0/build_s/median")?;
        let resident = number(&object, "/peak_rss_mb")?;
        let command = command(&arguments);
        let mut outcomes = vec![Outcome::judge(
            &command,
            &format!("real-time factor at most {}", self.most_factor),
            &format!("{factor:.3}, {stolen}"),
            factor <= self.most_factor,
        )];
        if let Some(most) = self.most_build_s {
            outcomes.push(Outcome::judge(
                &command,
                &format!("built within {most} s"),
                &format!("{built:.2} s"),
                built <= most,
            ));
        }
        outcomes.push(Outcome::judge(
            &command,
            &format!("at most {MOST_RESIDENT_MIB} MiB resident (VmHWM)"),
            &format!("{resident:.0} MiB"),
            resident <= MOST_RESIDENT_MIB,
        ));
        Ok(outcomes)
    }
}

/// Rates of the microcircuit at full size; a path below `golden/`.
const FULL_RATES: &str = "networks/microcircuit_full.json";

/// How far a rate may be from the published one, as a part of it; the file of the reference says why.
const RATE_TOLERANCE: f64 = 0.1;

/// The rate of each population of the microcircuit at full size beside the published one.
pub(super) fn full_rates(tool: &Tool) -> Result<Vec<Outcome>> {
    let reference = golden::json(FULL_RATES)?;
    let text = "examples/microcircuit.npl";
    let options = ["--set", "scale=1", "--precision", "f32", "--threads", "2"];
    let results = tool.simulate(text, &options)?;
    let window = |place: usize| reference["window_ms"][place].as_f64();
    let from = window(0).context("no start of the window")?;
    let to = window(1).context("no end of the window")?;
    let rates = reference["rates_hz"].as_object();
    let mut outcomes = Vec::new();
    for (name, published) in rates.context("no rates")? {
        let published = published.as_f64().context("a rate is a number")?;
        let found = Spiking::new(&[results.raster("", name)?], (from, to), 0.1)?.rate_hz();
        outcomes.push(Outcome::judge(
            &results.command,
            &format!(
                "{name} {published} Hz, within {:.0} %",
                100.0 * RATE_TOLERANCE
            ),
            &format!("{found:.3} Hz"),
            (found - published).abs() <= RATE_TOLERANCE * published,
        ));
    }
    Ok(outcomes)
}

/// The cost of a neuron-step from 1,000 to 1,000,000 neurons, drawn with the floor beside it.
pub(super) fn cost_against_size(tool: &Tool) -> Result<Vec<Outcome>> {
    let sizes = ["1000", "10000", "100000", "1000000"];
    let file = tool.keep("cost_against_size.svg")?;
    let plot = file.display().to_string();
    let list = sizes.join(",");
    let known = ["coba", "--sizes", &list, "--repeats", "3"];
    let object = bench(tool, &[&known[..], &["--plot", &plot]].concat())?;
    let measured = object["measurements"].as_array();
    let measured = measured.context("no list of measurements")?;
    let mut told = Vec::new();
    for one in measured {
        let cost = number(one, "/ns_per_neuron_step/median")?;
        let floor = number(one, "/floor/ns_per_neuron_step/median")?;
        let precision = one["precision"].as_str().unwrap_or_default();
        told.push(format!(
            "{precision} {}: {cost:.2} over {floor:.2}",
            one["neurons"]
        ));
    }
    let drawn = std::fs::read_to_string(&file).is_ok_and(|text| text.contains("floor"));
    Ok(vec![Outcome::judge(
        &command(&known),
        "each size in f32 and f64 with its floor, and a plot (ns a neuron-step)",
        &format!("{} in {plot}", told.join("; ")),
        drawn && told.len() == 2 * sizes.len(),
    )])
}

/// Runs `neuropil bench` and reads its object.
fn bench(tool: &Tool, arguments: &[&str]) -> Result<Value> {
    let all = [&["bench", "--json"], arguments].concat();
    let finished = tool.run(&all)?;
    ensure!(
        finished.code == 0,
        "{}: exit code {}: {}",
        show(&all),
        finished.code,
        finished.text.trim()
    );
    serde_json::from_str(&finished.text).with_context(|| show(&all))
}

fn command(arguments: &[&str]) -> String {
    show(&[&["bench"], arguments].concat())
}

fn number(object: &Value, place: &str) -> Result<f64> {
    let found = object.pointer(place).and_then(Value::as_f64);
    found.with_context(|| format!("no number at {place}"))
}

/// Ticks of all processors so far, and those that the hypervisor took; `None` where the system does not say.
fn processor_ticks() -> Option<(u64, u64)> {
    ticks(&std::fs::read_to_string("/proc/stat").ok()?)
}

/// Reads the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let numbers: Option<Vec<u64>> = line
        .split_whitespace()
        .take(8)
        .map(|word| word.parse().ok())
        .collect();
    let numbers = numbers?;
    Some((numbers.iter().sum(), *numbers.get(7)?))
}

/// The share of time that the hypervisor took between two readings.
fn stolen(before: Option<(u64, u64)>, after: Option<(u64, u64)>) -> String {
    match before.zip(after) {
        Some(((all, taken), (all_after, taken_after))) if all_after > all => {
            let share = (taken_after - taken) as f64 / (all_after - all) as f64;
            format!("steal {:.1} %", 100.0 * share)
        }
        _ => "steal unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quietest_runs_are_averaged() {
        let times = vec![9.0, 1.0, 8.0, 2.0, 3.0, 7.0, 4.0, 5.0];
        assert_eq!(quietest(times), 3.0);
    }

    #[test]
    fn stolen_time_is_a_share_of_all() {
        let read = |line: &str| ticks(&format!("{line}\ncpu0 1 2 3\n"));
        let before = read("cpu  10 0 10 70 0 0 0 10 5 5");
        let after = read("cpu  20 0 20 130 0 0 0 30 9 9");
        assert_eq!(before, Some((100, 10)));
        assert_eq!(stolen(before, after), "steal 20.0 %");
        assert_eq!(stolen(None, after), "steal unknown");
        assert_eq!(ticks("intr 1 2"), None);
    }
}
