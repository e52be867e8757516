//! Published networks: rates and irregularity over seeds.

use super::Outcome;
use super::tool::Tool;
use crate::spiking::Spiking;
use anyhow::{Context, Result};
use neuropil_testkit::golden;
use neuropil_testkit::stats::{Margin, Summary, mean};

/// A network against a group of `golden/networks/population_statistics.json`.
pub(crate) struct Statistics {
    /// The text.
    pub(crate) text: &'static str,
    /// The names its excitatory and inhibitory populations may have, taken together.
    pub(crate) populations: [&'static str; 2],
    /// The span of time, (skipped, end) in ms.
    pub(crate) window_ms: (f64, f64),
    /// The group: network and simulator.
    pub(crate) group: (&'static str, &'static str),
    /// Seeds 1 to this are run.
    pub(crate) seeds: u32,
}

impl Statistics {
    pub(super) fn run(&self, tool: &Tool) -> Result<Vec<Outcome>> {
        let (network, simulator) = self.group;
        let command = format!("neuropil run {} --seed 1..{}", self.text, self.seeds);
        let expected = format!("{simulator} within 3 standard errors + 3 %");
        if !tool.has(self.text) {
            return Ok(vec![Outcome::missing(&command, &expected, self.text)]);
        }
        let reference = golden::network(network, simulator, self.window_ms)?;
        let (mut rates, mut cvs) = (Vec::new(), Vec::new());
        for seed in 1..=self.seeds {
            let spiking = self.simulate(tool, seed)?;
            rates.push(spiking.rate_hz());
            cvs.push(
                spiking
                    .cv()
                    .context("no neuron has three spikes in the window")?,
            );
        }
        let compare = |what: &str, ours: Summary, theirs: Summary| {
            let agreement = ours.agrees_with(&theirs, Margin::default());
            let expected = format!(
                "{what} {:.3} ± {:.3} of {simulator}, within 3 standard errors + 3 % = {:.3}",
                theirs.mean, theirs.sd, agreement.allowed
            );
            let found = format!(
                "{:.3} ± {:.3}, apart by {:.3}",
                ours.mean, ours.sd, agreement.difference
            );
            Outcome::judge(&command, &expected, &found, agreement.holds())
        };
        Ok(vec![
            compare("rate (Hz)", Summary::of(&rates), reference.rate_hz),
            compare("CV", Summary::of(&cvs), reference.cv_isi),
        ])
    }

    fn simulate(&self, tool: &Tool, seed: u32) -> Result<Spiking> {
        let (from_ms, to_ms) = self.window_ms;
        let seed = seed.to_string();
        let length = format!("{to_ms} ms");
        let results = tool.simulate(self.text, &["--seed", &seed, "--for", &length])?;
        let dt_ms = results.summary("")?["dt_ms"].as_f64();
        let [excitatory, inhibitory] = self.populations;
        let rasters = [
            results.raster("", excitatory)?,
            results.raster("", inhibitory)?,
        ];
        let dt_ms = dt_ms.context("no `dt_ms` in the summary")?;
        Spiking::new(&rasters, (from_ms, to_ms), dt_ms)
    }
}

/// Mean rates over the whole run, by size of the population.
pub(crate) struct Rates {
    /// The text.
    pub(crate) text: &'static str,
    /// Options of the runs.
    pub(crate) options: &'static [&'static str],
    /// Size of a population, its expected rate and how far the mean may be from it; both Hz.
    pub(crate) expected: &'static [(u64, f64, f64)],
    /// Seeds 1 to this are run.
    pub(crate) seeds: u32,
}

impl Rates {
    pub(super) fn run(&self, tool: &Tool) -> Result<Vec<Outcome>> {
        let command = format!("neuropil run {} --seed 1..{}", self.text, self.seeds);
        if !tool.has(self.text) {
            return Ok(vec![Outcome::missing(&command, "rates", self.text)]);
        }
        let mut rates = vec![Vec::new(); self.expected.len()];
        for seed in 1..=self.seeds {
            let seed = seed.to_string();
            let mut options = vec!["--seed", &seed];
            options.extend(self.options);
            let summary = tool.simulate(self.text, &options)?.summary("")?;
            let populations = summary["populations"].as_object().cloned();
            for (k, (size, ..)) in self.expected.iter().enumerate() {
                let found = populations.iter().flatten().find_map(|(_, population)| {
                    let wanted = population["size"].as_u64() == Some(*size);
                    wanted.then(|| population["mean_rate_hz"].as_f64())?
                });
                rates[k].push(found.with_context(|| format!("no population of {size}"))?);
            }
        }
        let judged = self
            .expected
            .iter()
            .zip(&rates)
            .map(|((size, rate, margin), found)| {
                let mean = mean(found);
                let expected = format!("{rate} ± {margin} Hz of the {size}");
                let holds = (mean - rate).abs() <= *margin;
                Outcome::judge(&command, &expected, &format!("{mean:.3} Hz"), holds)
            });
        Ok(judged.collect())
    }
}
