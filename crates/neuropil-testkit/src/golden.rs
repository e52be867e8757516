//! The `golden/` folder: reference data that tests compare with.

use crate::Error;
use crate::csv::Table;
use crate::stats::Summary;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub use serde_json;

/// Returns the path of a file in the `golden/` folder at the root of the workspace.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../golden")
        .join(name)
}

/// Reads a table of the `golden/` folder, such as `neurons/lif_step.csv`.
///
/// # Errors
/// As for [`Table::read`].
pub fn table(name: &str) -> Result<Table, Error> {
    Table::read(path(name))
}

/// Reads a JSON file of the `golden/` folder.
///
/// # Errors
/// If the file cannot be read or is not JSON.
pub fn json(name: &str) -> Result<Value, Error> {
    let file = path(name);
    let text = std::fs::read_to_string(&file).map_err(|e| Error::new(&file, e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| Error::new(&file, e.to_string()))
}

/// A reference run of a neuron: trace, spike times, and how well it is known.
#[derive(Debug, Clone)]
pub struct NeuronCase {
    /// The trace; the first column is `t_ms`.
    pub trace: Table,
    /// Upward crossings of the threshold; unit ms.
    pub spike_times_ms: Vec<f64>,
    /// How far two independent integrations were apart in spike times; unit ms. Test no tighter.
    pub agreement_ms: f64,
    /// The whole description: parameters, input, units, note.
    pub json: Value,
}

impl NeuronCase {
    /// Reads a case of `golden/neurons`, such as `hh_squid_step10`.
    ///
    /// # Errors
    /// If a file is missing or lacks a field.
    pub fn read(name: &str) -> Result<Self, Error> {
        let file = format!("neurons/{name}.json");
        let json = json(&file)?;
        let spike_times_ms = json["spike_times_ms"]
            .as_array()
            .map(|times| times.iter().filter_map(Value::as_f64).collect())
            .ok_or_else(|| Error::new(path(&file), "no `spike_times_ms`"))?;
        let agreement_ms = json["self_check_max_spike_time_diff_ms"]
            .as_f64()
            .unwrap_or(0.0);
        Ok(Self {
            trace: table(&format!("neurons/{name}.csv"))?,
            spike_times_ms,
            agreement_ms,
            json,
        })
    }

    /// Returns a number of the description, by its path: `params.tau`.
    ///
    /// # Errors
    /// If there is no number of that name.
    pub fn number(&self, name: &str) -> Result<f64, Error> {
        let mut value = &self.json;
        for part in name.split('.') {
            value = &value[part];
        }
        value
            .as_f64()
            .ok_or_else(|| Error::new(&self.trace.name, format!("no number `{name}`")))
    }
}

/// Rate and irregularity of a network over several seeds of one simulator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetworkReference {
    /// Mean rate over neurons and seeds; unit Hz.
    pub rate_hz: Summary,
    /// Coefficient of variation of the inter-spike intervals.
    pub cv_isi: Summary,
}

/// Finds a group of `networks/population_statistics.json`.
///
/// `window_ms` is (t_skip, t_sim): the part of the run that the statistics are taken from.
///
/// # Errors
/// If there is no such group with several seeds.
pub fn network(
    network: &str,
    simulator: &str,
    window_ms: (f64, f64),
) -> Result<NetworkReference, Error> {
    let name = "networks/population_statistics.json";
    let json = json(name)?;
    let groups = json["groups"].as_array().map_or(&[][..], Vec::as_slice);
    let wanted = |group: &&Value| {
        group["network"] == network
            && group["peer"] == simulator
            && group["t_skip_ms"].as_f64() == Some(window_ms.0)
            && group["t_sim_ms"].as_f64() == Some(window_ms.1)
    };
    let read = |group: &Value| {
        let n = group["seeds"].as_u64()? as usize;
        let summary = |key: &str| {
            Some(Summary {
                mean: group[key]["mean"].as_f64()?,
                sd: group[key]["sd"].as_f64()?,
                n,
            })
        };
        Some(NetworkReference {
            rate_hz: summary("mean_rate_hz")?,
            cv_isi: summary("cv_isi")?,
        })
    };
    groups.iter().find(wanted).and_then(read).ok_or_else(|| {
        let (skip, end) = window_ms;
        let problem = format!("no group `{network}` by `{simulator}` in {skip}..{end} ms");
        Error::new(path(name), problem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tolerance, assert_close};

    #[test]
    fn every_neuron_case_has_a_trace_and_its_spikes() {
        let mut cases = 0;
        let folder = std::fs::read_dir(path("neurons")).expect("the folder is there");
        let mut names: Vec<String> = folder
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .filter(|name| name != "izhikevich_20_patterns")
            .collect();
        names.sort();
        for name in names {
            let case = NeuronCase::read(&name).expect(&name);
            let t = case.trace.column("t_ms").expect("time");
            assert!(
                t.windows(2).all(|pair| pair[0] < pair[1]),
                "{name}: time grows"
            );
            let count = case.json["n_spikes"].as_u64();
            assert_eq!(count, Some(case.spike_times_ms.len() as u64), "{name}");
            assert!(
                case.trace.data.iter().flatten().all(|x| x.is_finite()),
                "{name}"
            );
            cases += 1;
        }
        assert_eq!(cases, 21, "the cases that golden/README.md lists");
    }

    #[test]
    fn the_closed_form_of_the_neuron_gives_its_reference() {
        let case = NeuronCase::read("lif_step").expect("the case");
        let p = |name: &str| case.number(&format!("params.{name}")).expect("a number");
        let drive = p("EL") + p("R") * case.number("input.I_nA").expect("a number");
        let first = p("tau") * ((drive - p("EL")) / (drive - p("Vth"))).ln();
        // Ten digits are stored.
        let stored = Tolerance::relative(1e-11);
        assert_close("first spike", case.spike_times_ms[0], first, stored);
        let again = p("tref") + p("tau") * ((drive - p("Vr")) / (drive - p("Vth"))).ln();
        let interval = case.spike_times_ms[1] - case.spike_times_ms[0];
        assert_close("interval", interval, again, stored);
    }

    #[test]
    fn network_groups_are_found_by_window() {
        let coba = network("coba", "brian2-standalone", (200.0, 1000.0)).expect("a group");
        assert_eq!(coba.rate_hz.n, 10);
        assert_close("rate", coba.rate_hz.mean, 21.3, Tolerance::absolute(1.5));
        assert!(network("coba", "brian2-standalone", (1.0, 2.0)).is_err());
        for name in ["cuba", "cobahh"] {
            network(name, "brian2-standalone", (200.0, 1000.0)).expect(name);
        }
        network("brunel", "genn-cpu-float", (200.0, 500.0)).expect("brunel");
    }
}
