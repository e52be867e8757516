"""BrainPy on the CPU: float32, a whole chunk of steps compiled by XLA, event-driven connections.

Compiling happens at the first chunk. That chunk is run once to warm up, all states are put back, and the timed run
begins at step 0 like everyone's.
"""

import os
import time

import networks
import protocol

CHUNKS = 10


class Session:
    """From the import to the line."""

    def __init__(self, network, numbers):
        self.arguments = protocol.start(network)
        os.environ["JAX_PLATFORMS"] = "cpu"
        # XLA ignores these for part of its work; the core that the process is bound to holds it.
        flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        os.environ["XLA_FLAGS"] = flags
        begin = time.perf_counter()
        import brainpy
        import brainpy.math

        self.clocks = {"importing": time.perf_counter() - begin}
        self.brainpy, self.dt = brainpy, numbers["dt"]
        brainpy.math.set_platform("cpu")
        brainpy.math.set_dt(self.dt)
        brainpy.math.random.seed(self.arguments.seed)
        self.begin = time.perf_counter()

    def run(self, network, synapses):
        """Simulates; `network.step(i)` makes a step and returns which neurons spiked."""
        import brainstate
        import jax
        import jaxlib
        import numpy as np

        bp, bm, arguments = self.brainpy, self.brainpy.math, self.arguments
        steps = round(arguments.ms / self.dt)
        size = steps // CHUNKS
        if size * CHUNKS != steps:
            raise SystemExit(f"{steps} steps are not {CHUNKS} equal chunks")
        self.clocks["building"] = time.perf_counter() - self.begin

        @bm.jit
        def chunk(indices):
            return bm.for_loop(network.step, indices, progress_bar=False)

        states = network.vars().unique()
        begin = {name: np.array(bm.as_jax(state.value)) for name, state in states.items()}
        with protocol.Clock() as first:
            jax.block_until_ready(bm.as_jax(chunk(bm.arange(size))))
        with protocol.Clock() as second:
            jax.block_until_ready(bm.as_jax(chunk(bm.arange(size))))
        self.clocks["compiling"] = max(first.wall - second.wall, 0.0)
        for name, state in states.items():
            state.value = bm.asarray(begin[name])
        times, neurons = [], []
        with protocol.Clock() as clock:
            for k in range(0, steps, size):
                spikes = np.asarray(bm.as_jax(chunk(bm.arange(k, k + size))))
                step, neuron = np.nonzero(spikes)
                times.append((step + k + 1) * self.dt)
                neurons.append(neuron)
        self.clocks["running"] = clock
        versions = {"brainpy": bp.__version__, "jax": jax.__version__, "jaxlib": jaxlib.__version__}
        versions["brainstate"] = brainstate.__version__
        spikes = (np.concatenate(times), np.concatenate(neurons))
        protocol.report(arguments, "brainpy", versions, "f32", self.clocks, spikes, synapses=int(synapses))


def balanced(session, numbers, group, outputs, scale=1.0, current=()):
    """A balanced network on a group; `outputs` say how excitation and inhibition act, `scale` is that of the weights.

    Its projections are `e` and `i`. What spiked in a step is sent at the start of the next one.
    """
    bp, n = session.brainpy, session.arguments.n
    excitatory, inhibitory = networks.parts(numbers, n)

    def project(sources, kind, output):
        many = n > 10000      # the exact draw needs memory for all pairs
        seed = 2 * session.arguments.seed + (kind == "e")
        chance = networks.probability(numbers, n)
        pairs = bp.conn.FixedProb(chance, pre=sources, post=n, seed=seed, allow_multi_conn=many)
        return bp.dyn.HalfProjAlignPostMg(
            comm=bp.dnn.EventCSRLinear(pairs, numbers[f"w_{kind}"] * scale),
            syn=bp.dyn.Expon.desc(n, tau=numbers[f"tau_{kind}"]),
            out=output,
            post=group,
        )

    class Network(bp.DynSysGroup):
        def __init__(self):
            super().__init__()
            self.group = group
            self.e = project(excitatory, "e", outputs[0])
            self.i = project(inhibitory, "i", outputs[1])
            self.synapses = self.e.comm.indices.size + self.i.comm.indices.size

        def step(self, i):
            share(bp, i)
            spikes = self.group.spike.value
            self.e(spikes[:excitatory])
            self.i(spikes[excitatory:])
            self.group(*current)
            return self.group.spike.value

    return Network()


def share(bp, step):
    """Tells BrainPy the time of a step."""
    dt = bp.math.get_dt()
    bp.share.save(t=step * dt, i=step, dt=dt)
