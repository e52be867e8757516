//! The page `docs/benchmarks.md`, made from the lines of a measurement and from the tables.
//!
//! What we lose stands first. A ratio is the time of the peer's steps over ours, medians, ours in the precision of the
//! peer.

use super::compare::{Comparison, comparisons, series};
use super::lines::{Record, Run};
use super::table::{NETWORKS, Network, PEERS};
use crate::series::Series;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Writes the page.
pub(crate) fn page(record: &Record) -> String {
    let comparisons = comparisons(record);
    let mut page = String::from(HEAD);
    losses(&mut page, record, &comparisons);
    ratios(&mut page, &comparisons);
    networks(&mut page, record);
    skipped(&mut page, record);
    machine(&mut page, record);
    differences(&mut page, record);
    page
}

const HEAD: &str = "\
# Neuropil beside other simulators

The same networks with the same numbers by Neuropil and by five simulators, one core each, in turns. `cargo xtask peers`
installs the simulators, measures and writes this page and `benches/peers/results.jsonl`, its raw lines; `cargo xtask bars
speed` checks the goals. A ratio is the time of a peer's steps over ours: above 1 we are faster. Building and compiling are not
in it; they stand apart.

";

fn losses(page: &mut String, record: &Record, comparisons: &[Comparison]) {
    page.push_str("## Where we lose\n\n");
    let mut lines = Vec::new();
    for row in comparisons.iter().filter(|row| row.judged() < 1.0) {
        let Comparison { network, peer, .. } = row;
        let slower = short(1.0 / row.judged());
        lines.push(format!(
            "{}: {} runs {slower} times as fast as we do.",
            network.name, peer.label
        ));
    }
    for row in comparisons {
        let Comparison { network, peer, .. } = row;
        if let Some(goal) = row.goal.filter(|goal| row.judged() < *goal) {
            let ratio = short(row.judged());
            lines.push(format!(
                "{}: {ratio} times {}; the goal is {goal}.",
                network.name, peer.label
            ));
        }
    }
    for row in comparisons.iter().filter(|row| row.before_ratio < 1.0) {
        let Comparison { network, peer, .. } = row;
        let ratio = short(1.0 / row.before_ratio);
        lines.push(format!(
            "{}: {} is ready to run {ratio} times as fast as we are.",
            network.name, peer.label
        ));
    }
    for network in NETWORKS.iter().filter(|network| network.beside.is_some()) {
        lines.extend(beside(record, network));
    }
    if lines.is_empty() {
        page.push_str("In none of the rows below.\n");
    }
    for line in lines {
        let _ = writeln!(page, "- {line}");
    }
    page.push('\n');
}

/// The text with another method, where a peer runs faster than it.
fn beside(record: &Record, network: &Network) -> Vec<String> {
    let Some((method, text)) = network.beside else {
        return Vec::new();
    };
    let of = |who: &str, precision: &str| {
        let runs = record.runs.iter().filter(|run| {
            run.network == network.name && run.who == who && run.precision == precision
        });
        Series::of(runs.map(|run| run.steps_s).collect()).median
    };
    let mut lines = Vec::new();
    for peer in PEERS
        .iter()
        .filter(|peer| network.peers.contains(&peer.name))
    {
        let ratio =
            of(peer.name, peer.precision) / of(&format!("neuropil {method}"), peer.precision);
        if ratio < 1.0 {
            lines.push(format!(
                "{}: {} runs {} times as fast as `{text}`, which uses {method}, a method of higher order.",
                network.name,
                peer.label,
                short(1.0 / ratio)
            ));
        }
    }
    lines
}

