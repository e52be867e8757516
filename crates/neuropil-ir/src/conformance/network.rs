//! A small network of one projection, or of two that share a sum, as a plan and as plain loops.

use super::ListConnectivity;
use crate::connect::{EdgeValue, Orientation};
use crate::draw::Stream;
use crate::grid;
use crate::kernel::{Builder, Element, Kernel, Precision, Value};
use crate::plan::{
    Axis, AxisId, Buffer, BufferId, Call, DelayClass, EventList, EventListId, KernelId, Plan,
    Projection, ProjectionId, Record, RecordId, SLOT_STEP, Sampled, Slot, SlotId, Stage, Sum, When,
};

/// Which network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    pub(super) precision: Precision,
    pub(super) sum: Sum,
    pub(super) orientation: Orientation,
    /// Own delays up to this many steps; else all edges alike.
    pub(super) own: Option<u32>,
    /// The shortest own delay; that of 0 steps has a sum of its own.
    pub(super) least: u32,
    /// Whether every other edge belongs to a second projection, which adds to the same sum.
    pub(super) split: bool,
    /// Age of the list that is read, for common delays.
    pub(super) age: u32,
    /// Whether arrivals are delivered in the sample list.
    pub(super) in_sample: bool,
    /// Whether an element may emit several events in a step.
    pub(super) counted: bool,
    pub(super) sources: u32,
    pub(super) targets: u32,
}

pub(super) fn buffer(name: &str, axis: AxisId, element: Element, depth: u32) -> Buffer {
    Buffer {
        name: name.into(),
        axis,
        element,
        depth,
    }
}

pub(super) fn call(kernel: u32, buffers: &[u32], slots: &[SlotId], events: &[u32]) -> Call {
    Call {
        kernel: KernelId(kernel),
        buffers: buffers.iter().map(|&b| BufferId(b)).collect(),
        slots: slots.to_vec(),
        events: events.iter().map(|&e| EventListId(e)).collect(),
    }
}

/// A kernel that stores its binding 1 to its binding 0: what a recording needs.
pub(super) fn copy_kernel(precision: Precision) -> Kernel {
    let mut b = Builder::new("copy", precision);
    let to = b.binding("sample", Element::Real);
    let from = b.binding("x", Element::Real);
    let x = b.load(from);
    b.store(to, x);
    b.finish()
}

/// `(7 step + 3 lane) mod 11`, exact in both precisions for small steps.
fn phase(b: &mut Builder) -> Value {
    let step = b.uniform("step");
    let step = b.read(step);
    let lane = b.lane();
    let [seven, three, eleven] = [7.0, 3.0, 11.0].map(|x| b.number(x));
    let a = b.mul(step, seven);
    let c = b.mul(lane, three);
    let sum = b.add(a, c);
    let turns = b.div(sum, eleven);
    let turns = b.floor(turns);
    b.fnma(turns, eleven, sum)
}

/// Number of events that element i emits in advance(k).
pub(super) fn emitted(network: &Network, k: u64, i: u32) -> u32 {
    let phase = (7 * k + 3 * u64::from(i)) % 11;
    match phase {
        0 => 1,
        1 if network.counted => 2,
        1 => 1,
        _ => 0,
    }
}

/// No weight is larger.
const LARGEST: f64 = 1.8;

/// The weight by which counts are multiplied.
pub(super) const SHARED: f64 = 0.375;

impl Network {
    fn element(&self) -> Element {
        match (self.sum, self.precision) {
            (Sum::Count, _) => Element::U32,
            (Sum::Grid, Precision::F32) => Element::I32,
            _ => Element::F64,
        }
    }

