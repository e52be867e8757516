//! Neuropil beside other simulators, in turns on one core: `cargo xtask peers`.
//!
//! ```text
//! cargo xtask peers                         everything, five rounds; writes the page, a network at a time
//! cargo xtask peers --networks coba         one network; the others on the page stay
//! cargo xtask peers --only brian2,nest      some peers; lines and page go beside the environments
//! cargo xtask peers --quick --repeats 1     short runs: does everything still work?
//! cargo xtask peers --install               installs and stops
//! cargo xtask peers --page                  writes the page from the lines once more
//! ```
//!
//! Each peer has a virtual environment below the target folder and a script a network in `benches/peers`. What
//! cannot be installed or fails is skipped by name, in the output, in the lines and on the page.

mod beside;
mod compare;
mod environments;
mod lines;
mod machine;
mod measure;
mod options;
mod page;
mod table;

pub(crate) use beside::{Beside, beside};
pub(crate) use table::{GOALS, Goal};

use crate::bars::tool::Tool;
use anyhow::{Context, Result};
use environments::Environments;
use lines::{Record, merge};
use machine::OneCore;
use measure::{Measure, Who};
use options::{Action, Options};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use table::{Network, Peer};

/// The raw lines, from the root.
pub(crate) const LINES: &str = "benches/peers/results.jsonl";
/// The page, from the root.
pub(crate) const PAGE: &str = "docs/benchmarks.md";

/// Runs the command; true where nothing was skipped.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<bool> {
    let options = Options::parse(words)?;
    if options.action == Action::Page {
        let text = std::fs::read_to_string(root.join(LINES)).context(LINES)?;
        std::fs::write(root.join(PAGE), page::page(&Record::parse(&text)?))?;
        return Ok(true);
    }
    let tool = Tool::build(root)?;
    let environments = Environments::of(&tool);
    let absent = install(&environments, &options.peers);
    if options.action == Action::Install {
        return Ok(absent.is_empty());
    }
    let place = Place::of(root, &environments, &options)?;
    let measure = Measure {
        tool: &tool,
        environments: &environments,
        quick: options.quick,
    };
    let machine = machine::describe();
    let mut whole = true;
    for network in &options.networks {
        let mut lines = Lines::default();
        let bound = OneCore::bind();
        let core = bound.as_ref().map_or("none", |bound| bound.core.as_str());
        let how = json!({
            "command": format!("cargo xtask peers {}", words.join(" ")).trim_end(),
            "commit": machine::said("git", &["rev-parse", "--short", "HEAD"]),
            "core": core,
            "date": machine::said("date", &["-u", "+%Y-%m-%d"]),
            "rounds": options.repeats,
        });
        lines.measure(&measure, network, &options, &absent);
        drop(bound);
        // After every network, so that a broken measurement leaves what it had.
        place.put(&machine, network, &how, &lines.text)?;
        whole &= lines.skips == 0;
    }
    println!(
        "lines in {}, page in {}",
        place.lines.display(),
        place.page.display()
    );
    Ok(whole)
}

/// Why a peer is not there.
type Absent = BTreeMap<&'static str, String>;

