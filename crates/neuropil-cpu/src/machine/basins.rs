//! Which sums stand together, and how events run into them.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use neuropil_ir::backend::BackendError;
use neuropil_ir::connect::Connectivity;
use neuropil_ir::plan::{DelayClass, Plan, Stage, Sum};

use super::layout::Layout;
use super::schedule::Flow;
use super::world::{Home, World, lock};
use crate::deliver::{self, Basin, Blueprint, Connected, Inflow, Joined, MOST_PLACES};
use crate::events::Segment;
use crate::pool::Pool;

/// The longest delay in steps that a basin has: a step to come is a list, which holds memory.
const MOST_DAYS: u32 = 4096;

/// Populations begin at multiples of this many places: a cache line of sums.
const ALIGNED: usize = 16;

/// A basin of a slot.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) slot: usize,
    pub(super) basin: Mutex<Basin>,
    sections: Vec<Section>,
    /// For each inflow, for each of its members: the projection, and the owner of the targets.
    members: Vec<Vec<(usize, usize)>>,
}

/// Sums of a basin that belong to an array of an owner.
#[derive(Clone, Copy, Debug)]
struct Section {
    axis: usize,
    owner: usize,
    array: usize,
    first: usize,
}

/// A basin while it is planned.
struct Outline {
    slot: usize,
    /// The place of its buffers among those of their axes: an axis has one section in a basin.
    ordinal: usize,
    width: usize,
    sections: Vec<Section>,
    inflows: Vec<Inflow>,
    members: Vec<Vec<(usize, usize)>>,
}

/// For each buffer, whether what is added to it later goes through a basin: all who add to it have own
/// weights on a grid and own delays, which end in later steps, and its owners fit.
pub(super) fn basined(plan: &Plan, layout: &Layout) -> Vec<bool> {
    let own = |stage: &Stage| match stage {
        Stage::Deliver { projection, .. } => {
            plan.projections[projection.index()].delay != DelayClass::Common
        }
        _ => false,
    };
    // All of a basin is delivered at once, so nothing may stand between.
    let begun = plan.sample.iter().skip_while(|stage| !own(stage));
    let after = begun.skip_while(|stage| matches!(stage, Stage::Deliver { .. }));
    let together = !after.chain(&plan.advance).any(own);
    let buffers = 0..plan.buffers.len();
    let fits = |buffer| together && fits(plan, layout, buffer);
    buffers.map(fits).collect()
}

fn fits(plan: &Plan, layout: &Layout, buffer: usize) -> bool {
    let delivers =
        |stage: &&Stage| matches!(stage, Stage::Deliver { into, .. } if into.index() == buffer);
    let waits = |stage: &Stage| {
        let Stage::Deliver {
            projection,
            age,
            zero,
            ..
        } = stage
        else {
            return false;
        };
        let declared = &plan.projections[projection.index()];
        let later = matches!(declared.delay, DelayClass::Own { min: 1.., max } if max <= MOST_DAYS);
        declared.sum == Sum::Grid && later && *age == 1 && zero.is_none()
    };
    let axis = plan.buffers[buffer].axis.index();
    let narrow = |owner: &Range<u32>| owner.len() <= MOST_PLACES;
    let mut adders = plan.sample.iter().filter(delivers).peekable();
    adders.peek().is_some()
        && adders.all(waits)
        && !plan.advance.iter().any(|stage| delivers(&stage))
        && layout.owners[axis].iter().all(narrow)
}

/// Plans the basins of all slots and makes them; `None` where memory is refused.
pub(super) fn places(plan: &Plan, layout: &Layout, homes: &[Home]) -> Option<Vec<Place>> {
    let mut outlines: Vec<Outline> = Vec::new();
    for (buffer, home) in homes.iter().enumerate().filter(|(_, home)| home.basined) {
        let before = homes[..buffer].iter();
        let ordinal = before.filter(|other| other.basined && other.axis == home.axis);
        let ordinal = ordinal.count();
        for (owner, targets) in layout.owners[home.axis].iter().enumerate() {
            if targets.is_empty() {
                continue;
            }
            let slot = layout.slots[home.axis][owner];
            let begin = |outline: &Outline| outline.width.next_multiple_of(ALIGNED);
            let found = outlines.iter().position(|outline| {
                (outline.slot, outline.ordinal) == (slot, ordinal)
                    && begin(outline) + targets.len() <= MOST_PLACES
            });
            let at = found.unwrap_or_else(|| {
                outlines.push(Outline {
                    slot,
                    ordinal,
                    width: 0,
                    sections: Vec::new(),
                    inflows: Vec::new(),
                    members: Vec::new(),
                });
                outlines.len() - 1
            });
            let outline = &mut outlines[at];
            let first = begin(outline);
            outline.width = first + targets.len();
            outline.sections.push(Section {
                axis: home.axis,
                owner,
                array: home.array,
                first,
            });
        }
    }
    for stage in &plan.sample {
        if let Stage::Deliver {
            projection, into, ..
        } = stage
            && homes[into.index()].basined
        {
            let home = homes[into.index()];
            for outline in &mut outlines {
                outline.add(plan, projection.index(), home);
            }
        }
    }
    let made = outlines.into_iter().map(|outline| {
        let basin = Basin::new(plan.precision, outline.width, &outline.inflows)?;
        Some(Place {
            slot: outline.slot,
            basin: Mutex::new(basin),
            sections: outline.sections,
            members: outline.members,
        })
    });
    made.collect()
}

