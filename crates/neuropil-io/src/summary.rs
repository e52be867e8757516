//! `summary.json`: what a run was and what came out, in one object.

use std::fs;
use std::io::Write;
use std::path::Path;

use neuropil_ir::kernel::Precision;
use neuropil_ir::program::Program;
use neuropil_sim::{Outcome, Report};
use serde_json::{Map, Value, json};

use crate::error::IoError;
use crate::npy::Dtype;
use crate::profile::{self, Profile};
use crate::recorder::FolderRecorder;

/// The version of the object; it grows by keys without a new number.
pub const SCHEMA: u32 = 1;

/// Wall times in seconds, measured by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wall {
    /// Reading the text.
    pub parse_s: f64,
    /// Compiling it.
    pub compile_s: f64,
    /// Building the network.
    pub build_s: f64,
    /// Running it.
    pub run_s: f64,
}

/// What the caller knows about a run that its report does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// The name of the text, such as `coba.npl`.
    pub model: String,
    /// The number of threads.
    pub threads: usize,
    /// The name of the back-end.
    pub backend: String,
    /// How fused multiply-add is computed: `hardware`, or `none` where it is emulated.
    pub fma: String,
    /// Name and version of the program and of what it was built with.
    pub versions: Vec<(String, String)>,
    /// Whether the run kept recordings; without, assertions on them are neither passed nor failed.
    pub recorded: bool,
    /// Wall times.
    pub wall: Wall,
    /// The largest resident memory in MiB; `None` if the system does not say.
    pub peak_rss_mb: Option<f64>,
}

/// What a run was and what came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What the caller knows.
    pub about: About,
    /// The name of the network.
    pub network: String,
    /// The name after `as`, if the run has one.
    pub run: Option<String>,
    /// The seed of all draws.
    pub seed: u64,
    /// The float type.
    pub precision: Precision,
    /// What the simulation did.
    pub report: Report,
    /// Where the time went, if that was asked for.
    pub profile: Option<Profile>,
    /// Name and description of each recording.
    pub recordings: Vec<(String, Value)>,
}

impl Summary {
    /// Puts together what is known after a run; without a recorder there are no files.
    pub fn new(
        about: About,
        program: &Program,
        report: Report,
        recorder: Option<&FolderRecorder>,
    ) -> Self {
        Self {
            about,
            network: program.plan.name.clone(),
            run: program.run_name.clone(),
            seed: program.plan.seed,
            precision: program.plan.precision,
            report,
            profile: None,
            recordings: recorder.map_or_else(Vec::new, |files| recordings(program, files)),
        }
    }

    /// Wall time of the run over simulated time; `None` if no time was simulated.
    pub fn real_time_factor(&self) -> Option<f64> {
        let simulated = self.report.duration_ms() / 1000.0;
        (simulated > 0.0).then(|| self.about.wall.run_s / simulated)
    }

    /// The object that is written and printed; what is undefined is `null`.
    pub fn to_json(&self) -> Value {
        let (about, report, wall) = (&self.about, &self.report, &self.about.wall);
        let versions: Map<String, Value> = about
            .versions
            .iter()
            .map(|(name, version)| (name.clone(), json!(version)))
            .collect();
        let expects: Vec<Value> = report.expects.iter().map(expect).collect();
        let populations: Map<String, Value> = report
            .populations
            .iter()
            .map(|population| {
                let value = json!({
                    "model": population.model,
                    "size": population.size,
                    "spikes": population.spikes,
                    "mean_rate_hz": population.mean_rate_hz,
                    "cv_isi": population.cv_isi,
                });
                (population.name.clone(), value)
            })
            .collect();
        let projections: Map<String, Value> = report
            .projections
            .iter()
            .map(|projection| {
                let value = json!({
                    "synapses": projection.edges,
                    "connectivity": projection.storage,
                    "sent": projection.sent,
                    "delivered": projection.delivered,
                    "travelling": projection.travelling,
                });
                (projection.name.clone(), value)
            })
            .collect();
        let stages: Vec<Value> = report.stages.iter().map(profile::time).collect();
        json!({
            "schema": SCHEMA,
            "model": about.model,
            "network": self.network,
            "run": self.run,
            "seed": self.seed,
            "dt_ms": report.dt,
            "steps": report.steps,
            "duration_ms": decimal(report.duration_ms()),
            "interrupted": report.interrupted,
            "recorded": about.recorded,
            "threads": about.threads,
            "precision": self.precision.to_string(),
            "backend": about.backend,
            "fma": about.fma,
            "versions": versions,
            "wall": {
                "parse_s": wall.parse_s,
                "compile_s": wall.compile_s,
                "build_s": wall.build_s,
                "run_s": wall.run_s,
            },
            "real_time_factor": self.real_time_factor(),
            "peak_rss_mb": about.peak_rss_mb,
            "engine_bytes": report.bytes,
            "neurons": report.neurons(),
            "synapses": report.synapses(),
            "synaptic_events": report.synaptic_events(),
            "expect": expects,
            "populations": populations,
            "projections": projections,
            "stages": stages,
            "profile": self.profile.as_ref().map(Profile::to_json),
            "recordings": self.recordings.iter().cloned().collect::<Map<_, _>>(),
        })
    }

