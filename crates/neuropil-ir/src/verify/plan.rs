//! The rules of a plan.
//!
//! Lists of events are numbered by the step whose `advance` emitted them: in step k, in either
//! list of stages, age a means list k - a. So age 0 exists in `advance` only, behind the `Map`
//! that emits, and [`Stage::CountEvents`] counts the ages 1 to `window`.

use std::borrow::Borrow;

use super::{PlanError, Verified, kernel as verify_kernel};
use crate::grid;
use crate::kernel::{Binding, Effect, Element, Kernel, Precision};
use crate::plan::{
    AxisId, BufferId, Call, DelayClass, EventListId, Plan, Projection, ProjectionId, RecordId,
    SLOT_STEP, Sampled, SlotId, Stage, Sum, When,
};

type Check = Result<(), PlanError>;

/// Checks the rules of a plan, owned or borrowed.
pub fn plan<P: Borrow<Plan>>(plan: P) -> Result<Verified<P>, PlanError> {
    let checker = Checker {
        plan: plan.borrow(),
    };
    checker.declarations()?;
    checker.list(List::Init, &checker.plan.init)?;
    checker.list(List::Sample, &checker.plan.sample)?;
    checker.list(List::Advance, &checker.plan.advance)?;
    checker.deliveries()?;
    Ok(Verified(plan))
}

#[derive(Clone, Copy, PartialEq)]
enum List {
    Init,
    Sample,
    Advance,
    Before,
}

struct Checker<'p> {
    plan: &'p Plan,
}

