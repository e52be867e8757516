"""Balanced network of Traub-Miles neurons, in BrainPy: CondNeuGroup, exponential Euler, spikes sent a step late.

A spike is an upward crossing of the threshold; there is no lockout of 3 ms. Negative initial conductances are cut.
"""

from brainpy_peer import Session, balanced
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


outputs = [bp.dyn.COBA.desc(E=p[name]) for name in ("E_e", "E_i")]
network = balanced(session, p, Neurons(), outputs, scale=DENSITY)
draw = bm.random.RandomState(session.arguments.seed)
for projection, kind in ((network.e, "ge"), (network.i, "gi")):
    conductance = (p[f"{kind}_mean"] + p[f"{kind}_sd"] * draw.randn(n)) * DENSITY
    projection.refs["syn"].g.value = bm.maximum(conductance, 0.0)
session.run(network, network.synapses)
