//! The arguments: commands and flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Brain dynamics from equations written once.
#[derive(Debug, Parser)]
#[command(
    name = "neuropil",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 ok, 1 the text has mistakes, 2 usage, 3 the run failed, was \
                  interrupted or an `expect` does not hold, 70 a bug of neuropil."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulate a text; results go to a folder, a summary to stdout
    Run(Box<Run>),
    /// Find the mistakes of a text, run nothing
    Check(Check),
    /// Tell what lives where, which methods were chosen, and why
    Explain(Explain),
    /// List the model library, or print one of its models
    Models {
        /// The model
        name: Option<String>,
    },
    /// Lay texts out in the canonical way
    Fmt(Fmt),
    /// Measure how fast networks run on this machine, and how far from the floor
    Bench(Bench),
    /// Measure what a run recorded: rates, irregularity, synchrony, rhythms, and who leads whom
    Measure(Box<Measure>),
    /// Tell where two result folders differ, and how much; ends with 3 if they do
    Diff(Diff),
    /// Write a text to start from
    New {
        /// The file to write
        #[arg(default_value = "model.npl")]
        file: PathBuf,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// A text, and what is said beside it.
#[derive(Debug, Args)]
pub(crate) struct Model {
    /// The text; `-` reads it from stdin
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Give a parameter another value: `N=1000`, `exc.C="250 pF"`; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) set: Vec<(String, String)>,
    /// The length of every run, such as "500 ms"
    #[arg(long = "for", value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) duration: Option<String>,
    /// The length of a step, such as "0.05 ms"
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) dt: Option<String>,
    /// The seed of all draws
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The float type of states and parameters
    #[arg(long, value_enum)]
    pub(crate) precision: Option<Precision>,
    /// A folder to look for `use` files in, after the folder of the text; repeatable
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line are what they are"
)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) model: Model,
    /// The folder for the results, new or empty [default: results/STEM, or the next free number]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Threads [default: the cores, at most one for 2,000 neurons]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Who computes: `jit`, `interpreter`, or `scalar`, the slow reference; to force one: `jit_avx2`, `jit_avx512`,
    /// `interpreter_portable` [default: the fastest of this machine]
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// Whether connections are stored: `generated` makes the row of a source again at every event, which needs no memory;
    /// `auto` does so where they would not fit
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub(crate) connectivity: Connectivity,
    /// Record nothing: no arrays, no pictures; spikes are counted, and every `expect` on a recording is left open
    #[arg(long, conflicts_with = "csv")]
    pub(crate) no_record: bool,
    /// Draw no pictures
    #[arg(long)]
    pub(crate) no_plots: bool,
    /// Print the object of summary.json instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Print where the time went: stages of a step, lines of the text, and how far each is from its floor
    #[arg(long)]
    pub(crate) profile: bool,
    /// Write recorded spikes as spikes.csv too
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) model: Model,
    /// Print the diagnostics as JSON to stdout
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) model: Model,
}

#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// The texts; `-` reads stdin and writes stdout
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Change nothing; list what would change, and end with 1 if anything would
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line are what they are"
)]
pub(crate) struct Bench {
    /// Standard networks (`coba`, `cuba`, `cobahh`, `brunel`, `hh_population`, `microcircuit`) or texts [default: all
    /// standard networks]
    #[arg(value_name = "NETWORK")]
    pub(crate) networks: Vec<String>,
    /// Numbers of neurons, such as 4000,40000: the parameter `N` of the text
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(crate) sizes: Vec<u32>,
    /// The whole microcircuit instead of a tenth
    #[arg(long, conflicts_with = "sizes")]
    pub(crate) full: bool,
    /// Simulated time [default: of each network what takes a fraction of a second; of a text what it says]
    #[arg(long = "for", value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) duration: Option<String>,
    /// Simulated time before the measured
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) after: Option<String>,
    /// How often each is built and run; the medians count [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) repeats: Option<u16>,
    /// Threads
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: u16,
    /// The float type [default: both]
    #[arg(long, value_enum)]
    pub(crate) precision: Option<Precision>,
    /// Who computes, as for `run` [default: the fastest of this machine]
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// Whether connections are stored, as for `run`
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub(crate) connectivity: Connectivity,
    /// Two repeats of a tenth of the time
    #[arg(long)]
    pub(crate) quick: bool,
    /// Do not measure the floor
    #[arg(long)]
    pub(crate) no_floor: bool,
    /// Print an object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw cost against size, with the floor beside it, as .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Measure {
    /// The result folder
    #[arg(value_name = "DIR", required_unless_present = "list")]
    pub(crate) folder: Option<PathBuf>,
    /// The measures by name, as `--list` tells them [default: the usual ones]
    #[arg(value_name = "MEASURE")]
    pub(crate) measures: Vec<String>,
    /// List all measures, and what each tells
    #[arg(long)]
    pub(crate) list: bool,
    /// A recording such as `exc.spike` or `exc.V`, or a population; repeatable [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) of: Vec<String>,
    /// Another recording, for measures of pairs
    #[arg(long, value_name = "NAME")]
    pub(crate) with: Option<String>,
    /// The span of time, such as "200 ms .. 1 s" [default: the whole run]
    #[arg(long, value_name = "FROM .. TO", allow_hyphen_values = true)]
    pub(crate) within: Option<String>,
    /// The width of bins [default: what suits each measure, which is told]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) bin: Option<String>,
    /// How far correlograms and averages reach on either side [default: 100 ms]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) lag: Option<String>,
    /// The length of the parts that a spectrum averages over [default: a quarter of the span, at most 1 s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) part: Option<String>,
    /// Where the peak of a spectrum is looked for [default: 1 Hz .. 500 Hz]
    #[arg(long, value_name = "FROM .. TO", allow_hyphen_values = true)]
    pub(crate) band: Option<String>,
    /// The fewest spikes with which a neuron enters a mean over neurons [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) min_spikes: Option<usize>,
    /// The most neurons that are paired with one another [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub(crate) neurons: Option<u16>,
    /// A time that a trial begins at, for `psth` and `latency`; repeatable
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) onset: Vec<String>,
    /// How many samples are drawn for a test [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) draws: Option<u32>,
    /// The seed of those draws [default: 0]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The run by name, of a text with several [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) run: Option<String>,
    /// Print an object, with all arrays, instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw the arrays behind the numbers, as .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A result folder
    #[arg(value_name = "A")]
    pub(crate) first: PathBuf,
    /// The folder it is compared with
    #[arg(value_name = "B")]
    pub(crate) second: PathBuf,
    /// Take samples for equal that differ by at most this part of the largest magnitude of their recording [default: equal
    /// bits]
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    pub(crate) tolerance: Option<f64>,
    /// Print an object instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Precision {
    F32,
    F64,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Connectivity {
    #[default]
    Auto,
    Stored,
    Generated,
}

/// Divides `NAME=VALUE`; the value is read by the language.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("write NAME=VALUE, such as N=1000 or exc.C=\"250 pF\"".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn assignments_are_divided_at_the_first_sign() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(assignment("N=5"), pair("N", "5"));
        assert_eq!(assignment("exc.C = 250 pF"), pair("exc.C", "250 pF"));
        assert_eq!(assignment("a=b==c"), pair("a", "b==c"));
        assert!(assignment("N").is_err());
        assert!(assignment("=5").is_err());
    }
}
