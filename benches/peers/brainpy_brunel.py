"""Brunel's sparse network, in BrainPy: LifRef, fixed in-degrees; spikes wait 1.5 ms in a ring of steps."""

import networks
from brainpy_peer import Session, share
from networks import BRUNEL as p

session = Session("brunel", p)
bp, bm, n = session.brainpy, session.brainpy.math, session.arguments.n
# A step reads what spiked so many steps before, and then writes over it.
SLOTS = round(p["D"] / p["dt"])


class Network(bp.DynSysGroup):
    def __init__(self):
        super().__init__()
        self.excitatory, inhibitory = networks.parts(p, n)
        self.group = bp.dyn.LifRef(
            n, V_rest=0.0, V_th=p["V_th"], V_reset=p["V_reset"], tau=p["tau"], tau_ref=p["t_ref"],
            V_initializer=bp.init.Uniform(0.0, p["V_th"]),
        )
        self.waiting = bm.Variable(bm.zeros((SLOTS, n), dtype=bool))
        inputs_e, inputs_i = networks.in_degrees(p, n)
        self.e = self.project(self.excitatory, inputs_e, p["J"], 0)
        self.i = self.project(inhibitory, inputs_i, -p["g"] * p["J"], 1)
        self.synapses = n * (inputs_e + inputs_i)

    def project(self, sources, inputs, weight, k):
        seed = 2 * session.arguments.seed + k
        pairs = bp.conn.FixedPreNum(inputs, pre=sources, post=n, seed=seed, allow_multi_conn=True)
        return bp.dnn.EventCSRLinear(pairs, weight)

    def step(self, i):
        share(bp, i)
        slot = i % SLOTS
        arrived = self.waiting[slot]
        drive = bm.random.poisson(p["drive"] * p["dt"], (n,))
        jump = self.e(arrived[: self.excitatory]) + self.i(arrived[self.excitatory :]) + p["J"] * drive
        # What arrives at a refractory neuron is lost.
        free = i * bm.get_dt() - self.group.t_last_spike.value > p["t_ref"]
        self.group.V.value = bm.where(free, self.group.V.value + jump, self.group.V.value)
        self.group(0.0)
        self.waiting[slot] = self.group.spike.value
        return self.group.spike.value


network = Network()
session.run(network, network.synapses)
