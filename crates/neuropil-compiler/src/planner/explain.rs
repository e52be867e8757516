//! `explain`: what lives where and why, which method and why, and the memory, in words.

use neuropil_ir::plan::{DelayClass, Plan, ProjectionId, Stage, Sum};

use super::options::RunOptions;
use super::schedule::Integration;
use crate::model::{Law, Network, PopulationId};

/// The explanation of a run, a line a fact.
pub(super) fn explain(
    network: &Network,
    plan: &Plan,
    chosen: &RunOptions,
    steps: u64,
    integrations: &[(PopulationId, Vec<Integration>)],
) -> String {
    let mut out = Vec::new();
    let duration = steps as f64 * plan.dt;
    out.push(format!(
        "{}: {steps} steps of {} ms ({duration} ms), seed {}, {}",
        network.name, plan.dt, chosen.seed, plan.precision
    ));
    for (id, how) in integrations {
        let population = &network.populations[id.index()];
        out.push(String::new());
        let elements = if population.size == 1 {
            "element"
        } else {
            "elements"
        };
        out.push(format!(
            "{}: {} {elements} of {}",
            population.name, population.size, population.model
        ));
        for integration in how {
            out.push(format!(
                "  {}: `{}`, because {}",
                integration.states.join(", "),
                integration.method,
                integration.reason
            ));
        }
        for state in &population.states {
            match state.law {
                Law::Map(_) => out.push(format!("  {}: a map, once a step", state.name)),
                Law::Kept => {
                    out.push(format!(
                        "  {}: kept; handlers and arrivals change it",
                        state.name
                    ));
                }
                Law::Rate { .. } => {}
            }
        }
        for group in &population.groups {
            let users: Vec<&str> = network
                .projections
                .iter()
                .enumerate()
                .filter(|(_, p)| {
                    p.post == *id
                        && population
                            .groups
                            .get(p.group)
                            .is_some_and(|g| std::ptr::eq(g, group))
                })
                .map(|(_, p)| p.name.as_str())
                .collect();
            for &symbol in &group.states {
                let name = &network.graph.symbol_info(symbol).name;
                out.push(format!(
                    "  {}.{name}: post, one value a neuron, because its equation is linear and equal at every synapse ({})",
                    group.name,
                    users.join(", ")
                ));
            }
        }
        for input in &population.inputs {
            let inside = input.summands.iter().filter(|summand| summand.own).count();
            let outside = input.summands.len() - inside;
            if !input.summands.is_empty() {
                out.push(format!(
                    "  {}: {inside} {} inside the equations, {outside} constant over the step",
                    input.name,
                    if inside == 1 { "summand" } else { "summands" },
                ));
            }
        }
        for element in &population.elements {
            out.push(format!("  {}: one value an element", element.name));
        }
    }
    if !plan.projections.is_empty() {
        out.push(String::new());
    }
    for (place, projection) in network.projections.iter().enumerate() {
        if network.is_empty(projection) {
            out.push(format!(
                "{}: nothing is ever sent or received: a population at its end has no elements",
                projection.name
            ));
            continue;
        }
        let planned = &plan.projections[place];
        let weight = match planned.sum {
            Sum::Count => match projection.weight.and_then(|node| network.constant(node)) {
                Some(_) => {
                    "weight: one value, shared (it mentions nothing that varies); arrivals are counted"
                }
                None => "no weight; arrivals are counted",
            },
            Sum::Grid => {
                "weight: one an edge, rounded once to a grid so that sums are exact in any order"
            }
            Sum::Ordered => "weight: one an edge, unrounded, summed in a fixed order",
        };
        let delay = match planned.delay {
            DelayClass::Own { min, max } => {
                format!("delay of its own for each edge, {min} to {max} steps")
            }
            DelayClass::Common => common_delay(plan, place, projection.same_step),
        };
        let shared = match plan.sharers(ProjectionId(place as u32)) {
            0 | 1 => String::new(),
            several => format!("; one sum with {} more", several - 1),
        };
        out.push(format!("{}: {weight}{shared}; {delay}", projection.name));
    }
    out.push(String::new());
    out.push(memory(plan));
    let mut text = out.join("\n");
    text.push('\n');
    text
}

fn common_delay(plan: &Plan, place: usize, same_step: bool) -> String {
    if same_step {
        return "arrives before its target advances in the same step".to_owned();
    }
    let due = plan.advance.iter().find_map(|stage| match stage {
        Stage::Deliver {
            projection, age, ..
        } if projection.index() == place => Some(*age),
        _ => None,
    });
    match due {
        Some(1) => "delay of 1 step, not stored".to_owned(),
        Some(age) => format!("delay of {age} steps, not stored"),
        None => "no delay: arrives at the end of the step in which it is sent".to_owned(),
    }
}

/// The memory of states and arrivals; connections are known when they are built.
fn memory(plan: &Plan) -> String {
    let mut bytes = 0_u64;
    for buffer in &plan.buffers {
        let size = u64::from(plan.axes[buffer.axis.index()].size);
        let element = buffer.element.bytes(plan.precision) as u64;
        bytes += size * element * u64::from(buffer.depth);
    }
    let neurons: u64 = plan.axes.iter().map(|axis| u64::from(axis.size)).sum();
    let each = if neurons == 0 {
        0.0
    } else {
        bytes as f64 / neurons as f64
    };
    format!(
        "memory: {bytes} bytes of states and arrivals, {each:.0} a neuron; a stored edge takes 2 bytes with a shared weight, {} with its own",
        match plan.precision {
            neuropil_ir::kernel::Precision::F32 => 4,
            neuropil_ir::kernel::Precision::F64 => 6,
        }
    )
}
