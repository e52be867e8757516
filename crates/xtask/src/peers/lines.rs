//! The lines of `results.jsonl`: one about the machine and how each network was measured, one a run, one for
//! everything skipped.

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// One run of one simulator.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// The name of the row of the table of networks.
    pub(crate) network: String,
    /// Who ran: `neuropil`, `neuropil heun`, or a peer.
    pub(crate) who: String,
    /// The float type.
    pub(crate) precision: String,
    /// Which repeat; it is also the seed.
    pub(crate) repeat: u64,
    /// Import, model, connections and initial state; unit s.
    pub(crate) build_s: f64,
    /// Generating and compiling code; unit s.
    pub(crate) compile_s: f64,
    /// The steps, wall clock; unit s.
    pub(crate) steps_s: f64,
    /// The steps, CPU time; unit s.
    pub(crate) steps_cpu_s: f64,
    /// Simulated time; unit ms.
    pub(crate) simulated_ms: f64,
    /// Mean rate of all neurons; unit Hz.
    pub(crate) rate_hz: f64,
    /// Mean coefficient of variation of the intervals, where there are any.
    pub(crate) cv: Option<f64>,
    /// Peak of resident memory; unit MiB.
    pub(crate) peak_mib: f64,
    /// Load average at the end.
    pub(crate) load: f64,
    /// Share of time that the host took away.
    pub(crate) stolen: f64,
    /// Versions, by name.
    pub(crate) versions: Vec<(String, String)>,
}

/// Something that was not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skip {
    pub(crate) network: String,
    pub(crate) who: String,
    pub(crate) reason: String,
}

/// The contents of a file of results.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// `machine`, and in `measured` the day, the commit and the rounds of each network.
    pub(crate) about: Value,
    pub(crate) runs: Vec<Run>,
    pub(crate) skips: Vec<Skip>,
}

impl Record {
    /// Reads lines of JSON.
    ///
    /// # Errors
    /// With the number of the first line that is none of the three kinds.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut record = Self::default();
        for (k, line) in text.lines().enumerate() {
            record
                .take(line)
                .with_context(|| format!("line {}", k + 1))?;
        }
        Ok(record)
    }

    fn take(&mut self, line: &str) -> Result<()> {
        let value: Value = serde_json::from_str(line)?;
        if value.get("about").is_some() {
            self.about = value["about"].clone();
        } else if value.get("skipped").is_some() {
            self.skips.push(Skip {
                network: text(&value, "network")?,
                who: text(&value, "peer")?,
                reason: text(&value, "skipped")?,
            });
        } else {
            self.runs.push(Run::of(&value)?);
        }
        Ok(())
    }
}

