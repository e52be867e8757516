//! From the Model IR to a plan: the order of a step, what is kept where, which method.

mod builder;
mod closed;
mod conditions;
mod explain;
mod interval;
mod methods;
mod options;
mod population;
mod projections;
mod records;
mod schedule;
mod shared;

use neuropil_ir::graph::Symbol;
use neuropil_ir::kernel::Precision;
use neuropil_ir::plan::EventList;
use neuropil_ir::program::{Population as PopulationInfo, Program, StateInfo};
use neuropil_ir::rounding;
use neuropil_syntax::tree::{Expect, File, Item, Plot, Run};
use neuropil_syntax::{Code, Diagnostic, Span};

use crate::elaborate::{Definitions, Elaborator, Override, check_models, elaborate, models_of};
use crate::integrate::Method;
use crate::model::{ArrivalTarget, Condition, Law, Network, Population, PopulationId};
use crate::report::Report;
use crate::run::{Compiled, CompiledRun, Options, Texts};

use builder::PlanBuilder;
use options::RunOptions;
use population::Layout;
use projections::Delivery;

/// A run with the pictures and assertions that follow it in the text.
struct RunText<'a> {
    run: &'a Run,
    plots: Vec<&'a Plot>,
    expects: Vec<&'a Expect>,
}

/// Compiles all runs of a file.
pub(crate) fn compile(texts: &Texts<'_>, options: &Options) -> Compiled {
    let mut report = Report::default();
    let mut definitions = Definitions::default();
    for file in texts.library {
        definitions.add(file, true, &mut report);
    }
    for file in &texts.used {
        definitions.add(file, false, &mut report);
    }
    definitions.add(texts.main, false, &mut report);
    refuse_prefixes(texts.main, &mut report);
    check_models(&definitions, &models_of(texts.main), &mut report);
    let mut runs = Vec::new();
    let list = runs_of(texts.main, &mut report);
    for text in &list {
        if let Some(run) = compile_run(&definitions, text, options, texts, &mut report) {
            runs.push(run);
        }
    }
    // Networks without a run are checked too.
    for item in &texts.main.items {
        if let Item::Network(network) = item
            && !list
                .iter()
                .any(|text| text.run.network == *network.name.as_str())
        {
            elaborate(&definitions, &mut report, network, options::DEFAULT_DT, &[]);
        }
    }
    if report.has_errors() {
        runs.clear();
    }
    Compiled {
        runs,
        diagnostics: report.finish(),
    }
}

fn refuse_prefixes(file: &File, report: &mut Report) {
    for item in &file.items {
        if let Item::Use(it) = item
            && let neuropil_syntax::tree::UseNames::Prefixed(name) = &it.names
        {
            report.unsupported(name.span, "`use … as` a prefix");
        }
    }
}

/// The runs of a file with what follows them.
fn runs_of<'a>(file: &'a File, report: &mut Report) -> Vec<RunText<'a>> {
    let mut list: Vec<RunText<'a>> = Vec::new();
    for item in &file.items {
        match item {
            Item::Run(run) => list.push(RunText {
                run,
                plots: Vec::new(),
                expects: Vec::new(),
            }),
            Item::Plot(plot) => match list.last_mut() {
                Some(text) => text.plots.push(plot),
                None => without_run(report, plot.span, "`plot`"),
            },
            Item::Expect(expect) => match list.last_mut() {
                Some(text) => text.expects.push(expect),
                None => without_run(report, expect.span, "`expect`"),
            },
            _ => {}
        }
    }
    list
}

fn without_run(report: &mut Report, span: Span, what: &str) {
    report.push(
        Diagnostic::error(Code::NoRun, span, format!("{what} has no `run` above it"))
            .help("it uses what the run above it recorded"),
    );
}

/// Warns that a time was rounded to whole steps.
fn warn_rounded(report: &mut Report, span: Span, what: &str, time: f64, steps: u64, dt: f64) {
    let rounded = steps as f64 * dt;
    // Show as many digits as the step has, not the noise of the last bit.
    let rounded = (rounded * 1e9).round() / 1e9;
    report.push(Diagnostic::warning(
        Code::Rounded,
        span,
        format!("the {what} of {time} ms is rounded to {steps} steps of {dt} ms ({rounded} ms)"),
    ));
}

