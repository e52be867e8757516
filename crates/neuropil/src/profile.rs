//! The profile of a run: its stages, their floors, and their time divided among the lines of the text.
//!
//! The back-end times every stage of a step and, before the run, what each class of operations costs on
//! this machine. The time of a kernel is divided among the lines that its operations come from by these
//! costs ([`neuropil_ir::cost`]); nothing is measured inside a kernel, which would change it. After the
//! run the floor of its deliveries is measured as `neuropil bench` measures it, on the state of the run,
//! which ends it.

use neuropil_io::{Floors, Part, Profile, ProfiledLine, ProfiledStage};
use neuropil_ir::backend::{Calibration, Clock, RunError, StageKind, StageTime};
use neuropil_ir::cost::{self, Owner};
use neuropil_ir::kernel::Kernel;
use neuropil_ir::program::Program;
use neuropil_sim::{Report, Simulation, SimulationError};
use neuropil_syntax::{SourceId, Sources, Span};

/// What is measured before a run.
pub(crate) struct Profiler {
    clock: Clock,
    calibration: Option<Calibration>,
}

/// What reading and running a text has given.
pub(crate) struct Read<'a> {
    pub(crate) sources: &'a Sources,
    /// The text that is run; other texts are named beside their lines.
    pub(crate) main: SourceId,
    pub(crate) threads: usize,
    /// Wall time of the run in s.
    pub(crate) run_s: f64,
}

impl Profiler {
    /// Measures what operations and bytes cost here.
    pub(crate) fn new(clock: Clock, simulation: &Simulation) -> Self {
        Self {
            clock,
            calibration: simulation.calibrate(clock),
        }
    }

    /// Ends a simulation: its report, its program and where its time went.
    pub(crate) fn finish(
        &self,
        simulation: Simulation,
        read: &Read<'_>,
    ) -> Result<(Report, Program, Profile), SimulationError> {
        let report = simulation.report();
        let program = simulation.program().clone();
        let floor = match simulation.floor(self.clock) {
            Err(SimulationError::Run(RunError::Unsupported(_))) => Vec::new(),
            floor => floor?,
        };
        let profile = profile(&report, &program, self.calibration.as_ref(), &floor, read);
        Ok((report, program, profile))
    }
}

/// Puts the profile of a run together.
fn profile(
    report: &Report,
    program: &Program,
    calibration: Option<&Calibration>,
    floor: &[StageTime],
    read: &Read<'_>,
) -> Profile {
    let stages = report.stages.iter().enumerate().map(|(place, time)| {
        let kernels: Vec<(&Kernel, u64)> = time
            .kernels
            .iter()
            .filter_map(|&(id, items)| Some((program.plan.kernels.get(id.index())?, items)))
            .collect();
        let mut floors = Floors::default();
        let mut lines = Vec::new();
        if time.kind == StageKind::Delivery {
            let alone = floor.get(place).filter(|floor| floor.items > 0);
            floors.additions_s = alone.map(|floor| {
                let event = floor.nanoseconds as f64 / floor.items as f64;
                event * time.items as f64 * 1e-9
            });
        } else if let Some(calibration) = calibration {
            let steps = report.steps.max(1) * read.threads.max(1) as u64;
            floors = floors_of(&kernels, calibration, time.items.div_ceil(steps));
            lines = divided(&kernels, calibration, time.nanoseconds, read);
        }
        ProfiledStage {
            time: time.clone(),
            floors,
            lines,
        }
    });
    Profile {
        stages: stages.collect(),
        threads: read.threads,
        seconds: read.run_s * read.threads as f64,
    }
}