impl Run {
    /// Reads the object that a script prints, completed by its round.
    ///
    /// # Errors
    /// With the name of a missing entry.
    pub(crate) fn of(value: &Value) -> Result<Self> {
        let versions = value["versions"].as_object();
        Ok(Self {
            network: text(value, "network")?,
            who: text(value, "peer")?,
            precision: text(value, "precision")?,
            repeat: value["repeat"].as_u64().context("no `repeat`")?,
            build_s: number(value, "import_s")? + number(value, "build_s")?,
            compile_s: number(value, "compile_s")?,
            steps_s: number(value, "run_s")?,
            steps_cpu_s: number(value, "run_cpu_s")?,
            simulated_ms: number(value, "simulated_ms")?,
            rate_hz: number(value, "rate_hz")?,
            cv: value["cv_isi"].as_f64(),
            peak_mib: number(value, "peak_rss_mb")?,
            load: number(value, "load")?,
            stolen: number(value, "stolen")?,
            versions: versions
                .into_iter()
                .flatten()
                .map(|(name, version)| {
                    (
                        name.clone(),
                        version.as_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
        })
    }
}

/// Puts the lines of a network into a text of lines, in place of those it had.
///
/// What stands there from another machine is dropped: times of two machines do not belong on one page.
pub(crate) fn merge(
    text: &str,
    machine: &Value,
    network: &str,
    how: &Value,
    lines: &str,
) -> String {
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_default();
    let mut values: Vec<Value> = text.lines().map(parse).collect();
    let mut about = values
        .iter()
        .find_map(|value| value.get("about"))
        .filter(|about| &about["machine"] == machine)
        .cloned()
        .unwrap_or_default();
    if about.is_null() {
        values.clear();
    }
    values.retain(|value| value["network"].is_string() && value["network"] != network);
    about["machine"] = machine.clone();
    about["measured"][network] = how.clone();
    let about = json!({"about": about}).to_string();
    let kept = values.iter().map(Value::to_string);
    let new = lines.lines().map(str::to_owned);
    let all: Vec<String> = std::iter::once(about).chain(kept).chain(new).collect();
    all.join("\n") + "\n"
}

fn number(value: &Value, name: &str) -> Result<f64> {
    value[name]
        .as_f64()
        .with_context(|| format!("no number `{name}`"))
}

fn text(value: &Value, name: &str) -> Result<String> {
    let text = value[name]
        .as_str()
        .with_context(|| format!("no text `{name}`"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"peer":"nest","network":"coba","versions":{"nest":"3.10.0"},"precision":"f64","threads":1,
        "simulated_ms":100.0,"repeat":2,"import_s":0.5,"build_s":1.5,"compile_s":0.0,"run_s":4.0,"run_cpu_s":3.5,
        "rate_hz":20.0,"cv_isi":null,"peak_rss_mb":250.0,"load":1.5,"stolen":0.0}"#;

    #[test]
    fn three_kinds_of_lines() {
        let run = RUN.replace('\n', " ");
        let skip = r#"{"network":"cuba","peer":"brian2","skipped":"not installed: no compiler"}"#;
        let about = r#"{"about":{"cpu":"x"}}"#;
        let record = Record::parse(&format!("{about}\n{run}\n{skip}\n")).expect("three good lines");
        assert_eq!(record.about["cpu"], "x");
        assert_eq!(record.runs[0].build_s, 2.0, "the import counts as building");
        assert_eq!(record.runs[0].cv, None);
        assert_eq!(record.runs[0].versions, [("nest".into(), "3.10.0".into())]);
        assert_eq!(record.skips[0].reason, "not installed: no compiler");
    }

    #[test]
    fn a_missing_number_is_named_with_its_line() {
        let broken = RUN.replace('\n', " ").replace("run_cpu_s", "cpu");
        let error =
            Record::parse(&format!("{{\"about\":1}}\n{broken}")).expect_err("no `run_cpu_s`");
        let error = format!("{error:#}");
        assert!(
            error.contains("line 2") && error.contains("run_cpu_s"),
            "{error}"
        );
    }

    #[test]
    fn a_network_takes_the_place_of_its_older_lines() {
        let line = |network: &str, reason: &str| {
            json!({"network": network, "peer": "nest", "skipped": reason}).to_string()
        };
        let (here, elsewhere) = (json!({"cpu": "Fast One"}), json!({"cpu": "Slow One"}));
        let first = merge(
            "",
            &here,
            "coba",
            &json!({"rounds": 5}),
            &line("coba", "old"),
        );
        let both = merge(
            &first,
            &here,
            "cuba",
            &json!({"rounds": 3}),
            &line("cuba", "x"),
        );
        let again = merge(
            &both,
            &here,
            "coba",
            &json!({"rounds": 2}),
            &line("coba", "new"),
        );
        let record = Record::parse(&again).expect("lines");
        let reasons: Vec<&str> = record
            .skips
            .iter()
            .map(|skip| skip.reason.as_str())
            .collect();
        assert_eq!(reasons, ["x", "new"]);
        assert_eq!(record.about["measured"]["coba"]["rounds"], 2);
        assert_eq!(record.about["measured"]["cuba"]["rounds"], 3);
        let moved = merge(
            &both,
            &elsewhere,
            "coba",
            &json!({}),
            &line("coba", "there"),
        );
        assert_eq!(Record::parse(&moved).expect("lines").skips.len(), 1);
    }
}
