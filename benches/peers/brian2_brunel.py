"""Brunel's sparse network, in Brian2: exact integration, fixed in-degrees from arrays, delay of all synapses alike."""

import networks
from brian2_peer import Session
from networks import BRUNEL as p

session = Session("brunel", p)
import numpy as np

b, n = session.brian2, session.arguments.n
group = b.NeuronGroup(
    n,
    "dv/dt = -v/tau : volt (unless refractory)",
    threshold="v > V_th",
    reset="v = V_reset",
    refractory=p["t_ref"] * b.ms,
    method="exact",
    namespace=session.values(p, mV=["V_th", "V_reset"], ms=["tau"]),
)
group.v = f"{p['V_th']}*rand()*mV"
excitatory, _ = networks.parts(p, n)
draw = np.random.default_rng(session.arguments.seed)


def project(first, last, inputs, weight):
    synapses = b.Synapses(group, group, on_pre=f"v_post += {weight}*mV", delay=p["D"] * b.ms)
    sources = draw.integers(first, last, size=(n, inputs))
    synapses.connect(i=sources.ravel(), j=np.repeat(np.arange(n), inputs))
    return synapses


inputs_e, inputs_i = networks.in_degrees(p, n)
e = project(0, excitatory, inputs_e, p["J"])
i = project(excitatory, n, inputs_i, -p["g"] * p["J"])
# As many sources as excitatory inputs, together the external drive.
drive = b.PoissonInput(group, "v", N=inputs_e, rate=p["drive"] / inputs_e / b.ms, weight=p["J"] * b.mV)
session.run(group, e, i, drive, synapses=n * (inputs_e + inputs_i))
