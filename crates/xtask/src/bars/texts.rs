//! Small texts whose outcome is known on paper.

use super::Outcome;
use super::tool::{Tool, show};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;

/// A command that must end with a certain exit code.
pub(crate) struct Exit {
    /// The arguments; the second names the text.
    pub(crate) arguments: &'static [&'static str],
    /// The codes that are right; several where the contract leaves a choice.
    pub(crate) codes: &'static [i32],
    /// Words that the output must contain.
    pub(crate) says: &'static [&'static str],
}

impl Exit {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let command = show(self.arguments);
        let expected = self.expected();
        if let Some(text) = self.arguments.get(1).filter(|text| !tool.has(text)) {
            return Ok(Outcome::missing(&command, &expected, text));
        }
        let out = tool.fresh()?.display().to_string();
        let mut arguments = self.arguments.to_vec();
        if arguments.first() == Some(&"run") {
            arguments.extend(["--no-plots", "--out", &out]);
        }
        let finished = tool.run(&arguments)?;
        let silent: Vec<&str> = self
            .says
            .iter()
            .copied()
            .filter(|word| !finished.text.contains(word))
            .collect();
        let mut found = format!("exit code {}", finished.code);
        if !silent.is_empty() {
            let _ = write!(found, ", does not say {silent:?}");
        }
        if !self.codes.contains(&finished.code) {
            let last = finished.text.lines().find(|line| !line.trim().is_empty());
            let _ = write!(found, ": {}", last.unwrap_or_default().trim());
        }
        let holds = self.codes.contains(&finished.code) && silent.is_empty();
        Ok(Outcome::judge(&command, &expected, &found, holds))
    }
}

impl Exit {
    fn expected(&self) -> String {
        let codes: Vec<String> = self.codes.iter().map(i32::to_string).collect();
        let mut text = format!("exit code {}", codes.join(" or "));
        if !self.says.is_empty() {
            let _ = write!(text, ", says {:?}", self.says);
        }
        text
    }
}

/// Every neuron of a population spikes at given times, and at no other.
pub(crate) struct Spikes {
    /// The text.
    pub(crate) text: &'static str,
    /// Options of the run.
    pub(crate) options: &'static [&'static str],
    /// The folder of the run among several; empty for a single one.
    pub(crate) run: &'static str,
    /// The population and its size; an empty name stands for the only one.
    pub(crate) population: (&'static str, usize),
    /// When: as steps, or as times in ms with a margin.
    pub(crate) when: When,
}

/// The spikes of each neuron.
pub(crate) enum When {
    /// Exactly these steps.
    Steps(&'static [u64]),
    /// These times in ms, each within the margin.
    Times(&'static [f64], f64),
}

impl Spikes {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let mut arguments = vec!["run", self.text];
        arguments.extend(self.options);
        let command = show(&arguments);
        let (name, size) = self.population;
        let expected = match &self.when {
            When::Steps(steps) => format!("each of {size} `{name}` spikes at steps {steps:?}"),
            When::Times(times, margin) => {
                format!("each of {size} `{name}` spikes at {times:?} ± {margin} ms")
            }
        };
        if !tool.has(self.text) {
            return Ok(Outcome::missing(&command, &expected, self.text));
        }
        let results = tool.simulate(self.text, self.options)?;
        let raster = match name {
            "" => results.raster(self.run, &results.only_population(self.run)?)?,
            name => results.raster(self.run, name)?,
        };
        let dt = results.summary(self.run)?["dt_ms"]
            .as_f64()
            .context("no `dt_ms`")?;
        if raster.neurons != size {
            let found = format!("{} neurons", raster.neurons);
            return Ok(Outcome::judge(&command, &expected, &found, false));
        }
        let trains = raster.trains();
        let wrong: Vec<usize> = (0..size)
            .filter(|&k| !self.when.holds(&trains[k], dt))
            .collect();
        let found = match wrong.first() {
            None => "the same".to_owned(),
            Some(&k) => format!(
                "{} neurons differ, neuron {k} has steps {:?}",
                wrong.len(),
                trains[k]
            ),
        };
        Ok(Outcome::judge(
            &results.command,
            &expected,
            &found,
            wrong.is_empty(),
        ))
    }
}

impl When {
    fn holds(&self, train: &[u64], dt_ms: f64) -> bool {
        match self {
            Self::Steps(steps) => train == *steps,
            Self::Times(times, margin) => {
                let near =
                    |(step, time): (&u64, &f64)| (*step as f64 * dt_ms - time).abs() <= *margin;
                train.len() == times.len() && train.iter().zip(*times).all(near)
            }
        }
    }
}

/// A number of the summary must be exactly this.
pub(crate) struct Number {
    /// The text.
    pub(crate) text: &'static str,
    /// Options of the run.
    pub(crate) options: &'static [&'static str],
    /// Its place in the summary, with `/` before each key.
    pub(crate) key: &'static str,
    /// The number.
    pub(crate) value: f64,
}

