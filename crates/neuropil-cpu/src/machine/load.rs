//! From a plan to a machine.

use std::ops::Range;
use std::sync::Mutex;

use neuropil_ir::backend::{BackendError, Resources};
use neuropil_ir::kernel::{Element, Precision};
use neuropil_ir::plan::{
    Plan, Record, SLOT_DT, Sampled, Stage, Sum,
};
use neuropil_ir::verify;

use super::layout::Layout;
use super::lists::List;
use super::part::Part;
use super::record::{Before, From, Recording};
use super::schedule::{Bound, Schedule, Step, Work, schedule};
use super::world::{Home, World};
use super::{CpuMachine, longest_own_delay, run};
use crate::NAME;
use crate::interpreter::{Frame, InstructionSet, Outputs, Program};
use crate::memory::{Array, Block};
use crate::pool::Pool;

/// Loads a plan and runs its init stages.
pub(super) fn load(
    plan: &Plan,
    resources: &Resources,
    set: InstructionSet,
) -> Result<CpuMachine, BackendError> {
    let invalid = |why: String| BackendError::Invalid(why);
    //VERIFY verify::plan(plan).map_err(|error| invalid(error.to_string()))?;
    check_shared_grids(plan)?;
    let sizes: Vec<u32> = plan.axes.iter().map(|axis| axis.size).collect();
    let layout = Layout::new(&sizes, resources.threads);
    let programs = plan
        .kernels
        .iter()
        .map(|kernel| {
            let verified = verify::kernel(kernel).map_err(|error| invalid(error.to_string()))?;
            Program::compile(&verified, set, plan.seed).ok_or_else(|| BackendError::Unsupported {
                backend: NAME,
                what: format!("a kernel as large as `{}`", kernel.name),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let homes = homes(plan);
    let (recordings, samples) = recordings(plan, &layout, &homes)?;
    let needed = bytes_of(plan, &layout, &samples);
    let memory = |needed| BackendError::Memory {
        what: format!("the state of `{}`", plan.name),
        needed,
        limit: resources.memory_limit,
    };
    if needed > resources.memory_limit {
        return Err(memory(needed));
    }
    let slots = programs.iter().map(Program::slots).max().unwrap_or(0);
    let frames = (0..layout.slot_count)
        .map(|_| Frame::new(slots).map(Mutex::new))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| memory(needed))?;
    let parts = parts(plan, &layout, &samples).ok_or_else(|| memory(needed))?;
    let mut world = World {
        programs,
        frames,
        parts,
        lists: lists(plan, &layout),
        tallies: tally_places(plan),
        deliveries: plan.projections.iter().map(|_| None).collect(),
        slots: plan.slots.iter().map(|slot| slot.initial).collect(),
        recordings,
        homes,
        slot_count: layout.slot_count,
        slots_of_owners: layout.slots,
        owners: layout.owners,
        failure: Mutex::new(None),
        sets: Vec::new(),
        blocks: Vec::new(),
        plan: plan.clone(),
    };
    world.slots[SLOT_DT.index()] = plan.dt;
    world.begin(0);
    let mut machine = CpuMachine {
        pool: Pool::new(world.slot_count),
        sample: schedule(plan, &world.homes, &plan.sample)?,
        advance: schedule(plan, &world.homes, &plan.advance)?,
        world,
        memory_limit: resources.memory_limit,
        step: 0,
        sampled: false,
        broken: None,
        values: Vec::new(),
        elements: Vec::new(),
    };
    let init = schedule(plan, &machine.world.homes, &plan.init)?;
    refuse_deliveries(&init)?;
    run::run_schedule(&mut machine.world, &mut machine.pool, &init, 0, None)
        .map_err(|error| invalid(format!("init stages: {error}")))?;
    Ok(machine)
}

/// Two projections with own grids may not share a sum.
fn check_shared_grids(plan: &Plan) -> Result<(), BackendError> {
    let mut seen = Vec::new();
    for stage in plan.sample.iter().chain(&plan.advance) {
        let Stage::Deliver { projection, into, zero, .. } = stage else { continue };
        let declared = &plan.projections[projection.index()];
        if declared.sum != Sum::Grid {
            continue;
        }
        for buffer in [Some(*into), *zero].into_iter().flatten() {
            if seen.iter().any(|&(at, other)| at == buffer && other != *projection) {
                return Err(BackendError::Unsupported {
                    backend: NAME,
                    what: format!(
                        "projections with own weights that share a sum (`{}`)",
                        declared.name
                    ),
                });
            }
            seen.push((buffer, *projection));
        }
    }
    Ok(())
}

/// Init stages set values; there is nothing to deliver yet.
fn refuse_deliveries(init: &Schedule) -> Result<(), BackendError> {
    let delivers = init.steps.iter().any(|step| match step {
        Step::Phase(works) => works.iter().any(|work| match work {
            Work::Deliver { .. } => true,
            Work::Map { lists, .. } => !lists.is_empty(),
            Work::Reduce { .. } => false,
        }),
        Step::Record { .. } => true,
        _ => false,
    });
    if delivers {
        return Err(BackendError::Invalid("an init stage emits, delivers or records".into()));
    }
    Ok(())
}

/// Where each buffer is: the buffers of an axis are numbered in the plan's order.
fn homes(plan: &Plan) -> Vec<Home> {
    let mut next = vec![0; plan.axes.len()];
    plan.buffers
        .iter()
        .map(|buffer| {
            let axis = buffer.axis.index();
            next[axis] += 1;
            Home { axis, array: next[axis] - 1, depth: buffer.depth.max(1) }
        })
        .collect()
}

/// The place of each list among those of its axis.
fn tally_places(plan: &Plan) -> Vec<usize> {
    let mut next = vec![0; plan.axes.len()];
    plan.events
        .iter()
        .map(|list| {
            next[list.axis.index()] += 1;
            next[list.axis.index()] - 1
        })
        .collect()
}

/// A sample array: its axis and, for each owner, its length.
type Sample = (usize, Vec<usize>);

/// The recordings, and the sample arrays that follow the buffers of their axes.
fn recordings(
    plan: &Plan,
    layout: &Layout,
    homes: &[Home],
) -> Result<(Vec<Recording>, Vec<Sample>), BackendError> {
    let mut arrays = vec![0; plan.axes.len()];
    for home in homes {
        arrays[home.axis] += 1;
    }
    let mut samples = Vec::new();
    let mut recordings = Vec::new();
    for record in &plan.records {
        let from = match &record.sampled {
            Sampled::Slot(slot) => From::Slot(slot.index()),
            Sampled::Elements { axis, ranges, call } => {
                let axis = axis.index();
                let pieces: Vec<Vec<Range<u32>>> =
                    layout.owners[axis].iter().map(|owner| common(ranges, owner)).collect();
                let lengths =
                    pieces.iter().map(|pieces| pieces.iter().map(ExactSizeIterator::len).sum());
                samples.push((axis, lengths.collect()));
                let sample = arrays[axis];
                arrays[axis] += 1;
                From::Elements { axis, call: Bound::new(call, homes), sample, pieces }
            }
        };
        recordings.push(Recording { before: before(plan, homes, record)?, from });
    }
    Ok((recordings, samples))
}

/// The stages right before a sample.
fn before(plan: &Plan, homes: &[Home], record: &Record) -> Result<Vec<Before>, BackendError> {
    let mut before = Vec::new();
    for step in schedule(plan, homes, &record.before)?.steps {
        match step {
            Step::Phase(works) => {
                if !works.iter().all(|work| matches!(work, Work::Reduce { .. })) {
                    return Err(BackendError::Invalid(format!(
                        "recording `{}` maps or delivers before its sample",
                        record.name
                    )));
                }
            }
            Step::Join(call, axis) => before.push(Before::Reduce(call, axis)),
            step => before.push(Before::Other(step)),
        }
    }
    Ok(before)
}

/// The parts of ascending ranges that lie in an owner's range.
fn common(ranges: &[Range<u32>], owner: &Range<u32>) -> Vec<Range<u32>> {
    ranges
        .iter()
        .map(|range| range.start.max(owner.start)..range.end.min(owner.end))
        .filter(|range| range.start < range.end)
        .collect()
}

fn lists(plan: &Plan, layout: &Layout) -> Vec<List> {
    let windows = |list: usize| {
        let stages = plan.sample.iter().chain(&plan.advance);
        let before = plan.records.iter().flat_map(|record| &record.before);
        let windows = stages.chain(before).filter_map(|stage| match stage {
            Stage::CountEvents { events, window, .. } if events.index() == list => Some(*window),
            _ => None,
        });
        windows.max().unwrap_or(0)
    };
    plan.events
        .iter()
        .enumerate()
        .map(|(place, list)| {
            // Lists of own delays are kept until every edge has arrived, for the counters.
            let own = plan
                .projections
                .iter()
                .filter(|projection| projection.source.index() == place)
                .filter_map(|projection| longest_own_delay(projection.delay))
                .max()
                .map_or(0, |delay| u64::from(delay) + 2);
            let depth = u64::from(list.depth).max(own).max(2);
            List::new(depth, layout.owners[list.axis.index()].len(), windows(place))
        })
        .collect()
}

/// Bytes of the state.
fn bytes_of(plan: &Plan, layout: &Layout, samples: &[Sample]) -> u64 {
    let mut bytes = 0_u64;
    let mut array = |element: Element, len: usize, copies: usize| {
        let more = Array::bytes_for(element, plan.precision, len, copies);
        bytes = bytes.saturating_add(more);
    };
    for buffer in &plan.buffers {
        for owner in &layout.owners[buffer.axis.index()] {
            array(buffer.element, owner.len(), buffer.depth.max(1) as usize);
        }
    }
    for (_, lengths) in samples {
        for &length in lengths {
            array(Element::Real, length, 1);
        }
    }
    for list in &plan.events {
        let size = u64::from(plan.axes[list.axis.index()].size);
        bytes = bytes.saturating_add(Block::<u64>::bytes_for(size));
    }
    bytes
}

/// Allocates the parts; `None` where the system refuses.
fn parts(plan: &Plan, layout: &Layout, samples: &[Sample]) -> Option<Vec<Vec<Mutex<Part>>>> {
    let most = |count: &dyn Fn(usize) -> usize| (0..plan.kernels.len()).map(count).max();
    let emissions = most(&|kernel| plan.kernels[kernel].emissions.len()).unwrap_or(0);
    let effects = most(&|kernel| plan.kernels[kernel].effects.len()).unwrap_or(0);
    let part = |axis: usize, owner: usize, range: &Range<u32>| {
        let precision: Precision = plan.precision;
        let mut arrays = Vec::new();
        for buffer in plan.buffers.iter().filter(|buffer| buffer.axis.index() == axis) {
            let copies = buffer.depth.max(1) as usize;
            arrays.push(Array::zeroed(buffer.element, precision, range.len(), copies)?);
        }
        for (_, lengths) in samples.iter().filter(|(of, _)| *of == axis) {
            arrays.push(Array::zeroed(Element::Real, precision, lengths[owner], 1)?);
        }
        let tallies = plan.events.iter().filter(|list| list.axis.index() == axis);
        let tallies =
            tallies.map(|_| Block::zeroed(range.len())).collect::<Option<Vec<_>>>()?;
        let outputs = Outputs {
            events: (0..emissions).map(|_| Default::default()).collect(),
            blocks: vec![Vec::new(); effects],
            sets: Vec::new(),
        };
        let delivered = vec![0; plan.projections.len()];
        Some(Mutex::new(Part { range: range.clone(), arrays, outputs, tallies, delivered }))
    };
    let axis = |(axis, owners): (usize, &Vec<Range<u32>>)| {
        owners.iter().enumerate().map(|(owner, range)| part(axis, owner, range)).collect()
    };
    layout.owners.iter().enumerate().map(axis).collect()
}
