//! Projections: accumulators of arrivals, deliver stages, connections.

use std::collections::HashMap;

use neuropil_ir::connect::{Connection, EdgeLoad, EdgeQuantity, Rule};
use neuropil_ir::graph::{NodeId, Symbol};
use neuropil_ir::grid;
use neuropil_ir::kernel::{Element, Precision};
use neuropil_ir::plan::{
    AxisId, BufferId, DelayClass, EventListId, Projection as Planned, ProjectionId, SlotId, Stage,
    Sum,
};
use neuropil_ir::rounding;
use neuropil_syntax::{Code, Diagnostic, Span};

use super::builder::PlanBuilder;
use super::interval;
use super::population::{Accumulator, Layout};
use super::schedule::Arrival;
use super::shared::{Share, Way};
use crate::dimension::Dim;
use crate::lower::{Output, Rate, Session, Source};
use crate::model::{ArrivalTarget, Network, PopulationId, Projection, Role};
use crate::report::Report;

/// The longest delay, in steps.
const MOST_DELAY: f64 = 1_000_000.0;

/// When the events of a projection arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Delay {
    /// Before the target advances in the step in which they are sent.
    SameStep,
    /// So many steps later, all alike.
    Common(u32),
    /// Each edge its own number of steps.
    Own { min: u32, max: u32 },
}

/// The delay of a projection in steps.
pub(super) fn delay(
    network: &Network,
    projection: &Projection,
    report: &mut Report,
) -> Option<Delay> {
    if projection.same_step {
        return Some(Delay::SameStep);
    }
    let Some(node) = projection.delay else {
        return Some(Delay::Common(0));
    };
    let dt = network.dt;
    if network.is_uniform(node) {
        let time = network.constant(node)?;
        let Ok((steps, whole)) = rounding::steps_and_whole(time, dt) else {
            report.error(
                Code::ImpossibleValue,
                projection.span,
                format!("a delay is not negative, found {time} ms"),
            );
            return None;
        };
        if steps as f64 > MOST_DELAY {
            report.error(
                Code::TooLarge,
                projection.span,
                format!("a delay of {steps} steps is beyond the longest of {MOST_DELAY}"),
            );
            return None;
        }
        if !whole {
            super::warn_rounded(report, projection.span, "delay", time, steps, dt);
        }
        return Some(Delay::Common(steps as u32));
    }
    let (low, high) = interval::bounds(&network.graph, node, &|symbol| {
        of_symbol(network, projection, symbol)
    });
    if !high.is_finite() || high / dt > MOST_DELAY {
        report.push(
            Diagnostic::error(
                Code::OutOfRange,
                projection.span,
                "the longest delay of this projection does not follow from its expression",
            )
            .help("bound it, for example with `min(…, 20 ms)`"),
        );
        return None;
    }
    let low = rounding::steps(low.max(0.0), dt).map_or(0, |steps| steps as u32);
    let high = rounding::steps(high.max(0.0), dt).map_or(0, |steps| steps as u32);
    Some(Delay::Own {
        min: low,
        max: high,
    })
}

/// The largest magnitude that a projection's weights can have, if their expression tells one.
fn weight_bound(network: &Network, projection: &Projection) -> Option<f64> {
    let (low, high) = interval::bounds(&network.graph, projection.weight?, &|symbol| {
        of_symbol(network, projection, symbol)
    });
    let bound = high.max(-low);
    (bound.is_finite() && bound > 0.0).then_some(bound)
}

/// How arrivals come to a sum that projections may share; `None` where each needs its own.
fn way(network: &Network, projection: &Projection, delay: Delay) -> Option<Way> {
    let population = &network.populations[projection.post.index()];
    let mut increments = population.groups[projection.group].increments.iter();
    // A state with limits is cut after the arrivals of each projection.
    let shareable = increments.all(|increment| match increment.target {
        ArrivalTarget::Input(_) => false,
        ArrivalTarget::State(symbol) => population.state(symbol).is_some_and(|place| {
            let state = &population.states[place];
            state.lower.is_none() && state.upper.is_none()
        }),
    });
    match delay {
        Delay::Common(1..) if shareable => Some(Way::Due),
        Delay::Own { min: 1.., .. } if shareable => Some(Way::Ring),
        _ => None,
    }
}