impl Number {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let mut arguments = vec!["run", self.text];
        arguments.extend(self.options);
        let command = show(&arguments);
        let expected = format!("{} = {}", self.key, self.value);
        if !tool.has(self.text) {
            return Ok(Outcome::missing(&command, &expected, self.text));
        }
        let summary = tool.simulate(self.text, self.options)?.summary("")?;
        let Some(value) = summary
            .pointer(self.key)
            .and_then(serde_json::Value::as_f64)
        else {
            bail!("{command}: no number `{}` in the summary", self.key);
        };
        Ok(Outcome::judge(
            &command,
            &expected,
            &value.to_string(),
            value == self.value,
        ))
    }
}

/// Runs a text of more than 2,000 lines: 250 models, each with a population of its own.
///
/// Model k leaks with tau = k ms from 0 to 1, so that after 1 ms it stands at `1 - exp(-1/k)`; the text
/// asks for the first and the last of these numbers.
pub(super) fn long_text(tool: &Tool) -> Result<Vec<Outcome>> {
    let folder = tool.fresh()?;
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("long.npl").display().to_string();
    let text = long();
    std::fs::write(&file, &text)?;
    let out = tool.fresh()?.display().to_string();
    let finished = tool.run(&["run", &file, "--no-plots", "--out", &out])?;
    let command = format!("neuropil run (a text of {} lines)", text.lines().count());
    let found = format!("exit code {}", finished.code);
    Ok(vec![Outcome::judge(
        &command,
        "exit code 0, two numbers hold",
        &found,
        finished.code == 0,
    )])
}

fn long() -> String {
    const MODELS: u32 = 250;
    let mut text = String::from("npl 1\n");
    for k in 1..=MODELS {
        let _ = write!(
            text,
            "\nneuron Leak{k} {{\n    \"Relaxes to 1 with its own time constant.\"\n    \
             param tau = {k} ms\n    input I\n    tau*dx/dt = 1 - x + I\n    init x = 0\n}}\n"
        );
    }
    text.push_str("\nnetwork Long {\n");
    for k in 1..=MODELS {
        let _ = writeln!(text, "    p{k} = Leak{k}");
    }
    let _ = write!(
        text,
        "    record p1.x, p{MODELS}.x\n}}\n\nrun Long for 1 ms with dt = 0.1 ms\n\
         expect at(p1.x, 1 ms) in 0.63212055 .. 0.63212056\n\
         expect at(p{MODELS}.x, 1 ms) in 0.00399201 .. 0.00399202\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_text_is_long_and_its_numbers_are_right() {
        let text = long();
        assert!(text.lines().count() > 2000, "{}", text.lines().count());
        // exp(-x) by its series, for the last of the two numbers: x - x^2/2 + x^3/6.
        let x = 1.0 / 250.0;
        let last = x - x * x / 2.0 + x * x * x / 6.0;
        assert!(text.contains("0.00399201 .. 0.00399202"));
        assert!((0.00399201..0.00399202).contains(&last), "{last}");
    }

    #[test]
    fn times_are_compared_one_by_one() {
        let when = When::Times(&[1.9, 16.8], 0.2);
        assert!(when.holds(&[76, 673], 0.025));
        assert!(!when.holds(&[76], 0.025));
        assert!(!when.holds(&[76, 690], 0.025));
        assert!(When::Steps(&[]).holds(&[], 0.1));
    }
}
