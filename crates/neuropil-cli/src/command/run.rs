//! `neuropil run`: simulate, write results, say what came out.

use neuropil::{
    BackendKind, Code as DiagnosticCode, Diagnosed, Diagnostic, Options, Output, Severity, Wall,
};

use super::{Failure, options, storage};
use crate::args::Run;
use crate::exit::Code;
use crate::files::load;
use crate::machine::{self, Clock};
use crate::output::{data, message};
use crate::progress::{Watcher, interrupt_flag};
use crate::render;
use crate::table::{found, table};

/// Performs the runs of a text.
pub(crate) fn run(arguments: &Run, clock: Clock) -> Result<Code, Failure> {
    let backend = arguments
        .backend
        .as_deref()
        .map(BackendKind::find)
        .transpose()?;
    let options = Options {
        threads: arguments.threads.map(usize::from),
        backend,
        connectivity: storage(arguments.connectivity),
        memory_limit: machine::available_memory(),
        no_record: arguments.no_record,
        profile: arguments
            .profile
            .then_some(machine::nanoseconds as neuropil::Clock),
        ..options(&arguments.model)
    };
    let output = Output {
        folder: arguments.out.clone(),
        plots: !arguments.no_plots,
        csv: arguments.csv,
    };

    let begun = clock.seconds();
    let text = load(&arguments.model.file, &arguments.model.path)?;
    let parsed = clock.seconds();
    let compilation = text.compile(&options)?;
    let wall = Wall {
        parse_s: parsed - begun,
        compile_s: clock.seconds() - parsed,
        ..Wall::default()
    };
    render::show(&compilation.diagnosed(), Severity::Warning);

    let mut watcher = Watcher::new(clock, interrupt_flag());
    let done = text.simulate_compiled(compilation, wall, &options, &output, &mut watcher);
    watcher.clear();
    let report = done?;

    if arguments.json {
        data(&format!("{:#}\n", report.to_json()))?;
    } else {
        data(&table(&report))?;
    }
    let failed = failed(&report);
    if failed.has_errors() {
        render::show(&failed, Severity::Error);
    }
    if report.interrupted() {
        message(
            "warning",
            "interrupted; what was recorded until then is kept",
        );
    }
    let fine = report.passed() && !report.interrupted();
    Ok(if fine { Code::Ok } else { Code::Run })
}

/// The assertions that do not hold, at their places.
fn failed(report: &neuropil::Report) -> Diagnosed {
    let outcomes = report
        .runs
        .iter()
        .flat_map(|run| &run.summary.report.expects);
    let diagnostics = outcomes
        .filter(|outcome| outcome.pass == Some(false))
        .map(|outcome| {
            let message = format!("`{}` does not hold", outcome.text);
            Diagnostic::error(DiagnosticCode::ExpectationFailed, outcome.span, message).here(
                match outcome.value {
                    Some(_) => format!("found {}", found(outcome)),
                    None => found(outcome),
                },
            )
        })
        .collect();
    Diagnosed {
        sources: report.diagnosed.sources.clone(),
        diagnostics,
    }
}