impl Checker<'_> {
    fn declarations(&self) -> Check {
        let plan = self.plan;
        let place = || format!("plan `{}`", plan.name);
        let number = |what, found: String| {
            Err(PlanError::Number {
                place: place(),
                what,
                found,
            })
        };
        if !(plan.dt > 0.0 && plan.dt.is_finite()) {
            return number("the time step", plan.dt.to_string());
        }
        if plan.slots.len() <= SLOT_STEP.index() {
            return Err(PlanError::Missing {
                place: place(),
                id: format!("{SLOT_STEP:?}"),
            });
        }
        for kernel in &plan.kernels {
            verify_kernel(kernel)?;
        }
        for buffer in &plan.buffers {
            self.axis(&place(), buffer.axis)?;
            if buffer.depth == 0 {
                return number("the depth of a buffer", "0".into());
            }
        }
        for events in &plan.events {
            self.axis(&place(), events.axis)?;
            if events.depth == 0 {
                return number("the depth of an event list", "0".into());
            }
        }
        for projection in &plan.projections {
            let place = format!("projection `{}`", projection.name);
            self.events(&place, projection.source)?;
            self.axis(&place, projection.target)?;
            match (projection.sum, projection.grid) {
                (Sum::Grid, Some(slot)) => self.writable(&place, slot)?,
                (Sum::Grid, None) => {
                    return Err(PlanError::Missing {
                        place,
                        id: "the grid slot".into(),
                    });
                }
                _ => {}
            }
            if let Some(unit) = projection.unit
                && !grid::is_unit(unit)
            {
                return Err(PlanError::Number {
                    place,
                    what: "the unit of the weights",
                    found: unit.to_string(),
                });
            }
            match projection.delay {
                DelayClass::Own { min, max } if min > max => {
                    let found = format!("{min} to {max} steps");
                    return Err(PlanError::Number {
                        place,
                        what: "the delay",
                        found,
                    });
                }
                _ => {}
            }
        }
        for (number, record) in plan.records.iter().enumerate() {
            self.record(RecordId(number as u32))?;
            self.list(List::Before, &record.before)?;
        }
        Ok(())
    }

    fn axis(&self, place: &str, id: AxisId) -> Result<&str, PlanError> {
        let found = self
            .plan
            .axes
            .get(id.index())
            .map(|axis| axis.name.as_str());
        found.ok_or_else(|| missing(place, format!("{id:?}")))
    }

    fn events(&self, place: &str, id: EventListId) -> Result<&crate::plan::EventList, PlanError> {
        self.plan
            .events
            .get(id.index())
            .ok_or_else(|| missing(place, format!("{id:?}")))
    }

    fn buffer(&self, place: &str, id: BufferId) -> Result<&crate::plan::Buffer, PlanError> {
        self.plan
            .buffers
            .get(id.index())
            .ok_or_else(|| missing(place, format!("{id:?}")))
    }

    fn slot(&self, place: &str, id: SlotId) -> Result<&str, PlanError> {
        let found = self
            .plan
            .slots
            .get(id.index())
            .map(|slot| slot.name.as_str());
        found.ok_or_else(|| missing(place, format!("{id:?}")))
    }

    fn writable(&self, place: &str, id: SlotId) -> Check {
        let name = self.slot(place, id)?;
        if id <= SLOT_STEP {
            return Err(PlanError::Reserved {
                place: place.into(),
                slot: name.into(),
            });
        }
        Ok(())
    }

    fn kernel(&self, place: &str, call: &Call) -> Result<&Kernel, PlanError> {
        let found = self.plan.kernels.get(call.kernel.index());
        found.ok_or_else(|| missing(place, format!("{:?}", call.kernel)))
    }

    fn same_axis(&self, place: &str, name: &str, found: AxisId, expected: AxisId) -> Check {
        if found == expected {
            return Ok(());
        }
        Err(PlanError::Axis {
            place: place.into(),
            name: name.into(),
            expected: self.axis(place, expected)?.into(),
            found: self.axis(place, found)?.into(),
        })
    }

    fn holds(&self, place: &str, id: BufferId, expected: Element) -> Check {
        let buffer = self.buffer(place, id)?;
        if buffer.element == expected {
            return Ok(());
        }
        Err(PlanError::Element {
            place: place.into(),
            buffer: buffer.name.clone(),
            expected,
            found: buffer.element,
        })
    }

    fn list(&self, list: List, stages: &[Stage]) -> Check {
        let name = match list {
            List::Init => "init",
            List::Sample => "sample",
            List::Advance => "advance",
            List::Before => "before",
        };
        let mut emitted = vec![false; self.plan.events.len()];
        for (number, stage) in stages.iter().enumerate() {
            let place = format!("{name}[{number}]{}", self.label(stage));
            self.stage(list, &place, stage, &mut emitted)?;
        }
        Ok(())
    }

    /// The name of what a stage works on, with a space before.
    fn label(&self, stage: &Stage) -> String {
        let plan = self.plan;
        let found = match stage {
            Stage::Scalar { call } | Stage::Map { call, .. } | Stage::Reduce { call, .. } => plan
                .kernels
                .get(call.kernel.index())
                .map(|kernel| &kernel.name),
            Stage::Deliver { projection, .. } => plan
                .projections
                .get(projection.index())
                .map(|projection| &projection.name),
            Stage::CountEvents { events, .. } => {
                plan.events.get(events.index()).map(|events| &events.name)
            }
            Stage::Record { record, .. } => {
                plan.records.get(record.index()).map(|record| &record.name)
            }
        };
        found.map_or(String::new(), |name| format!(" {name}"))
    }

    fn stage(&self, list: List, place: &str, stage: &Stage, emitted: &mut [bool]) -> Check {
        match stage {
            Stage::Scalar { call } => self.scalar(place, call),
            Stage::Map {
                axis,
                call,
                ticking,
            } => {
                if list == List::Before {
                    return misplaced(place, "Map");
                }
                self.axis(place, *axis)?;
                for (clocks, call) in ticking {
                    if clocks.contains(&0) {
                        return zero(place, "the period of a clock");
                    }
                    self.map(list, place, *axis, call)?;
                }
                self.map(list, place, *axis, call)?;
                self.mark_emitted(place, call, ticking, emitted)
            }
            Stage::Deliver {
                projection,
                age,
                into,
                zero,
            } => {
                if matches!(list, List::Init | List::Before) {
                    return misplaced(place, "Deliver");
                }
                let early = *age == 0
                    && self
                        .plan
                        .projections
                        .get(projection.index())
                        .is_some_and(|p| !emitted.get(p.source.index()).copied().unwrap_or(false));
                self.deliver(place, *projection, *age, *into, *zero)?;
                if early {
                    let source = self.plan.projections[projection.index()].source;
                    let events = self.events(place, source)?.name.clone();
                    return Err(PlanError::Order {
                        place: place.into(),
                        events,
                    });
                }
                Ok(())
            }
            Stage::Reduce { axis, call } => self.reduce(place, *axis, call),
            Stage::CountEvents {
                events,
                window,
                slot,
            } => {
                if list == List::Init {
                    return misplaced(place, "CountEvents");
                }
                if *window == 0 {
                    return zero(place, "the window");
                }
                self.writable(place, *slot)?;
                let events = self.events(place, *events)?;
                depth(place, &events.name, events.depth, window.saturating_add(1))
            }
            Stage::Record { record, when } => {
                if list != List::Sample {
                    return misplaced(place, "Record");
                }
                if *when == When::Every(0) {
                    return zero(place, "the period");
                }
                let exists = record.index() < self.plan.records.len();
                exists
                    .then_some(())
                    .ok_or_else(|| missing(place, format!("{record:?}")))
            }
        }
    }

    fn arity(&self, place: &str, call: &Call, arrays: usize) -> Result<&Kernel, PlanError> {
        let kernel = self.kernel(place, call)?;
        for (what, expected, found) in [
            ("arrays", arrays, call.buffers.len()),
            ("uniforms", kernel.uniforms.len(), call.slots.len()),
            ("emissions", kernel.emissions.len(), call.events.len()),
        ] {
            if expected != found {
                let (place, kernel) = (place.to_owned(), kernel.name.clone());
                return Err(PlanError::Arity {
                    place,
                    kernel,
                    what,
                    expected,
                    found,
                });
            }
        }
        for &slot in &call.slots {
            self.slot(place, slot)?;
        }
        Ok(kernel)
    }

    fn scalar(&self, place: &str, call: &Call) -> Check {
        let kernel = self.kernel(place, call)?;
        allow(place, kernel, |effect| matches!(effect, Effect::Set(..)))?;
        self.arity(place, call, 0)?;
        precision(place, kernel, Precision::F64)?;
        if !kernel.bindings.is_empty() {
            return Err(misused(place, kernel, "load arrays"));
        }
        self.written_slots(place, kernel, call)
    }

    fn written_slots(&self, place: &str, kernel: &Kernel, call: &Call) -> Check {
        for effect in &kernel.effects {
            if let Effect::Set(uniform, _) | Effect::Reduce(uniform, ..) = effect {
                self.writable(place, call.slots[uniform.index()])?;
            }
        }
        Ok(())
    }

    /// Bindings from `first` on, against the buffers of the call.
    fn arrays(&self, place: &str, axis: AxisId, call: &Call, first: usize) -> Check {
        let kernel = self.arity(
            place,
            call,
            self.kernel(place, call)?.bindings.len() - first,
        )?;
        let mut writes = vec![false; kernel.bindings.len()];
        for effect in &kernel.effects {
            if let Effect::Store(Binding(a), _) | Effect::Clear(Binding(a)) = *effect {
                writes[a as usize] = true;
            }
        }
        for (number, &id) in call.buffers.iter().enumerate() {
            let buffer = self.buffer(place, id)?;
            self.same_axis(place, &buffer.name, buffer.axis, axis)?;
            self.holds(place, id, kernel.bindings[number + first].element)?;
            let again = call.buffers.iter().filter(|&&other| other == id).count() > 1;
            if again && writes[number + first] {
                let (place, name) = (place.to_owned(), buffer.name.clone());
                return Err(PlanError::Twice { place, name });
            }
        }
        Ok(())
    }

    fn map(&self, list: List, place: &str, axis: AxisId, call: &Call) -> Check {
        let kernel = self.kernel(place, call)?;
        allow(place, kernel, |effect| match effect {
            Effect::Store(..) | Effect::Clear(_) => true,
            Effect::Emit(..) | Effect::EmitCount(..) => list == List::Advance,
            Effect::Reduce(..) | Effect::Set(..) => false,
        })?;
        precision(place, kernel, self.plan.precision)?;
        self.arrays(place, axis, call, 0)?;
        for effect in &kernel.effects {
            let (emission, counts) = match *effect {
                Effect::Emit(emission, _) => (emission, false),
                Effect::EmitCount(emission, _) => (emission, true),
                _ => continue,
            };
            let events = self.events(place, call.events[emission.index()])?;
            self.same_axis(place, &events.name, events.axis, axis)?;
            if events.counted != counts {
                let effect = if counts {
                    "count events"
                } else {
                    "emit single events"
                };
                return Err(misused(place, kernel, effect));
            }
        }
        Ok(())
    }

    /// Each list has one emitting stage; the kernels of one stage may share it.
    fn mark_emitted(
        &self,
        place: &str,
        call: &Call,
        ticking: &[(Vec<u32>, Call)],
        emitted: &mut [bool],
    ) -> Check {
        let mut mine = vec![false; emitted.len()];
        for call in std::iter::once(call).chain(ticking.iter().map(|(_, call)| call)) {
            for &id in &call.events {
                let name = &self.events(place, id)?.name;
                if emitted[id.index()] {
                    return Err(PlanError::Twice {
                        place: place.into(),
                        name: name.clone(),
                    });
                }
                mine[id.index()] = true;
            }
        }
        for (all, mine) in emitted.iter_mut().zip(mine) {
            *all |= mine;
        }
        Ok(())
    }

    fn reduce(&self, place: &str, axis: AxisId, call: &Call) -> Check {
        self.axis(place, axis)?;
        let kernel = self.kernel(place, call)?;
        allow(place, kernel, |effect| matches!(effect, Effect::Reduce(..)))?;
        precision(place, kernel, self.plan.precision)?;
        self.arrays(place, axis, call, 0)?;
        self.written_slots(place, kernel, call)
    }

    fn deliver(
        &self,
        place: &str,
        projection: ProjectionId,
        age: u32,
        into: BufferId,
        zero: Option<BufferId>,
    ) -> Check {
        let Some(projection) = self.plan.projections.get(projection.index()) else {
            return Err(missing(place, format!("{projection:?}")));
        };
        let events = self.events(place, projection.source)?;
        depth(place, &events.name, events.depth, age.saturating_add(1))?;
        let element = match (projection.sum, self.plan.precision) {
            (Sum::Count, _) => Element::U32,
            (Sum::Grid, Precision::F32) => Element::I32,
            (Sum::Grid, Precision::F64) | (Sum::Ordered, _) => Element::F64,
        };
        for id in std::iter::once(into).chain(zero) {
            let buffer = self.buffer(place, id)?;
            self.same_axis(place, &buffer.name, buffer.axis, projection.target)?;
            self.holds(place, id, element)?;
        }
        if let DelayClass::Own { min, max } = projection.delay {
            if age != 1 {
                let (place, found) = (place.to_owned(), age.to_string());
                return Err(PlanError::Number {
                    place,
                    what: "the age for own delays",
                    found,
                });
            }
            let ring = self.buffer(place, into)?;
            depth(place, &ring.name, ring.depth, max)?;
            if min == 0 && zero.is_none() {
                return Err(missing(place, "the buffer for delay 0".into()));
            }
        }
        Ok(())
    }

    /// A projection is delivered by one stage; a sum on a grid has one unit, known before it is
    /// connected where several projections add to it.
    fn deliveries(&self) -> Check {
        let mut delivered = vec![false; self.plan.projections.len()];
        let mut receives: Vec<Option<&Projection>> = vec![None; self.plan.buffers.len()];
        for stage in self.plan.sample.iter().chain(&self.plan.advance) {
            let Stage::Deliver {
                projection,
                into,
                zero,
                ..
            } = stage
            else {
                continue;
            };
            let declared = &self.plan.projections[projection.index()];
            let twice = |name: &str| {
                let place = format!("projection `{}`", declared.name);
                Err(PlanError::Twice {
                    place,
                    name: name.into(),
                })
            };
            if std::mem::replace(&mut delivered[projection.index()], true) {
                return twice(&declared.name);
            }
            for buffer in std::iter::once(into).chain(zero) {
                let other = receives[buffer.index()].replace(declared);
                let agree = other.is_none_or(|other| {
                    let none_on_grid = other.sum != Sum::Grid && declared.sum != Sum::Grid;
                    let one_unit = other.unit.is_some()
                        && other.unit == declared.unit
                        && other.grid == declared.grid;
                    none_on_grid || (other.sum == declared.sum && one_unit)
                });
                if !agree {
                    return twice(&self.plan.buffers[buffer.index()].name);
                }
            }
        }
        Ok(())
    }

    fn record(&self, id: RecordId) -> Check {
        let record = &self.plan.records[id.index()];
        let place = format!("record `{}`", record.name);
        let (axis, ranges, call) = match &record.sampled {
            Sampled::Slot(slot) => return self.slot(&place, *slot).map(|_| ()),
            Sampled::Elements { axis, ranges, call } => (*axis, ranges, call),
        };
        let axis_name = self.axis(&place, axis)?;
        let size = self.plan.axes[axis.index()].size;
        let mut end = 0;
        for range in ranges {
            if range.start < end || range.end < range.start || range.end > size {
                return Err(PlanError::Ranges {
                    place,
                    axis: axis_name.into(),
                });
            }
            end = range.end;
        }
        let kernel = self.kernel(&place, call)?;
        allow(&place, kernel, |effect| {
            matches!(effect, Effect::Store(Binding(0), _))
        })?;
        if kernel.effects.is_empty() || kernel.bindings.is_empty() {
            return Err(missing(&place, "the store to binding 0".into()));
        }
        precision(&place, kernel, self.plan.precision)?;
        self.arrays(&place, axis, call, 1)
    }
}

