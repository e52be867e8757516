//! The stages of one population: start values, the step kernel and its bindings.

use std::collections::HashMap;

use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::kernel::Element;
use neuropil_ir::plan::{AxisId, BufferId, EventListId, Stage};
use neuropil_ir::rounding;
use neuropil_syntax::{Code, Diagnostic};

use super::builder::{PlanBuilder, step_source};
use super::schedule::{Arrivals, Extra, Integration, Scheduler};
use super::shared::SharedSums;
use crate::dimension::Dim;
use crate::integrate::Method;
use crate::lower::{Environment, Output, Rate, Session, Source};
use crate::model::{Condition, Network, PopulationId, Role};
use crate::report::Report;

/// The most clocks of one population; every set of clocks that tick together has a kernel.
const MOST_CLOCKS: usize = 4;

/// An accumulator of arrivals, as a kernel binds it.
#[derive(Clone, Debug)]
pub(super) struct Accumulator {
    pub(super) symbol: Symbol,
    pub(super) buffer: BufferId,
    pub(super) element: Element,
    pub(super) name: String,
}

/// What a population needs beside its text.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) arrivals: Arrivals,
    pub(super) extra: Extra,
    /// The accumulators, which the step kernel clears.
    pub(super) accumulators: Vec<Accumulator>,
    /// The sums that several projections add to.
    pub(super) shared: SharedSums,
    /// Slots of grids, by symbol.
    pub(super) grids: Vec<(Symbol, neuropil_ir::plan::SlotId)>,
    pub(super) events: Vec<EventListId>,
}

/// Declares the buffers of a population's states, parameters and counters.
pub(super) fn declare(builder: &mut PlanBuilder, network: &mut Network, id: PopulationId) -> Extra {
    let population = &network.populations[id.index()];
    let name = population.name.clone();
    let states: Vec<(Symbol, String)> = population
        .states
        .iter()
        .map(|state| (state.symbol, state.name.clone()))
        .collect();
    let elements: Vec<(Symbol, String)> = population
        .elements
        .iter()
        .map(|e| (e.symbol, e.name.clone()))
        .collect();
    let refractory: Vec<(String, bool)> = population
        .events
        .iter()
        .map(|event| (event.name.clone(), event.refractory.is_some()))
        .collect();
    for (symbol, state) in states.into_iter().chain(elements) {
        let buffer = builder.buffer(format!("{name}.{state}"), id, Element::Real, 1);
        builder.buffers.insert(symbol, buffer);
    }
    let mut counters = Vec::new();
    for (event, has) in refractory {
        if !has {
            counters.push(None);
            continue;
        }
        let label = format!("{event}.refractory");
        let symbol = network.symbol(&label, Dim::one(), Role::Open);
        let buffer = builder.buffer(format!("{name}.{label}"), id, Element::Real, 1);
        builder.buffers.insert(symbol, buffer);
        counters.push(Some(symbol));
    }
    let step = network.symbol("step", Dim::one(), Role::Open);
    Extra { counters, step }
}

/// Adds what the planner knows of a population to an environment.
pub(super) fn extend(
    environment: &mut Environment,
    builder: &PlanBuilder,
    network: &Network,
    layout: &Layout,
) {
    let (source, rate) = step_source();
    environment.insert(layout.extra.step, source, rate);
    for &counter in layout.extra.counters.iter().flatten() {
        let name = network.graph.symbol_info(counter).name.clone();
        let buffer = builder.buffers[&counter];
        environment.insert(
            counter,
            Source::Array {
                name,
                buffer,
                element: Element::Real,
            },
            Rate::Lane,
        );
    }
    for accumulator in &layout.accumulators {
        let source = Source::Array {
            name: accumulator.name.clone(),
            buffer: accumulator.buffer,
            element: accumulator.element,
        };
        environment.insert(accumulator.symbol, source, Rate::Lane);
    }
    for &(symbol, slot) in &layout.grids {
        // Set when the projection is connected, after the prepare kernels have run.
        environment.insert(symbol, Source::Slot(slot), Rate::Step);
    }
}