/// The floors of kernels that computed so many elements each, of which a thread has some.
fn floors_of(kernels: &[(&Kernel, u64)], calibration: &Calibration, elements: u64) -> Floors {
    let total = |ns: &dyn Fn(&Kernel) -> Option<f64>| {
        let each = kernels
            .iter()
            .map(|&(kernel, items)| Some(ns(kernel)? * items as f64 * 1e-9));
        each.sum()
    };
    Floors {
        bandwidth_s: total(&|kernel| {
            let bytes = cost::bytes(kernel);
            Some(calibration.ns_per_byte(bytes * elements)? * bytes as f64)
        }),
        arithmetic_s: total(&|kernel| Some(calibration.costs.arithmetic(kernel))),
        additions_s: None,
    }
}

/// The time of a stage, divided by what the operations of its kernels cost; the longest part first.
fn divided(
    kernels: &[(&Kernel, u64)],
    calibration: &Calibration,
    nanoseconds: u64,
    read: &Read<'_>,
) -> Vec<ProfiledLine> {
    let mut parts: Vec<(Part, f64)> = Vec::new();
    let owners = kernels.iter().flat_map(|&(kernel, items)| {
        let owners = cost::by_owner(kernel, &calibration.costs).into_iter();
        owners.map(move |(owner, cost)| (owner, cost * items as f64))
    });
    for (owner, cost) in owners {
        let part = read.part(owner);
        match parts.iter_mut().find(|(known, _)| *known == part) {
            Some((_, total)) => *total += cost,
            None => parts.push((part, cost)),
        }
    }
    if parts.is_empty() {
        parts.push((Part::Engine, 1.0));
    }
    let costs: Vec<f64> = parts.iter().map(|(_, cost)| *cost).collect();
    let shares = shares(nanoseconds, &costs);
    let mut lines: Vec<ProfiledLine> = parts
        .into_iter()
        .zip(shares)
        .map(|((part, _), nanoseconds)| ProfiledLine { part, nanoseconds })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.nanoseconds));
    lines
}

/// A whole number in whole parts that sum to it, in proportion to weights to within one.
fn shares(total: u64, weights: &[f64]) -> Vec<u64> {
    let all: f64 = weights.iter().sum();
    let mut given = 0;
    let mut before = 0.0;
    let mut shares = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        before += weight;
        // Rounding the sum of the parts so far keeps every part right to within one.
        let until = if place + 1 == weights.len() {
            total
        } else {
            ((before / all * total as f64).round() as u64).clamp(given, total)
        };
        shares.push(until - given);
        given = until;
    }
    shares
}

impl Read<'_> {
    /// The line of the text behind an owner.
    fn part(&self, owner: Owner) -> Part {
        match owner {
            Owner::Line(span) => self.line(span),
            Owner::State => Part::State,
            Owner::Engine => Part::Engine,
        }
    }

    fn line(&self, span: Span) -> Part {
        let (line, _) = self.sources.line_col(span);
        let other = span.source != self.main;
        Part::Line {
            file: other.then(|| self.sources.name(span.source).to_owned()),
            line,
            text: code(self.sources.line(span.source, line)).to_owned(),
        }
    }
}

/// A line without its comment and the blanks around it.
fn code(line: &str) -> &str {
    let mut quoted = false;
    let comment = line.char_indices().find(|&(_, c)| {
        quoted ^= c == '"';
        c == '#' && !quoted
    });
    comment.map_or(line, |(place, _)| &line[..place]).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_part_of_a_line() {
        assert_eq!(code("  dV/dt = -V/tau   # decays"), "dV/dt = -V/tau");
        assert_eq!(code("\"no. #1\" x # y"), "\"no. #1\" x");
        assert_eq!(code("# all"), "");
    }

    #[test]
    fn whole_shares_sum_to_the_whole() {
        for (total, weights, expected) in [
            (10, &[1.0, 1.0, 1.0][..], &[3, 4, 3][..]),
            (7, &[0.0, 5.0], &[0, 7]),
            (0, &[1.0, 2.0], &[0, 0]),
            (100, &[0.25, 0.5, 0.25], &[25, 50, 25]),
            (5, &[1.0], &[5]),
            (3, &[], &[]),
        ] {
            assert_eq!(shares(total, weights), expected, "{total} in {weights:?}");
        }
    }
}