fn ratios(page: &mut String, comparisons: &[Comparison]) {
    page.push_str(
        "## Ratios, lowest first\n\n\
         Seconds are wall clock. The ratio is the lower one of wall clock and CPU time; a dash stands where our CPU time is below\n\
         0.1 s and does not count. The range is that of the rounds, by wall clock. The last column compares everything before the first\n\
         step: importing, building, compiling.\n\n\
         | network | peer | precision | ours (s) | peer (s) | ratio | by wall clock | range | by CPU time | goal | before the run |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in comparisons {
        let goal = row.goal.map_or("-".to_owned(), |goal| {
            let holds = if row.judged() >= goal { "" } else { ", missed" };
            format!("{goal}{holds}")
        });
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | **{}** | {} | {} to {} | {} | {goal} | {} |",
            row.network.name,
            row.peer.label,
            row.peer.precision,
            short(row.ours.median),
            short(row.theirs.median),
            short(row.judged()),
            short(row.ratio),
            short(row.rounds.least),
            short(row.rounds.most),
            short(row.cpu_ratio),
            short(row.before_ratio),
        );
    }
    page.push('\n');
}

fn networks(page: &mut String, record: &Record) {
    page.push_str(
        "## Networks\n\n\
         Medians, ranges in parentheses. Rate and CV are those of all neurons from the start, so that short runs have a small CV; they\n\
         say that the networks are alike. Memory is the peak of the whole process.\n",
    );
    for network in &NETWORKS {
        let here: Vec<&Run> = record
            .runs
            .iter()
            .filter(|run| run.network == network.name)
            .collect();
        let Some(any) = here.first() else {
            continue;
        };
        let _ = write!(
            page,
            "\n### {}\n\n`{}`, {} neurons, {} ms in steps of {} ms.\n\n\
             | simulator | precision | runs | build (s) | compile (s) | run (s) | run, CPU (s) | rate (Hz) | CV | peak (MiB) |\n\
             |---|---|---|---|---|---|---|---|---|---|\n",
            network.name, network.text, network.neurons, any.simulated_ms, network.dt_ms
        );
        let mut seen = BTreeSet::new();
        let how = &record.about["measured"][network.name];
        let text = |name: &str| how[name].as_str().unwrap_or("unknown");
        for run in &here {
            if seen.insert((&run.who, &run.precision)) {
                row(page, &here, run);
            }
        }
        let _ = writeln!(
            page,
            "\n{}, commit {}, core {}: `{}`",
            text("date"),
            text("commit"),
            text("core"),
            text("command"),
        );
    }
    page.push('\n');
}

/// The row of one simulator in one precision.
fn row(page: &mut String, here: &[&Run], first: &Run) {
    let same = |run: &&&Run| run.who == first.who && run.precision == first.precision;
    let runs: Vec<&Run> = here.iter().filter(same).copied().collect();
    let of = |quantity: fn(&Run) -> f64| series(&runs, quantity);
    let cvs: Vec<f64> = runs.iter().filter_map(|run| run.cv).collect();
    let cv = if cvs.is_empty() {
        "-".to_owned()
    } else {
        short(Series::of(cvs).median)
    };
    let _ = writeln!(
        page,
        "| {} | {} | {} | {} | {} | {} | {} | {} | {cv} | {} |",
        label(&first.who),
        first.precision,
        runs.len(),
        ranged(of(|run| run.build_s)),
        short(of(|run| run.compile_s).median),
        ranged(of(|run| run.steps_s)),
        ranged(of(|run| run.steps_cpu_s)),
        short(of(|run| run.rate_hz).median),
        short(of(|run| run.peak_mib).median),
    );
}

fn label(who: &str) -> String {
    let peer = PEERS.iter().find(|peer| peer.name == who);
    peer.map_or_else(
        || who.replacen("neuropil", "Neuropil", 1),
        |peer| peer.label.to_owned(),
    )
}

fn skipped(page: &mut String, record: &Record) {
    page.push_str("## Skipped\n\n");
    for skip in &record.skips {
        let _ = writeln!(
            page,
            "- {}, {}: {}",
            skip.network,
            label(&skip.who),
            skip.reason
        );
    }
    for peer in &PEERS {
        let without: Vec<&str> = NETWORKS
            .iter()
            .filter(|network| !network.peers.contains(&peer.name))
            .map(|network| network.name)
            .collect();
        if !without.is_empty() {
            let _ = writeln!(
                page,
                "- {}: {}. It is made for neurons with morphology; no script for these networks.",
                without.join(", "),
                peer.label
            );
        }
    }
    page.push_str(
        "- GeNN is not on the Python package index, and building it takes minutes; it is not measured.\n\
         - GPUs and several threads are not compared.\n\n",
    );
}

