//! Networks of several populations: rate, irregularity and correlation of each, over seeds.

use super::Outcome;
use super::tool::{Tool, show};
use crate::spiking::Spiking;
use anyhow::{Context, Result, ensure};
use neuropil_testkit::golden;
use neuropil_testkit::golden::serde_json::Value;
use neuropil_testkit::stats::{Margin, Summary};

/// A network against the group of one drive in a file of `golden/networks`.
pub(crate) struct Populations {
    /// The text; its populations have the names that the reference gives them.
    pub(crate) text: &'static str,
    /// Options of all runs.
    pub(crate) options: &'static [&'static str],
    /// The reference, a path below `golden/`.
    pub(crate) reference: &'static str,
    /// The drive that names the group.
    pub(crate) drive: &'static str,
    /// Seeds 1 to this are run.
    pub(crate) seeds: u32,
    /// How far means may be apart.
    pub(crate) margin: Margin,
}

/// What the reference says about one population, and what we found.
struct Population {
    name: String,
    neurons: usize,
    reference: [Summary; 3],
    found: [Vec<f64>; 3],
}

const QUANTITIES: [(&str, &str); 3] = [
    ("rate (Hz)", "mean_rate_hz"),
    ("CV", "cv_isi"),
    ("correlation", "corr_2ms"),
];

/// The bins of the correlation; unit ms.
const BIN_MS: f64 = 2.0;

impl Populations {
    pub(super) fn run(&self, tool: &Tool) -> Result<Vec<Outcome>> {
        let arguments = [&["run", self.text][..], self.options].concat();
        let command = format!("{} --seed 1..{}", show(&arguments), self.seeds);
        if !tool.has(self.text) {
            let expected = "rate, CV and correlation of each population";
            return Ok(vec![Outcome::missing(&command, expected, self.text)]);
        }
        let group = self.group()?;
        let mut populations = populations(&group).context("a group of another shape")?;
        for seed in 1..=self.seeds {
            self.simulate(tool, seed, &group, &mut populations)?;
        }
        let mut outcomes = Vec::new();
        for population in &populations {
            for (k, (quantity, _)) in QUANTITIES.iter().enumerate() {
                let theirs = population.reference[k];
                let ours = Summary::of(&population.found[k]);
                let agreement = ours.agrees_with(&theirs, self.margin);
                let expected = format!(
                    "{} {quantity} {:.5} ± {:.5}, within {} standard errors + {} % = {:.5}",
                    population.name,
                    theirs.mean,
                    theirs.sd,
                    self.margin.standard_errors,
                    100.0 * self.margin.relative,
                    agreement.allowed
                );
                let found = format!(
                    "{:.5} ± {:.5}, apart by {:.5}",
                    ours.mean, ours.sd, agreement.difference
                );
                let holds = agreement.holds();
                outcomes.push(Outcome::judge(&command, &expected, &found, holds));
            }
        }
        Ok(outcomes)
    }

    /// Finds the group of the drive.
    fn group(&self) -> Result<Value> {
        let json = golden::json(self.reference)?;
        let groups = json["groups"].as_array().into_iter().flatten();
        let mut of_drive = groups.filter(|group| group["drive"] == self.drive);
        let group = of_drive.next().cloned();
        group.with_context(|| format!("no group `{}` in {}", self.drive, self.reference))
    }

    fn simulate(
        &self,
        tool: &Tool,
        seed: u32,
        group: &Value,
        populations: &mut [Population],
    ) -> Result<()> {
        let time = |key: &str| group[key].as_f64().with_context(|| format!("no `{key}`"));
        let (from, to, dt) = (time("t_skip_ms")?, time("t_sim_ms")?, time("dt_ms")?);
        let seed = seed.to_string();
        let length = format!("{to} ms");
        let step = format!("{dt} ms");
        let mut options = vec!["--seed", &seed, "--for", &length, "--dt", &step];
        options.extend(self.options);
        let results = tool.simulate(self.text, &options)?;
        for population in populations {
            let name = &population.name;
            let raster = results.raster("", name)?;
            ensure!(
                raster.neurons == population.neurons,
                "{} neurons of {name} where the reference has {}",
                raster.neurons,
                population.neurons
            );
            let spiking = Spiking::new(&[raster], (from, to), dt)?;
            let cv = spiking.cv();
            let cv = cv.with_context(|| format!("{name}: no neuron has three spikes"))?;
            let correlation = spiking.correlation(BIN_MS)?;
            let correlation = correlation.with_context(|| format!("{name}: no pair spikes"))?;
            let found = [spiking.rate_hz(), cv, correlation];
            for (list, value) in population.found.iter_mut().zip(found) {
                list.push(value);
            }
        }
        Ok(())
    }
}

/// Reads the populations of a group; `None` where a number is not there.
fn populations(group: &Value) -> Option<Vec<Population>> {
    let seeds = group["seeds"].as_u64()? as usize;
    let read = |(name, population): (&String, &Value)| {
        let summary = |key: &str| {
            Some(Summary {
                mean: population[key]["mean"].as_f64()?,
                sd: population[key]["sd"].as_f64()?,
                n: seeds,
            })
        };
        Some(Population {
            name: name.clone(),
            neurons: population["n"].as_u64()? as usize,
            reference: [
                summary(QUANTITIES[0].1)?,
                summary(QUANTITIES[1].1)?,
                summary(QUANTITIES[2].1)?,
            ],
            found: Default::default(),
        })
    };
    group["populations"].as_object()?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_microcircuit_has_a_group_for_each_drive() {
        for (drive, rate_of_l5e) in [("dc", 7.713), ("poisson", 7.455)] {
            let bar = Populations {
                text: "",
                options: &[],
                reference: super::super::speed::MICROCIRCUIT,
                drive,
                seeds: 0,
                margin: Margin::default(),
            };
            let group = bar.group().expect(drive);
            let populations = populations(&group).expect("all numbers");
            assert_eq!(populations.len(), 8, "{drive}");
            // The size of the whole network at a tenth.
            let neurons: usize = populations.iter().map(|it| it.neurons).sum();
            assert_eq!(neurons, 7717, "{drive}");
            let l5e = populations.iter().find(|it| it.name == "L5E");
            let rate = l5e.expect("L5E").reference[0];
            assert!((rate.mean - rate_of_l5e).abs() < 1e-3, "{drive}: {rate:?}");
            assert_eq!(rate.n, 10, "{drive}");
        }
    }
}