/// The start values of a population, with the clocks' tick at t = 0.
pub(super) fn init(
    builder: &mut PlanBuilder,
    network: &mut Network,
    id: PopulationId,
    report: &mut Report,
) {
    let population = &network.populations[id.index()];
    let name = population.name.clone();
    let elements = population.elements.clone();
    let states = population.states.clone();
    let clocks = population.clocks.clone();
    let inputs: Vec<Symbol> = population.inputs.iter().map(|input| input.symbol).collect();
    // Parameters of elements may mention each other; in the kernel all stand for their values.
    let mut values: HashMap<Symbol, NodeId> = elements
        .iter()
        .map(|element| (element.symbol, element.value))
        .collect();
    for _ in 0..elements.len() {
        let roots: Vec<NodeId> = elements
            .iter()
            .map(|element| values[&element.symbol])
            .collect();
        let new = network.graph.substitute(&roots, &values);
        for (element, value) in elements.iter().zip(new) {
            values.insert(element.symbol, value);
        }
    }
    let zero = network.graph.number(0.0);
    values.extend(inputs.into_iter().map(|symbol| (symbol, zero)));
    let mut outputs = Vec::new();
    for element in &elements {
        outputs.push(Output::Store {
            name: element.name.clone(),
            buffer: builder.buffers[&element.symbol],
            element: Element::Real,
            value: values[&element.symbol],
        });
    }
    let starts: Vec<NodeId> = states.iter().map(|state| state.init).collect();
    let starts = network.graph.substitute(&starts, &values);
    let mut current: HashMap<Symbol, NodeId> = values;
    for (state, start) in states.iter().zip(starts) {
        let mut value = start;
        if let Some(upper) = state.upper {
            value = network
                .graph
                .apply(neuropil_ir::operator::Operator::Min, &[value, upper]);
        }
        if let Some(lower) = state.lower {
            value = network
                .graph
                .apply(neuropil_ir::operator::Operator::Max, &[value, lower]);
        }
        current.insert(state.symbol, value);
    }
    for clock in &clocks {
        let roots: Vec<NodeId> = clock.block.iter().map(|write| write.value).collect();
        let new = network.graph.substitute(&roots, &current);
        for (write, value) in clock.block.iter().zip(new) {
            current.insert(write.state, value);
        }
    }
    for state in &states {
        let value = current[&state.symbol];
        if network.graph.as_number(value) == Some(0.0) {
            continue; // buffers start at zero
        }
        outputs.push(Output::Store {
            name: state.name.clone(),
            buffer: builder.buffers[&state.symbol],
            element: Element::Real,
            value,
        });
    }
    if outputs.is_empty() {
        return;
    }
    let environment = builder.environment(network, true);
    let mut session = Session::new(environment, builder.plan.precision);
    let label = format!("{name}.init");
    let span = network.populations[id.index()].span;
    let mut allocate = |slot: &str| builder.slot(slot, 0.0);
    let lowered = session.map(&mut network.graph, &mut allocate, &label, &outputs);
    let hoisted = session.finish(&network.graph, &mut allocate, &label);
    match (lowered, hoisted) {
        // Looked at for mistakes alone.
        (Ok(_), Ok(_)) if network.populations[id.index()].size == 0 => {}
        (Ok(lowered), Ok(hoisted)) => {
            for part in [hoisted.prepare, hoisted.step].into_iter().flatten() {
                let stage = builder.scalar(part);
                builder.plan.init.push(stage);
            }
            let call = builder.call(lowered);
            let axis = AxisId(id.0);
            builder.plan.init.push(Stage::Map {
                axis,
                call,
                ticking: Vec::new(),
            });
        }
        (Err(error), _) | (_, Err(error)) => report.push(
            Diagnostic::error(
                Code::Unsupported,
                span,
                format!("a start value of `{name}`: {error}"),
            )
            .help("start values may mention parameters, draws and other start values"),
        ),
    }
}

