"""Uncoupled squid axons, in BrainPy: its own HH model, exponential Euler."""

from brainpy_peer import Session, share
from networks import HH_POPULATION as p

session = Session("hh_population", p)
bp = session.brainpy


class Network(bp.DynSysGroup):
    def __init__(self):
        super().__init__()
        start = {f"{name}_initializer": bp.init.Constant(p[f"{name}_0"]) for name in "Vmhn"}
        self.group = bp.dyn.HH(
            session.arguments.n, C=p["C"], ENa=p["E_Na"], gNa=p["g_Na"], EK=p["E_K"], gK=p["g_K"], EL=p["E_L"],
            gL=p["g_L"], V_th=p["threshold"], method="exp_auto", **start,
        )

    def step(self, i):
        share(bp, i)
        self.group(p["I"])
        return self.group.spike.value


session.run(Network(), 0)
