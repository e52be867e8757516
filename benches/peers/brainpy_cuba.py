"""Balanced network with synapses that add a voltage, in BrainPy: LifRef, exponential Euler; spikes arrive at the next step."""

import networks
from brainpy_peer import Session, synapses
from networks import CUBA as p

session = Session("cuba", p)
bp, n = session.brainpy, session.arguments.n


class Network(bp.DynSysGroup):
    def __init__(self):
        super().__init__()
        self.excitatory, inhibitory = networks.parts(p, n)
        self.group = bp.dyn.LifRef(
            n, V_rest=p["E_L"], V_th=p["V_th"], V_reset=p["V_reset"], tau=p["tau"], tau_ref=p["t_ref"],
            V_initializer=bp.init.Uniform(p["V_reset"], p["V_th"]),
        )
        chance = networks.probability(p, n)
        self.e = session.project(self.group, self.excitatory, chance, p["w_e"], p["tau_e"], bp.dyn.CUBA.desc())
        self.i = session.project(self.group, inhibitory, chance, p["w_i"], p["tau_i"], bp.dyn.CUBA.desc())

    def step(self, i):
        session.share(i)
        spikes = self.group.spike.value
        self.e(spikes[: self.excitatory])
        self.i(spikes[self.excitatory :])
        self.group(0.0)
        return self.group.spike.value


network = Network()
session.run(network, synapses(network.e, network.i))
