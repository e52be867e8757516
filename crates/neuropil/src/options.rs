//! What a caller says beside the text, and how it becomes what the compiler reads.

use crate::text::UnitWords;
use neuropil_compiler as compiler;
use neuropil_ir::backend::{Clock, Storage};
use neuropil_ir::kernel::Precision as FloatType;
use neuropil_syntax::tree::Expr;
use neuropil_syntax::{Diagnostic, Sources, parse_expression, parse_path};

/// The float type of states and parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits.
    F32,
    /// 64 bits; the default.
    F64,
}

impl Precision {
    /// The name as in `with precision = …`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// Who computes. All give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackendKind {
    /// Machine code for the widest vectors of this processor, with several threads.
    Jit,
    /// Machine code for AVX2.
    JitAvx2,
    /// Machine code for AVX-512.
    JitAvx512,
    /// The block interpreter on the widest vectors of this processor, with several threads.
    Interpreter,
    /// The block interpreter with what every processor of the architecture has.
    InterpreterPortable,
    /// The reference: one number at a time. Slow; its results define all others.
    Scalar,
}

impl BackendKind {
    /// All that there are.
    pub const ALL: [Self; 6] = [
        Self::Jit,
        Self::JitAvx2,
        Self::JitAvx512,
        Self::Interpreter,
        Self::InterpreterPortable,
        Self::Scalar,
    ];

    /// The name as in `with backend = …`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jit => "jit",
            Self::JitAvx2 => "jit_avx2",
            Self::JitAvx512 => "jit_avx512",
            Self::Interpreter => "interpreter",
            Self::InterpreterPortable => "interpreter_portable",
            Self::Scalar => "scalar",
        }
    }

    /// Finds a back-end by its name.
    ///
    /// # Errors
    /// [`Error::Backend`](crate::Error::Backend) for `gpu` and all other names, and for those that
    /// this processor or system cannot run.
    pub fn find(name: &str) -> Result<Self, crate::Error> {
        let refused = |why| crate::Error::Backend {
            name: name.to_owned(),
            why,
        };
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        match found {
            Some(kind) if crate::backend::make(kind).is_some() => Ok(kind),
            Some(_) => Err(refused("needs a processor or system that this is not")),
            None if name == "gpu" => Err(refused("is not built yet")),
            None => Err(refused("does not exist")),
        }
    }

    /// The fastest of this processor.
    pub fn fastest() -> Self {
        match crate::backend::make(Self::Jit) {
            Some(_) => Self::Jit,
            None => Self::Interpreter,
        }
    }
}

/// What a caller says beside the text; all of it is stronger than the text.
///
/// Values are written as in the language: `10 ms`, `0.1*pi`.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Parameters by path and value: `("N", "1000")`, `("exc.C", "250 pF")`; default none.
    pub set: Vec<(String, String)>,
    /// The length of every run, such as `500 ms`; default: what the text says.
    pub duration: Option<String>,
    /// The length of a step, such as `0.05 ms`; default: what the text says.
    pub dt: Option<String>,
    /// The seed of all draws; default: what the text says.
    pub seed: Option<u64>,
    /// The float type; default: what the text says, else [`Precision::F64`].
    pub precision: Option<Precision>,
    /// The number of threads; default: what the text says, else what [`Options::cores`] allows.
    /// Results do not depend on it.
    pub threads: Option<usize>,
    /// The cores that may be used where nothing says how many threads; default 1. A run takes at
    /// most one for every 2,000 neurons.
    pub cores: usize,
    /// Who computes; default: what the text says, else [`BackendKind::fastest`].
    pub backend: Option<BackendKind>,
    /// Whether nothing is recorded, whatever the text says: no arrays and no pictures; default `false`.
    /// Spikes are counted all the same. An `expect` that needs a recording is neither passed nor failed.
    pub no_record: bool,
    /// A clock with which to add up the time of every stage of a step; default none. It costs some
    /// 50 ns a stage, and changes no result.
    pub profile: Option<Clock>,
    /// Whether connections are stored or generated at every event; default [`Storage::Auto`]. Results
    /// do not depend on it.
    pub connectivity: Storage,
    /// The most bytes a run may need; default no limit. Larger runs are refused before memory is
    /// taken, unless enough of their connections can be generated at every event.
    pub memory_limit: Option<u64>,
}