/// The values that a symbol of an edge's expression can have.
fn of_symbol(network: &Network, projection: &Projection, symbol: Symbol) -> (f64, f64) {
    let anything = (f64::NEG_INFINITY, f64::INFINITY);
    match network.role(symbol) {
        Role::Parameter { value, .. } => (*value, *value),
        Role::StepLength => (network.dt, network.dt),
        Role::Draw { .. } => interval::DRAW,
        Role::PreIndex => last_index(network, projection.pre),
        Role::PostIndex => last_index(network, projection.post),
        Role::Pre(inner) | Role::Post(inner) => of_symbol(network, projection, *inner),
        Role::Element(population) => {
            let elements = &network.populations[population.index()].elements;
            match elements.iter().find(|element| element.symbol == symbol) {
                Some(element) => interval::bounds(&network.graph, element.value, &|s| {
                    of_symbol(network, projection, s)
                }),
                None => anything,
            }
        }
        Role::Index(population) => (0.0, f64::from(network.populations[population.index()].size)),
        _ => anything,
    }
}

/// The indices of a population.
fn last_index(network: &Network, population: PopulationId) -> (f64, f64) {
    let size = network.populations[population.index()].size;
    (0.0, f64::from(size.saturating_sub(1)))
}

/// Which targets the arrivals of a projection have.
fn targets(network: &Network, projection: &Projection) -> (bool, bool) {
    let group = &network.populations[projection.post.index()].groups[projection.group];
    let states = group
        .increments
        .iter()
        .any(|i| matches!(i.target, ArrivalTarget::State(_)));
    let inputs = group
        .increments
        .iter()
        .any(|i| matches!(i.target, ArrivalTarget::Input(_)));
    (states, inputs)
}

/// The deliver stages of a plan, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// In `sample`: arrivals of the instant at which a step starts.
    pub(super) at_start: Vec<Stage>,
    /// In `advance`, before the targets' kernels: arrivals due at the end of the step.
    pub(super) due: Vec<Stage>,
    /// In `advance`, behind the source's kernel and before the target's: place of the projection
    /// in the network, stage.
    pub(super) same_step: Vec<(usize, Stage)>,
    /// For each event list, the greatest age that is read.
    pub(super) ages: HashMap<EventListId, u32>,
}

/// Plans one projection: its accumulators at the target, its deliver stages, its connection.
#[expect(
    clippy::too_many_arguments,
    reason = "joins the plan, the network and both populations"
)]
pub(super) fn plan(
    builder: &mut PlanBuilder,
    network: &mut Network,
    place: usize,
    unrounded: bool,
    source: EventListId,
    layout: &mut Layout,
    delivery: &mut Delivery,
    report: &mut Report,
) -> Option<Connection> {
    let projection = network.projections[place].clone();
    let delay = delay(network, &projection, report)?;
    let own_weight = projection.weight.filter(|&node| !network.is_uniform(node));
    let constants = network.populations[projection.post.index()].groups[projection.group]
        .increments
        .iter()
        .any(|increment| network.graph.as_number(increment.constant) != Some(0.0));
    if own_weight.is_some() && constants {
        report.unsupported(
            projection.span,
            "an increment with a part beside the weight, where weights differ between edges",
        );
        return None;
    }
    let sum = match (own_weight, unrounded) {
        (None, _) => Sum::Count,
        (Some(_), true) => Sum::Ordered,
        (Some(_), false) => Sum::Grid,
    };
    let element = match (sum, builder.plan.precision) {
        (Sum::Count, _) => Element::U32,
        (Sum::Grid, Precision::F32) => Element::I32,
        (Sum::Grid, Precision::F64) | (Sum::Ordered, _) => Element::F64,
    };
    let id = ProjectionId(place as u32);
    let (states, inputs) = targets(network, &projection);
    let bound = (sum == Sum::Grid)
        .then(|| weight_bound(network, &projection))
        .flatten();
    let share = bound.and_then(|bound| {
        let way = way(network, &projection, delay)?;
        let group = (projection.group, way);
        let who = (id, projection.name.as_str());
        Some(layout.shared.join(builder, group, bound, who))
    });
    let grid = match share {
        Some(share) => Some(layout.shared.slot(share)),
        None if sum == Sum::Grid => Some(builder.slot(&format!("{}.grid", projection.name), 1.0)),
        None => None,
    };
    let precision = builder.plan.precision;
    builder.plan.projections.push(Planned {
        name: format!("{}.{}", network.name, projection.name),
        source,
        target: AxisId(projection.post.0),
        sum,
        grid,
        unit: bound.map(|bound| grid::unit(bound, precision)),
        delay: match delay {
            Delay::Own { min, max } => DelayClass::Own { min, max },
            _ => DelayClass::Common,
        },
    });
    if network.is_empty(&projection) {
        // It is connected, so that results name it, and never delivers.
        return connection(builder, network, &projection, id, report);
    }
    let mut context = Context {
        builder,
        network,
        layout,
        projection: &projection,
        place,
        element,
        grid,
    };
    let stage = |into: BufferId, age: u32, zero: Option<BufferId>| Stage::Deliver {
        projection: id,
        age,
        into,
        zero,
    };
    let mut oldest = 0;
    match delay {
        Delay::SameStep => {
            if inputs && !states {
                let (buffer, arrival) = context.accumulator("arrivals", 1);
                context.layout.arrivals.pulses.push(arrival);
                delivery.same_step.push((place, stage(buffer, 0, None)));
            } else {
                let (buffer, arrival) = context.accumulator("arrivals", 1);
                context.layout.arrivals.pending.push(arrival);
                if inputs {
                    context.layout.arrivals.pulses.push(arrival);
                }
                delivery.same_step.push((place, stage(buffer, 0, None)));
            }
        }
        Delay::Common(steps) if states && inputs && steps > 0 => {
            report.unsupported(
                projection.span,
                "a synapse that adds to a state and to an input, with a delay",
            );
            return None;
        }
        Delay::Common(steps) if inputs => {
            let (buffer, arrival) = context.accumulator("arrivals", 1);
            context.layout.arrivals.pulses.push(arrival);
            if states {
                context.layout.arrivals.pending.push(arrival);
            }
            delivery.at_start.push(stage(buffer, steps + 1, None));
            oldest = steps + 1;
        }
        Delay::Common(0) => {
            let (buffer, arrival) = context.accumulator("arrivals", 1);
            context.layout.arrivals.pending.push(arrival);
            delivery.at_start.push(stage(buffer, 1, None));
            oldest = 1;
        }
        Delay::Common(steps) => {
            let buffer = context.due(share, "arrivals", 1);
            delivery.due.push(stage(buffer, steps, None));
            oldest = steps;
        }
        Delay::Own { min, max } => {
            if inputs {
                report.unsupported(
                    projection.span,
                    "delivery to an input with a delay of its own for each edge",
                );
                return None;
            }
            let ring = context.due(share, "ring", max.max(1) + 1);
            let zero = (min == 0).then(|| {
                let (buffer, arrival) = context.accumulator("arrivals", 1);
                context.layout.arrivals.pending.push(arrival);
                buffer
            });
            delivery.at_start.push(stage(ring, 1, zero));
            oldest = 1;
        }
    }
    let age = delivery.ages.entry(source).or_insert(0);
    *age = (*age).max(oldest);
    connection(builder, network, &projection, id, report)
}

