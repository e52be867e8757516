"""BrainPy on the CPU: float32, a whole chunk of steps compiled by XLA, event-driven connections.

Compiling happens at the first chunk. That chunk is run once to warm up, all states are put back, and the timed run
begins at step 0 like everyone's.
"""

import os
import time

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

    def share(self, step):
        """Tells BrainPy the time of a step."""
        dt = self.brainpy.math.get_dt()
        self.brainpy.share.save(t=step * dt, i=step, dt=dt)

    def project(self, group, sources, probability, weight, tau, out):
        """A projection by chance onto a group, with exponential synapses."""
        bp = self.brainpy
        many = group.num > 10000      # the exact draw needs memory for all pairs
        seed = 2 * self.arguments.seed + (sources > group.num // 2)
        pairs = bp.conn.FixedProb(probability, pre=sources, post=group.num, seed=seed, allow_multi_conn=many)
        return bp.dyn.HalfProjAlignPostMg(
            comm=bp.dnn.EventCSRLinear(pairs, weight), syn=bp.dyn.Expon.desc(group.num, tau=tau), out=out, post=group
        )

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


def synapses(*projections):
    """The number of synapses of projections by chance."""
    return sum(projection.comm.indices.size for projection in projections)
