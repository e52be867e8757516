//! Whole plans: order, delays, clocks, recordings, counters, and the same bits on any threads.

mod floor;
mod joined;
mod network;
mod order;

use neuropil_ir::backend::{Backend, Flow, Machine, Resources, RunError, Sink};
use neuropil_ir::kernel::{
    Binary, Binding, BindingDecl, Compare, Effect, Element, Emission, Kernel, Op, Precision,
    Uniform, Value,
};
use neuropil_ir::plan::{
    Axis, AxisId, Buffer, BufferId, Call, EventList, EventListId, KernelId, Plan, RecordId, Slot,
    SlotId, Stage,
};

use crate::CpuBackend;
use crate::testing::methods;

/// Keeps everything that is recorded.
#[derive(Debug, Default, PartialEq)]
struct Kept {
    samples: Vec<(u32, u64, Vec<u64>)>,
    events: Vec<(u32, u64, Vec<u32>)>,
    steps: Vec<u64>,
    stop_at: Option<u64>,
}

impl Sink for Kept {
    fn sample(&mut self, record: RecordId, step: u64, values: &[f64]) -> Result<(), RunError> {
        let bits = values.iter().map(|value| value.to_bits()).collect();
        self.samples.push((record.0, step, bits));
        Ok(())
    }

    fn events(&mut self, events: EventListId, step: u64, elements: &[u32]) -> Result<(), RunError> {
        self.events.push((events.0, step, elements.to_vec()));
        Ok(())
    }

    fn after_step(&mut self, step: u64) -> Flow {
        self.steps.push(step);
        if self.stop_at == Some(step) {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

impl Kept {
    /// The numbers that one recording sampled, one after another.
    fn numbers(&self, record: u32) -> Vec<f64> {
        let of = self.samples.iter().filter(|(found, ..)| *found == record);
        of.flat_map(|(.., bits)| bits.iter().map(|&bits| f64::from_bits(bits)))
            .collect()
    }
}

fn backends() -> impl Iterator<Item = CpuBackend> {
    methods().into_iter().map(CpuBackend::with)
}

fn load(backend: CpuBackend, plan: &Plan, threads: usize) -> Box<dyn Machine> {
    backend
        .load(
            plan,
            &Resources {
                threads,
                memory_limit: 1 << 32,
            },
        )
        .unwrap()
}

/// A plan without stages; the first three slots are those of time.
fn empty_plan(precision: Precision, sizes: &[u32]) -> Plan {
    let mut plan = Plan::empty("test", precision, 0.5, 12);
    plan.axes = sizes
        .iter()
        .map(|&size| Axis {
            name: format!("x{size}"),
            size,
        })
        .collect();
    plan
}

fn buffer(plan: &mut Plan, axis: u32, element: Element, depth: u32) -> BufferId {
    let name = format!("b{}", plan.buffers.len());
    plan.buffers.push(Buffer {
        name,
        axis: AxisId(axis),
        element,
        depth,
    });
    BufferId(plan.buffers.len() as u32 - 1)
}

fn slot(plan: &mut Plan, initial: f64) -> SlotId {
    plan.slots.push(Slot {
        name: format!("s{}", plan.slots.len()),
        initial,
    });
    SlotId(plan.slots.len() as u32 - 1)
}

fn list(plan: &mut Plan, axis: u32, depth: u32, counted: bool, recorded: bool) -> EventListId {
    let name = format!("e{}", plan.events.len());
    plan.events.push(EventList {
        name,
        axis: AxisId(axis),
        depth,
        counted,
        recorded,
    });
    EventListId(plan.events.len() as u32 - 1)
}

fn kernel(plan: &mut Plan, kernel: Kernel) -> KernelId {
    plan.kernels.push(kernel);
    KernelId(plan.kernels.len() as u32 - 1)
}

fn binding(element: Element) -> BindingDecl {
    BindingDecl {
        name: "a".into(),
        element,
    }
}

fn call(kernel: KernelId, buffers: &[BufferId], slots: &[SlotId], events: &[EventListId]) -> Call {
    Call {
        kernel,
        buffers: buffers.to_vec(),
        slots: slots.to_vec(),
        events: events.to_vec(),
    }
}

fn map(axis: u32, call: Call) -> Stage {
    Stage::Map {
        axis: AxisId(axis),
        call,
        ticking: Vec::new(),
    }
}

/// A kernel that stores what is loaded plus a uniform to the same array.
fn adding_kernel(precision: Precision) -> Kernel {
    let mut kernel = Kernel::new("add", precision);
    kernel.bindings = vec![binding(Element::Real)];
    kernel.uniforms = vec!["u".into()];
    kernel.ops = vec![
        Op::Load(Binding(0)),
        Op::Uniform(Uniform(0)),
        Op::Binary(Binary::Add, Value(0), Value(1)),
    ];
    kernel.effects = vec![Effect::Store(Binding(0), Value(2))];
    kernel
}

/// A kernel that emits the elements below the uniform.
fn emitting_kernel(precision: Precision) -> Kernel {
    let mut kernel = Kernel::new("emit", precision);
    kernel.uniforms = vec!["u".into()];
    kernel.emissions = vec!["spike".into()];
    kernel.ops = vec![
        Op::Lane,
        Op::Uniform(Uniform(0)),
        Op::Compare(Compare::Lt, Value(0), Value(1)),
    ];
    kernel.effects = vec![Effect::Emit(Emission(0), Value(2))];
    kernel
}

/// A kernel that loads one array for a recording.
fn sampling_kernel(precision: Precision, element: Element) -> Kernel {
    let mut kernel = Kernel::new("sample", precision);
    kernel.bindings = vec![binding(Element::Real), binding(element)];
    kernel.ops = vec![Op::Load(Binding(1))];
    kernel.effects = vec![Effect::Store(Binding(0), Value(0))];
    kernel
}