fn compile_run(
    definitions: &Definitions<'_>,
    text: &RunText<'_>,
    options: &Options,
    texts: &Texts<'_>,
    report: &mut Report,
) -> Option<CompiledRun> {
    let run = text.run;
    let Some(network) = definitions.network(run.network.as_str()) else {
        let near = neuropil_syntax::nearest(run.network.as_str(), definitions.network_names());
        report.push(
            Diagnostic::error(
                Code::UnknownNetwork,
                run.network.span,
                format!("unknown network `{}`", run.network),
            )
            .did_you_mean(near),
        );
        return None;
    };
    let mut overrides: Vec<Override> = Vec::new();
    let chosen = RunOptions::read(definitions, run, options, &mut overrides, report)?;
    overrides.extend(options.set.iter().cloned());
    let (mut elaborator, body) = elaborate(definitions, report, network, chosen.dt, &overrides);
    let steps = chosen.steps(&mut elaborator, body, run, options);
    elaborator.set_run_length(steps.unwrap_or(0) as f64 * chosen.dt);
    let mut expects = Vec::new();
    let mut plots = Vec::new();
    for expect in &text.expects {
        elaborator.expects(body, expect, texts.slice, &mut expects);
    }
    for plot in &text.plots {
        plots.extend(elaborator.plot(body, plot));
    }
    let network = elaborator.finish();
    let steps = steps?;
    if report.has_errors() {
        return None;
    }
    plan_run(network, &chosen, steps, run, expects, plots, report)
}

/// Plans an elaborated network.
fn plan_run(
    mut network: Network,
    chosen: &RunOptions,
    steps: u64,
    run: &Run,
    expects: Vec<neuropil_ir::program::Expect>,
    plots: Vec<neuropil_ir::program::Layout>,
    report: &mut Report,
) -> Option<CompiledRun> {
    let network = &mut network;
    let mut builder = PlanBuilder::new(network, chosen.precision, chosen.seed);
    let count = network.populations.len();
    let ids: Vec<PopulationId> = (0..count as u32).map(PopulationId).collect();
    let mut layouts = Vec::with_capacity(count);
    for &id in &ids {
        let extra = population::declare(&mut builder, network, id);
        let events = declare_events(&mut builder, network, id);
        layouts.push(Layout {
            arrivals: schedule::Arrivals::default(),
            extra,
            accumulators: Vec::new(),
            shared: shared::SharedSums::default(),
            grids: Vec::new(),
            events,
        });
    }
    warn_refractory(network, report);
    let mut delivery = Delivery::default();
    let mut connections = Vec::new();
    for place in 0..network.projections.len() {
        let projection = &network.projections[place];
        let source = layouts[projection.pre.index()].events[projection.event];
        let post = projection.post.index();
        connections.extend(projections::plan(
            &mut builder,
            network,
            place,
            chosen.unrounded,
            source,
            &mut layouts[post],
            &mut delivery,
            report,
        ));
    }
    if report.has_errors() {
        return None;
    }
    for layout in &layouts {
        layout.shared.fix_units(&mut builder.plan);
    }
    for (&list, &age) in &sorted(&delivery.ages) {
        let depth = &mut builder.plan.events[list.index()].depth;
        *depth = (*depth).max(age + 1);
    }
    for &id in &ids {
        population::init(&mut builder, network, id, report);
    }
    let mut integrations = Vec::new();
    let order = order_of_step(network, report)?;
    // Step uniforms come first in `sample`, then what arrives with delay 0, then recordings.
    let mut advance = delivery.due.clone();
    for &id in &order {
        for (place, stage) in &delivery.same_step {
            if network.projections[*place].post == id {
                advance.push(stage.clone());
            }
        }
        let layout = layouts[id.index()].clone();
        let how = population::step(&mut builder, network, id, &layout, chosen.method, report);
        integrations.push((id, how));
        advance.append(&mut builder.plan.advance);
    }
    integrations.sort_by_key(|(id, _)| *id);
    builder.plan.advance = advance;
    builder
        .plan
        .sample
        .extend(delivery.at_start.iter().cloned());
    let recordings = records::plan(&mut builder, network, &layouts, report);
    if report.has_errors() {
        return None;
    }
    let populations = ids
        .iter()
        .map(|&id| info(network, id, &layouts[id.index()]))
        .collect();
    let states = network
        .populations
        .iter()
        .flat_map(|population| {
            population
                .states
                .iter()
                .map(|state| (population.name.clone(), state))
        })
        .map(|(population, state)| StateInfo {
            name: format!("{population}.{}", state.name),
            buffer: builder.buffers[&state.symbol],
            span: state.span,
        })
        .collect();
    let explanation = explain::explain(network, &builder.plan, chosen, steps, &integrations);
    let program = Program {
        plan: builder.plan,
        connections,
        populations,
        traces: recordings.traces,
        rasters: recordings.rasters,
        steps,
        expects,
        plots,
        run_name: run.name.as_ref().map(ToString::to_string),
        states,
    };
    Some(CompiledRun {
        program,
        threads: chosen.threads,
        backend: chosen.backend.clone(),
        explanation,
    })
}

