//! Same bits: every recorded array equal, byte for byte.

use super::Outcome;
use super::tool::{Results, Tool, show};
use anyhow::Result;

/// One text under several options that must not matter.
pub(crate) struct SameBits {
    /// The text.
    pub(crate) text: &'static str,
    /// Options common to all runs.
    pub(crate) options: &'static [&'static str],
    /// The options that must not matter; the first set is what the others are compared with.
    pub(crate) variants: &'static [&'static [&'static str]],
}

impl SameBits {
    pub(super) fn run(&self, tool: &Tool) -> Result<Vec<Outcome>> {
        let Some((first, others)) = self.variants.split_first() else {
            return Ok(Vec::new());
        };
        let arguments = |variant: &[&'static str]| {
            let mut all = self.options.to_vec();
            all.extend(variant);
            all
        };
        let command = show(&[&["run", self.text][..], &arguments(first)].concat());
        if !tool.has(self.text) {
            return Ok(vec![Outcome::missing(&command, "same arrays", self.text)]);
        }
        let reference = tool.simulate(self.text, &arguments(first))?;
        let mut outcomes = Vec::new();
        for variant in others {
            let other = tool.simulate(self.text, &arguments(variant))?;
            let expected = format!("arrays as with {}", first.join(" "));
            outcomes.push(compare(&other.command, &expected, &reference, &other)?);
        }
        Ok(outcomes)
    }
}

/// One text by the debug and by the release build.
pub(crate) struct DebugIsRelease {
    /// The text.
    pub(crate) text: &'static str,
    /// Options of both runs.
    pub(crate) options: &'static [&'static str],
}

impl DebugIsRelease {
    pub(super) fn run(&self, tool: &Tool) -> Result<Outcome> {
        let expected = "arrays of the debug build as of the release build";
        let command = show(&[&["run", self.text][..], self.options].concat());
        if !tool.has(self.text) {
            return Ok(Outcome::missing(&command, expected, self.text));
        }
        let debug = tool.build_profile("dev")?;
        let debug = tool.simulate_with(&debug, self.text, self.options)?;
        let release = tool.simulate(self.text, self.options)?;
        compare(&command, expected, &debug, &release)
    }
}

fn compare(command: &str, expected: &str, a: &Results, b: &Results) -> Result<Outcome> {
    let (a, b) = (a.arrays()?, b.arrays()?);
    let bytes: usize = a.values().map(Vec::len).sum();
    let names_equal = a.keys().eq(b.keys());
    let different: Vec<&str> = a
        .iter()
        .filter(|(name, bytes)| b.get(*name) != Some(bytes))
        .map(|(name, _)| name.as_str())
        .collect();
    let holds = names_equal && different.is_empty() && !a.is_empty();
    let found = if holds {
        format!("{} arrays equal, {bytes} bytes", a.len())
    } else if a.is_empty() {
        "no array".to_owned()
    } else {
        format!("different: {}", different.join(" "))
    };
    Ok(Outcome::judge(command, expected, &found, holds))
}
