//! The floor of a run: every stage has one, of the work that the run had.

use std::sync::atomic::{AtomicU64, Ordering};

use neuropil_ir::backend::StageKind;

use super::network::{SIZE, connected, network};
use super::*;

/// As long as the fewest batches need, so that a batch is taken once; unit ns.
const TICK: u64 = 10_000_000;

/// A clock that goes on by a tick whenever it is read.
fn ticking() -> u64 {
    static NOW: AtomicU64 = AtomicU64::new(0);
    NOW.fetch_add(TICK, Ordering::Relaxed)
}

#[test]
fn every_stage_has_a_floor_of_the_work_of_the_run() {
    let (plan, connectivities) = network(Precision::F32);
    for threads in [1, 2] {
        let mut machine = connected(CpuBackend::new(), &plan, &connectivities, threads);
        assert_eq!(machine.run(40, &mut Kept::default()), Ok(40));
        let delivered = machine.counters().delivered;
        let names = ["p0", "p1", "p2", "p3", "step"];
        let floor = machine.floor(ticking).unwrap();
        assert_eq!(
            floor.iter().map(|stage| &*stage.name).collect::<Vec<_>>(),
            names
        );
        for (place, stage) in floor.iter().enumerate() {
            if stage.kind == StageKind::Kernel {
                // A batch takes a tick, whatever it holds: one call here, 64 lists below.
                assert_eq!(stage.nanoseconds, 40 * TICK);
                assert_eq!(stage.items, 40 * u64::from(SIZE));
            } else {
                assert_eq!(stage.kind, StageKind::Delivery);
                assert_eq!(stage.nanoseconds, 40 * TICK / 64);
                // An own delay adds to a sum when the event is sent, before it counts as delivered.
                assert!(stage.items >= delivered[place], "{}", stage.name);
                assert!(stage.items > 10_000, "{}", stage.name);
            }
        }
    }
}

#[test]
fn without_steps_and_on_the_reference_there_is_no_floor() {
    let (plan, connectivities) = network(Precision::F64);
    let machine = connected(CpuBackend::new(), &plan, &connectivities, 1);
    assert_eq!(machine.floor(ticking), Ok(Vec::new()));
    let resources = Resources {
        threads: 1,
        memory_limit: 1 << 32,
    };
    let reference = neuropil_ir::reference::ReferenceBackend;
    let machine = reference.load(&plan, &resources).unwrap();
    assert!(matches!(
        machine.floor(ticking),
        Err(RunError::Unsupported(_))
    ));
}