/// What making an accumulator needs.
struct Context<'c> {
    builder: &'c mut PlanBuilder,
    network: &'c mut Network,
    layout: &'c mut Layout,
    projection: &'c Projection,
    place: usize,
    element: Element,
    grid: Option<SlotId>,
}

impl Context<'_> {
    /// A buffer whose arrivals are due at the end of a step, shared or its own.
    fn due(&mut self, share: Option<Share>, what: &str, depth: u32) -> BufferId {
        if let Some(buffer) = share.and_then(|share| self.layout.shared.buffer(share)) {
            let known = &mut self.builder.plan.buffers[buffer.index()].depth;
            *known = (*known).max(depth);
            return buffer;
        }
        let (buffer, arrival) = self.accumulator(what, depth);
        self.layout.arrivals.due.push(arrival);
        if let Some(share) = share {
            self.layout.shared.keep(share, buffer);
        }
        buffer
    }

    /// A buffer at the target that sums arrivals, and what they mean.
    fn accumulator(&mut self, what: &str, depth: u32) -> (BufferId, Arrival) {
        let post = self.projection.post;
        let name = format!("{}.{what}", self.projection.name);
        let target = &self.network.populations[post.index()].name;
        let buffer = self
            .builder
            .buffer(format!("{target}.{name}"), post, self.element, depth);
        let symbol = self.network.symbol(&name, Dim::one(), Role::Open);
        self.layout.accumulators.push(Accumulator {
            symbol,
            buffer,
            element: self.element,
            name,
        });
        let sum = self.network.graph.symbol(symbol);
        let arrival = match self.grid {
            None if self.element == Element::U32 => {
                let weight = self
                    .projection
                    .weight
                    .map(|weight| self.network.graph.mul(sum, weight));
                Arrival {
                    projection: self.place,
                    count: Some(sum),
                    weight,
                }
            }
            None => Arrival {
                projection: self.place,
                count: None,
                weight: Some(sum),
            },
            Some(slot) => {
                let label = format!("{}.grid", self.projection.name);
                let unit = self.network.symbol(&label, Dim::one(), Role::Open);
                self.layout.grids.push((unit, slot));
                let unit = self.network.graph.symbol(unit);
                let weight = self.network.graph.mul(sum, unit);
                Arrival {
                    projection: self.place,
                    count: None,
                    weight: Some(weight),
                }
            }
        };
        (buffer, arrival)
    }
}

