//! Mutated texts through parser and compiler: no panic, no hang, diagnostics or programs.
//!
//! Runs for one minute, or for the seconds in `NEUROPIL_FUZZ_SECONDS`. Seeds are the examples, the
//! model library and `tests/corpus`; a text that fails is printed, to be kept in the corpus.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use neuropil_compiler::{Options, Texts, compile};
use neuropil_syntax::{Sources, has_errors, parse};

/// A text that takes longer to compile than this hangs, for the sizes that mutation makes.
const TOO_LONG: Duration = Duration::from_secs(10);

/// xorshift64*: Vigna (2016), ACM Trans Math Softw 42:30.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n.max(1)
    }
}

fn is_unit(word: &str) -> bool {
    neuropil_units::is_unit_name(word) || word == "steps"
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn texts(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "npl"))
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect()
}

/// Words and signs, so that mutations mostly give texts that parse.
fn tokens(text: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let length = if word(first) {
            rest.find(|c: char| !word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        list.push(&rest[..length]);
        rest = &rest[length..];
    }
    list
}

/// Values and words that are awkward in most places.
const AWKWARD: [&str; 24] = [
    "0",
    "-1",
    "1e308",
    "1e-320",
    "nan",
    "V",
    "w",
    "mV",
    "/ms",
    "^0.5",
    "^-3",
    "{",
    "}",
    "(",
    "dt",
    "t",
    "i",
    "steps",
    "normal(0, 1)",
    "delay none",
    "refractory forever",
    "[0..3]",
    "xi",
    "count",
];

fn mutate(random: &mut Random, seeds: &[String]) -> String {
    let seed = &seeds[random.below(seeds.len())];
    let mut list: Vec<String> = tokens(seed).into_iter().map(str::to_owned).collect();
    for _ in 0..=random.below(8) {
        if list.is_empty() {
            break;
        }
        let at = random.below(list.len());
        match random.below(6) {
            0 => {
                list.remove(at);
            }
            1 => {
                let copy = list[random.below(list.len())].clone();
                list.insert(at, copy);
            }
            2 => {
                let other = random.below(list.len());
                list.swap(at, other);
            }
            3 => AWKWARD[random.below(AWKWARD.len())].clone_into(&mut list[at]),
            4 => {
                let donor = &seeds[random.below(seeds.len())];
                let donor: Vec<&str> = tokens(donor);
                let start = random.below(donor.len());
                let end = (start + random.below(20)).min(donor.len());
                for (offset, token) in donor[start..end].iter().enumerate() {
                    list.insert(at + offset, (*token).to_owned());
                }
            }
            _ => {
                let end = (at + random.below(30)).min(list.len());
                list.drain(at..end);
            }
        }
    }
    list.concat()
}

/// Parses and compiles a text; what comes out must be consistent.
fn check(text: &str, library: &[neuropil_syntax::tree::File]) {
    let mut sources = Sources::new();
    let source = sources.add("fuzz.npl", text);
    let parsed = parse(source, text, &is_unit);
    if has_errors(&parsed.diagnostics) {
        return;
    }
    let texts = Texts {
        main: &parsed.file,
        used: Vec::new(),
        library,
        slice: &|span| sources.slice(span).to_owned(),
    };
    let compiled = compile(&texts, &Options::default());
    assert!(
        compiled.runs.is_empty() || !has_errors(&compiled.diagnostics),
        "a text with errors has no program"
    );
    for run in &compiled.runs {
        // A program is a verified plan; absurd sizes are the engine's to refuse.
        if let Err(error) = neuropil_ir::verify::plan(&run.program.plan) {
            panic!("the plan breaks a rule: {error}");
        }
    }
}

#[test]
fn mutated_texts_give_diagnostics_or_programs() {
    let seconds = std::env::var("NEUROPIL_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    let models = texts(&root().join("crates/neuropil/models"));
    let library: Vec<neuropil_syntax::tree::File> = models
        .iter()
        .enumerate()
        .map(|(place, text)| {
            parse(
                neuropil_syntax::SourceId(100 + place as u32),
                text,
                &is_unit,
            )
            .file
        })
        .collect();
    let mut seeds = texts(&root().join("examples"));
    seeds.extend(models.clone());
    let corpus = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"));
    for text in &corpus {
        check(text, &library);
    }
    seeds.extend(corpus);
    assert!(seeds.len() > 10, "the seeds are found");
    let begin = Instant::now();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut count = 0_u64;
    while begin.elapsed() < Duration::from_secs(seconds) {
        let text = mutate(&mut random, &seeds);
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&text, &library)));
        assert!(outcome.is_ok(), "text number {count} fails:\n{text}");
        assert!(
            started.elapsed() < TOO_LONG,
            "text number {count} takes too long:\n{text}"
        );
        count += 1;
    }
    assert!(count > 100, "only {count} texts were tried");
}
