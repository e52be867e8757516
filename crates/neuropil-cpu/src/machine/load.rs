//! From a plan to a machine.

use std::ops::Range;
use std::sync::Mutex;

use neuropil_ir::backend::{BackendError, Resources};
use neuropil_ir::kernel::{Element, Precision};
use neuropil_ir::plan::{Plan, Record, SLOT_DT, Sampled, Stage};
use neuropil_ir::verify;

use super::basins::{basined, places};
use super::layout::Layout;
use super::lists::List;
use super::part::Part;
use super::record::{Before, From, Recording};
use super::schedule::{Bound, Step, schedule};
use super::world::{Home, World};
use super::{CpuBackend, CpuMachine, longest_own_delay, run};
use crate::events::Segment;
use crate::memory::{Array, Block};
use crate::pool::Pool;
use crate::program::{Frame, Method, Outputs, Program};

/// Loads a plan and runs its init stages.
pub(super) fn load(
    plan: &Plan,
    resources: &Resources,
    method: Method,
) -> Result<CpuMachine, BackendError> {
    let invalid = |why: String| BackendError::Invalid(why);
    verify::plan(plan).map_err(|error| invalid(error.to_string()))?;
    let sizes: Vec<u32> = plan.axes.iter().map(|axis| axis.size).collect();
    let layout = Layout::new(&sizes, resources.threads);
    let programs = plan
        .kernels
        .iter()
        .map(|kernel| {
            let verified = verify::kernel(kernel).map_err(|error| invalid(error.to_string()))?;
            Program::compile(verified, method, plan.seed).ok_or_else(|| BackendError::Unsupported {
                backend: CpuBackend::name_of(method),
                what: format!("a kernel as large as `{}`", kernel.name),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let homes = homes(plan, &layout);
    let (recordings, samples) = recordings(plan, &layout, &homes);
    let needed = bytes_of(plan, &layout, &homes, &samples);
    let memory = |needed| BackendError::Memory {
        what: format!("the state of `{}`", plan.name),
        needed,
        limit: resources.memory_limit,
    };
    if needed > resources.memory_limit {
        return Err(memory(needed));
    }
    let words = programs.iter().map(Program::words).max().unwrap_or(0);
    let frames = (0..layout.slot_count)
        .map(|_| Frame::new(words).map(Mutex::new))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| memory(needed))?;
    let parts = parts(plan, &layout, &homes, &samples).ok_or_else(|| memory(needed))?;
    let basins = places(plan, &layout, &homes).ok_or_else(|| memory(needed))?;
    let mut world = World {
        programs,
        frames,
        parts,
        basins,
        lists: lists(plan, &layout),
        tallies: tally_places(plan),
        deliveries: plan.projections.iter().map(|_| None).collect(),
        slots: plan.slots.iter().map(|slot| slot.initial).collect(),
        recordings,
        homes,
        slot_count: layout.slot_count,
        slots_of_owners: layout.slots,
        owners: layout.owners,
        profile: None,
        failure: Mutex::new(None),
        sets: Vec::new(),
        blocks: Vec::new(),
        method,
        plan: plan.clone(),
    };
    world.slots[SLOT_DT.index()] = plan.dt;
    world.begin(0);
    let sample = schedule(plan, &world.homes, &plan.sample, 0);
    let advance = schedule(plan, &world.homes, &plan.advance, sample.works().count());
    let mut machine = CpuMachine {
        pool: Pool::new(world.slot_count),
        sample,
        advance,
        world,
        memory_limit: resources.memory_limit,
        step: 0,
        sampled: false,
        waits: false,
        broken: None,
        values: Vec::new(),
        elements: Vec::with_capacity(most_recorded(plan)),
    };
    let init = schedule(plan, &machine.world.homes, &plan.init, 0);
    run::run_schedule(
        &mut machine.world,
        &mut machine.pool,
        (&[], &init.steps),
        0,
        None,
    )
    .map_err(|error| invalid(format!("init stages: {error}")))?;
    Ok(machine)
}

/// Where each buffer is: the buffers of an axis are numbered in the plan's order.
///
/// A buffer that a basin adds to has one copy, whatever the plan says: what is added later waits.
fn homes(plan: &Plan, layout: &Layout) -> Vec<Home> {
    let mut next = vec![0; plan.axes.len()];
    let buffers = plan.buffers.iter().zip(basined(plan, layout));
    buffers
        .map(|(buffer, basined)| {
            let axis = buffer.axis.index();
            next[axis] += 1;
            Home {
                axis,
                array: next[axis] - 1,
                depth: if basined { 1 } else { buffer.depth.max(1) },
                basined,
            }
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
fn recordings(plan: &Plan, layout: &Layout, homes: &[Home]) -> (Vec<Recording>, Vec<Sample>) {
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
                let pieces: Vec<Vec<Range<u32>>> = layout.owners[axis]
                    .iter()
                    .map(|owner| common(ranges, owner))
                    .collect();
                let lengths = pieces
                    .iter()
                    .map(|pieces| pieces.iter().map(ExactSizeIterator::len).sum());
                samples.push((axis, lengths.collect()));
                let sample = arrays[axis];
                arrays[axis] += 1;
                From::Elements {
                    axis,
                    call: Bound::new(call, homes),
                    sample,
                    pieces,
                }
            }
        };
        recordings.push(Recording {
            before: before(plan, homes, record),
            from,
        });
    }
    (recordings, samples)
}

/// The stages right before a sample; a phase among them is the first half of a reduction.
fn before(plan: &Plan, homes: &[Home], record: &Record) -> Vec<Before> {
    let steps = schedule(plan, homes, &record.before, 0).steps.into_iter();
    steps
        .filter_map(|step| match step {
            Step::Phase(_) => None,
            Step::Join(call, axis) => Some(Before::Reduce(call, axis)),
            step => Some(Before::Other(step)),
        })
        .collect()
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
            let owners = &layout.owners[list.axis.index()];
            let sizes: Vec<usize> = owners.iter().map(Range::len).collect();
            List::new(depth, &sizes, list.counted, windows(place))
        })
        .collect()
}

/// The elements of the largest population whose events are recorded.
fn most_recorded(plan: &Plan) -> usize {
    let recorded = plan.events.iter().filter(|list| list.recorded);
    let sizes = recorded.map(|list| plan.axes[list.axis.index()].size);
    sizes.max().unwrap_or(0) as usize
}

/// Bytes of the state.
fn bytes_of(plan: &Plan, layout: &Layout, homes: &[Home], samples: &[Sample]) -> u64 {
    let mut bytes = 0_u64;
    let mut array = |element: Element, len: usize, copies: usize| {
        let more = Array::bytes_for(element, plan.precision, len, copies);
        bytes = bytes.saturating_add(more);
    };
    for (buffer, home) in plan.buffers.iter().zip(homes) {
        for owner in &layout.owners[buffer.axis.index()] {
            array(buffer.element, owner.len(), home.depth as usize);
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
fn parts(
    plan: &Plan,
    layout: &Layout,
    homes: &[Home],
    samples: &[Sample],
) -> Option<Vec<Vec<Mutex<Part>>>> {
    let most = |count: &dyn Fn(usize) -> usize| (0..plan.kernels.len()).map(count).max();
    let emissions = most(&|kernel| plan.kernels[kernel].emissions.len()).unwrap_or(0);
    let effects = most(&|kernel| plan.kernels[kernel].effects.len()).unwrap_or(0);
    let part = |axis: usize, owner: usize, range: &Range<u32>| {
        let precision: Precision = plan.precision;
        let mut arrays = Vec::new();
        let buffers = plan.buffers.iter().zip(homes);
        for (buffer, home) in buffers.filter(|(buffer, _)| buffer.axis.index() == axis) {
            let copies = home.depth as usize;
            arrays.push(Array::zeroed(
                buffer.element,
                precision,
                range.len(),
                copies,
            )?);
        }
        for (_, lengths) in samples.iter().filter(|(of, _)| *of == axis) {
            arrays.push(Array::zeroed(Element::Real, precision, lengths[owner], 1)?);
        }
        let tallies = plan.events.iter().filter(|list| list.axis.index() == axis);
        let tallies = tallies
            .map(|_| Block::zeroed(range.len()))
            .collect::<Option<Vec<_>>>()?;
        let outputs = Outputs {
            events: (0..emissions).map(|_| Segment::default()).collect(),
            blocks: vec![Vec::new(); effects],
            sets: Vec::new(),
        };
        let delivered = Block::zeroed(plan.projections.len())?;
        Some(Mutex::new(Part {
            range: range.clone(),
            arrays,
            outputs,
            tallies,
            delivered,
        }))
    };
    let axis = |(axis, owners): (usize, &Vec<Range<u32>>)| {
        owners
            .iter()
            .enumerate()
            .map(|(owner, range)| part(axis, owner, range))
            .collect()
    };
    layout.owners.iter().enumerate().map(axis).collect()
}
