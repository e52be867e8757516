//! Examples as programs, for tests that drive the engine or look into a plan.

use std::path::PathBuf;

use neuropil_compiler::{Options, Override, Texts, compile};
use neuropil_ir::kernel::Precision;
use neuropil_ir::program::Program;
use neuropil_syntax::tree::{Expr, File};
use neuropil_syntax::{SourceId, Sources, has_errors, parse, parse_expression};
use neuropil_units::is_unit_name;

use super::workspace;

/// A text of `examples/` with parameters, a length and a float type.
pub(crate) struct Network {
    pub(crate) example: &'static str,
    pub(crate) set: &'static [(&'static str, &'static str)],
    pub(crate) length: &'static str,
    pub(crate) precision: Precision,
}

pub(crate) const fn network(
    example: &'static str,
    set: &'static [(&'static str, &'static str)],
    length: &'static str,
    precision: Precision,
) -> Network {
    Network {
        example,
        set,
        length,
        precision,
    }
}

/// The model library, from its folder.
fn library(sources: &mut Sources) -> Vec<File> {
    let folder = workspace("crates/neuropil/models");
    let entries = std::fs::read_dir(folder).expect("the library is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let parsed = paths.iter().map(|path| {
        let text = std::fs::read_to_string(path).expect("a text");
        let source = sources.add(path.display().to_string(), text.as_str());
        parse(source, &text, &is_unit_name).file
    });
    parsed.collect()
}

/// The program of the only run of a network.
pub(crate) fn program(network: &Network) -> Program {
    let path = workspace(&format!("examples/{}.npl", network.example));
    let text = std::fs::read_to_string(path).expect("the example exists");
    let options = Options {
        set: overrides(network.set),
        duration: Some(expression(network.length)),
        precision: Some(network.precision),
        ..Options::default()
    };
    compiled(network.example, &text, &options)
}

/// The program of the only run of a text, with parameters.
pub(crate) fn program_of(text: &str, set: &[(&str, &str)]) -> Program {
    let options = Options {
        set: overrides(set),
        ..Options::default()
    };
    compiled("the text", text, &options)
}

fn expression(text: &str) -> Expr {
    parse_expression(SourceId(1), text, &is_unit_name).expect("an expression")
}

fn overrides(set: &[(&str, &str)]) -> Vec<Override> {
    let set = set.iter().map(|&(path, value)| Override {
        path: path.to_owned(),
        value: expression(value),
    });
    set.collect()
}

fn compiled(name: &str, text: &str, options: &Options) -> Program {
    let mut sources = Sources::new();
    let main = sources.add("t.npl", text);
    let parsed = parse(main, text, &is_unit_name);
    assert!(!has_errors(&parsed.diagnostics), "{name}");
    let library = library(&mut sources);
    let texts = Texts {
        main: &parsed.file,
        used: Vec::new(),
        library: &library,
        slice: &|_| String::new(),
    };
    let mut compiled = compile(&texts, options);
    let plain: String = compiled
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| diagnostic.to_plain(&sources))
        .collect();
    assert_eq!(compiled.runs.len(), 1, "{name}: {plain}");
    compiled.runs.remove(0).program
}
