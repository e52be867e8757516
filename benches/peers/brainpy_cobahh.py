"""Balanced network of Traub-Miles neurons, in BrainPy: CondNeuGroup, exponential Euler; spikes arrive at the next step.

A spike is an upward crossing of the threshold; there is no lockout of 3 ms. Negative initial conductances are cut.
"""

import networks
from brainpy_peer import Session, synapses
from networks import COBAHH as p

session = Session("cobahh", p)
bp, bm, n = session.brainpy, session.brainpy.math, session.arguments.n
DENSITY = 1e-6 / p["area"]      # nS to mS/cm^2


class Neurons(bp.dyn.CondNeuGroup):
    def __init__(self):
        super().__init__(n, V_initializer=bp.init.Normal(p["V_mean"], p["V_sd"]), V_th=p["threshold"])
        self.IK = bp.dyn.IK_TM1991(n, g_max=p["g_K"] * DENSITY, E=p["E_K"], V_sh=p["V_T"])
        self.INa = bp.dyn.INa_TM1991(n, g_max=p["g_Na"] * DENSITY, E=p["E_Na"], V_sh=p["V_T"])
        self.IL = bp.dyn.IL(n, g_max=p["g_L"] * DENSITY, E=p["E_L"])


class Network(bp.DynSysGroup):
    def __init__(self):
        super().__init__()
        self.excitatory, inhibitory = networks.parts(p, n)
        self.group = Neurons()
        chance = networks.probability(p, n)
        out_e, out_i = bp.dyn.COBA.desc(E=p["E_e"]), bp.dyn.COBA.desc(E=p["E_i"])
        self.e = session.project(self.group, self.excitatory, chance, p["w_e"] * DENSITY, p["tau_e"], out_e)
        self.i = session.project(self.group, inhibitory, chance, p["w_i"] * DENSITY, p["tau_i"], out_i)
        draw = bm.random.RandomState(session.arguments.seed)
        for projection, mean, sd in (
            (self.e, p["ge_mean"], p["ge_sd"]),
            (self.i, p["gi_mean"], p["gi_sd"]),
        ):
            conductance = (mean + sd * draw.randn(n)) * DENSITY
            projection.refs["syn"].g.value = bm.maximum(conductance, 0.0)

    def step(self, i):
        session.share(i)
        spikes = self.group.spike.value
        self.e(spikes[: self.excitatory])
        self.i(spikes[self.excitatory :])
        self.group()
        return self.group.spike.value


network = Network()
session.run(network, synapses(network.e, network.i))
