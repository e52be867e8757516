//! `neuropil bench`: how fast networks run on this machine, and how far from the floor.

use std::io::IsTerminal;
use std::path::Path;

use neuropil::bench::{self, Measurement, Settings, Size, Spread, Subject};
use neuropil::{BackendKind, Error, Precision};

use super::{Failure, precision, refused, storage};
use crate::args::Bench;
use crate::exit::Code;
use crate::files::load;
use crate::machine;
use crate::output::{complain, data};
use crate::picture::Picture;
use crate::table::{columns, dash, short, thousands, wall_time};

/// Of the usual repeats and times, what is left of them in a quick look.
const QUICK_REPEATS: usize = 2;

/// Measures networks one after another.
pub(crate) fn bench(arguments: &Bench) -> Result<Code, Failure> {
    let picture = arguments.plot.as_deref().map(Picture::of).transpose()?;
    let subjects = subjects(arguments)?;
    let repeats = if arguments.quick { QUICK_REPEATS } else { 5 };
    let backend = arguments.backend.as_deref();
    let settings = Settings {
        repeats: arguments.repeats.map_or(repeats, usize::from),
        threads: arguments.threads.into(),
        backend: backend.map(BackendKind::find).transpose()?,
        duration: arguments.duration.clone(),
        after: arguments.after.clone(),
        floor: !arguments.no_floor,
        connectivity: storage(arguments.connectivity),
        memory_limit: machine::available_memory(),
        memory: Some(machine::MEMORY),
        ..Settings::new(machine::nanoseconds)
    };
    let precisions = match arguments.precision {
        Some(one) => vec![precision(one)],
        None => vec![Precision::F32, Precision::F64],
    };
    let mut measured = Vec::with_capacity(subjects.len() * precisions.len());
    for subject in &subjects {
        for &precision in &precisions {
            let name = format!("{} {}", subject.name, precision.as_str());
            let mut progress = |repeat| tell(&name, repeat, settings.repeats);
            let one = bench::measure(subject, precision, &settings, &mut progress);
            silence();
            measured.push(one?);
        }
    }
    if arguments.json {
        let mut object = bench::to_json(&measured);
        object["peak_rss_mb"] = machine::peak_rss_mb().into();
        object["cores"] = machine::cores().into();
        data(&format!("{object:#}\n"))?;
    } else {
        data(&table(&measured))?;
    }
    if let (Some(file), Some(picture)) = (&arguments.plot, picture) {
        picture.draw(&bench::cost_against_size(&measured), file)?;
    }
    Ok(Code::Ok)
}

/// What is to be measured, in the order of the arguments.
fn subjects(arguments: &Bench) -> Result<Vec<Subject>, Failure> {
    let mut subjects = Vec::new();
    if arguments.networks.is_empty() {
        for network in bench::networks() {
            let sizes = sizes(arguments, |size| network.has(size));
            subjects.extend(sizes.iter().filter_map(|&size| network.subject(size)));
        }
    }
    for name in &arguments.networks {
        if let Some(network) = bench::network(name) {
            let sizes = sizes(arguments, |size| network.has(size));
            if sizes.is_empty() {
                return Err(refused(&format!(
                    "`{name}` has no number of neurons to choose; without `--sizes` it has its usual size"
                )));
            }
            subjects.extend(sizes.iter().filter_map(|&size| network.subject(size)));
        } else if Path::new(name).extension().is_some_and(|end| end == "npl") {
            subjects.extend(of_file(name, &arguments.sizes)?);
        } else {
            let names = || bench::networks().iter().map(|network| network.name);
            let all: Vec<&str> = names().collect();
            let near = neuropil::nearest(name, names());
            let near = near.map_or_else(
                || ".".to_owned(),
                |near| format!("; did you mean `{near}`?"),
            );
            return Err(refused(&format!(
                "there is no network `{name}`{near} There are {}, and texts that end in .npl",
                all.join(", ")
            )));
        }
    }
    if arguments.full && !subjects.iter().any(|subject| !subject.set.is_empty()) {
        return Err(refused("`--full` is for the network `microcircuit`"));
    }
    if arguments.quick && arguments.duration.is_none() {
        for subject in &mut subjects {
            subject.shorten(0.1);
        }
    }
    Ok(subjects)
}

