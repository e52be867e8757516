//! Where the time of a run went: by stage of a step, and within a stage by line of the text.

use neuropil_ir::backend::{StageKind, StageTime};
use serde_json::{Value, json};

/// The profile of a run.
///
/// Times are those of all threads together, so that their sum is the wall time times the threads.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The stages in the order of a step.
    pub stages: Vec<ProfiledStage>,
    /// The number of threads.
    pub threads: usize,
    /// Wall time of the run times the number of threads; unit s.
    pub seconds: f64,
}

/// A stage with its floors and its lines.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfiledStage {
    /// The stage with its time.
    pub time: StageTime,
    /// What the same work would take at the least.
    pub floors: Floors,
    /// What the time of a kernel divides into, the longest first; their times sum to that of the
    /// stage. Empty for deliveries.
    pub lines: Vec<ProfiledLine>,
}

/// What the work of a stage would take if the machine did nothing else; unit s, of all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Floors {
    /// Of a kernel: copying as many bytes as it reads and writes, at the same footprint.
    pub bandwidth_s: Option<f64>,
    /// Of a kernel: its operators at the rates at which the machine runs each alone.
    pub arithmetic_s: Option<f64>,
    /// Of a delivery: as many additions to random targets in a tight loop.
    pub additions_s: Option<f64>,
}

/// A part of the time of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfiledLine {
    /// Whose it is.
    pub part: Part,
    /// Its time; unit ns.
    pub nanoseconds: u64,
}

/// Whose a part of the time of a kernel is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// That of a line of a text.
    Line {
        /// The name of the text, if it is not the one that was run.
        file: Option<String>,
        /// The number of the line, from 1.
        line: u32,
        /// The line, without the blanks around it.
        text: String,
    },
    /// Reading and writing state, arrivals and parameters.
    State,
    /// What belongs to no line.
    Engine,
}

impl Profile {
    /// The time that belongs to no stage: recording, waiting for other threads, lists; unit s.
    pub fn other_s(&self) -> f64 {
        let staged: u64 = self.stages.iter().map(|stage| stage.time.nanoseconds).sum();
        (self.seconds - staged as f64 * 1e-9).max(0.0)
    }

    /// The object in `summary.json`.
    pub fn to_json(&self) -> Value {
        json!({
            "threads": self.threads,
            "seconds": self.seconds,
            "other_s": self.other_s(),
            "stages": self.stages.iter().map(stage).collect::<Vec<_>>(),
        })
    }
}

/// The word for a kind of stage in objects.
pub fn kind(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Kernel => "kernel",
        StageKind::Delivery => "delivery",
        StageKind::Reduction => "reduction",
    }
}

/// A stage as an object, without what it divides into.
pub(crate) fn time(stage: &StageTime) -> Value {
    json!({
        "name": stage.name,
        "kind": kind(stage.kind),
        "seconds": stage.nanoseconds as f64 * 1e-9,
        "items": stage.items,
    })
}

fn stage(stage: &ProfiledStage) -> Value {
    let Floors {
        bandwidth_s,
        arithmetic_s,
        additions_s,
    } = stage.floors;
    let mut object = time(&stage.time);
    object["floors"] = json!({
        "bandwidth_s": bandwidth_s,
        "arithmetic_s": arithmetic_s,
        "additions_s": additions_s,
    });
    object["lines"] = stage.lines.iter().map(line).collect();
    object
}

fn line(line: &ProfiledLine) -> Value {
    let seconds = line.nanoseconds as f64 * 1e-9;
    match &line.part {
        Part::Line { file, line, text } => {
            json!({ "part": "line", "file": file, "line": line, "text": text, "seconds": seconds })
        }
        Part::State => json!({ "part": "state", "seconds": seconds }),
        Part::Engine => json!({ "part": "engine", "seconds": seconds }),
    }
}