    /// The network as a plan: record 0 is v of all targets, event list 0 the sources' events.
    pub(super) fn plan(&self) -> Plan {
        let mut plan = Plan::empty("network", self.precision, 0.1, 99);
        let (sources, targets) = (AxisId(0), AxisId(1));
        plan.axes = vec![
            Axis {
                name: "pre".into(),
                size: self.sources,
            },
            Axis {
                name: "post".into(),
                size: self.targets,
            },
        ];
        let unit = SlotId(plan.slots.len() as u32);
        plan.slots.push(Slot {
            name: "unit".into(),
            initial: SHARED,
        });
        let depth = self.own.map_or(1, |max| max.max(1));
        plan.buffers = vec![
            buffer("post.v", targets, Element::Real, 1),
            buffer("post.arrivals", targets, self.element(), depth),
            buffer("post.zero", targets, self.element(), 1),
        ];
        plan.events = vec![EventList {
            name: "pre.spike".into(),
            axis: sources,
            depth: self.age.max(1) + 1,
            counted: self.counted,
            recorded: true,
        }];
        plan.kernels = vec![
            self.source_kernel(),
            self.target_kernel(),
            copy_kernel(self.precision),
        ];
        for name in &["pre->post", "pre->post again"][..self.projections()] {
            plan.projections.push(Projection {
                name: (*name).into(),
                source: EventListId(0),
                target: targets,
                sum: self.sum,
                grid: (self.sum == Sum::Grid).then_some(unit),
                unit: self.grid_unit(),
                delay: self.own.map_or(DelayClass::Common, |max| DelayClass::Own {
                    min: self.least,
                    max,
                }),
            });
        }
        plan.records = vec![Record {
            name: "post.v".into(),
            sampled: Sampled::Elements {
                axis: targets,
                ranges: std::iter::once(0..self.targets).collect(),
                call: call(2, &[0], &[], &[]),
            },
            before: Vec::new(),
        }];
        let deliver = (0..self.projections() as u32).map(|projection| Stage::Deliver {
            projection: ProjectionId(projection),
            age: self.age,
            into: BufferId(1),
            zero: self.own.filter(|_| self.least == 0).map(|_| BufferId(2)),
        });
        let record = Stage::Record {
            record: RecordId(0),
            when: When::Always,
        };
        let emit = Stage::Map {
            axis: sources,
            call: call(0, &[], &[SLOT_STEP], &[0]),
            ticking: vec![],
        };
        let receive = Stage::Map {
            axis: targets,
            call: call(1, &[0, 1, 2], &[unit], &[]),
            ticking: vec![],
        };
        if self.in_sample {
            plan.sample = deliver.chain([record]).collect();
            plan.advance = vec![emit, receive];
        } else {
            plan.sample = vec![record];
            plan.advance = [emit].into_iter().chain(deliver).chain([receive]).collect();
        }
        plan
    }

    fn projections(&self) -> usize {
        if self.split { 2 } else { 1 }
    }

    /// The unit of the weights, where the plan fixes it: one that the weights do not need.
    fn grid_unit(&self) -> Option<f64> {
        (self.split && self.sum == Sum::Grid).then(|| grid::unit(LARGEST * 2.0, self.precision))
    }

    fn source_kernel(&self) -> Kernel {
        let mut b = Builder::new("pre.step", self.precision);
        let phase = phase(&mut b);
        let event = b.emission("spike");
        let [one, two, zero] = [1.0, 2.0, 0.0].map(|x| b.number(x));
        if self.counted {
            let next = b.add(phase, one);
            let emits = b.le(next, two);
            let count = b.select(emits, next, zero);
            b.emit_count(event, count);
        } else {
            let emits = b.le(phase, one);
            b.emit(event, emits);
        }
        b.finish()
    }

    /// `v = v / 2 + unit * (arrivals + zero)`, both cleared.
    fn target_kernel(&self) -> Kernel {
        let mut b = Builder::new("post.step", self.precision);
        let state = b.binding("v", Element::Real);
        let arrivals = b.binding("arrivals", self.element());
        let pending = b.binding("zero", self.element());
        let unit = b.uniform("unit");
        let unit = if self.sum == Sum::Ordered {
            b.number(1.0)
        } else {
            b.read(unit)
        };
        let v = b.load(state);
        let half = b.mul_number(v, 0.5);
        let a = b.load(arrivals);
        let z = b.load(pending);
        let both = b.add(a, z);
        let input = b.mul(both, unit);
        let next = b.add(half, input);
        b.store(state, next);
        b.clear(arrivals);
        b.clear(pending);
        b.finish()
    }

