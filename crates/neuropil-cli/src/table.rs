//! What a run was, as a table for people.

use std::fmt::Write;
use std::path::Path;

use neuropil::{Outcome, Report, RunReport, Storage};

use crate::profile;

/// Writes the results of all runs.
pub(crate) fn table(report: &Report) -> String {
    let mut out = String::new();
    for run in &report.runs {
        one(&mut out, run);
        out.push('\n');
    }
    if report.runs.len() < report.total {
        let left = report.total - report.runs.len();
        let plural = if left == 1 { "" } else { "s" };
        let _ = writeln!(out, "{left} further run{plural} not begun");
    }
    files(&mut out, report);
    out
}

fn one(out: &mut String, run: &RunReport) {
    let summary = &run.summary;
    let (about, done) = (&summary.about, &summary.report);
    let threads = if about.threads == 1 {
        "1 thread".into()
    } else {
        format!("{} threads", about.threads)
    };
    let _ = writeln!(
        out,
        "{}: {} in {} steps of {}, seed {}, {}, {}, {threads}{}\n",
        run.name,
        duration(done.duration_ms()),
        thousands(done.steps),
        duration(done.dt),
        summary.seed,
        summary.precision,
        about.backend,
        if done.interrupted {
            " (interrupted)"
        } else {
            ""
        },
    );
    let mut rows =
        vec![["population", "model", "size", "spikes", "rate (Hz)", "CV"].map(str::to_owned)];
    for population in &done.populations {
        rows.push([
            population.name.clone(),
            population.model.clone(),
            thousands(population.size.into()),
            population.spikes.map_or_else(dash, thousands),
            population
                .mean_rate_hz
                .map_or_else(dash, |rate| format!("{rate:.2}")),
            population.cv_isi.map_or_else(dash, |cv| format!("{cv:.2}")),
        ]);
    }
    columns(out, &rows, 2);
    out.push('\n');
    if !done.projections.is_empty() {
        let _ = writeln!(
            out,
            "{} synapses, {} synaptic events",
            thousands(done.synapses()),
            thousands(done.synaptic_events()),
        );
    }
    let generated = done.projections.iter();
    let generated =
        generated.filter(|projection| projection.storage == Storage::Generated.as_str());
    let names: Vec<_> = generated.map(|projection| &*projection.name).collect();
    if !names.is_empty() {
        let _ = writeln!(out, "not stored but generated: {}", names.join(", "));
    }
    let wall = &about.wall;
    let _ = write!(
        out,
        "read {}, compiled {}, built {}, ran {}",
        wall_time(wall.parse_s),
        wall_time(wall.compile_s),
        wall_time(wall.build_s),
        wall_time(wall.run_s),
    );
    if let Some(factor) = summary.real_time_factor() {
        let _ = write!(out, "; real-time factor {}", short(factor));
    }
    if let Some(peak) = about.peak_rss_mb {
        let _ = write!(out, "; {peak:.0} MiB");
    }
    out.push('\n');
    if let Some(profile) = &summary.profile {
        out.push('\n');
        profile::table(out, profile);
    }
    if !about.recorded {
        let _ = writeln!(out, "arrays and pictures: not recorded");
    }
    if !done.expects.is_empty() {
        out.push('\n');
        let rows: Vec<_> = done.expects.iter().map(expect).collect();
        columns(out, &rows, 3);
    }
}

fn expect(outcome: &Outcome) -> [String; 3] {
    let verdict = match outcome.pass {
        Some(true) => "pass".to_owned(),
        Some(false) => "FAIL".to_owned(),
        None => dash(),
    };
    [verdict, outcome.text.clone(), found(outcome)]
}

/// The value that an assertion found, or why there is none.
pub(crate) fn found(outcome: &Outcome) -> String {
    match (outcome.value, &outcome.reason) {
        (Some(value), _) if outcome.unit.is_empty() => short(value),
        (Some(value), _) => format!("{} {}", short(value), outcome.unit),
        (None, Some(reason)) => reason.to_string(),
        (None, None) => dash(),
    }
}

fn files(out: &mut String, report: &Report) {
    let _ = writeln!(out, "results in {}:", report.folder.display());
    if report.total > 1 {
        for run in &report.runs {
            let folder = shown(&run.folder, &report.folder);
            let _ = writeln!(out, "  {folder}: {} files", run.files.len());
        }
        let _ = writeln!(out, "  model.npl summary.json");
        return;
    }
    let mut line = String::from("  model.npl");
    for name in report
        .runs
        .iter()
        .flat_map(|run| &run.files)
        .map(|f| shown(f, &report.folder))
    {
        if line.len() + name.len() > 96 {
            let _ = writeln!(out, "{line}");
            line = String::from(" ");
        }
        line.push(' ');
        line += &name;
    }
    let _ = writeln!(out, "{line}");
}

fn shown(file: &Path, folder: &Path) -> String {
    file.strip_prefix(folder)
        .unwrap_or(file)
        .display()
        .to_string()
}

/// Lines up columns: the first few to the left, the others to the right.
pub(crate) fn columns<const N: usize>(out: &mut String, rows: &[[String; N]], left: usize) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or(0));
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let gap = if column == 0 { "" } else { "  " };
            let _ = if column < left {
                write!(line, "{gap}{cell:<width$}")
            } else {
                write!(line, "{gap}{cell:>width$}")
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

pub(crate) fn dash() -> String {
    "-".to_owned()
}

/// `1234567` as `1,234,567`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in ms as `0.1 ms` or `1.5 s`, without the noise of its digits.
pub(crate) fn duration(ms: f64) -> String {
    if ms.abs() >= 1000.0 {
        format!("{} s", short(ms / 1000.0))
    } else {
        format!("{} ms", short(ms))
    }
}

/// A number with at most four significant digits.
pub(crate) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    if !(1e-4..1e9).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let whole = format!("{:.0}", value.abs()).len();
    let small = value.abs() < 1.0;
    let zeros = if small { leading_zeros(value.abs()) } else { 0 };
    let decimals = if small {
        4 + zeros
    } else {
        4usize.saturating_sub(whole)
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Zeros between the point and the first digit of a number below 1.
fn leading_zeros(value: f64) -> usize {
    let mut zeros = 0;
    let mut limit = 0.1;
    while value < limit && zeros < 8 {
        zeros += 1;
        limit /= 10.0;
    }
    zeros
}

pub(crate) fn wall_time(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{} ms", short(seconds * 1000.0))
    } else {
        format!("{} s", short(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_right() {
        for (value, expected) in [
            (0.1, "0.1"),
            (0.30000000000000004, "0.3"),
            (21.3456, "21.35"),
            (1234.5, "1234"),
            (12345.6, "12346"),
            (0.012345678, "0.01235"),
            (-4.5, "-4.5"),
            (0.0, "0"),
            (1e-7, "1.000e-7"),
            (100.0, "100"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(short(value), expected, "{value:?}");
        }
        assert_eq!(duration(1000.0), "1 s");
        assert_eq!(duration(0.1), "0.1 ms");
        assert_eq!(
            [0, 999, 1000, 1234567].map(thousands),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn columns_line_up() {
        let mut out = String::new();
        let rows = [["a", "1"], ["long", "22"]].map(|row| row.map(str::to_owned));
        columns(&mut out, &rows, 1);
        assert_eq!(out, "a      1\nlong  22\n");
    }
}
