"""Balanced network with conductance synapses, in BrainPy: LifRefLTC, exponential Euler; spikes arrive at the next step."""

import networks
from brainpy_peer import Session, synapses
from networks import COBA as p

session = Session("coba", p)
bp, n = session.brainpy, session.arguments.n


class Network(bp.DynSysGroup):
    def __init__(self):
        super().__init__()
        self.excitatory, inhibitory = networks.parts(p, n)
        self.group = bp.dyn.LifRefLTC(
            n, V_rest=p["E_L"], V_th=p["V_th"], V_reset=p["V_reset"], tau=p["tau"], tau_ref=p["t_ref"],
            V_initializer=bp.init.Normal(p["V_mean"], p["V_sd"]),
        )
        chance = networks.probability(p, n)
        out_e, out_i = bp.dyn.COBA.desc(E=p["E_e"]), bp.dyn.COBA.desc(E=p["E_i"])
        self.e = session.project(self.group, self.excitatory, chance, p["w_e"], p["tau_e"], out_e)
        self.i = session.project(self.group, inhibitory, chance, p["w_i"], p["tau_i"], out_i)

    def step(self, i):
        session.share(i)
        spikes = self.group.spike.value
        self.e(spikes[: self.excitatory])
        self.i(spikes[self.excitatory :])
        self.group(p["drive"])
        return self.group.spike.value


network = Network()
session.run(network, synapses(network.e, network.i))