/// The sizes asked for that a network has.
fn sizes(arguments: &Bench, has: impl Fn(Size) -> bool) -> Vec<Size> {
    let numbers = arguments.sizes.iter().copied().map(Size::Neurons);
    let mut sizes: Vec<Size> = numbers.filter(|&size| has(size)).collect();
    if arguments.sizes.is_empty() {
        let full = arguments.full && has(Size::Full);
        sizes.push(if full { Size::Full } else { Size::Usual });
    }
    sizes
}

/// A text of the user, at each size.
fn of_file(file: &str, sizes: &[u32]) -> Result<Vec<Subject>, Error> {
    let text = load(Path::new(file), &[])?;
    let subject = |set| Subject {
        name: text.stem(),
        text: text.clone(),
        set,
        duration_ms: None,
    };
    if sizes.is_empty() {
        return Ok(vec![subject(Vec::new())]);
    }
    let with = sizes
        .iter()
        .map(|size| subject(vec![("N".to_owned(), size.to_string())]));
    Ok(with.collect())
}

/// Says on a terminal what is being measured.
fn tell(name: &str, repeat: usize, repeats: usize) {
    if std::io::stderr().is_terminal() {
        complain(&format!("\r\x1b[K{name}: {} of {repeats}", repeat + 1));
    }
}

/// Takes the line off the terminal.
fn silence() {
    if std::io::stderr().is_terminal() {
        complain("\r\x1b[K");
    }
}

/// One row a measurement, medians with their ranges.
fn table(measured: &[Measurement]) -> String {
    let mut out = String::new();
    if let Some(first) = measured.first() {
        let plural = if first.threads == 1 { "" } else { "s" };
        out = format!(
            "{}, {} thread{plural}, nothing recorded; medians, with the range of the repeats\n\n",
            first.backend.as_str(),
            first.threads
        );
    }
    let mut rows = vec![
        [
            "network",
            "neurons",
            "synapses",
            "floats",
            "build",
            "M syn/s",
            "B/syn",
            "peak",
            "M ev/s",
            "real time",
            "ns/neuron-step",
            "floor",
            "run/floor",
        ]
        .map(str::to_owned),
    ];
    for one in measured {
        let million = |value: f64| short(value * 1e-6);
        let floor = one.floor.as_ref();
        rows.push([
            one.network.clone(),
            thousands(one.neurons),
            thousands(one.synapses),
            one.precision.as_str().to_owned(),
            wall_time(one.build_s.median),
            one.synapses_per_s().map_or_else(dash, million),
            one.bytes_per_synapse().map_or_else(dash, short),
            one.memory
                .and_then(|memory| memory.peak_ratio())
                .map_or_else(dash, |ratio| format!("{ratio:.2}")),
            one.events_per_s
                .map_or_else(dash, |events| million(events.median)),
            short(one.real_time_factor().median),
            ranged(one.ns_per_neuron_step()),
            floor.map_or_else(dash, |floor| {
                format!("{:.2}", floor.ns_per_neuron_step.median)
            }),
            floor.map_or_else(dash, |floor| ranged(floor.ratio)),
        ]);
    }
    columns(&mut out, &rows, 1);
    out
}

fn ranged(spread: Spread) -> String {
    let Spread { median, low, high } = spread;
    format!("{median:.2} ({low:.2}..{high:.2})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stand_behind_their_median() {
        let spread = Spread {
            median: 1.25,
            low: 1.0,
            high: 12.346,
        };
        assert_eq!(ranged(spread), "1.25 (1.00..12.35)");
    }
}