fn precision(place: &str, kernel: &Kernel, expected: Precision) -> Check {
    if kernel.precision == expected {
        return Ok(());
    }
    Err(PlanError::Precision {
        place: place.into(),
        kernel: kernel.name.clone(),
        expected,
        found: kernel.precision,
    })
}

fn missing(place: &str, id: String) -> PlanError {
    PlanError::Missing {
        place: place.into(),
        id,
    }
}

fn misplaced(place: &str, stage: &'static str) -> Check {
    Err(PlanError::Misplaced {
        place: place.into(),
        stage,
    })
}

fn zero(place: &str, what: &'static str) -> Check {
    Err(PlanError::Number {
        place: place.into(),
        what,
        found: "0".into(),
    })
}

fn depth(place: &str, name: &str, depth: u32, needed: u32) -> Check {
    if depth >= needed {
        return Ok(());
    }
    Err(PlanError::Depth {
        place: place.into(),
        name: name.into(),
        depth,
        needed,
    })
}

/// A kernel does what its stage does not allow.
fn misused(place: &str, kernel: &Kernel, effect: &'static str) -> PlanError {
    PlanError::Effect {
        place: place.to_owned(),
        kernel: kernel.name.clone(),
        effect,
    }
}

/// Refuses a kernel with an effect that is not among the allowed ones.
fn allow(place: &str, kernel: &Kernel, allowed: impl Fn(&Effect) -> bool) -> Check {
    for effect in &kernel.effects {
        if !allowed(effect) {
            let effect = match effect {
                Effect::Store(..) => "store",
                Effect::Clear(_) => "clear",
                Effect::Emit(..) | Effect::EmitCount(..) => "emit",
                Effect::Reduce(..) => "reduce",
                Effect::Set(..) => "set slots",
            };
            return Err(misused(place, kernel, effect));
        }
    }
    Ok(())
}
