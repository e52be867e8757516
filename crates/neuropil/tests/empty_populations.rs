//! A population without elements is named in the results, costs nothing, and changes nothing.

mod common;

use common::programs::program_of;
use common::run_with;
use neuropil::{BackendKind, Options, Results};
use neuropil_ir::plan::Stage;

const MODELS: &str = "npl 1
neuron Leak {
    param tau = 10 ms, I0 = 16 mV
    input I : mV
    tau*dV/dt = I0 + I - V
    init V = uniform(0 mV, 20 mV)
    spike when V >= 15 mV { V = 0 mV }
}
synapse Jump {
    weight w : mV
    on pre { post.V += w }
}
synapse Current {
    param tau = 5 ms
    weight w : mV
    dg/dt = -g/tau
    on pre { g += w }
    post.I += g
}
";

/// A full population that drives itself, and a second one with all kinds of projections to and fro.
const BOTH: &str = "
network Both {
    param N = 0
    a = Leak[40]
    inner = a -> a : Jump weight 0.5 mV connect fixed_indegree(4) delay 1 ms
    b = Leak[N]
    to = a -> b : Current weight normal(1 mV, 0.1 mV) connect all_to_all delay uniform(1 ms, 2 ms)
    fro = b -> a : Current weight normal(1 mV, 0.1 mV) connect all_to_all delay uniform(0 ms, 2 ms)
    jumps = b -> a : Jump weight 1 mV connect all_to_all delay none
    own = b -> b : Jump weight 1 mV connect all_to_all delay 1 ms
    record a.V, a.spike, b.V, b.spike
}
run Both for 50 ms with dt = 0.1 ms, seed = 3
";

/// The first one alone.
const ONE: &str = "
network Both {
    a = Leak[40]
    inner = a -> a : Jump weight 0.5 mV connect fixed_indegree(4) delay 1 ms
    record a.V, a.spike
}
run Both for 50 ms with dt = 0.1 ms, seed = 3
";

fn run(network: &str, backend: BackendKind) -> Results {
    let options = Options {
        backend: Some(backend),
        ..Options::default()
    };
    run_with(&format!("{MODELS}{network}"), &options).remove(0)
}

#[test]
fn others_are_not_changed_and_results_name_it() {
    for backend in [
        BackendKind::fastest(),
        BackendKind::Interpreter,
        BackendKind::Scalar,
    ] {
        let (both, one) = (run(BOTH, backend), run(ONE, backend));
        assert_eq!(both.trace("a.V").unwrap(), one.trace("a.V").unwrap());
        let spikes = both.raster("a.spike").unwrap();
        assert!(spikes.times.len() > 40, "{spikes:?}");
        assert_eq!(spikes, one.raster("a.spike").unwrap());
        let empty = both.raster("b.spike").unwrap();
        assert_eq!((empty.size, empty.times.len()), (0, 0));
        let values = both.trace("b.V").unwrap();
        assert_eq!((values.width, values.values.len()), (0, 0));
        assert_eq!(values.times.len(), 501);
        let populations = &both.report.populations;
        assert_eq!(populations[1].name, "b");
        assert_eq!((populations[1].size, populations[1].spikes), (0, Some(0)));
        let projections = &both.report.projections;
        assert_eq!(projections.len(), 5);
        for projection in &projections[1..] {
            let counted = (projection.edges, projection.sent, projection.delivered);
            assert_eq!(counted, (0, 0, 0), "{}", projection.name);
        }
    }
}

/// With one element the same text has the stages that it lacks without.
#[test]
fn it_has_no_stages() {
    let stages = |n: &str| {
        let plan = program_of(&format!("{MODELS}{BOTH}"), &[("N", n)]).plan;
        assert_eq!((plan.axes.len(), plan.projections.len()), (2, 5));
        let stages = [&plan.init, &plan.sample, &plan.advance];
        let count =
            |is: fn(&Stage) -> bool| stages.into_iter().flatten().filter(|it| is(it)).count();
        let maps = count(|stage| matches!(stage, Stage::Map { .. }));
        let deliveries = count(|stage| matches!(stage, Stage::Deliver { .. }));
        (maps, deliveries, plan.buffers.len())
    };
    // Start values and a step; V and, while there are sources, g and what arrives for them.
    let (maps, deliveries, buffers) = stages("0");
    assert_eq!((maps, deliveries), (2, 1));
    let with_one = stages("1");
    assert_eq!((with_one.0, with_one.1), (4, 5));
    assert!(with_one.2 > buffers, "{with_one:?}, {buffers}");
}
