//! Where the time of a run went, as a table: stages, and the lines of the text within them.

use std::cmp::Reverse;
use std::fmt::Write;

use neuropil::{Floors, Part, Profile, ProfiledStage, StageKind};

use crate::table::{columns, dash, thousands, wall_time};

/// The longest text of a line, in characters.
const LONGEST_LINE: usize = 60;

/// A row: what, time, share, time of an item, items, share of its floors.
type Row = [String; 6];

/// Writes the stages, the longest first, each with its lines.
pub(crate) fn table(out: &mut String, profile: &Profile) {
    let header = [
        "where the time goes",
        "time",
        "share",
        "ns an item",
        "items",
        "floors reached",
    ];
    let mut rows: Vec<Row> = vec![header.map(str::to_owned)];
    let mut stages: Vec<&ProfiledStage> = profile.stages.iter().collect();
    stages.sort_by_key(|stage| Reverse(stage.time.nanoseconds));
    let share = |seconds: f64| format!("{:.1} %", 100.0 * seconds / profile.seconds.max(1e-12));
    for stage in stages {
        rows.push(whole(stage, &share));
        // The number of a line stands in a column of its own, so that equations line up.
        let numbers = stage.lines.iter().map(|line| number(&line.part));
        let width = numbers.clone().map(|text| text.chars().count()).max();
        let width = width.unwrap_or(0);
        for (line, number) in stage.lines.iter().zip(numbers) {
            let seconds = line.nanoseconds as f64 * 1e-9;
            let what = format!("  {number:>width$}  {}", text(&line.part));
            let (time, share) = (wall_time(seconds), share(seconds));
            rows.push([
                what,
                time,
                share,
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
    }
    let (rest, seconds) = ("recording, waiting, the rest".to_owned(), profile.other_s());
    let (time, share) = (wall_time(seconds), share(seconds));
    rows.push([
        rest,
        time,
        share,
        String::new(),
        String::new(),
        String::new(),
    ]);
    columns(out, &rows, 1);
    if profile.threads > 1 {
        let _ = writeln!(
            out,
            "times are those of {} threads together; 100 % is the wall time of all of them",
            profile.threads
        );
    }
}

/// The row of a stage.
fn whole(stage: &ProfiledStage, share: &dyn Fn(f64) -> String) -> Row {
    let time = &stage.time;
    let seconds = time.nanoseconds as f64 * 1e-9;
    let (what, items) = match time.kind {
        StageKind::Kernel => ("kernel", "neuron-steps"),
        StageKind::Delivery => ("deliver", "events"),
        StageKind::Reduction => ("reduce", "neuron-steps"),
    };
    let each = time.nanoseconds as f64 / time.items as f64;
    [
        format!("{what} {}", time.name),
        wall_time(seconds),
        share(seconds),
        if time.items == 0 {
            dash()
        } else {
            format!("{each:.2}")
        },
        format!("{} {items}", thousands(time.items)),
        floors(&stage.floors, seconds),
    ]
}

/// How much of what the machine can do a stage did.
fn floors(floors: &Floors, seconds: f64) -> String {
    let list = [
        (floors.bandwidth_s, "bandwidth"),
        (floors.arithmetic_s, "arithmetic"),
        (floors.additions_s, "additions"),
    ];
    let reached: Vec<String> = list
        .into_iter()
        .filter_map(|(floor, what)| {
            let reached = 100.0 * floor? / seconds;
            reached
                .is_finite()
                .then(|| format!("{reached:.0} % {what}"))
        })
        .collect();
    if reached.is_empty() {
        dash()
    } else {
        reached.join(", ")
    }
}

/// The number of a line, with the name of its text if that is not the one that was run.
fn number(part: &Part) -> String {
    match part {
        Part::Line {
            file: None, line, ..
        } => line.to_string(),
        Part::Line {
            file: Some(file),
            line,
            ..
        } => format!("{file}:{line}"),
        Part::State | Part::Engine => String::new(),
    }
}

fn text(part: &Part) -> String {
    match part {
        Part::Line { text, .. } if text.chars().count() > LONGEST_LINE => {
            let cut = text.chars().take(LONGEST_LINE - 1);
            cut.chain(['…']).collect()
        }
        Part::Line { text, .. } => text.clone(),
        Part::State => "(reading and writing state)".to_owned(),
        Part::Engine => "(of no line)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use neuropil::{ProfiledLine, StageTime};

    use super::*;

    fn stage(name: &str, kind: StageKind, nanoseconds: u64, items: u64) -> ProfiledStage {
        ProfiledStage {
            time: StageTime {
                name: name.to_owned(),
                kind,
                nanoseconds,
                items,
                kernels: Vec::new(),
            },
            floors: Floors::default(),
            lines: Vec::new(),
        }
    }

    #[test]
    fn lines_stand_below_their_stage() {
        let mut kernel = stage("exc.step", StageKind::Kernel, 60_000_000, 10_000_000);
        kernel.floors.bandwidth_s = Some(0.015);
        kernel.floors.arithmetic_s = Some(0.045);
        let line = |file: Option<&str>, line, text: &str| Part::Line {
            file: file.map(str::to_owned),
            line,
            text: text.to_owned(),
        };
        let part = |part, nanoseconds| ProfiledLine { part, nanoseconds };
        kernel.lines = vec![
            part(line(None, 112, "dV/dt = (E_L - V + I)/tau"), 40_000_000),
            part(Part::State, 14_000_000),
            part(line(Some("lib.npl"), 7, &"x".repeat(80)), 5_000_000),
            part(Part::Engine, 1_000_000),
        ];
        let mut delivery = stage("ampa", StageKind::Delivery, 30_000_000, 20_000_000);
        delivery.floors.additions_s = Some(0.024);
        let profile = Profile {
            stages: vec![delivery, stage("idle", StageKind::Reduction, 0, 0), kernel],
            threads: 2,
            seconds: 0.1,
        };
        let mut out = String::new();
        table(&mut out, &profile);
        let expected = "\
where the time goes                                                         time   share  ns an item                    items                   floors reached
kernel exc.step                                                            60 ms  60.0 %        6.00  10,000,000 neuron-steps  25 % bandwidth, 75 % arithmetic
        112  dV/dt = (E_L - V + I)/tau                                     40 ms  40.0 %
             (reading and writing state)                                   14 ms  14.0 %
  lib.npl:7  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…   5 ms   5.0 %
             (of no line)                                                   1 ms   1.0 %
deliver ampa                                                               30 ms  30.0 %        1.50        20,000,000 events                   80 % additions
reduce idle                                                                 0 ms   0.0 %           -           0 neuron-steps                                -
recording, waiting, the rest                                               10 ms  10.0 %
times are those of 2 threads together; 100 % is the wall time of all of them
";
        assert_eq!(out, expected, "\n{out}");
    }
}
