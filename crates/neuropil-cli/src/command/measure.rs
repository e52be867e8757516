//! `neuropil measure`: what a finished run did, in numbers and pictures.

use std::fmt::Write;

use neuropil::measure::{self, Finding, Measured, Number, Of, Request};
use neuropil::{StoredRun, stored};
use serde_json::{Map, Value, json};

use super::{Failure, refused};
use crate::args::Measure;
use crate::exit::Code;
use crate::output::{data, message};
use crate::picture::Picture;
use crate::table::{columns, dash, duration, short};

/// The version of the object that `--json` prints.
const SCHEMA: u32 = 1;

/// Measures the runs of a result folder.
pub(crate) fn measure(arguments: &Measure) -> Result<Code, Failure> {
    if arguments.list {
        data(&list())?;
        return Ok(Code::Ok);
    }
    let folder = arguments.folder.as_deref();
    let folder = folder.ok_or_else(|| refused("name a result folder"))?;
    let picture = arguments.plot.as_deref().map(Picture::of).transpose()?;
    let request = request(arguments).map_err(neuropil::Error::from)?;
    let runs = stored::open(folder).map_err(neuropil::Error::from)?;
    let runs = chosen(&runs, arguments.run.as_deref())?;
    if arguments.plot.is_some() && runs.len() > 1 {
        return Err(refused("`--plot` draws one run; choose it with `--run`"));
    }
    let mut measured = Vec::with_capacity(runs.len());
    for run in &runs {
        measured.push((*run, measure::measure(run, &request)?));
    }
    if arguments.json {
        data(&format!("{:#}\n", to_json(&measured)))?;
    } else {
        let tables: Vec<String> = measured
            .iter()
            .map(|(run, found)| table(run, found))
            .collect();
        data(&tables.join("\n"))?;
    }
    if let (Some(file), Some(picture), [(_, found)]) = (&arguments.plot, picture, &*measured) {
        let figure = measure::figure(found);
        if figure.rows.is_empty() {
            message("warning", "nothing of this has a picture; none is drawn");
        } else {
            picture.draw(&figure, file)?;
        }
    }
    Ok(Code::Ok)
}

fn request(arguments: &Measure) -> Result<Request, measure::RequestError> {
    let time = |text: &Option<String>| text.as_deref().map(measure::time_ms).transpose();
    let usual = Request::default();
    let onsets: Result<Vec<f64>, _> = arguments
        .onset
        .iter()
        .map(|text| measure::time_ms(text))
        .collect();
    Ok(Request {
        names: arguments.measures.clone(),
        of: arguments.of.clone(),
        with: arguments.with.clone(),
        within_ms: arguments
            .within
            .as_deref()
            .map(measure::span_ms)
            .transpose()?,
        bin_ms: time(&arguments.bin)?,
        lag_ms: time(&arguments.lag)?.unwrap_or(usual.lag_ms),
        part_ms: time(&arguments.part)?,
        band_hz: match &arguments.band {
            Some(text) => measure::band_hz(text)?,
            None => usual.band_hz,
        },
        min_spikes: arguments.min_spikes.unwrap_or(usual.min_spikes),
        neurons: arguments.neurons.map_or(usual.neurons, usize::from),
        onsets_ms: onsets?,
        draws: arguments.draws.unwrap_or(usual.draws),
        seed: arguments.seed.unwrap_or(usual.seed),
    })
}

/// The run of a name, or all.
fn chosen<'a>(runs: &'a [StoredRun], name: Option<&str>) -> Result<Vec<&'a StoredRun>, Failure> {
    let Some(name) = name else {
        return Ok(runs.iter().collect());
    };
    let found: Vec<&StoredRun> = runs.iter().filter(|run| run.name == name).collect();
    if found.is_empty() {
        let near = neuropil::nearest(name, runs.iter().map(|run| &*run.name));
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(refused(&format!("there is no run `{name}`{near}")));
    }
    Ok(found)
}

/// All measures, by what they are measures of.
fn list() -> String {
    let mut out = String::new();
    for (of, title) in [
        (Of::Spikes, "of spikes"),
        (Of::Samples, "of samples"),
        (Of::Pairs, "of two recordings (--with)"),
    ] {
        let _ = writeln!(out, "{title}");
        let entries = measure::catalogue().iter().filter(|entry| entry.of == of);
        let row = |entry: &measure::Entry| {
            let usual = if entry.usual { "*" } else { "" };
            [format!("  {}{usual}", entry.name), entry.about.to_owned()]
        };
        columns(&mut out, &entries.map(row).collect::<Vec<_>>(), 2);
        out.push('\n');
    }
    out + "* is taken where none is named\n"
}

/// A table for people: a line a number.
fn table(run: &StoredRun, measured: &Measured) -> String {
    let (from, to) = measured.within_ms;
    let mut out = format!(
        "{}: {} .. {} of {}, seed {}\n\n",
        measured.run,
        duration(from),
        duration(to),
        duration(run.duration_ms()),
        run.seed
    );
    let mut rows = vec![["recording", "measure", "value", ""].map(str::to_owned)];
    let mut last = "";
    for finding in &measured.findings {
        for number in &finding.numbers {
            let name = if finding.recording == last {
                ""
            } else {
                &finding.recording
            };
            rows.push(row(name, finding, number));
            last = &finding.recording;
        }
    }
    if rows.len() == 1 {
        out += "nothing was recorded that could be measured\n";
        return out;
    }
    columns(&mut out, &rows, 4);
    out
}

fn row(recording: &str, finding: &Finding, number: &Number) -> [String; 4] {
    let measure = match number.name {
        "" => finding.measure.to_owned(),
        name => format!("{} {name}", finding.measure),
    };
    let value = match number.value {
        Some(value) if number.unit.is_empty() => short(value),
        Some(value) => format!("{} {}", short(value), number.unit),
        None => dash(),
    };
    [recording.to_owned(), measure, value, number.note.clone()]
}

/// An object for programs: runs, recordings, measures.
fn to_json(measured: &[(&StoredRun, Measured)]) -> Value {
    let one = |(run, measured): &(&StoredRun, Measured)| {
        let mut recordings = Map::new();
        for finding in &measured.findings {
            let of = recordings
                .entry(finding.recording.clone())
                .or_insert_with(|| json!({}));
            of[finding.measure] = finding.to_json();
        }
        json!({
            "run": measured.run,
            "folder": run.folder.display().to_string(),
            "within_ms": [measured.within_ms.0, measured.within_ms.1],
            "recordings": recordings,
        })
    };
    json!({
        "schema": SCHEMA,
        "runs": measured.iter().map(one).collect::<Vec<_>>(),
    })
}
