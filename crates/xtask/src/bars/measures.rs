//! The bars of measures: what a network is doing, in numbers one can trust.

use super::tests_of_crates::Test;
use super::texts::Exit;
use super::tool::{Tool, show};
use super::{Bar, Check, Outcome};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The longest that one measure of ten million spikes may take, in seconds.
const MOST_SECONDS: f64 = 1.0;

/// What is timed on ten million spikes, by the words of the example.
const TIMED: [&str; 4] = [
    "rate of each neuron",
    "rate in bins of 5 ms",
    "mean CV",
    "correlation matrix, bins of 5 ms",
];

/// The list.
pub(super) fn bars() -> Vec<Bar> {
    let mut bars = vec![
        own(
            "a folder measures what its run says of itself",
            folder_is_summary,
        ),
        exit(
            "measures in texts",
            &["run", "examples/gamma.npl"],
            0,
            &["pass  frequency(E", "pass  synchrony(E", "pass  fano(E"],
        ),
        exit(
            "a measure that a text must not have is told at its place",
            &["run", "examples/gamma.npl", "--for", "100 ms"],
            3,
            &["the run ended at 100 ms, before 2000 ms"],
        ),
        own("two folders: equal, and where they differ", differences),
        own("a picture of each measure", pictures),
        own("every measure documented", documented),
        own(
            "ten million spikes, each under 1 s on one core",
            ten_million,
        ),
    ];
    for (name, target, filter) in [
        ("closed forms and exact cases: spike trains", "", "spikes::"),
        ("closed forms and exact cases: signals", "", "signals::"),
        (
            "closed forms and exact cases: population codes",
            "",
            "codes::",
        ),
        ("closed forms and exact cases: comparisons", "", "compare::"),
        ("edge cases: no NaN, no panic", "edges", ""),
        ("beside Elephant, SciPy and PySpike", "cross_check", ""),
    ] {
        bars.push(test(name, "neuropil-measures", target, filter));
    }
    bars.push(test(
        "distribution functions and exact p-values",
        "neuropil-statistics",
        "",
        "",
    ));
    bars.push(test(
        "closed forms by way of result folders and texts",
        "neuropil",
        "measures",
        "",
    ));
    bars.push(test(
        "command line: tables, objects, bad input",
        "neuropil-cli",
        "measure",
        "",
    ));
    bars
}

fn own(name: &str, check: fn(&Tool) -> Result<Vec<Outcome>>) -> Bar {
    Bar {
        name: name.into(),
        check: Check::Own(check),
    }
}

fn exit(
    name: &str,
    arguments: &'static [&'static str],
    code: i32,
    says: &'static [&'static str],
) -> Bar {
    let codes: &'static [i32] = match code {
        0 => &[0],
        _ => &[3],
    };
    Bar {
        name: name.into(),
        check: Check::Exit(Exit {
            arguments,
            codes,
            says,
        }),
    }
}

fn test(name: &str, package: &'static str, target: &'static str, filter: &'static str) -> Bar {
    Bar {
        name: name.into(),
        check: Check::Test(Test {
            package,
            target,
            filter,
            environment: &[],
        }),
    }
}

/// Rate and CV of a folder are those of its summary: two programs for one definition.
fn folder_is_summary(tool: &Tool) -> Result<Vec<Outcome>> {
    let results = tool.simulate("examples/coba.npl", &[])?;
    let folder = results.folder();
    let done = tool.run(&["measure", &folder, "rate", "cv", "--json"])?;
    ensure!(done.code == 0, "exit code {}: {}", done.code, done.text);
    let measured: Value = serde_json::from_str(&done.text)?;
    let summary = results.summary("")?;
    let mut outcomes = Vec::new();
    for population in ["exc", "inh"] {
        for (measure, key) in [("rate", "mean_rate_hz"), ("cv", "cv_isi")] {
            let of_run = summary["populations"][population][key].as_f64();
            let of_run = of_run.with_context(|| format!("no {key} of {population}"))?;
            let recording = format!("{population}.spike");
            let found = &measured["runs"][0]["recordings"][recording][measure]["value"]["value"];
            let found = found
                .as_f64()
                .with_context(|| format!("no {measure} of {population}"))?;
            // The engine sums whole steps, the folder times in ms: they differ by rounding.
            let holds = (found - of_run).abs() <= 1e-10 * of_run;
            outcomes.push(Outcome::judge(
                "neuropil measure (results of coba.npl) rate cv --json",
                &format!("{measure} of {population} {of_run:.6}"),
                &format!("{found:.6}"),
                holds,
            ));
        }
    }
    Ok(outcomes)
}

