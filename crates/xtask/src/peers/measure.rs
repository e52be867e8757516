//! One run of one simulator, as a line.

use super::environments::{Environments, last_line};
use super::lines::Run;
use super::machine::Busy;
use super::table::{Network, Peer};
use crate::bars::timing::children_cpu_s;
use crate::bars::tool::Tool;
use crate::spiking::Spiking;
use anyhow::{Context, Result, ensure};
use neuropil_testkit::spikes::Raster;
use serde_json::{Value, json};
use std::fs::File;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// A run of a peer that takes longer gives up, and the peer is skipped for that network. Unit s.
const LONGEST_S: u64 = 360;

/// A script that could not give up by itself is killed so much later. Unit s.
const GRACE_S: u64 = 10;

/// Who simulates.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// Neuropil in a precision; with the text and name of another method where `beside`.
    Ours {
        precision: &'static str,
        beside: bool,
    },
    /// A peer.
    Peer(&'static Peer),
}

impl Who {
    /// The name in lines and tables.
    pub(crate) fn name(self, network: &Network) -> String {
        match (self, network.beside) {
            (Self::Ours { beside: true, .. }, Some((method, _))) => format!("neuropil {method}"),
            (Self::Ours { .. }, _) => "neuropil".to_owned(),
            (Self::Peer(peer), _) => peer.name.to_owned(),
        }
    }
}

/// What runs are made with.
pub(crate) struct Measure<'a> {
    pub(crate) tool: &'a Tool,
    pub(crate) environments: &'a Environments,
    /// Simulates the short time of a network.
    pub(crate) quick: bool,
}

impl Measure<'_> {
    /// Makes one run; `repeat` is its seed.
    ///
    /// # Errors
    /// If the run fails or takes too long; the message says it in a line.
    pub(crate) fn run(&self, who: Who, network: &Network, repeat: u32) -> Result<(Value, Run)> {
        let busy = Busy::start();
        let mut line = match who {
            Who::Ours { precision, beside } => {
                let other = network.beside.filter(|_| beside).map(|(_, text)| text);
                self.ours(network, other.unwrap_or(network.text), precision, repeat)?
            }
            Who::Peer(peer) => self.peer(network, peer, repeat)?,
        };
        let (load, stolen) = busy.end();
        line["peer"] = json!(who.name(network));
        line["network"] = json!(network.name);
        line["repeat"] = json!(repeat);
        line["load"] = json!(load);
        line["stolen"] = json!(stolen);
        let run = Run::of(&line)?;
        Ok((line, run))
    }

    fn length_ms(&self, network: &Network) -> u32 {
        if self.quick {
            network.quick_ms
        } else {
            network.simulated_ms
        }
    }

    /// The release program. Its summary has wall times apart; CPU time of the steps is what a run takes longer
    /// than a run of one step.
    fn ours(&self, network: &Network, text: &str, precision: &str, seed: u32) -> Result<Value> {
        let simulated_ms = self.length_ms(network);
        let neurons = format!("N={}", network.neurons);
        let seed_text = seed.to_string();
        let simulate = |length: &str| {
            let options = [
                "--set",
                &neurons,
                "--for",
                length,
                "--seed",
                &seed_text,
                "--threads",
                "1",
                "--precision",
                precision,
            ];
            let before = children_cpu_s();
            let results = self.tool.simulate(text, &options)?;
            let cpu_s = children_cpu_s()
                .zip(before)
                .map(|(after, before)| after - before);
            let cpu_s = cpu_s.context("this system does not tell CPU times")?;
            anyhow::Ok((results, cpu_s))
        };
        let (results, long_s) = simulate(&format!("{simulated_ms} ms"))?;
        let (_, short_s) = simulate(&format!("{} ms", network.dt_ms))?;
        let summary = results.summary("")?;
        let wall = |name: &str| {
            let seconds = summary["wall"][name].as_f64();
            seconds.with_context(|| format!("no `{name}` in the summary"))
        };
        let populations = summary["populations"].as_object();
        let rasters: Vec<Raster> = populations
            .into_iter()
            .flatten()
            .filter(|(name, _)| summary["recordings"].get(format!("{name}.spike")).is_some())
            .map(|(name, _)| results.raster("", name))
            .collect::<Result<_>>()?;
        ensure!(!rasters.is_empty(), "{text} records no spikes");
        let spiking = Spiking::new(&rasters, (0.0, f64::from(simulated_ms)), network.dt_ms)?;
        Ok(json!({
            "versions": summary["versions"],
            "backend": summary["backend"],
            "precision": precision,
            "threads": summary["threads"],
            "n": network.neurons,
            "simulated_ms": f64::from(simulated_ms),
            "seed": seed,
            "import_s": 0.0,
            "build_s": wall("parse_s")? + wall("build_s")?,
            "compile_s": wall("compile_s")?,
            "run_s": wall("run_s")?,
            // The clock of processes has ticks of 10 ms.
            "run_cpu_s": (long_s - short_s).max(0.0),
            "spikes": spiking.spikes(),
            "rate_hz": spiking.rate_hz(),
            "cv_isi": spiking.cv(),
            "peak_rss_mb": summary["peak_rss_mb"],
            "synapses": summary["synapses"],
        }))
    }

    /// The script of a peer.
    fn peer(&self, network: &Network, peer: &Peer, seed: u32) -> Result<Value> {
        let folder = self.environments.folder();
        let name = format!("{}_{}", peer.name, network.script);
        let (said, log) = (
            folder.join(format!("{name}.json")),
            folder.join(format!("{name}.log")),
        );
        let mut command = Command::new(self.environments.python(peer));
        command
            .arg(format!("benches/peers/{name}.py"))
            .args(["--n", &network.neurons.to_string()])
            .args(["--ms", &self.length_ms(network).to_string()])
            .args(["--seed", &seed.to_string()])
            .args(["--limit", &LONGEST_S.to_string()])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(&self.tool.root)
            .stdout(File::create(&said)?)
            .stderr(File::create(&log)?);
        for library in ["OMP", "OPENBLAS", "MKL", "NUMBA"] {
            command.env(format!("{library}_NUM_THREADS"), "1");
        }
        let child = command.spawn().context("its Python does not start")?;
        ensure!(wait(child)?, "failed: {}", last_line(&log));
        let text = std::fs::read_to_string(&said)?;
        serde_json::from_str(text.trim()).context("its script prints no line of JSON")
    }
}

/// Waits for a process; true where it succeeds.
fn wait(mut child: Child) -> Result<bool> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if start.elapsed().as_secs() > LONGEST_S + GRACE_S {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("stopped after {LONGEST_S} s");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