    /// Writes `summary.json` into a folder: first beside it, then in its place, so that a reader
    /// never finds half of it.
    ///
    /// # Errors
    /// [`IoError::System`].
    pub fn write(&self, folder: &Path) -> Result<(), IoError> {
        write_json(&folder.join("summary.json"), &self.to_json())
    }
}

/// Writes an object to a file at once: beside it, to disk, then in its place.
///
/// # Errors
/// [`IoError::System`]; the file is then as it was before.
pub fn write_json(path: &Path, value: &Value) -> Result<(), IoError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = path.with_file_name(name);
    let write = || {
        let mut file = fs::File::create(&beside)?;
        writeln!(file, "{value:#}")?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|error| {
        // A torn file beside the target helps nobody; that it cannot be removed either is no news.
        let _unheard = fs::remove_file(&beside);
        IoError::system("write", path)(error)
    })
}

fn expect(outcome: &Outcome) -> Value {
    let mut value = json!({
        "text": outcome.text,
        "value": outcome.value,
        "pass": outcome.pass,
        "unit": outcome.unit,
    });
    if let Some((low, high)) = outcome.bounds {
        value["bounds"] = json!([low, high]);
    }
    if let Some(reason) = &outcome.reason {
        value["reason"] = json!(reason.to_string());
    }
    value
}

fn recordings(program: &Program, files: &FolderRecorder) -> Vec<(String, Value)> {
    let file = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let ranges = |ranges: &[std::ops::Range<u32>]| -> Value {
        ranges
            .iter()
            .map(|range| json!([range.start, range.end]))
            .collect()
    };
    let rasters = program
        .rasters
        .iter()
        .zip(files.rasters())
        .map(|(raster, written)| {
            let value = json!({
                "kind": "events",
                "file": file(written.path()),
                "fields": ["step", "index"],
                "shape": [written.events()],
                "unit": "",
                "population": raster.population,
                "elements": ranges(&raster.elements),
                "size": raster.size,
            });
            (raster.name.clone(), value)
        });
    let traces = program
        .traces
        .iter()
        .zip(files.traces())
        .map(|(trace, written)| {
            let samples = written.samples();
            let width = trace
                .elements
                .as_ref()
                .map(|chosen| neuropil_sim::Selection::new(chosen).len());
            let shape = match width {
                Some(width) => json!([samples, width]),
                None => json!([samples]),
            };
            let value = json!({
                "kind": "trace",
                "file": file(written.values()),
                "time_file": file(written.times()),
                "dtype": if written.dtype() == Dtype::F4 { "<f4" } else { "<f8" },
                "shape": shape,
                "unit": trace.unit,
                "time_unit": "ms",
                "every": trace.every,
                "elements": trace.elements.as_deref().map(ranges),
            });
            (trace.name.clone(), value)
        });
    let mut names = std::collections::BTreeSet::new();
    let mut unique = Vec::new();
    for (name, value) in rasters.chain(traces) {
        let mut key = name.clone();
        let mut number = 2;
        while !names.insert(key.clone()) {
            key = format!("{name}-{number}");
            number += 1;
        }
        unique.push((key, value));
    }
    unique
}

/// A time without the noise of steps × dt.
fn decimal(time: f64) -> f64 {
    if time < 8_388_608.0 {
        (time * 1e9).round() / 1e9
    } else {
        time
    }
}
