//! Small plans and connections for the tests of this crate.

use std::collections::BTreeMap;

use neuropil_ir::connect::{Connection, EdgeLoad, EdgeQuantity, Rule};
use neuropil_ir::kernel::{Builder, Element, Precision, Value};
use neuropil_ir::plan::{
    Axis, AxisId, BufferId, DelayClass, EventList, EventListId, Plan, Projection, ProjectionId,
    Slot, SlotId, Sum,
};
use neuropil_syntax::{SourceId, Span};

use crate::connect::{self, Arrays, ConnectError, Connector};

pub(crate) const SPAN: Span = Span::new(SourceId(0), 3, 9);

/// A plan with one projection from one axis to another.
pub(crate) fn plan(sources: u32, targets: u32, seed: u64) -> Plan {
    let axis = |name: &str, size| Axis {
        name: name.into(),
        size,
    };
    let slot = |name: &str| Slot {
        name: name.into(),
        initial: 0.0,
    };
    Plan {
        name: "Net".into(),
        precision: Precision::F64,
        dt: 0.1,
        seed,
        axes: vec![axis("pre", sources), axis("post", targets)],
        slots: vec![slot("t"), slot("dt"), slot("step")],
        buffers: vec![],
        events: vec![EventList {
            name: "pre.spike".into(),
            axis: AxisId(0),
            depth: 2,
            counted: false,
            recorded: false,
        }],
        kernels: vec![],
        projections: vec![Projection {
            name: "Net.syn".into(),
            source: EventListId(0),
            target: AxisId(1),
            sum: Sum::Count,
            grid: None,
            unit: None,
            delay: DelayClass::Common,
        }],
        records: vec![],
        init: vec![],
        sample: vec![],
        advance: vec![],
    }
}

/// A connection of all elements with a rule.
pub(crate) fn connection(plan: &Plan, rule: Rule) -> Connection {
    Connection {
        projection: ProjectionId(0),
        stream: "Net.syn.connect".into(),
        rule,
        without_self: false,
        without_multapses: false,
        sources: std::iter::once(0..plan.axes[0].size).collect(),
        targets: std::iter::once(0..plan.axes[1].size).collect(),
        recurrent: true,
        weight: None,
        delay: None,
        span: SPAN,
    }
}

/// Slots and arrays by number.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) slots: BTreeMap<u32, f64>,
    pub(crate) arrays: BTreeMap<u32, Vec<f64>>,
}

impl Table {
    /// One number in slot 3.
    pub(crate) fn of(value: f64) -> Self {
        Self {
            slots: [(3, value)].into(),
            arrays: BTreeMap::new(),
        }
    }
}

impl Arrays for Table {
    fn array(&self, buffer: BufferId) -> Vec<f64> {
        self.arrays.get(&buffer.0).cloned().unwrap_or_default()
    }

    fn slot(&self, slot: SlotId) -> f64 {
        self.slots.get(&slot.0).copied().unwrap_or(f64::NAN)
    }
}

/// The number in slot 3.
pub(crate) fn slot() -> EdgeQuantity {
    EdgeQuantity::Shared(SlotId(3))
}

/// A value of edges from what it loads.
pub(crate) fn own(
    loads: Vec<EdgeLoad>,
    body: impl FnOnce(&mut Builder, &[Value]) -> Value,
) -> EdgeQuantity {
    let mut builder = Builder::new("value", Precision::F64);
    let result = builder.binding("result", Element::Real);
    let bindings: Vec<_> = (0..loads.len())
        .map(|i| builder.binding(format!("load{i}"), Element::Real))
        .collect();
    let values: Vec<_> = bindings
        .into_iter()
        .map(|binding| builder.load(binding))
        .collect();
    let value = body(&mut builder, &values);
    builder.store(result, value);
    EdgeQuantity::Own {
        kernel: builder.finish(),
        loads,
        slots: vec![],
    }
}

/// Makes the connector of a connection; `value` stands in slot 3.
pub(crate) fn build(
    plan: &Plan,
    connection: &Connection,
    value: f64,
) -> Result<Connector, ConnectError> {
    connect::build(connection, plan, &Table::of(value))
}

mod script;

pub(crate) use script::{Script, program};