/// Runs that must not differ, and runs that must.
fn differences(tool: &Tool) -> Result<Vec<Outcome>> {
    let run = |options: &[&str]| tool.simulate("examples/coba.npl", options);
    let first = run(&["--for", "200 ms", "--threads", "1"])?;
    let mut outcomes = Vec::new();
    for (options, code, words) in [
        (
            &["--for", "200 ms", "--threads", "2"][..],
            0,
            "all recordings are equal, bit for bit",
        ),
        (&["--for", "200 ms", "--seed", "7"], 3, "recordings differ"),
        (&["--for", "100 ms"], 3, "an event and none"),
    ] {
        let second = run(options)?;
        let done = tool.run(&["diff", &first.folder(), &second.folder()])?;
        let holds = done.code == code && done.text.contains(words);
        let told = done.text.lines().find(|line| line.contains("exc.spike"));
        outcomes.push(Outcome::judge(
            &format!("neuropil diff A B, B with {}", options.join(" ")),
            &format!("exit code {code}, says {words:?}"),
            &format!(
                "exit code {}; {}",
                done.code,
                squeezed(told.unwrap_or_default())
            ),
            holds,
        ));
    }
    Ok(outcomes)
}

/// Words with one blank between them.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A picture of the measures that have arrays, with a panel each.
fn pictures(tool: &Tool) -> Result<Vec<Outcome>> {
    let results = tool.simulate("examples/gamma.npl", &[])?;
    let folder = results.folder();
    let file = tool.fresh()?.with_extension("svg").display().to_string();
    let words = [
        ("intervals", "interval (ms)"),
        ("correlogram", "lag (ms)"),
        ("autocorrelogram", "autocorrelogram"),
        ("spectrum", "frequency (Hz)"),
        ("spectrogram", "spectrogram: E.spike"),
        ("psth", "time from onset (ms)"),
        ("correlation", "correlation: I.spike"),
    ];
    let mut arguments = vec!["measure", &folder];
    arguments.extend(words.map(|(name, _)| name));
    arguments.extend(["--onset", "500 ms", "--onset", "1 s", "--plot", &file]);
    let done = tool.run(&arguments)?;
    let svg = std::fs::read_to_string(&file).unwrap_or_default();
    let _unheard = std::fs::remove_file(&file);
    let missing: Vec<&str> = words
        .iter()
        .filter(|(_, words)| !svg.contains(words))
        .map(|(name, _)| *name)
        .collect();
    let found = match (done.code, missing.is_empty()) {
        (0, true) => format!("{} bytes", svg.len()),
        (code, _) => format!("exit code {code}, missing {missing:?}"),
    };
    Ok(vec![Outcome::judge(
        "neuropil measure (results of gamma.npl) … --plot FILE",
        &format!("panels of {}", words.map(|(name, _)| name).join(", ")),
        &found,
        done.code == 0 && missing.is_empty(),
    )])
}

/// Every public function says what it needs: what is absent, what goes wrong, whence it is.
fn documented(tool: &Tool) -> Result<Vec<Outcome>> {
    let folder = tool.root.join("crates/neuropil-measures/src");
    let (mut functions, mut lacking) = (0, Vec::new());
    let mut files = Vec::new();
    gather(&folder, &mut files)?;
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let mut doc = String::new();
        let mut lines = code.lines();
        while let Some(line) = lines.next() {
            let line = line.trim();
            if let Some(words) = line.strip_prefix("///") {
                doc += words;
                doc.push('\n');
            } else if line.starts_with("pub fn") {
                let mut signature = line.to_owned();
                while !signature.contains('{') {
                    match lines.next() {
                        Some(next) => signature += next.trim(),
                        None => break,
                    }
                }
                functions += 1;
                let result = signature.rsplit("->").next().unwrap_or_default();
                let returns = signature.contains("->");
                let lacks = doc.is_empty()
                    || (returns && result.contains("Result<") && !doc.contains("# Errors"))
                    || (returns && result.contains("Option<") && !doc.contains("None"));
                if lacks {
                    let name = signature.split('(').next().unwrap_or_default();
                    lacking.push(name.trim_start_matches("pub fn ").to_owned());
                }
                doc.clear();
            } else if !line.starts_with("#[") {
                doc.clear();
            }
        }
    }
    Ok(vec![Outcome::judge(
        "(reads crates/neuropil-measures/src)",
        "each public function tells its errors and when it is `None`",
        &format!(
            "{functions} functions, lacking: {}",
            if lacking.is_empty() {
                "none".into()
            } else {
                lacking.join(" ")
            }
        ),
        lacking.is_empty() && functions > 50,
    )])
}

fn gather(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The times that the example prints.
fn ten_million(tool: &Tool) -> Result<Vec<Outcome>> {
    let arguments = [
        "run",
        "--release",
        "--package",
        "neuropil-measures",
        "--example",
        "ten_million_spikes",
    ];
    let output = crate::cargo(&tool.root).args(arguments).output()?;
    ensure!(output.status.success(), "the example fails");
    let text = String::from_utf8(output.stdout)?;
    let command = show(&arguments).replacen("neuropil", "cargo", 1);
    let outcome = |what: &&str| {
        let line = text.lines().find(|line| line.starts_with(what));
        let seconds = line.and_then(|line| {
            line.strip_suffix(" s")?
                .rsplit(' ')
                .next()?
                .parse::<f64>()
                .ok()
        });
        let seconds = seconds.with_context(|| format!("no time of `{what}`"))?;
        let expected = format!("{what}: under {MOST_SECONDS} s");
        let found = format!("{seconds:.3} s");
        Ok(Outcome::judge(
            &command,
            &expected,
            &found,
            seconds < MOST_SECONDS,
        ))
    };
    TIMED.iter().map(outcome).collect()
}