/// Plans the step of a population; returns how its states are integrated.
pub(super) fn step(
    builder: &mut PlanBuilder,
    network: &mut Network,
    id: PopulationId,
    layout: &Layout,
    method: Option<Method>,
    report: &mut Report,
) -> Vec<Integration> {
    let clocks = network.populations[id.index()].clocks.clone();
    let name = network.populations[id.index()].name.clone();
    let span = network.populations[id.index()].span;
    if clocks.len() > MOST_CLOCKS {
        report.unsupported(
            span,
            &format!("a model with more than {MOST_CLOCKS} clocks"),
        );
        return Vec::new();
    }
    let mut periods = Vec::new();
    for clock in &clocks {
        let Ok((steps, whole)) = rounding::steps_and_whole(clock.period, network.dt) else {
            continue;
        };
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        if steps == 0 {
            report.error(
                Code::ImpossibleValue,
                clock.span,
                format!(
                    "the period of {} ms is below half a step of {} ms",
                    clock.period, network.dt
                ),
            );
            return Vec::new();
        }
        if !whole {
            super::warn_rounded(
                report,
                clock.span,
                "period",
                clock.period,
                steps.into(),
                network.dt,
            );
        }
        periods.push(steps);
    }
    let mut variants = Vec::new();
    let mut integrations = Vec::new();
    for set in 0..1_usize << clocks.len() {
        let ticking: Vec<bool> = (0..clocks.len())
            .map(|clock| set >> clock & 1 == 1)
            .collect();
        let mut scheduler = Scheduler {
            network,
            population: id,
            arrivals: &layout.arrivals,
            extra: &layout.extra,
            method,
        };
        let (outcome, how) = scheduler.step(&ticking, report);
        if set == 0 {
            integrations = how;
        }
        variants.push((ticking, outcome));
    }
    if report.has_errors() {
        return integrations;
    }
    let mut environment = builder.environment(network, false);
    extend(&mut environment, builder, network, layout);
    let mut session = Session::new(environment, builder.plan.precision);
    let mut calls = Vec::new();
    for (ticking, outcome) in variants {
        let outputs = outputs(builder, network, id, layout, &outcome);
        let ticks: Vec<u32> = periods
            .iter()
            .zip(&ticking)
            .filter(|&(_, &t)| t)
            .map(|(&p, _)| p)
            .collect();
        let label = if ticks.is_empty() {
            format!("{name}.step")
        } else {
            let list: Vec<String> = ticks.iter().map(ToString::to_string).collect();
            format!("{name}.step+{}", list.join("+"))
        };
        let mut allocate = |slot: &str| builder.slot(slot, 0.0);
        match session.map(&mut network.graph, &mut allocate, &label, &outputs) {
            Ok(lowered) => calls.push((ticks, lowered)),
            Err(error) => {
                report.error(
                    Code::Unsupported,
                    span,
                    format!("the step of `{name}`: {error}"),
                );
                return integrations;
            }
        }
    }
    if network.populations[id.index()].size == 0 {
        // Looked at for mistakes alone.
        return integrations;
    }
    let mut allocate = |slot: &str| builder.slot(slot, 0.0);
    match session.finish(&network.graph, &mut allocate, &name) {
        Ok(hoisted) => {
            if let Some(prepare) = hoisted.prepare {
                let stage = builder.scalar(prepare);
                builder.plan.init.push(stage);
            }
            if let Some(step) = hoisted.step {
                let stage = builder.scalar(step);
                // Before everything that reads it in the same instant.
                builder.plan.sample.push(stage);
            }
        }
        Err(error) => {
            report.error(
                Code::Unsupported,
                span,
                format!("the step of `{name}`: {error}"),
            );
            return integrations;
        }
    }
    let mut calls = calls.into_iter();
    if let Some((_, plain)) = calls.next() {
        let call = builder.call(plain);
        // Sets with more clocks first: the first entry whose clocks all tick is taken.
        let mut ticking: Vec<_> = calls
            .map(|(ticks, lowered)| (ticks, builder.call(lowered)))
            .collect();
        ticking.reverse();
        builder.plan.advance.push(Stage::Map {
            axis: AxisId(id.0),
            call,
            ticking,
        });
    }
    integrations
}

fn outputs(
    builder: &PlanBuilder,
    network: &Network,
    id: PopulationId,
    layout: &Layout,
    outcome: &super::schedule::Outcome,
) -> Vec<Output> {
    let population = &network.populations[id.index()];
    let mut outputs = Vec::new();
    for &(place, value) in &outcome.states {
        let state = &population.states[place];
        outputs.push(Output::Store {
            name: state.name.clone(),
            buffer: builder.buffers[&state.symbol],
            element: Element::Real,
            value,
        });
    }
    for &(event, value) in &outcome.counters {
        if let Some(counter) = layout.extra.counters[event] {
            outputs.push(Output::Store {
                name: network.graph.symbol_info(counter).name.clone(),
                buffer: builder.buffers[&counter],
                element: Element::Real,
                value,
            });
        }
    }
    for accumulator in &layout.accumulators {
        outputs.push(Output::Clear {
            name: accumulator.name.clone(),
            buffer: accumulator.buffer,
            element: accumulator.element,
        });
    }
    for ((event, &value), &list) in population
        .events
        .iter()
        .zip(&outcome.emissions)
        .zip(&layout.events)
    {
        let name = event.name.clone();
        outputs.push(match event.condition {
            Condition::When { .. } => Output::Emit {
                name,
                events: list,
                when: value,
            },
            Condition::Count(_) => Output::EmitCount {
                name,
                events: list,
                count: value,
            },
        });
    }
    outputs
}
