//! What a run says of itself: length, step, seed, method, precision.

use neuropil_ir::kernel::Precision;
use neuropil_ir::rounding;
use neuropil_syntax::tree::{Expr, ExprKind, Run, RunOption, Step};
use neuropil_syntax::{Code, Diagnostic};

use super::{file_scope, method_named, precision_named};
use crate::elaborate::{BodyId, Definitions, Elaborator, Override, in_steps};
use crate::integrate::Method;
use crate::report::Report;
use crate::run::Options;

/// The step where the text names none, in ms.
pub(crate) const DEFAULT_DT: f64 = 0.1;

/// The seed where nothing names one.
const DEFAULT_SEED: u64 = 0;

/// What a run says of itself.
#[derive(Clone, Debug)]
pub(super) struct RunOptions {
    /// In ms.
    pub(super) dt: f64,
    pub(super) seed: u64,
    pub(super) method: Option<Method>,
    pub(super) precision: Precision,
    /// `weights = f64`: own weights are not rounded to a grid.
    pub(super) unrounded: bool,
    pub(super) threads: Option<usize>,
    pub(super) backend: Option<String>,
}

impl RunOptions {
    /// Reads the options; parameters of the network go to `overrides`.
    pub(super) fn read(
        definitions: &Definitions<'_>,
        run: &Run,
        options: &Options,
        overrides: &mut Vec<Override>,
        report: &mut Report,
    ) -> Option<Self> {
        let mut chosen = Self {
            dt: DEFAULT_DT,
            seed: options.seed.unwrap_or(DEFAULT_SEED),
            method: None,
            precision: options.precision.unwrap_or(Precision::F64),
            unrounded: false,
            threads: None,
            backend: None,
        };
        let mut complete = true;
        for step in &run.steps {
            let (span, what) = match step {
                Step::Sweep { span, .. } => (*span, "`sweep`"),
                Step::Repeat { span, .. } => (*span, "`repeat`"),
                Step::Phase(phase) => (phase.span, "`phase`"),
            };
            report.unsupported(span, what);
            complete = false;
        }
        for option in &run.options {
            complete &= chosen.option(definitions, option, options, overrides, report);
        }
        if let Some(dt) = &options.dt {
            complete &= chosen.step_length(definitions, dt, report);
        }
        complete.then_some(chosen)
    }

    fn option(
        &mut self,
        definitions: &Definitions<'_>,
        option: &RunOption,
        options: &Options,
        overrides: &mut Vec<Override>,
        report: &mut Report,
    ) -> bool {
        let word = option.value.as_name().map(ToString::to_string);
        let bad = |report: &mut Report, message: String, help: &str| {
            report.push(
                Diagnostic::error(Code::UnknownOption, option.value.span, message).help(help),
            );
            false
        };
        match option.name.as_str() {
            "dt" => self.step_length(definitions, &option.value, report),
            "seed" => match whole(&option.value) {
                Some(seed) => {
                    self.seed = options.seed.unwrap_or(seed);
                    true
                }
                None => bad(
                    report,
                    "a seed is a whole number".to_owned(),
                    "for example `seed = 42`",
                ),
            },
            "threads" => match whole(&option.value) {
                Some(threads) if threads >= 1 => {
                    self.threads = Some(threads as usize);
                    true
                }
                _ => bad(
                    report,
                    "a number of threads is whole and at least 1".to_owned(),
                    "leave it out to use all cores",
                ),
            },
            "method" => {
                let method = word.as_deref().and_then(method_named);
                if method.is_none() {
                    let names: Vec<&str> = Method::ALL.iter().map(|m| m.name()).collect();
                    let found = word.unwrap_or_default();
                    let near = neuropil_syntax::nearest(&found, names.iter().copied());
                    report.push(
                        Diagnostic::error(
                            Code::UnknownMethod,
                            option.value.span,
                            format!("unknown integration method `{found}`"),
                        )
                        .did_you_mean(near)
                        .help(format!("methods are `{}`", names.join("`, `"))),
                    );
                    return false;
                }
                self.method = method;
                true
            }
            "precision" => match word.as_deref().and_then(precision_named) {
                Some(precision) => {
                    self.precision = options.precision.unwrap_or(precision);
                    true
                }
                None => bad(
                    report,
                    "unknown precision".to_owned(),
                    "it is `f32` or `f64`",
                ),
            },
            "weights" => match word.as_deref() {
                Some("f64") => {
                    self.unrounded = true;
                    true
                }
                Some("grid") => true,
                _ => bad(
                    report,
                    "unknown rounding of weights".to_owned(),
                    "it is `f64` or `grid`",
                ),
            },
            "backend" => match word {
                Some(word) => {
                    self.backend = Some(word);
                    true
                }
                None => bad(
                    report,
                    "a back-end is a name".to_owned(),
                    "for example `interpreter`",
                ),
            },
            name => {
                // Everything else is a parameter of the network; a misspelt option is unknown there.
                overrides.push(Override {
                    path: name.to_owned(),
                    value: option.value.clone(),
                });
                true
            }
        }
    }

    fn step_length(
        &mut self,
        definitions: &Definitions<'_>,
        expr: &Expr,
        report: &mut Report,
    ) -> bool {
        if in_steps(expr).is_some() {
            report.error(
                Code::UnitMismatch,
                expr.span,
                "`dt` is the length of a step, not a number of steps",
            );
            return false;
        }
        let expr = expr.clone();
        let found = {
            let definitions: &Definitions<'_> = definitions;
            let mut scope = file_scope(definitions, report);
            scope.step_length(&expr)
        };
        let Some(dt) = found else { return false };
        if !(dt > 0.0 && dt.is_finite()) {
            report.push(
                Diagnostic::error(
                    Code::ImpossibleValue,
                    expr.span,
                    format!("a step must be positive, found {dt} ms"),
                )
                .here("not above zero"),
            );
            return false;
        }
        self.dt = dt;
        true
    }

    /// The number of steps of the run.
    pub(super) fn steps<'a>(
        &self,
        elaborator: &mut Elaborator<'a, '_>,
        body: BodyId,
        run: &'a Run,
        options: &'a Options,
    ) -> Option<u64> {
        let Some(expr) = options.duration.as_ref().or(run.duration.as_ref()) else {
            elaborator.report_mut().push(
                Diagnostic::error(
                    Code::MissingClause,
                    run.span,
                    "this run does not say how long it lasts",
                )
                .help(format!("write `run {} for 1 s`", run.network)),
            );
            return None;
        };
        let time = elaborator.run_time(body, expr, "the length of a run is")?;
        let Ok((steps, whole)) = rounding::steps_and_whole(time, self.dt) else {
            elaborator.report_mut().push(
                Diagnostic::error(
                    Code::ImpossibleValue,
                    expr.span,
                    format!("the length of a run is not negative, found {time} ms"),
                )
                .here("not a length"),
            );
            return None;
        };
        if !whole {
            super::warn_rounded(
                elaborator.report_mut(),
                expr.span,
                "length",
                time,
                steps,
                self.dt,
            );
        }
        Some(steps)
    }
}

/// A whole number that is not negative, written as one.
fn whole(expr: &Expr) -> Option<u64> {
    match &expr.kind {
        ExprKind::Number(number) => {
            // The text, so that seeds above 2^53 keep their last digits.
            number.text.parse().ok().or_else(|| {
                (number.value >= 0.0 && number.value.fract() == 0.0 && number.value < 9e15)
                    .then_some(number.value as u64)
            })
        }
        _ => None,
    }
}