/// Neurons that are worth a thread of their own.
const NEURONS_A_THREAD: u64 = 2_000;

impl Options {
    /// The number of threads of a run of so many neurons.
    pub(crate) fn threads_for(&self, text: Option<usize>, neurons: u64) -> usize {
        let worth = usize::try_from(neurons.div_ceil(NEURONS_A_THREAD)).unwrap_or(usize::MAX);
        let usual = self.cores.min(worth);
        self.threads.or(text).unwrap_or(usual).max(1)
    }

    /// Reads the values; each becomes a source of its own, so that diagnostics can show it.
    pub(crate) fn parse(
        &self,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> compiler::Options {
        let mut set = Vec::with_capacity(self.set.len());
        for (path, value) in &self.set {
            let name = sources.add("set", path.as_str());
            if let Err(found) = parse_path(name, path.trim(), &UnitWords) {
                diagnostics.extend(found);
                continue;
            }
            if let Some(value) = value_of("set", path, value, sources, diagnostics) {
                set.push(compiler::Override {
                    path: path.trim().to_owned(),
                    value,
                });
            }
        }
        let mut option = |name: &str, value: &Option<String>| {
            value_of("option", name, value.as_deref()?, sources, diagnostics)
        };
        let duration = option("for", &self.duration);
        let dt = option("dt", &self.dt);
        compiler::Options {
            set,
            duration,
            dt,
            seed: self.seed,
            precision: self.precision.map(|precision| match precision {
                Precision::F32 => FloatType::F32,
                Precision::F64 => FloatType::F64,
            }),
        }
    }
}

/// Reads one value.
///
/// The source shows `NAME=VALUE`; what is parsed has blanks in place of `NAME=`, so that places fit.
fn value_of(
    kind: &str,
    name: &str,
    value: &str,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    let source = sources.add(kind, format!("{name}={value}"));
    let text = format!("{}{value}", " ".repeat(name.len() + 1));
    match parse_expression(source, &text, &UnitWords) {
        Ok(expr) => Some(expr),
        Err(found) => {
            diagnostics.extend(found);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_place_beside_their_name() {
        let mut sources = Sources::new();
        let mut diagnostics = Vec::new();
        let options = Options {
            set: vec![("exc.C".to_owned(), "250 pF".to_owned())],
            dt: Some("0.1 ms".to_owned()),
            ..Options::default()
        };
        let parsed = options.parse(&mut sources, &mut diagnostics);
        assert!(diagnostics.is_empty());
        assert_eq!(parsed.set[0].path, "exc.C");
        assert_eq!(sources.slice(parsed.set[0].value.span), "250 pF");
        let dt = parsed.dt.expect("a value");
        assert_eq!(sources.slice(dt.span), "0.1 ms");
    }

    #[test]
    fn nonsense_is_reported_and_left_out() {
        let mut sources = Sources::new();
        let mut diagnostics = Vec::new();
        let set = [("a b", "1"), ("N", "2 +"), ("", "1"), ("N", "")];
        let set = set
            .map(|(path, value)| (path.to_owned(), value.to_owned()))
            .to_vec();
        let parsed = Options {
            set,
            ..Options::default()
        }
        .parse(&mut sources, &mut diagnostics);
        assert!(parsed.set.is_empty());
        assert!(diagnostics.len() >= 4);
    }

    #[test]
    fn small_networks_take_few_threads() {
        let options = Options {
            cores: 8,
            ..Options::default()
        };
        assert_eq!(options.threads_for(None, 0), 1);
        assert_eq!(options.threads_for(None, 2_000), 1);
        assert_eq!(options.threads_for(None, 4_000), 2);
        assert_eq!(options.threads_for(None, 1_000_000), 8);
        assert_eq!(options.threads_for(Some(3), 1), 3, "what the text says");
        let told = Options {
            threads: Some(5),
            ..options
        };
        assert_eq!(told.threads_for(Some(3), 1), 5, "what the caller says");
    }

    #[test]
    fn back_ends_have_names() {
        for kind in BackendKind::ALL {
            assert_eq!(BackendKind::find(kind.as_str()).ok(), Some(kind));
        }
        let text = BackendKind::find("gpu")
            .expect_err("is not built")
            .to_string();
        assert!(text.contains("`gpu` is not built yet"), "{text}");
        assert!(BackendKind::find("abacus").is_err());
    }
}