fn machine(page: &mut String, record: &Record) {
    let about = |name: &str| match &record.about["machine"][name] {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".to_owned(),
        other => other.to_string(),
    };
    let runs: Vec<&Run> = record.runs.iter().collect();
    let (load, stolen) = (
        series(&runs, |run| run.load),
        series(&runs, |run| run.stolen),
    );
    let _ = write!(
        page,
        "## Machine and method\n\n\
         | | |\n|---|---|\n\
         | processor | {}, widest vectors {} |\n| cores | {} |\n| memory | {} GiB |\n| system | {} |\n| C++ compiler of Brian2 | {} |\n\
         | load average at the end of a run | {} ({} to {}) |\n| time taken by the host during a run, % | {} ({} to {}) |\n\n",
        about("cpu"),
        about("vectors"),
        about("cores"),
        about("memory_gib"),
        about("system"),
        about("compiler"),
        short(load.median),
        short(load.least),
        short(load.most),
        short(100.0 * stolen.median),
        short(100.0 * stolen.least),
        short(100.0 * stolen.most),
    );
    page.push_str(METHOD);
    if load.median > 1.5 {
        page.push_str(
            "**The machine was busy with other work**: the load average of a quiet one is 1 here. Wall times are longer than they need\n\
             be, for everyone; the ratios by CPU time show how much that matters.\n\n",
        );
    }
}

const METHOD: &str = "\
A round runs ours, then each peer, then the next round begins: nobody has the machine to himself for a while. The number of the
round is the seed. Every run is a new process; one thread, and the environment variables of the usual libraries say so too;
where the system has `taskset`, all are bound to the same core, because not every library obeys. Build time has imports,
the model, connections and initial states; compile time has generating and compiling code. Spikes are recorded by everyone;
our texts record three voltages as well, except the one of `hh_population`. Our CPU time is that of the process less that of a
run of one step, in ticks of 10 ms. `cargo xtask peers --networks coba` measures one network anew and leaves the others here;
with `--only brian2` or `--quick` this page stays as it is.

";

fn differences(page: &mut String, record: &Record) {
    page.push_str("## Known differences\n\n| peer | versions | differs |\n|---|---|---|\n");
    for peer in &PEERS {
        let run = record.runs.iter().find(|run| run.who == peer.name);
        let versions = run.map_or_else(
            || peer.packages.join(", ").replace("==", " "),
            |run| {
                let texts = run
                    .versions
                    .iter()
                    .map(|(name, version)| format!("{name} {version}"));
                texts.collect::<Vec<_>>().join(", ")
            },
        );
        let _ = writeln!(
            page,
            "| {} | {versions} | {} |",
            peer.label, peer.differences
        );
    }
    page.push_str(
        "\nOurs: `exact` where the equations are linear (cuba, brunel), exponential Euler elsewhere. Where a text gives no delay, a spike\narrives at the end of its step.\n",
    );
}

fn ranged(series: Series) -> String {
    let Series {
        median,
        least,
        most,
    } = series;
    format!("{} ({} to {})", short(median), short(least), short(most))
}

/// Writes a number with three digits that count.
fn short(x: f64) -> String {
    match x.abs() {
        _ if !x.is_finite() => "-".to_owned(),
        a if a < 0.000_05 => "0".to_owned(),
        a if a < 0.0995 => format!("{x:.4}"),
        a if a < 0.995 => format!("{x:.3}"),
        a if a < 9.95 => format!("{x:.2}"),
        a if a < 99.5 => format!("{x:.1}"),
        _ => format!("{x:.0}"),
    }
}

#[cfg(test)]
mod tests;