/// How a projection is to be connected.
fn connection(
    builder: &mut PlanBuilder,
    network: &mut Network,
    projection: &Projection,
    id: ProjectionId,
    report: &mut Report,
) -> Option<Connection> {
    let label = format!("{}.{}", network.name, projection.name);
    let mut quantity = |node: Option<NodeId>, what: &str| -> Option<Option<EdgeQuantity>> {
        let Some(node) = node else { return Some(None) };
        edge_quantity(
            builder,
            network,
            node,
            &format!("{label}.{what}"),
            projection.span,
            report,
        )
        .map(Some)
    };
    let argument = quantity(projection.rule_value, "connect")?;
    let weight = quantity(projection.weight, "weight")?;
    let delay = quantity(projection.delay, "delay")?;
    let rule = match (&projection.rule, argument) {
        (Rule::FixedProbability(_), Some(argument)) => Rule::FixedProbability(argument),
        (Rule::FixedIndegree(_), Some(argument)) => Rule::FixedIndegree(argument),
        (Rule::FixedOutdegree(_), Some(argument)) => Rule::FixedOutdegree(argument),
        (Rule::FixedTotalNumber(_), Some(argument)) => Rule::FixedTotalNumber(argument),
        (Rule::If(_), Some(argument)) => Rule::If(argument),
        (rule, _) => rule.clone(),
    };
    Some(Connection {
        projection: id,
        stream: format!("{label}.connect"),
        rule,
        without_self: projection.without_self,
        without_multapses: projection.without_multapses,
        sources: projection.sources.clone(),
        targets: projection.targets.clone(),
        recurrent: projection.pre == projection.post,
        weight,
        delay,
        span: projection.span,
    })
}

/// A value of an edge: a slot if it is uniform, else a kernel over edges.
fn edge_quantity(
    builder: &mut PlanBuilder,
    network: &mut Network,
    node: NodeId,
    label: &str,
    span: Span,
    report: &mut Report,
) -> Option<EdgeQuantity> {
    if network.is_uniform(node) {
        let value = network.constant(node)?;
        return Some(EdgeQuantity::Shared(builder.slot(label, value)));
    }
    let mut environment = builder.environment(network, true);
    // Buffers stand for what an edge reads; the ids are those of the list of loads.
    let mut loads: Vec<EdgeLoad> = Vec::new();
    for symbol in network.graph.symbols_of(node) {
        let load = match network.role(symbol) {
            Role::PreIndex => EdgeLoad::PreIndex,
            Role::PostIndex => EdgeLoad::PostIndex,
            Role::Pre(inner) => EdgeLoad::Pre(*builder.buffers.get(inner)?),
            Role::Post(inner) => EdgeLoad::Post(*builder.buffers.get(inner)?),
            _ => continue,
        };
        let buffer = BufferId(loads.len() as u32);
        loads.push(load);
        let name = network.graph.symbol_info(symbol).name.clone();
        environment.insert(
            symbol,
            Source::Array {
                name,
                buffer,
                element: Element::Real,
            },
            Rate::Lane,
        );
    }
    let mut session = Session::new(environment, Precision::F64);
    let outputs = [Output::Sample {
        name: "value".to_owned(),
        value: node,
    }];
    let mut allocate = |slot: &str| builder.slot(slot, 0.0);
    let lowered = session.map(&mut network.graph, &mut allocate, label, &outputs);
    let hoisted = session.finish(&network.graph, &mut allocate, label);
    match (lowered, hoisted) {
        (Ok(lowered), Ok(hoisted)) => {
            for part in [hoisted.prepare, hoisted.step].into_iter().flatten() {
                let stage = builder.scalar(part);
                builder.plan.init.push(stage);
            }
            let loads = lowered
                .buffers
                .iter()
                .map(|buffer| loads[buffer.index()])
                .collect();
            Some(EdgeQuantity::Own {
                kernel: lowered.kernel,
                loads,
                slots: lowered.slots,
            })
        }
        (Err(error), _) | (_, Err(error)) => {
            report.error(
                Code::MayNotVary,
                span,
                format!("a value of an edge: {error}"),
            );
            None
        }
    }
}