fn sorted<K: Ord + Copy, V: Copy>(
    map: &std::collections::HashMap<K, V>,
) -> std::collections::BTreeMap<&K, &V> {
    map.iter().collect()
}

fn declare_events(
    builder: &mut PlanBuilder,
    network: &Network,
    id: PopulationId,
) -> Vec<neuropil_ir::plan::EventListId> {
    let population = &network.populations[id.index()];
    population
        .events
        .iter()
        .map(|event| {
            builder.event_list(EventList {
                name: format!("{}.{}", population.name, event.name),
                axis: neuropil_ir::plan::AxisId(id.0),
                // One list of the step before is always kept: the sample hands it to recorders.
                depth: 2,
                counted: matches!(event.condition, Condition::Count(_)),
                recorded: false,
            })
        })
        .collect()
}

/// Warns of refractory times that are not whole steps, and of holds that do nothing.
fn warn_refractory(network: &Network, report: &mut Report) {
    for population in &network.populations {
        for (place, event) in population.events.iter().enumerate() {
            let Some(refractory) = &event.refractory else {
                continue;
            };
            if let Some(time) = refractory.duration.and_then(|node| network.constant(node))
                && let Ok((steps, false)) = rounding::steps_and_whole(time, network.dt)
            {
                warn_rounded(
                    report,
                    refractory.span,
                    "refractory time",
                    time,
                    steps,
                    network.dt,
                );
            }
            for &held in &refractory.holding {
                if let Some(state) = population.states.iter().find(|state| state.symbol == held)
                    && !changes(population, held, place)
                {
                    report.push(
                        Diagnostic::warning(
                            Code::UselessHold,
                            refractory.span,
                            format!(
                                "`{}` has no equation and no other write; holding it does nothing",
                                state.name
                            ),
                        )
                        .help("hold states that change by themselves"),
                    );
                }
            }
        }
    }
}

/// Whether anything but one event changes a state.
fn changes(population: &Population, state: Symbol, but: usize) -> bool {
    let equation = population
        .states
        .iter()
        .any(|known| known.symbol == state && !matches!(known.law, Law::Kept));
    let clocks = population.clocks.iter().map(|clock| &clock.block);
    let events = population.events.iter().enumerate();
    let mut blocks = clocks.chain(
        events
            .filter(|&(place, _)| place != but)
            .map(|(_, event)| &event.block),
    );
    equation
        || blocks.any(|block| block.iter().any(|write| write.state == state))
        || population.groups.iter().any(|group| {
            group
                .increments
                .iter()
                .any(|increment| increment.target == ArrivalTarget::State(state))
        })
}

/// The order in which populations advance: sources of `delay none` before their targets.
fn order_of_step(network: &Network, report: &mut Report) -> Option<Vec<PopulationId>> {
    let count = network.populations.len();
    let mut order = Vec::with_capacity(count);
    let mut placed = vec![false; count];
    while order.len() < count {
        let next = (0..count).find(|&candidate| {
            !placed[candidate]
                && network
                    .projections
                    .iter()
                    .filter(|p| p.same_step && p.post.index() == candidate)
                    .all(|p| placed[p.pre.index()])
        });
        match next {
            Some(candidate) => {
                placed[candidate] = true;
                order.push(PopulationId(candidate as u32));
            }
            None => {
                let span = network
                    .projections
                    .iter()
                    .find(|p| p.same_step && !placed[p.post.index()])
                    .map(|p| p.span)?;
                report.push(
                    Diagnostic::error(
                        Code::DelayCycle,
                        span,
                        "projections with `delay none` form a cycle",
                    )
                    .help("give one of them a delay; 0 is the end of the same step"),
                );
                return None;
            }
        }
    }
    Some(order)
}

fn info(network: &Network, id: PopulationId, layout: &Layout) -> PopulationInfo {
    let population = &network.populations[id.index()];
    let spike = population
        .events
        .iter()
        .position(|event| event.name == "spike");
    PopulationInfo {
        name: population.name.clone(),
        model: population.model.clone(),
        axis: neuropil_ir::plan::AxisId(id.0),
        size: population.size,
        spike: spike.map(|place| layout.events[place]),
    }
}

/// Reads a run's options before its network is known.
fn file_scope<'a, 'r>(
    definitions: &'a Definitions<'a>,
    report: &'r mut Report,
) -> Elaborator<'a, 'r> {
    Elaborator::new(definitions, report, "", options::DEFAULT_DT, &[])
}

/// The float type of a word.
fn precision_named(word: &str) -> Option<Precision> {
    match word {
        "f32" => Some(Precision::F32),
        "f64" => Some(Precision::F64),
        _ => None,
    }
}

/// The method of a word, for options.
fn method_named(word: &str) -> Option<Method> {
    Method::from_name(word)
}