/// Installs the peers; returns those that cannot be, with the reason.
fn install(environments: &Environments, peers: &[&'static Peer]) -> Absent {
    let mut absent = Absent::new();
    for peer in peers {
        println!("installing {}: {}", peer.name, peer.packages.join(" "));
        if let Err(error) = environments.install(peer) {
            println!("{}: {error:#}", peer.name);
            absent.insert(peer.name, format!("{error:#}"));
        }
    }
    absent
}

/// Where lines and page go.
struct Place {
    lines: PathBuf,
    page: PathBuf,
}

impl Place {
    /// The repository for what is measured in full, else the folder of the environments.
    fn of(root: &Path, environments: &Environments, options: &Options) -> Result<Self> {
        if options.whole() {
            return Ok(Self {
                lines: root.join(LINES),
                page: root.join(PAGE),
            });
        }
        let folder = environments.folder();
        let place = Self {
            lines: folder.join("results.jsonl"),
            page: folder.join("benchmarks.md"),
        };
        // Parts are not gathered: the next may be of other peers or another length.
        std::fs::write(&place.lines, "")?;
        Ok(place)
    }

    fn put(&self, machine: &Value, network: &Network, how: &Value, lines: &str) -> Result<()> {
        let before = std::fs::read_to_string(&self.lines).unwrap_or_default();
        let text = merge(&before, machine, network.name, how, lines);
        // From the text, so that the page is what `--page` makes of the lines.
        let page = page::page(&Record::parse(&text)?);
        std::fs::write(&self.lines, text)?;
        std::fs::write(&self.page, page)?;
        Ok(())
    }
}

/// The lines of a network while it is measured.
#[derive(Default)]
struct Lines {
    text: String,
    skips: usize,
}

impl Lines {
    /// Ours and every peer in turns.
    fn measure(
        &mut self,
        measure: &Measure,
        network: &Network,
        options: &Options,
        absent: &Absent,
    ) {
        let mut there = Vec::new();
        for peer in options
            .peers
            .iter()
            .filter(|peer| network.peers.contains(&peer.name))
        {
            match absent.get(peer.name) {
                Some(reason) => self.skip(network, peer.name, reason),
                None => there.push(*peer),
            }
        }
        let mut all = participants(network, &there);
        for repeat in 1..=options.repeats {
            all.retain(|who| match measure.run(*who, network, repeat) {
                Ok((line, run)) => {
                    println!(
                        "{} {} {} {repeat}: built {:.2} s, compiled {:.2} s, ran {:.3} s (CPU {:.3} s), {:.2} Hz",
                        run.network, run.who, run.precision, run.build_s, run.compile_s, run.steps_s, run.steps_cpu_s, run.rate_hz
                    );
                    self.keep(&line);
                    true
                }
                Err(error) => {
                    self.skip(network, &who.name(network), &format!("{error:#}"));
                    false
                }
            });
        }
    }

    fn skip(&mut self, network: &Network, who: &str, reason: &str) {
        println!("skipped {} {who}: {reason}", network.name);
        self.keep(&json!({"network": network.name, "peer": who, "skipped": reason}));
        self.skips += 1;
    }

    fn keep(&mut self, line: &Value) {
        self.text.push_str(&line.to_string());
        self.text.push('\n');
    }
}

/// Ours in each precision that a peer has, with the other method beside, then the peers.
fn participants(network: &Network, peers: &[&'static Peer]) -> Vec<Who> {
    let here: Vec<&'static Peer> = peers
        .iter()
        .filter(|peer| network.peers.contains(&peer.name))
        .copied()
        .collect();
    let precisions: BTreeSet<&'static str> = here.iter().map(|peer| peer.precision).collect();
    let mut all = Vec::new();
    for beside in [false, true] {
        if beside && network.beside.is_none() {
            continue;
        }
        let ours = |&precision| Who::Ours { precision, beside };
        all.extend(precisions.iter().map(ours));
    }
    all.extend(here.into_iter().map(Who::Peer));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_has_ours_in_the_precisions_of_the_peers() {
        let network = table::network("hh_population").expect("a network of the table");
        let peers: Vec<&'static Peer> = ["brainpy", "arbor"]
            .into_iter()
            .filter_map(table::peer)
            .collect();
        let names = |peers: &[&'static Peer]| -> Vec<String> {
            let all = participants(network, peers);
            all.iter().map(|who| who.name(network)).collect()
        };
        assert_eq!(
            names(&peers),
            [
                "neuropil",
                "neuropil",
                "neuropil heun",
                "neuropil heun",
                "brainpy",
                "arbor"
            ]
        );
        assert_eq!(names(&peers[1..]), ["neuropil", "neuropil heun", "arbor"]);
        let coba = table::network("coba").expect("a network of the table");
        assert!(
            participants(coba, &peers[1..]).is_empty(),
            "nobody to compare with"
        );
    }
}