    /// The edges of each projection.
    pub(super) fn connectivities(&self) -> Vec<ListConnectivity> {
        let all = self.connectivity();
        let part = |which| ListConnectivity {
            edges: all
                .edges
                .iter()
                .skip(which)
                .step_by(self.projections())
                .copied()
                .collect(),
            ..all
        };
        (0..self.projections()).map(part).collect()
    }

    /// Random edges with multapses, the last source without any.
    pub(super) fn connectivity(&self) -> ListConnectivity {
        let mut random = Stream::new(7, 7, u64::from(self.sources));
        let mut edges = Vec::new();
        if self.targets > 0 {
            for source in 0..self.sources.saturating_sub(1) {
                for _ in 0..random.below(9) {
                    let target = random.below(self.targets);
                    let weight = (random.next_f64() - 0.4) * 3.0;
                    let delay = self
                        .own
                        .map_or(0, |max| self.least + random.below(max + 1 - self.least));
                    edges.push((source, target, weight, delay));
                }
            }
        }
        let own_weights = self.sum != Sum::Count;
        ListConnectivity {
            sources: self.sources,
            targets: self.targets,
            orientation: self.orientation,
            edges,
            weight: if own_weights {
                EdgeValue::Own
            } else {
                EdgeValue::Shared(SHARED)
            },
            delay: if self.own.is_some() {
                EdgeValue::Own
            } else {
                EdgeValue::Shared(1)
            },
        }
    }

    /// v of all targets at t_0 to t_steps, by plain loops over steps and edges.
    pub(super) fn expected(&self, steps: u64) -> Vec<Vec<f64>> {
        let mut list = self.connectivity().edges;
        list.sort_by_key(|edge| (edge.0, edge.1));
        let round = |x: f64| match self.precision {
            Precision::F32 => f64::from(x as f32),
            Precision::F64 => x,
        };
        let largest = list
            .iter()
            .fold(0.0_f64, |most, edge| most.max(edge.2.abs()));
        let grid = self
            .grid_unit()
            .unwrap_or_else(|| grid::unit(largest, self.precision));
        let addend = |weight: f64| match self.sum {
            Sum::Count => 1.0,
            Sum::Ordered => weight,
            // The nearest multiple, by another way than the grid module.
            Sum::Grid => {
                let below = (weight / grid).floor();
                let rest = weight / grid - below;
                let up = rest > 0.5 || (rest == 0.5 && below % 2.0 != 0.0);
                let units = if up { below + 1.0 } else { below };
                if self.precision == Precision::F32 {
                    units
                } else {
                    units * grid
                }
            }
        };
        let unit = match (self.sum, self.precision) {
            (Sum::Count, _) => SHARED,
            (Sum::Grid, Precision::F32) => grid,
            _ => 1.0,
        };
        let mut v = vec![0.0; self.targets as usize];
        let mut out = vec![v.clone()];
        for k in 0..steps {
            let mut due = vec![0.0; v.len()];
            let mut pending = vec![0.0; v.len()];
            // From the earliest emission that can arrive now, in ascending order.
            let oldest = k.saturating_sub(u64::from(self.own.unwrap_or(0).max(self.age)));
            for emission in oldest..=k {
                for &(source, target, weight, delay) in &list {
                    let arrivals = match self.own {
                        None if emission + u64::from(self.age) == k => &mut due,
                        Some(_) if delay > 0 && emission + u64::from(delay) == k => &mut due,
                        Some(_) if delay == 0 && emission + 1 == k => &mut pending,
                        _ => continue,
                    };
                    for _ in 0..emitted(self, emission, source) {
                        arrivals[target as usize] += addend(weight);
                    }
                }
            }
            for (i, v) in v.iter_mut().enumerate() {
                let both = round(round(due[i]) + round(pending[i]));
                *v = round(*v * 0.5 + round(both * unit));
                if v.abs() < self.precision.flush_below() {
                    *v = 0.0;
                }
            }
            out.push(v.clone());
        }
        out
    }
}