impl Outline {
    /// Adds the sections of a projection, if there are any, to the inflows of its list.
    fn add(&mut self, plan: &Plan, projection: usize, home: Home) {
        let declared = &plan.projections[projection];
        let longest = match declared.delay {
            DelayClass::Common => 0,
            DelayClass::Own { max, .. } => max,
        };
        let list = declared.source.index();
        let own = |section: &&Section| (section.axis, section.array) == (home.axis, home.array);
        for section in self.sections.iter().filter(own) {
            // The members of an inflow are told apart by their places.
            let found = self
                .inflows
                .iter()
                .position(|inflow| inflow.list == list && !inflow.firsts.contains(&section.first));
            let at = found.unwrap_or_else(|| {
                self.inflows.push(Inflow {
                    list,
                    firsts: Vec::new(),
                    longest: 0,
                });
                self.members.push(Vec::new());
                self.inflows.len() - 1
            });
            let inflow = &mut self.inflows[at];
            inflow.firsts.push(section.first);
            inflow.longest = inflow.longest.max(longest);
            self.members[at].push((projection, section.owner));
        }
    }
}

impl Place {
    /// The inflow and the member in it of each owner's part of a projection.
    fn members_of(&self, projection: usize) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let inflows = self.members.iter().enumerate();
        inflows.flat_map(move |(inflow, members)| {
            let members = members.iter().enumerate();
            let own = members.filter(move |(_, (of, _))| *of == projection);
            own.map(move |(member, (_, owner))| (inflow, member, *owner))
        })
    }

    /// The events of a projection that were sent.
    pub(super) fn delivered(&self, projection: usize) -> u64 {
        let basin = lock(&self.basin);
        self.members_of(projection)
            .map(|(inflow, member, _)| basin.delivered(inflow, member))
            .sum()
    }
}

impl World {
    /// Whether a projection is delivered with others.
    pub(super) fn is_joined(&self, projection: usize) -> bool {
        self.plan.sample.iter().any(|stage| {
            matches!(stage, Stage::Deliver { projection: found, into, .. }
                if found.index() == projection && self.homes[into.index()].basined)
        })
    }

    /// Runs the events of a list into a basin; gives the number of events sent.
    pub(super) fn flow(
        &self,
        place: &Place,
        flow: &Flow,
        sent: Option<(&Segment, u64)>,
        step: u64,
    ) -> Result<u64, String> {
        let mut basin = lock(&place.basin);
        let events = basin.flow(flow.list, sent, step)?;
        if flow.last {
            for section in &place.sections {
                let mut part = lock(&self.parts[section.axis][section.owner]);
                if !basin.drain(section.first, &mut part.arrays[section.array]) {
                    return Err("the sums of a basin have another form".to_owned());
                }
            }
        }
        Ok(events)
    }

    /// Builds the edges of a projection that is delivered with others.
    pub(super) fn join_edges(
        &self,
        projection: usize,
        blueprint: &Blueprint<'_>,
        connectivity: &Arc<dyn Connectivity>,
        pool: &mut Pool,
    ) -> Result<Connected, BackendError> {
        let (mut drafts, unit) = deliver::sort(blueprint, connectivity, pool)?;
        let mut shares = Vec::new();
        for place in &self.basins {
            let mut basin = lock(&place.basin);
            for (inflow, member, owner) in place.members_of(projection) {
                shares.push(basin.share(inflow, member));
                let draft = drafts.get_mut(owner).and_then(Option::take);
                let taken = match draft {
                    Some(draft) => basin.take((inflow, member), draft, pool)?,
                    None => false,
                };
                if !taken {
                    return Err(BackendError::Memory {
                        what: format!("projection `{}`", blueprint.name),
                        needed: blueprint.used,
                        limit: blueprint.limit,
                    });
                }
            }
        }
        Ok(Connected {
            delivery: Box::new(Joined(shares)),
            unit,
        })
    }
}
